import type { Curve, Experience } from '../../protocol/experience.ts'
import type { Estimate } from '../../protocol/plan.ts'
import { toFeatures, type Described } from './features.ts'

/** Of the 19 levels that a curve has: 10 %, 50 %, 90 %. */
const [lowLevel, middleLevel, highLevel] = [1, 9, 17]
/** Standard deviations of a normal distribution from its middle to 90 %. */
const toNinety = 1.2816
/** How much two estimates of the same task err together: nobody knows, and neither is independent. */
const shared = 0.5
/** Longest that an estimate says, in minutes; largest number of tokens and megabytes. */
const most = 1_000_000_000

export interface Asked extends Described {
  readonly kind: string
  /** What a model or a person said of it. */
  readonly given?: { readonly estimate: Estimate; readonly by: 'model' | 'person' } | undefined
  /** Whether tokens and memory have a spread too; runs before decisions 5 go without. Left out: they have. */
  readonly spreadsAll?: boolean
}

/**
 * What a task is expected to take, by the record of past ones: `minutes` is the middle, `low` to `high` holds 80 of 100, `spread`
 * is the standard deviation that goes with it, and so with tokens and memory. What somebody said of it is drawn towards the record, the more the worse they
 * were before; with no task of the past there is nothing to draw it towards.
 */
export function estimateTask(experience: Experience, asked: Asked): Estimate {
  const kind = experience.kinds.find((each) => each.kind === asked.kind) ?? experience.kinds.find((each) => each.kind === '*')
  if (!kind) throw new Error('an experience has a curve for roles without a past')
  const features = toFeatures(asked, experience.typical)
  const [low, middle, high] = along(kind.minutes, features)
  const tokens = toRange(along(kind.tokens, features))
  const memory = kind.memoryMb && toRange(along(kind.memoryMb, features))
  const amounts = ({ tokens: said, memoryMb: saidMb, tokensSpread, memorySpreadMb }: Partial<Estimate> = {}): Pick<Estimate, 'tokens' | 'tokensSpread' | 'memoryMb' | 'memorySpreadMb'> => {
    const [ofTokens, ofMemory] = [toAmount(tokens, said, tokensSpread), toAmount(memory, saidMb, memorySpreadMb)]
    if (asked.spreadsAll === false) return { tokens: ofTokens.amount, memoryMb: ofMemory.amount }
    return { tokens: ofTokens.amount, tokensSpread: ofTokens.spread, memoryMb: ofMemory.amount, ...(ofMemory.amount > 0 ? { memorySpreadMb: ofMemory.spread } : {}) }
  }
  const samples = kind.here + kind.elsewhere
  const record = { low, middle, high }
  const { given } = asked
  if (!given) return { ...toMinutes(record), ...amounts(), from: samples > 0 ? 'record' : 'prior', samples }
  const { estimate, by } = given
  const track = experience.given[by]
  const said = { middle: Math.max(0.01, estimate.minutes) * Math.exp(track.bias), sd: track.sd }
  const drawn = samples > 0 && estimate.minutes > 0 ? combine(record, said) : { middle: estimate.minutes, low: estimate.minutes * Math.exp(-toNinety * said.sd), high: estimate.minutes * Math.exp(toNinety * said.sd) }
  return {
    ...toMinutes(drawn), ...(samples > 0 ? {} : { minutes: estimate.minutes, spread: estimate.spread }),
    ...amounts(estimate), ...toShared(estimate), from: samples > 0 ? 'both' : 'given', samples, given: { minutes: estimate.minutes, by },
  }
}

interface Range {
  readonly low: number
  readonly middle: number
  readonly high: number
}

function along({ base, slopes, rest }: Curve, features: readonly number[]): readonly [number, number, number] {
  const at = base + slopes.reduce((sum, slope, n) => sum + slope * (features[n] ?? 0), 0)
  const value = (level: number): number => Math.min(most, Math.exp(at + (rest[level] ?? 0)))
  return [value(lowLevel), value(middleLevel), value(highLevel)]
}

function toRange([low, middle, high]: readonly [number, number, number]): Range {
  return { low, middle, high }
}

/** What somebody said, else what the record says; as far off as they said, else as the record is, in proportion. Without either it is nothing. */
function toAmount(record: Range | undefined, said = 0, saidSpread?: number): { readonly amount: number; readonly spread: number } {
  const spread = record ? (record.high - record.low) / (2 * toNinety) : 0
  if (said === 0) return { amount: round(record?.middle ?? 0), spread: round(spread) }
  return { amount: said, spread: saidSpread ?? round(record ? (spread * said) / record.middle : 0) }
}

/** By the inverse of their variances (Bates and Granger, 1969), in logarithms. */
function combine({ low, middle, high }: Range, said: { readonly middle: number; readonly sd: number }): Range {
  const sd = Math.max(0.05, Math.log(high / low) / (2 * toNinety))
  const trust = sd ** 2 / (sd ** 2 + said.sd ** 2)
  const at = trust * Math.log(said.middle) + (1 - trust) * Math.log(middle)
  const both = Math.sqrt((trust * said.sd) ** 2 + ((1 - trust) * sd) ** 2 + 2 * shared * trust * (1 - trust) * said.sd * sd)
  return { middle: Math.exp(at), low: Math.exp(at - toNinety * both), high: Math.exp(at + toNinety * both) }
}

function toMinutes({ low, middle, high }: Range): Pick<Estimate, 'minutes' | 'spread' | 'low' | 'high'> {
  return { minutes: round(middle), spread: round((high - low) / (2 * toNinety)), low: round(low), high: round(high) }
}

/** Three digits that mean something: nobody knows more. */
function round(value: number): number {
  return value === 0 ? 0 : Number(Math.min(most, value).toPrecision(3))
}

/** What no record knows. */
function toShared({ cpu, requests, resources }: Estimate): Partial<Estimate> {
  return { ...(cpu === undefined ? {} : { cpu }), ...(requests === undefined ? {} : { requests }), ...(resources === undefined ? {} : { resources }) }
}
