import type { Cover } from '../localise/spectrum.ts'

/** How long a batch goes on after a job that mended all it could reach, in milliseconds: alternatives of like rank are worth knowing. */
export const graceMs = 300

/** One test as a lane saw it, named as the check's report names it. */
export interface LaneTest {
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** Path of its file. */
  readonly file: string
  readonly ms: number
  /** Of one that fails: the line of its file, from 1, in which it does, where that is known. */
  readonly at?: number | undefined
  /** What ran while it ran, by path; only in a survey. */
  readonly covers: ReadonlyMap<string, Cover>
  /** It did not end by itself; its `ms` is 0. The stack of where it was, the innermost frame first; empty where that could not be seen. */
  readonly endless?: readonly StackFrame[]
}

/** A frame of the project's own code. */
export interface StackFrame {
  readonly path: string
  /** From 1. */
  readonly line: number
  /** Empty outside of functions. */
  readonly name: string
}

/** Stacks of one test at a few moments, each the innermost frame first: name, path and row from 0. */
export type Samples = readonly (readonly (readonly [name: string, path: string, row: number])[])[]

/**
 * Where a test goes round and round: what its stacks have in common, counted from the outermost frame. What the innermost frame of
 * that calls comes and goes, so its loop is the one that does not end. Its line is the first one that it was seen at.
 */
export function findEndlessStack(samples: Samples): StackFrame[] {
  const outer = samples.filter((frames) => frames.length > 0).map((frames) => frames.toReversed())
  const [first = [], ...others] = outer
  const isShared = (depth: number): boolean => others.every((frames) => frames[depth]?.[0] === first[depth]?.[0] && frames[depth]?.[1] === first[depth]?.[1])
  const isFixed = (depth: number): boolean => others.every((frames) => frames[depth]?.[2] === first[depth]?.[2])
  let shared = 0
  while (shared < first.length && isShared(shared)) {
    shared++
    // What is called from one line or from another is not the same call any more.
    if (!isFixed(shared - 1)) break
  }
  const rowAt = (depth: number): number => Math.min(...outer.map((frames) => frames[depth]?.[2] ?? Infinity))
  return first.slice(0, shared === 0 ? first.length : shared).map(([name, path, row], depth): StackFrame => ({ name, path, line: (shared === 0 ? row : rowAt(depth)) + 1 })).toReversed()
}

/** How a survey finds tests that do not end. */
export interface Watch {
  /** A test that runs for so long without giving way does not end; one that only waits has three times as long. In milliseconds. */
  readonly patienceMs: number
  /** Tests that are known not to end: they get less time. */
  readonly endless?: readonly string[]
  /** Those of them that are not run at all where the lane can leave them out. */
  readonly passOver?: readonly string[]
}

export interface Survey {
  readonly tests: readonly LaneTest[]
  /** What a run takes beside its tests: loading the project, starting the runner. */
  readonly loadMs: number
}

/** What a probed function answered to one input, in words that are equal for equal behaviour. */
export interface Probed {
  /** Name of the probe, as the text of the file calls it. */
  readonly name: string
  /** The object that it was called on; empty for plain functions. */
  readonly self: string
  readonly args: string
  /** A test called it so; otherwise it is a small variation of such a call. */
  readonly given: boolean
  /** `returns …`, `yields …`, `throws …` or `does not end`, and what became of its arguments. */
  readonly outcome: string
}

/** A whole file's content to try. */
export interface LaneJob {
  readonly id: number
  readonly path: string
  readonly text: string
  /** Only these tests run, and what they cannot run without. */
  readonly only: readonly string[]
  /** Those of them that fail on the base: the job ends when none of them can pass any more. */
  readonly targets?: readonly string[]
  /** Files of these tests, those of the targets first. */
  readonly files: readonly string[]
  /** Then it is killed. */
  readonly perMs: number
  /** Loops of the texts are guarded: each test's end with an error after so many milliseconds. */
  readonly loopMs?: number
  /** Further files with other content. */
  readonly others?: readonly { readonly path: string; readonly text: string }[]
  /** The texts hold probes: after the tests their functions are asked again. */
  readonly probe?: true
}

export interface LaneVerdict {
  readonly id: number
  readonly ended: 'done' | 'bailed' | 'timeout' | 'crash'
  readonly passed: ReadonlySet<string>
  /** Those that ran and failed, with the line of their file in which they did, 0 where that is not known. */
  readonly failed: ReadonlyMap<string, number>
  /** Of a job with probes. */
  readonly probed?: readonly Probed[]
}

/**
 * A quick way to try many candidates in few processes. It only sorts out: what survives is run again by the check itself,
 * and a lane that does not see on the base what the check saw is not used at all.
 */
export interface Lane {
  readonly name: string
  /** How many jobs run at a time. */
  readonly workers: number
  /**
   * Runs the base's tests one by one with coverage, `others` with other content; undefined where this lane cannot run them. With a watch,
   * tests that do not end are named and passed over.
   */
  survey(timeoutMs: number, others?: readonly { readonly path: string; readonly text: string }[], watch?: Watch): Promise<Survey | undefined>
  /**
   * Runs each job's tests until `budgetMs` is over; jobs without a verdict were not reached. Verdicts come in the order of ids,
   * whichever worker was done first.
   * A job ends early once a test of `keep` fails; unless `all`, so does the batch soon after a job that mended all it could.
   */
  tryAll(jobs: readonly LaneJob[], options: { keep: readonly string[]; budgetMs: number; all?: boolean }): Promise<readonly LaneVerdict[]>
}
