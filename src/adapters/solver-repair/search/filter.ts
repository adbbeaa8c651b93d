import type { Lab } from '../../../engine/ports/solver.ts'
import type { Check } from '../../../protocol/contract.ts'
import type { TestCase } from '../../../protocol/evidence.ts'
import type { CheckOutcome } from '../../../protocol/evidence.ts'
import type { Candidate, Extent } from '../candidate.ts'
import { scoreOf } from '../candidate.ts'
import type { Lane, LaneJob, LaneVerdict, Survey } from '../lane/lane.ts'
import type { Cover } from '../localise/spectrum.ts'
import type { Project } from '../project.ts'
import { guardLoops } from './guard-loops.ts'
import type { Compiler } from '../typescript/compiler.ts'
import type { Trial } from './trials.ts'

/** What the failing tests' files showed of a trial. `mended` are targets that pass now; it broke nothing that was looked at. */
export interface Survivor {
  readonly trial: Trial
  readonly mended: readonly string[]
  /** `mended` and those that still fail beside them, in the file where that is fewest. */
  readonly reachable: number
}

export interface Sifted {
  readonly reached: number
  readonly survivors: readonly Survivor[]
  readonly further: readonly Step[]
}

/** A trial that made no test pass, but a failing one fails at a later line of its own, none at an earlier one. */
export interface Step {
  readonly trial: Trial
  /** Lines of the tests that are behind it now. */
  readonly lines: number
}

export interface Filter {
  /** How many trials are worth asking about at once. */
  readonly width: number
  /** Leaves room for a run of the whole check beside it. */
  readonly quick: boolean
  /** Tries from the front for about `budgetMs`; `reached` of them have been judged. Unless `all`, it may end soon after a success. */
  sift(trials: readonly Trial[], budgetMs: number, options: { all: boolean }): Promise<Sifted>
}

/** One file that is whole again is enough: tests that go through everything often fail for several faults at once. */
function countBeside(mended: readonly string[], targets: readonly string[]): number {
  const fileOf = (name: string): string => name.split(' › ')[0] ?? name
  const files = new Set(mended.map(fileOf))
  const left = [...files].map((file) => targets.filter((name) => fileOf(name) === file && !mended.includes(name)).length)
  return mended.length + Math.min(...left)
}

/** Targets that pass. One that is a file could not be loaded: it is mended where tests of it pass and none of them fails. */
export function findMended(targets: readonly string[], cases: readonly TestCase[]): string[] {
  const passed = new Set(cases.filter((test) => test.status === 'passed').map((test) => test.name))
  const own = (file: string, status: TestCase['status']): boolean => cases.some((test) => test.status === status && test.name.startsWith(`${file} › `))
  return targets.filter((name) => passed.has(name) || (!name.includes(' › ') && own(name, 'passed') && !own(name, 'failed') && !cases.some((test) => test.name === name)))
}

/** Best first; equal ones in the order of the files, so that the same input gives the same order. */
export function rankCandidates(candidates: readonly Candidate[]): Candidate[] {
  const at = (candidate: Candidate): number => candidate.edits[0]?.start ?? 0
  return candidates.toSorted((a, b) => scoreOf(b) - scoreOf(a) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) || at(a) - at(b) || (a.describes < b.describes ? -1 : 1))
}

