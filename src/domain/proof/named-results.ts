import type { CheckOutcome, TestStatus } from '../../protocol/evidence.ts'
import { isEndless } from './endless.ts'

/** What two runs of one check on the same content showed of each test. */
export type TwiceSeen = 'passed' | 'failed' | 'skipped' | 'mixed'

export type NamedResults = ReadonlyMap<string, TwiceSeen>

const between = ' › '

function toMap(outcome: CheckOutcome | undefined): ReadonlyMap<string, TestStatus> {
  return new Map(outcome?.tests?.cases.map((one) => [one.name, one.status]))
}

/** A test that only one of the two runs saw is `mixed`, unless there was only one run; one that keeps its run from ending failed in the other too, where that did not end either. */
export function combine(first: CheckOutcome | undefined, second: CheckOutcome | undefined): NamedResults {
  const one = toMap(first)
  if (second === undefined || first === undefined) return first === undefined ? toMap(second) : one
  const two = toMap(second)
  const all = new Map<string, TwiceSeen>()
  for (const name of new Set([...one.keys(), ...two.keys()])) {
    const [a, b] = [seenIn(first, one, name, second), seenIn(second, two, name, first)]
    all.set(name, a !== undefined && a === b ? a : 'mixed')
  }
  return all
}

function seenIn(outcome: CheckOutcome, seen: ReadonlyMap<string, TestStatus>, name: string, other: CheckOutcome): TestStatus | undefined {
  return seen.get(name) ?? (outcome.status === 'timed-out' && isEndless(other, name) ? 'failed' : undefined)
}

/** Names of what lies inside a file, a suite or a test with subtests. */
export function namesInside(results: NamedResults, owner: string): readonly string[] {
  return [...results.keys()].filter((name) => name.startsWith(owner + between))
}

/** The suite or file that a test lies in; undefined for the outermost. */
export function ownerOf(name: string): string | undefined {
  const at = name.lastIndexOf(between)
  return at === -1 ? undefined : name.slice(0, at)
}
