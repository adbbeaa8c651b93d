import { count } from '../../../domain/report/words.ts'
import type { MutationScore, Sureness } from '../../../protocol/repair.ts'
import { scoreOfMutants } from './strength.ts'

/** What is known of the proposed mend and of the others that pass. */
export interface Grounds {
  /** Worth of each cluster, best first. */
  readonly worths: readonly number[]
  /** Of the other clusters: how many were seen to behave differently; of the rest nothing is known. */
  readonly apart: number
  /** How many that pass behave like the proposed one, itself included. */
  readonly agreeing: number
  /** Changes that pass the failing tests and were not compared. */
  readonly unlooked: number
  /** Inputs that behaviours were compared on. */
  readonly inputs: number
  /** Those of them that the tests give themselves. */
  readonly given: number
  readonly strength: MutationScore | undefined
  /** A small change of the mended line itself is noticed by no test. */
  readonly loose: boolean
  /** Characters taken out and put in, and places that are edited. */
  readonly size: number
  readonly places: number
  /** Families of the changes that it consists of. */
  readonly kinds: readonly string[]
  readonly prior: number
  /** Every failing test passes with it. */
  readonly whole: boolean
  /** The search had gone through all that is likelier, and a while beyond. */
  readonly searched: boolean
  /** What else may be the cause, a half sentence. */
  readonly hint: string | undefined
}

export interface Rating {
  readonly sure: Sureness
  readonly confidence: number
  readonly why: readonly string[]
}

/** Kinds whose text is drawn from the tests or made up: tests are content with many of them. */
const guessed = /^(guard|default|text|initial value|constant|shared default|return|null)$/
/** From here on the tests around a place count as strong. */
const strongScore = 0.85
const fewestMutants = 4
const fewestInputs = 5
const fewestGiven = 2
/** From here on a mend is likely; below, a person is asked (the policy's `confidence_bar` is the same where nobody sets it). */
const likelyFrom = 0.5
/** A second cluster that is worth less than this share of the first is a poor rival. */
const rivalShare = 0.5

/**
 * How sure one may be, in four words and a number. "Sure" is kept for mends that are small, alone in how they behave, looked at on
 * enough inputs, and held by strong tests; whatever is not known speaks against it.
 */
export function rateMend(grounds: Grounds): Rating {
  const [first = 0, second = 0] = grounds.worths
  const score = grounds.strength === undefined ? undefined : scoreOfMutants(grounds.strength)
  const tried = grounds.strength?.tried ?? 0
  const rivals = grounds.worths.length - 1
  const doubts = [
    ...describeRivals(grounds.apart, 'behaves differently', 'behave differently'),
    ...describeRivals(rivals - grounds.apart, 'could not be compared with it', 'could not be compared with it'),
    ...(grounds.unlooked > 0 ? [`${count(grounds.unlooked, 'more that passes', 'more that pass')} the failing tests ${grounds.unlooked === 1 ? 'was' : 'were'} not compared`] : []),
    ...(grounds.inputs < fewestInputs ? ['there were too few inputs to compare behaviour on'] : []),
    ...(grounds.given < fewestGiven ? [`the tests call it with ${grounds.given === 0 ? 'no input that could be kept' : grounds.given === 1 ? 'one input only' : `only ${grounds.given} inputs`}`] : []),
    ...(score === undefined ? ['how strong the tests around it are is not known'] : score < strongScore ? [`the tests around it notice only ${Math.round(100 * score)} % of small changes`] : tried < fewestMutants ? ['few small changes could be tried around it'] : []),
    ...(grounds.loose ? ['the tests miss a small change of the very line that it mends'] : []),
    ...(grounds.whole ? [] : ['some of the failing tests still fail with it']),
    ...(grounds.size > 40 ? ['it is not small'] : []), ...(grounds.places > 1 ? ['it is in more than one place'] : []),
    ...(grounds.kinds.some((kind) => guessed.test(kind)) ? ['what it puts in is a guess from the tests'] : []),
    ...(grounds.prior < 0.2 ? ['slips of this kind are rare'] : []),
    ...(grounds.searched ? [] : ['the search had no time to look for others']),
    ...(grounds.hint === undefined ? [] : [grounds.hint]),
  ]
  if (doubts.length === 0) {
    const why = [grounds.agreeing > 1 ? `all ${grounds.agreeing} changes that pass behave alike on ${grounds.inputs} inputs` : 'no other change that was tried passes', `the tests around it notice ${Math.round(100 * (score ?? 0))} % of small changes`, 'it is small']
    return { sure: 'sure', confidence: round(0.92 + 0.01 * Math.min(4, grounds.agreeing - 1)), why }
  }
  if (rivals > 0 && second >= rivalShare * first) return { sure: 'one of several', confidence: round(Math.max(0.2, 0.48 - 0.04 * rivals)), why: doubts }
  const known = 0.8 - 0.06 * (doubts.length - 1) - (score === undefined ? 0 : 0.3 * Math.max(0, strongScore - score)) - (rivals > 0 ? 0.08 : 0) - (grounds.whole ? 0 : 0.1) - (grounds.given < fewestGiven ? 0.08 : 0) - (grounds.hint === undefined ? 0 : 0.25) - (grounds.places > 1 ? ofPair(grounds) : 0)
  const confidence = round(Math.min(0.85, Math.max(0.2, known)))
  return { sure: confidence < likelyFrom ? 'a guess' : 'likely', confidence, why: doubts }
}

/** Two changes together fit the tests in many more ways than one does, most of all where one of them is made up or rare. */
function ofPair({ kinds, prior }: Grounds): number {
  return 0.1 + (kinds.some((kind) => guessed.test(kind)) ? 0.1 : 0) + (prior < 0.2 ? 0.1 : 0)
}

function describeRivals(count: number, one: string, several: string): string[] {
  if (count === 0) return []
  return [count === 1 ? `another way to mend it passes all checks and ${one}` : `${count} other ways to mend it pass all checks and ${several}`]
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
