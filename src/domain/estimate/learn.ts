import type { Curve, Experience, PastTask, Stated, TrackRecord } from '../../protocol/experience.ts'
import { usualMinutes } from '../plan/graph.ts'
import { fitCalibration } from './calibrate.ts'
import { sizeFeatures, toFeatures, usualSize, usualSlopes } from './features.ts'
import { fitSlopes } from './fit-slopes.ts'
import { toQuantiles } from './weighted-quantile.ts'

/** What a task of another repository counts for, and one of another role, where one of the same counts for 1. */
const elsewhereWeight = 0.35
const otherKindWeight = 0.1
/** Half as much for each half year that has passed. */
const halfLifeMs = 180 * 24 * 3600 * 1000
/** The newest tasks that are learned from, and the roles that are told apart. */
const mostTasks = 400
const mostKinds = 20

/** What is expected before anything is known: the middle, and how wide the logarithm spreads. It counts for so many tasks. */
const prior = { minutes: { middle: usualMinutes, sd: 1 }, tokens: { middle: 100_000, sd: 1.2 }, memoryMb: { middle: 512, sd: 1 } }
const priorWeight = 3
/** Numbers that a past really settles: the height of the line, and so much of its slopes as is not held by what is usual. */
const fitted = 3
/** Of somebody's own estimates: how wide they are off before it is known, and for how many estimates that counts. */
const trackSd = 0.6
const trackWeight = 3

/** 5 %, 10 %, … 95 %. */
export const levels: readonly number[] = Array.from({ length: 19 }, (_, n) => (n + 1) / 20)
/** Of the standard normal distribution, at those levels. */
const normal: readonly number[] = [-1.6449, -1.2816, -1.0364, -0.8416, -0.6745, -0.5244, -0.3853, -0.2533, -0.1257, 0, 0.1257, 0.2533, 0.3853, 0.5244, 0.6745, 0.8416, 1.0364, 1.2816, 1.6449]

interface Sample {
  readonly features: readonly number[]
  readonly weight: number
  readonly task: PastTask
}

/**
 * What past tasks come to for estimating new ones of `repository`. A line through the logarithms gives what a task of some size
 * takes; how far the past lay beside that line, as weighted quantiles together with a wide prior, gives the spread (after Tibshirani
 * and others, Conformal Prediction Under Covariate Shift, 2019: what is like the new task weighs more, and the unseen task itself
 * has a weight). `now` in milliseconds since the epoch. Order does not matter.
 * `byModel`: what models did is learned from, else what the built-in solver did.
 */
export function learn(past: readonly PastTask[], { repository, now, byModel = true }: { readonly repository: string; readonly now: number; readonly byModel?: boolean }): Experience {
  // The built-in solver takes seconds and no tokens: what it did says nothing of what a model takes, nor the reverse.
  const known = past.filter(({ tokens }) => tokens > 0 === byModel).toSorted((a, b) => b.at - a.at || (a.run + a.task < b.run + b.task ? -1 : 1)).slice(0, mostTasks)
  const typical = findTypical(known)
  const weigh = (task: PastTask): number => (task.repository === repository ? 1 : elsewhereWeight) * 0.5 ** (Math.max(0, now - task.at) / halfLifeMs)
  const samples = known.filter((task) => task.done).map((task) => ({ task, features: toFeatures(task, typical), weight: weigh(task) }))
  const kinds = [...new Set(samples.map(({ task }) => task.role))].slice(0, mostKinds)
  return {
    version: 1,
    kinds: [...kinds, '*'].map((kind) => {
      const same = samples.filter(({ task }) => task.role === kind)
      const mine = samples.map((each) => ({ ...each, weight: each.weight * (each.task.role === kind ? 1 : otherKindWeight) }))
      const memory = mine.flatMap((each) => (each.task.memoryMb === undefined ? [] : [each]))
      const here = same.filter(({ task }) => task.repository === repository).length
      return {
        kind, here, elsewhere: same.length - here,
        minutes: toCurve(mine, typical, prior.minutes, ({ minutes }) => minutes),
        tokens: toCurve(mine, typical, prior.tokens, ({ tokens }) => tokens),
        ...(memory.length > 0 ? { memoryMb: toCurve(memory, typical, prior.memoryMb, (task) => task.memoryMb ?? 0) } : {}),
      }
    }),
    typical,
    given: { model: toTrackRecord(known, 'model', weigh), person: toTrackRecord(known, 'person', weigh) },
    confidence: {
      planned: toCalibration(known, weigh, ({ planned }) => planned),
      claimed: toCalibration(known, weigh, ({ claimed }) => claimed),
      tokens: toCalibration(known, weigh, ({ claimed }) => (claimed?.tokens === undefined ? undefined : { ...claimed, stated: claimed.tokens })),
    },
  }
}

