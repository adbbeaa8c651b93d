import type { Calibration, Stated } from '../../protocol/experience.ts'

/** Nothing is quite certain or quite impossible: a probability keeps this far from both. */
const edge = 0.01
/** How sure the beginning is that what is stated holds as it is: standard deviations of shift and slope. */
const shiftSd = 0.7
const slopeSd = 0.3
const steps = 25
/** Outcomes of the past that are looked at, the newest. */
const mostPairs = 400
/** Lines that are drawn on the way, of which each is scored by the pairs after it. */
const mostFits = 40

export interface Weighed extends Pick<Stated, 'stated' | 'held'> {
  readonly weight: number
}

/** As stated, until there is a record. */
export const asStated: Calibration = { a: 0, b: 1, count: 0, held: 0 }

/** The probability that the record gives to what is stated with this one. Never descending in it. */
export function calibrate({ a, b }: Pick<Calibration, 'a' | 'b'>, stated: number): number {
  return sigmoid(a + b * logit(stated))
}

/**
 * Platt's method (1999): a line through the logits, here with a prior that what is stated holds, so that two or three outcomes say
 * little. `pairs` in the order of time. The Brier score after is that of each pair under the line through those before it.
 */
export function fitCalibration(pairs: readonly Weighed[]): Calibration {
  const known = pairs.slice(-mostPairs)
  if (known.length === 0) return asStated
  let line: { a: number; b: number } = { a: 0, b: 1 }
  let [before, after] = [0, 0]
  for (const [n, { stated, held }] of known.entries()) {
    before += (stated - Number(held)) ** 2
    after += (calibrate(line, stated) - Number(held)) ** 2
    // Of a long past, not after each: a run waits for this before it begins.
    if (n < mostFits || n % Math.ceil(known.length / mostFits) === 0 || n === known.length - 1) line = fitLine(known.slice(0, n + 1), line)
  }
  return { ...line, count: known.length, held: known.filter((each) => each.held).length, before: before / known.length, after: after / known.length }
}

/** The most likely line given prior and pairs, by Newton's method from `start`: the likelihood has one peak. */
function fitLine(pairs: readonly Weighed[], start: { readonly a: number; readonly b: number }): { a: number; b: number } {
  let { a, b } = start
  for (let step = 0; step < steps; step += 1) {
    let [ga, gb] = [-a / shiftSd ** 2, (1 - b) / slopeSd ** 2]
    let [haa, hab, hbb] = [1 / shiftSd ** 2, 0, 1 / slopeSd ** 2]
    for (const { stated, held, weight } of pairs) {
      const x = logit(stated)
      const p = sigmoid(a + b * x)
      const [pull, bend] = [weight * (Number(held) - p), weight * p * (1 - p)]
      ga += pull
      gb += pull * x
      haa += bend
      hab += bend * x
      hbb += bend * x * x
    }
    const det = haa * hbb - hab * hab
    const [da, db] = [(hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det]
    // Half a step where a whole one would be far: then it cannot swing.
    const stride = Math.min(1, 2 / Math.max(1e-9, Math.hypot(da, db)))
    a += stride * da
    b += stride * db
    if (Math.hypot(da, db) < 1e-6) break
  }
  return b >= 0 ? { a, b } : { a: fitShift(pairs), b: 0 }
}

/** Where the record goes against what was stated, stating says nothing: the share that held, with the prior. */
function fitShift(pairs: readonly Weighed[]): number {
  const total = pairs.reduce((sum, { weight }) => sum + weight, 0)
  const held = pairs.reduce((sum, each) => sum + each.weight * Number(each.held), 0)
  return logit((held + 1) / (total + 2))
}

function logit(p: number): number {
  const inside = Math.min(1 - edge, Math.max(edge, p))
  return Math.log(inside / (1 - inside))
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}
