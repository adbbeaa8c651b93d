import type { ResultLab } from '../../../engine/ports/strength.ts'
import type { LookedAt, Mutant, Selection, Tried } from '../judge/mutants.ts'
import { lookAtLeft, tryMutants } from '../judge/mutants.ts'
import { findSources } from '../built-files.ts'
import type { Candidate } from '../candidate.ts'
import { chooseLane } from '../lane/choose-lane.ts'
import type { Lane, Survey } from '../lane/lane.ts'
import type { Project } from '../project.ts'
import { sourceOf } from '../built-files.ts'
import { createSelector } from '../search/filter.ts'
import { createUnrun } from './unrun.ts'
import type { ProvingTests } from './proving-tests.ts'
import { startPrograms } from './start-programs.ts'

/** Runs at a time. */
const parallel = 2
export const noTime = 'there was no time left for it'

/** Where tests are run on small changes. What stands in its way is a half sentence. */
export interface Bench {
  /** Of the tests that it was opened for, those that it does not run. */
  readonly without: number
  /** Does it see all that they run? */
  readonly seesAll: boolean
  /** Runs the code as it is first: where that does not pass, nothing that fails says anything. */
  try(mutants: readonly Mutant[], budgetMs: number): Promise<Tried | { readonly why: string }>
  /** Is it in a statement that is known to be run by none of the tests? */
  isUnrun(mutant: Mutant): boolean
  /** Tells apart what no test noticed. */
  look(left: readonly Mutant[], budgetMs: number): Promise<LookedAt>
}

/**
 * A quick lane, where it sees what the check saw; otherwise the check itself, a run for each small change. A lane changes what its own
 * processes load: where tests start other programs, what it does not notice meets the check too.
 */
export async function openBench(tests: ProvingTests, project: Project, lab: ResultLab, surveyMs: number): Promise<Bench> {
  const inLane = await openLane(tests, lab, surveyMs)
  const byCheck = createCheckBench(tests, lab)
  if (inLane === undefined) return byCheck
  const quick = createLaneBench(inLane, project)
  return (await startPrograms(tests.group.files, inLane.survey, lab)) ? createBothBench(quick, byCheck) : quick
}

function createBothBench(quick: Bench, byCheck: Bench): Bench {
  return {
    ...quick,
    seesAll: false,
    try: async (mutants, budgetMs) => {
      const until = performance.now() + budgetMs
      const first = await quick.try(mutants, budgetMs / 2)
      if ('why' in first) return byCheck.try(mutants, until - performance.now())
      const left = new Set(first.left)
      const noticed = first.reached.filter((mutant) => !left.has(mutant))
      const second = await byCheck.try(first.left, until - performance.now())
      if ('why' in second) return noticed.length === 0 ? second : { reached: noticed, left: [] }
      return { reached: [...noticed, ...second.reached], left: second.left }
    },
  }
}

interface InLane {
  readonly lane: Lane
  readonly survey: Survey
  readonly names: readonly string[]
  readonly without: number
}

async function openLane({ group: told, names }: ProvingTests, lab: ResultLab, surveyMs: number): Promise<InLane | undefined> {
  if (told.byExit !== undefined && told.byExit.script === undefined) return undefined
  const group = await findSources(told, lab)
  // Tests whose code only a build can read are run by the check, which builds them.
  if (group.files.some((file) => sourceOf(group, file) !== file)) return undefined
  const lane = await chooseLane(lab, group, parallel)
  const survey = await lane.survey(surveyMs)
  const agreed = survey?.tests.filter((test) => test.status === 'passed' && names.has(test.name)).map(({ name }) => name) ?? []
  return survey === undefined || agreed.length === 0 ? undefined : { lane, survey, names: agreed, without: countWithout(names, agreed) }
}

/** A suite that the check names is run where its tests are. */
function countWithout(names: ReadonlySet<string>, agreed: readonly string[]): number {
  const run = new Set(agreed.flatMap((name) => name.split(' › ').map((_, at, parts) => parts.slice(0, at + 1).join(' › '))))
  return [...names].filter((name) => !run.has(name)).length
}