/** Many candidates in few processes, each against the tests that its place is run by. */
export function createLaneFilter(lane: Lane, survey: Survey, options: { targets: readonly string[]; keep: readonly string[] }, project: Project): Filter {
  const select = createSelector(survey, options)
  const guarded = guardStuck(survey, project)
  const loopMs = findLoopMs(survey)
  /** As long as every target may go round and round. */
  const withLoops = (selection: Selection): Selection => (guarded.size === 0 ? selection : { ...selection, perMs: Math.min(10_000, selection.perMs + loopMs * (1 + selection.targets.length / 2)) })
  const guardTrial = ({ candidate: { path }, text }: Trial): Pick<LaneJob, 'path' | 'text' | 'others' | 'loopMs'> => {
    const grammar = project.sources.get(path)?.grammar
    if (guarded.size === 0 || grammar === undefined) return { path, text }
    return { path, text: guardLoops(project, { path, grammar, text }) ?? text, others: [...guarded.values()].filter((other) => other.path !== path), loopMs }
  }
  const before = new Map(survey.tests.map((test) => [test.name, test.at ?? 0]))
  const keep = new Set(options.keep)
  const countLines = ({ failed, passed }: LaneVerdict, targets: readonly string[]): number => {
    const steps = targets.flatMap((name) => (before.get(name) ?? 0) === 0 || (failed.get(name) ?? 0) === 0 ? [] : (failed.get(name) ?? 0) - (before.get(name) ?? 0))
    const isWorse = steps.some((step) => step < 0) || targets.some((name) => passed.has(name)) || [...failed.keys()].some((name) => keep.has(name))
    return isWorse ? 0 : steps.reduce((sum, step) => sum + step, 0)
  }
  return {
    width: Math.max(200, widthEach * lane.workers),
    quick: true,
    async sift(trials, budgetMs, { all }) {
      const jobs = takeWhileSmall(trials).map((trial, id): LaneJob & Selection => ({ id, ...guardTrial(trial), ...withLoops(select(trial.candidate)) }))
      const verdicts = await lane.tryAll(jobs, { keep: options.keep, budgetMs, all })
      const survivors = verdicts.flatMap((verdict): Survivor[] => {
        const [trial, job] = [trials[verdict.id], jobs[verdict.id]]
        if (trial === undefined || job === undefined || verdict.ended !== 'done') return []
        const mended = job.targets.filter((name) => verdict.passed.has(name))
        const whole = job.only.every((name) => verdict.passed.has(name) || job.targets.includes(name))
        return mended.length > 0 && whole ? [{ trial, mended, reachable: countBeside(mended, options.targets) }] : []
      })
      const further = verdicts.flatMap((verdict): Step[] => {
        const trial = trials[verdict.id]
        const lines = countLines(verdict, jobs[verdict.id]?.targets ?? [])
        return trial !== undefined && lines > 0 ? [{ trial, lines }] : []
      })
      // Jobs are handed out in order, so that all before the last answered one were tried.
      return { reached: Math.max(-1, ...verdicts.map((verdict) => verdict.id)) + 1, survivors, further }
    },
  }
}

/** With guarded loops, the files in which tests of the base do not end. */
function guardStuck(survey: Survey, project: Project): Map<string, { path: string; text: string }> {
  const paths = new Set(survey.tests.flatMap((test) => test.endless ?? []).map(({ path }) => path))
  return new Map([...paths].flatMap((path) => {
    const file = project.sources.get(path)
    const text = file === undefined ? undefined : guardLoops(project, file)
    return text === undefined ? [] : [[path, { path, text }] as const]
  }))
}

/** Time for the loops of the first test that has none left, less for those after it: many times what any of the base's takes that ends. */
function findLoopMs(survey: Survey): number {
  return Math.round(Math.min(3000, 80 + 4 * Math.max(0, ...survey.tests.map((test) => test.ms))))
}

/** How many candidates a worker may try in one batch, so that none waits while the batch lasts. */
const widthEach = 100

/** Characters of candidates' files that go to a lane at once. */
const maxBatchChars = 8_000_000

function takeWhileSmall(trials: readonly Trial[]): Trial[] {
  let chars = 0
  return trials.filter((trial, i) => {
    chars += trial.text.length
    return i === 0 || chars <= maxBatchChars
  })
}

export interface Selection extends Pick<LaneJob, 'only' | 'files' | 'perMs'> {
  readonly targets: readonly string[]
}