/** The mean of each feature of size over the tasks where it is known. */
function findTypical(known: readonly PastTask[]): number[] {
  const sized = known.filter(({ size }) => size !== undefined).map((task) => toFeatures(task, usualSize).slice(0, sizeFeatures))
  return usualSize.map((usual, n) => round((usual + sized.reduce((sum, features) => sum + (features[n] ?? 0), 0)) / (sized.length + 1)))
}

function toCurve(samples: readonly Sample[], typical: readonly number[], { middle, sd }: { readonly middle: number; readonly sd: number }, of: (task: PastTask) => number): Curve {
  const observed = samples.map(({ task, features, weight }) => ({ features, weight, value: toLog(of(task)) }))
  const slopes = fitSlopes(observed, usualSlopes)
  const along = (features: readonly number[]): number => slopes.reduce((sum, slope, n) => sum + slope * (features[n] ?? 0), 0)
  // The prior is about a task of usual size with one check and little risk.
  const usual = Math.log(middle) - along(toFeatures({ risk: 'low', checks: 1 }, typical))
  const rests = observed.map(({ features, weight, value }) => ({ weight, value: value - along(features) }))
  const total = rests.reduce((sum, { weight }) => sum + weight, 0) + priorWeight
  const base = (rests.reduce((sum, { weight, value }) => sum + weight * value, 0) + priorWeight * usual) / total
  const around = normal.map((z) => ({ weight: priorWeight / normal.length, value: z * sd }))
  // Beside a line that was drawn without it: one's own weight in the middle makes every distance too short.
  const beside = rests.map(({ weight, value }) => ({ weight, value: ((value - base) * total) / (total - weight) }))
  const quantiles = toQuantiles([...beside, ...around], levels)
  // The line itself is a guess too: what was fitted, over what it was fitted to, as in the error of a prediction.
  const widened = Math.sqrt(1 + fitted / total)
  return { base: round(base), slopes: slopes.map(round), rest: quantiles.map((each) => round(each * widened)) }
}

function toTrackRecord(known: readonly PastTask[], by: 'model' | 'person', weigh: (task: PastTask) => number): TrackRecord {
  const errors = known.flatMap((task) => (task.done && task.given?.by === by && task.given.minutes > 0 ? [{ weight: weigh(task), value: toLog(task.minutes) - toLog(task.given.minutes) }] : []))
  const total = errors.reduce((sum, { weight }) => sum + weight, 0) + trackWeight
  const bias = errors.reduce((sum, { weight, value }) => sum + weight * value, 0) / total
  const variance = (errors.reduce((sum, { weight, value }) => sum + weight * (value - bias) ** 2, 0) + trackWeight * trackSd ** 2) / total
  return { bias: round(bias), sd: round(Math.sqrt(variance)), count: errors.length }
}

function toCalibration(known: readonly PastTask[], weigh: (task: PastTask) => number, of: (task: PastTask) => Stated | undefined): Experience['confidence']['planned'] {
  const pairs = known.toReversed().flatMap((task) => {
    const said = of(task)
    return said ? [{ stated: said.stated, held: said.held, weight: weigh(task) }] : []
  })
  const { a, b, before, after, ...rest } = fitCalibration(pairs)
  return { ...rest, a: round(a), b: round(b), ...(before === undefined ? {} : { before: round(before) }), ...(after === undefined ? {} : { after: round(after) }) }
}

/** A task that took no time at all still has a logarithm. */
function toLog(value: number): number {
  return Math.log(Math.max(value, 0.01))
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
