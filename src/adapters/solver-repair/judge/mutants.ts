import type { Survivor } from '../../../protocol/repair.ts'
import type { Candidate } from '../candidate.ts'
import type { Lane, LaneJob } from '../lane/lane.ts'
import type { Project } from '../project.ts'
import { chooseProbes, compareBehaviours, findDifference, observeVersions } from './behaviour.ts'
import type { Behaviour, Version } from './behaviour.ts'

/** Kinds of small change that mutation testing is known by: all of them can be told by a test that looks. */
export const mutating = /^(comparison|arithmetic|logic|constant|assignment|update|negation|sign|clause|operand|statement|jump|slice)$/
/** Survivors that are looked at closely, and those that are named. */
const mostLooked = 10
const mostNamed = 20

/** A small change with the whole text that it makes of its file. */
export interface Mutant {
  readonly candidate: Candidate
  readonly text: string
}

/** Which tests can notice a small change, and how long they may take. */
export type Selection = Pick<LaneJob, 'only' | 'files' | 'perMs'>

/** What came of small changes against the tests of one lane: those that it came to, and of these what no test notices. */
export interface Tried {
  readonly reached: readonly Mutant[]
  readonly left: readonly Mutant[]
}

/** Runs the tests on each of the small changes for about `budgetMs`. */
export async function tryMutants(lane: Lane, mutants: readonly Mutant[], { select, budgetMs }: { select: (mutant: Mutant) => Selection; budgetMs: number }): Promise<Tried> {
  const jobs = mutants.map((mutant, id): LaneJob => ({ id, path: mutant.candidate.path, text: mutant.text, ...pick(select(mutant)) }))
  const verdicts = await lane.tryAll(jobs, { keep: [...new Set(jobs.flatMap(({ only }) => only))], budgetMs })
  const left = verdicts.filter((verdict) => verdict.ended === 'done' && jobs[verdict.id]?.only.every((name) => verdict.passed.has(name)) === true)
  const mutantsOf = (some: typeof verdicts): Mutant[] => some.toSorted((a, b) => a.id - b.id).flatMap(({ id }) => mutants[id] ?? [])
  return { reached: mutantsOf(verdicts), left: mutantsOf(left) }
}

/** A selection may know more than a job takes: its targets would end the job early. */
function pick({ only, files, perMs }: Selection): Selection {
  return { only, files, perMs }
}

/** What no test notices, told apart by behaviour: the `alike` answer every input that was looked at as the code does, and may be no fault at all. */
export interface LookedAt {
  readonly survivors: readonly Survivor[]
  readonly alike: number
  /** Survivors that were not looked at, since there are too many. */
  readonly unread: number
}

/** Compares what the code answers with what it answers with each small change that no test notices. `original` is the code as it is. */
export async function lookAtLeft(lane: Lane, left: readonly Mutant[], original: Version, project: Project, options: { probed: readonly Version[]; selection: Selection; budgetMs: number }): Promise<LookedAt> {
  const looked = left.slice(0, mostLooked)
  const versions = [original, ...looked.map(({ candidate, text }): Version => ({ path: candidate.path, text, at: candidate.edits[0]?.start ?? 0 }))]
  const seen = looked.length === 0 ? [] : await observeVersions(lane, versions, project, { probes: chooseProbes(options.probed, project), selection: pick(options.selection), budgetMs: options.budgetMs })
  const [own, ...others] = seen
  const survivors: Survivor[] = []
  let alike = 0
  for (const [at, { candidate }] of looked.entries()) {
    if (isAlike(own, others[at])) {
      alike++
      continue
    }
    const call = findDifference([own, others[at]])?.call
    survivors.push({ path: candidate.path, line: candidate.line, describes: candidate.describes, ...(call === undefined ? {} : { call }) })
  }
  return { survivors: survivors.slice(0, mostNamed), alike, unread: left.length - looked.length }
}

function isAlike(own: Behaviour | undefined, other: Behaviour | undefined): boolean {
  const { shared, alike } = compareBehaviours(own, other)
  return own !== undefined && other !== undefined && alike && shared > 0
}