/** Which tests can notice a change at a place: those that ran the function around it, all of the failing tests' files where it is outside functions. */
export function createSelector(survey: Survey, { targets, keep }: { targets: readonly string[]; keep: readonly string[] }): (candidate: Candidate) => Selection {
  const red = new Set(targets)
  const known = new Set([...targets, ...keep])
  const tests = survey.tests.filter((test) => known.has(test.name))
  const made = new Map<string, Selection>()
  return ({ path, within }) => {
    const key = within === undefined ? path : `${path}:${within.start}:${within.end}`
    const found = made.get(key)
    if (found !== undefined) return found
    const touched = within === undefined ? tests : tests.filter((test) => touches(test.covers.get(path), within))
    const only = touched.some((test) => red.has(test.name)) ? touched : tests
    const files = [...new Set(only.toSorted((a, b) => Number(red.has(b.name)) - Number(red.has(a.name))).map((test) => test.file))]
    const selection = {
      only: only.map((test) => test.name), targets: only.filter((test) => red.has(test.name)).map((test) => test.name), files,
      perMs: Math.round(Math.min(10_000, 400 + 2 * survey.loadMs + 4 * only.reduce((sum, test) => sum + test.ms, 0))),
    }
    made.set(key, selection)
    return selection
  }
}

/** Did what a test ran have a part of this in it? */
export function touches(cover: Cover | undefined, within: Extent): boolean {
  if (cover === undefined) return false
  return cover.by === 'row'
    ? cover.rows.some((row) => row >= within.firstRow && row <= within.lastRow)
    : cover.spans.some(([from, to]) => from < within.end && to > within.start)
}

/**
 * One run of the check, narrowed to the failing tests' files, for each candidate. With `byName` it is narrowed to the failing tests
 * first, and only what makes one of them pass meets the others of their files. What brings TypeScript new type errors is not worth one.
 */
export function createCheckFilter(lab: Lab, check: Check, options: { targets: readonly string[]; keep: readonly string[]; only: readonly string[]; byName?: boolean; perMs: number; parallel: number; countErrors?: Compiler['countErrors'] }): Filter {
  const attempt = async (trial: Trial): Promise<Survivor | undefined> => {
    const run = (names?: readonly string[]): Promise<CheckOutcome> => lab.tryFiles(new Map([[trial.candidate.path, trial.text]]), check, { only: options.only, ...(names === undefined ? {} : { names }), timeoutMs: options.perMs })
    const alone = options.byName === true ? await run(options.targets) : undefined
    if (alone !== undefined && findMended(options.targets, alone.tests?.cases ?? []).length === 0) return undefined
    const outcome = alone !== undefined && options.keep.length === 0 ? alone : await run()
    const failed = new Set(outcome.tests?.cases.filter((test) => test.status === 'failed').map((test) => test.name))
    const mended = findMended(options.targets, outcome.tests?.cases ?? [])
    return mended.length > 0 && !options.keep.some((name) => failed.has(name)) ? { trial, mended, reachable: countBeside(mended, options.targets) } : undefined
  }
  /** By path: the trials of TypeScript that the compiler has more against than against the base. */
  const findMistyped = async (trials: readonly Trial[]): Promise<ReadonlySet<Trial>> => {
    const typed = Map.groupBy(trials.filter(({ candidate }) => /\.[cm]?tsx?$/.test(candidate.path)), ({ candidate }) => candidate.path)
    const found = new Set<Trial>()
    for (const [path, some] of typed) {
      const [base = 0, ...counts] = (await options.countErrors?.(path, some.map(({ text }) => text))) ?? []
      for (const [at, trial] of some.entries()) if ((counts[at] ?? 0) > base) found.add(trial)
    }
    return found
  }
  return {
    width: 12,
    quick: false,
    async sift(trials, budgetMs) {
      // The compiler's start takes longer than the first batches have: it is not counted in.
      const mistyped = await findMistyped(trials)
      const until = performance.now() + budgetMs
      const survivors: Survivor[] = []
      let reached = 0
      while (reached < trials.length && performance.now() < until) {
        const group: Trial[] = []
        for (; reached < trials.length && group.length < options.parallel; reached++) {
          const trial = trials[reached]
          if (trial !== undefined && !mistyped.has(trial)) group.push(trial)
        }
        const results = await Promise.all(group.map((trial) => attempt(trial)))
        survivors.push(...results.flatMap((survivor) => survivor ?? []))
      }
      return { reached, survivors, further: [] }
    },
  }
}