function createLaneBench({ lane, survey, names, without }: InLane, project: Project): Bench {
  const select = createSelector(survey, { targets: names, keep: [] })
  const isUnrun = createUnrun(survey, new Set(names), project)
  return {
    without,
    seesAll: true,
    isUnrun: ({ candidate }) => isUnrun(candidate),
    try: async (mutants, budgetMs) => {
      const [first] = mutants
      const text = first === undefined ? undefined : project.sources.get(first.candidate.path)?.text
      if (first === undefined || text === undefined) return { reached: [], left: [] }
      const asItIs: Mutant = { candidate: { ...first.candidate, edits: [], within: undefined }, text }
      // What no test runs none can notice: it takes no time.
      const [unrun, run] = [mutants.filter(({ candidate }) => isUnrun(candidate)), mutants.filter(({ candidate }) => !isUnrun(candidate))]
      const { reached, left } = await tryMutants(lane, [asItIs, ...run], { select: ({ candidate }) => select(candidate), budgetMs })
      if (!reached.includes(asItIs)) return { why: 'the tests could not be run in time' }
      if (!left.includes(asItIs)) return { why: 'the tests do not pass a second time where they are run quickly' }
      return { reached: [...reached.filter((each) => each !== asItIs), ...unrun], left: [...left.filter((each) => each !== asItIs), ...unrun] }
    },
    look: async (left, budgetMs) => {
      const [first] = left
      const text = first === undefined ? undefined : project.sources.get(first.candidate.path)?.text
      if (first === undefined || text === undefined) return { survivors: [], alike: 0, unread: 0 }
      const versions = left.map(({ candidate }) => ({ path: candidate.path, text, at: startOf(candidate) }))
      return lookAtLeft(lane, left, { path: first.candidate.path, text, at: startOf(first.candidate) }, project, { probed: versions, selection: join(left.map(({ candidate }) => select(candidate))), budgetMs })
    },
  }
}

function startOf({ edits }: Candidate): number {
  return edits[0]?.start ?? 0
}

function join(selections: readonly Selection[]): Selection {
  return { only: [...new Set(selections.flatMap(({ only }) => only))], files: [...new Set(selections.flatMap(({ files }) => files))], perMs: Math.max(...selections.map(({ perMs }) => perMs)) }
}

function createCheckBench({ group: { check, outcome, files, byExit } }: ProvingTests, lab: ResultLab): Bench {
  const timeoutMs = 3 * outcome.durationMs + 2000
  const only = byExit === undefined ? { only: files } : {}
  const run = async (texts: ReadonlyMap<string, string>): Promise<boolean> => (await lab.tryFiles(texts, check, { ...only, timeoutMs })).status === 'passed'
  return {
    without: 0,
    seesAll: false,
    isUnrun: () => false,
    try: async (mutants, budgetMs) => {
      const until = performance.now() + budgetMs
      if (mutants.length === 0) return { reached: [], left: [] }
      if (2 * outcome.durationMs > budgetMs) return { why: `a run of ${check.command} takes too long to try small changes by it, and its tests cannot be run otherwise` }
      if (!(await run(new Map()))) return { why: lab.over.aborted ? noTime : `${check.command} does not pass in a scratch copy` }
      const reached: Mutant[] = []
      const left: Mutant[] = []
      while (reached.length < mutants.length && performance.now() + outcome.durationMs < until) {
        const some = mutants.slice(reached.length, reached.length + parallel)
        const passed = await Promise.all(some.map(({ candidate, text }) => run(new Map([[candidate.path, text]]))))
        if (lab.over.aborted) break
        reached.push(...some)
        left.push(...some.filter((_, at) => passed[at] === true))
      }
      return { reached, left }
    },
    look: async (left) => ({ survivors: left.map(({ candidate: { path, line, describes } }) => ({ path, line, describes })), alike: 0, unread: 0 }),
  }
}
