import type { MutationScore, RepairDifference } from '../../../protocol/repair.ts'
import { editSize, scoreOf } from '../candidate.ts'
import type { Lane, Survey } from '../lane/lane.ts'
import type { Project } from '../project.ts'
import { createSelector } from '../search/filter.ts'
import type { Survivor } from '../search/filter.ts'
import type { SearchResult } from '../search/search.ts'
import type { Vocabulary } from '../syntax/vocabulary.ts'
import { chooseProbes, clusterBehaviours, findDifference, isApart, observeVersions } from './behaviour.ts'
import type { Behaviour, Version } from './behaviour.ts'
import { countTrigrams, naturalnessOf } from './natural.ts'
import type { Selection } from './mutants.ts'
import { rateMend } from './rate.ts'
import type { Rating } from './rate.ts'
import { measureStrength, proposeTest } from './strength.ts'

/** Changes that pass all checks and behave alike, the best first. */
export interface Cluster {
  readonly members: readonly Survivor[]
  readonly worth: number
}

export interface Judgement extends Rating {
  /** Best first; the first one's first member is what is proposed. */
  readonly clusters: readonly Cluster[]
  readonly difference: RepairDifference | undefined
  readonly inputs: number
  readonly strength: MutationScore
  readonly test: string | undefined
  /** Milliseconds. */
  readonly spent: { readonly compareMs: number; readonly strengthMs: number }
}

export interface JudgeOptions {
  /** The quick lane with what it knows; undefined where the project has none: then nothing can be compared. */
  readonly quick: { readonly lane: Lane; readonly survey: Survey; readonly targets: readonly string[]; readonly keep: readonly string[] } | undefined
  readonly words: Vocabulary
  readonly targets: readonly string[]
  /** The compiler's errors in a file as it is, then with each of the texts in its place; undefined where it does not say. */
  readonly countErrors?: (path: string, texts: readonly string[]) => Promise<readonly number[] | undefined>
  /** What else may be the cause of the failure. */
  readonly hint: string | undefined
  /** A first change is in place already. */
  readonly first: boolean
  /** What finding the mend took, in milliseconds. */
  readonly searchMs: number
  /** Time for all of it, in milliseconds. */
  readonly budgetMs: number
  readonly now: () => number
}

/** Time for comparing behaviours, and again for the tests' strength: a share of what the search took, and its bounds in milliseconds. */
export const judging = { share: 0.5, leastMs: 2500, mostMs: 8000 }
/** Less than this is not worth starting with. */
const leastMs = 700

/** Of the changes that passed, which to propose, how sure one may be of it, and what else there is to choose from. */
export async function judgeMends(found: SearchResult & { readonly chosen: Survivor }, project: Project, options: JudgeOptions): Promise<Judgement> {
  const began = options.now()
  const until = began + options.budgetMs
  const left = (): number => until - options.now()
  const plausible = found.plausible.filter((one) => one.mended.length >= found.chosen.mended.length)
  const versions = plausible.map(({ trial }): Version => ({ path: trial.candidate.path, text: trial.text, at: trial.candidate.edits[0]?.start ?? 0 }))
  const mostMs = Math.min(judging.mostMs, Math.max(judging.leastMs, judging.share * options.searchMs))
  const { quick } = options
  const select = quick === undefined ? undefined : createSelector(quick.survey, quick)
  const behaviours = quick === undefined || select === undefined || left() < leastMs
    ? versions.map(() => undefined)
    : await observeVersions(quick.lane, versions, project, { probes: chooseProbes(versions, project), selection: selectTests(select, plausible), budgetMs: Math.min(mostMs, left() / 2) })
  const compared = options.now()
  const clusters = await lowerMistyped(rankClusters(plausible, behaviours, project), options)
  const [best] = clusters
  const chosen = best?.members[0] ?? found.chosen
  const at = plausible.indexOf(chosen)
  const version = versions[at]
  const strength: MutationScore = quick === undefined || select === undefined || version === undefined || left() < leastMs
    ? { tried: 0, noticed: 0, alike: 0, survivors: [], note: quick === undefined ? 'the tests cannot be run quickly enough for that' : 'there was no time left for it' }
    : await measureStrength(quick.lane, { version, words: options.words }, project, { selection: passing(selectTests(select, [chosen]), chosen), budgetMs: Math.min(mostMs, left()), now: options.now })
  const measured = options.now()
  const heads = clusters.map(({ members }) => behaviours[plausible.indexOf(members[0] ?? chosen)])
  const inputs = behaviours[at]?.size ?? 0
  const { candidate } = chosen.trial
  const rating = rateMend({
    worths: clusters.map(({ worth }) => worth), apart: heads.slice(1).filter((head) => isApart(heads[0], head)).length, hint: options.hint, agreeing: best?.members.length ?? 1, unlooked: found.unjudged, inputs, given: [...behaviours[at]?.values() ?? []].filter(({ given }) => given).length, strength,
    loose: strength.survivors.some(({ line }) => line === candidate.line),
    size: editSize(project.sources.get(candidate.path)?.text ?? '', candidate.edits), places: candidate.edits.length + (options.first ? 1 : 0), kinds: candidate.of ?? [candidate.kind], prior: candidate.prior,
    whole: chosen.mended.length >= options.targets.length, searched: found.searched,
  })
  const calls = [...strength.survivors.flatMap(({ call }) => call ?? []), ...heads.slice(1).flatMap((head) => findDifference([heads[0], head])?.call ?? [])]
  return {
    ...rating, clusters, inputs, strength, spent: { compareMs: compared - began, strengthMs: measured - compared },
    difference: clusters.length > 1 ? findDifference(heads) : undefined,
    test: calls.length === 0 ? undefined : proposeTest(await answersOf(calls), calls, candidate.path.endsWith('.py')),
  }

  /** Without the tests that fail with this change too: they fail with each small change beside it, and would seem to notice it. */
  function passing(selection: Selection, { mended }: Survivor): Selection {
    return { ...selection, only: selection.only.filter((name) => !options.targets.includes(name) || mended.includes(name)) }
  }

  /** What the proposed version answers: known from the comparison, or seen again where a survivor was found on an input of its own. */
  async function answersOf(wanted: readonly string[]): Promise<Behaviour | undefined> {
    if (behaviours[at] !== undefined || wanted.length === 0 || quick === undefined || select === undefined || version === undefined || left() < leastMs) return behaviours[at]
    return (await observeVersions(quick.lane, [version], project, { probes: chooseProbes([version], project), selection: selectTests(select, [chosen]), budgetMs: left() }))[0]
  }
}

/** Tests that any of the changes can be noticed by. */
function selectTests(select: ReturnType<typeof createSelector>, survivors: readonly Survivor[]): Selection {
  const selections = survivors.map(({ trial }) => select(trial.candidate))
  return {
    only: [...new Set(selections.flatMap(({ only }) => only))], files: [...new Set(selections.flatMap(({ files }) => files))],
    perMs: Math.max(...selections.map(({ perMs }) => perMs)),
  }
}

/** What a mend is worth that the type checker objects to. */
const mistyped = 0.35

/** Of TypeScript that behaves in different ways, what brings new type errors is hardly what was meant. */
async function lowerMistyped(clusters: readonly Cluster[], { countErrors }: JudgeOptions): Promise<readonly Cluster[]> {
  const heads = clusters.flatMap(({ members }) => members[0]?.trial ?? [])
  const path = heads[0]?.candidate.path ?? ''
  if (clusters.length < 2 || countErrors === undefined || !/\.[cm]?tsx?$/.test(path) || heads.some(({ candidate }) => candidate.path !== path)) return clusters
  const [before = 0, ...counts] = (await countErrors(path, heads.map(({ text }) => text))) ?? []
  return clusters.map((cluster, at) => ((counts[at] ?? 0) > before ? { ...cluster, worth: mistyped * cluster.worth } : cluster))
    .toSorted((a, b) => (b.members[0]?.mended.length ?? 0) - (a.members[0]?.mended.length ?? 0) || b.worth - a.worth)
}

/** Prior and suspicion, less for what is large or scattered, more for what reads like the rest of the project and for what others agree with. */
function rankClusters(plausible: readonly Survivor[], behaviours: readonly (Behaviour | undefined)[], project: Project): Cluster[] {
  const trigrams = countTrigrams(project)
  const worthOf = ({ trial: { candidate, text } }: Survivor): number => {
    const before = project.sources.get(candidate.path)?.text ?? ''
    const size = editSize(before, candidate.edits)
    return (scoreOf(candidate) * (0.8 + 0.4 * naturalnessOf(candidate, before, text, trigrams))) / (1 + size / 60) / (1 + 0.5 * (candidate.edits.length - 1)) / (candidate.kind === 'pair' ? 2 : 1)
  }
  const worths = plausible.map((one) => worthOf(one))
  return clusterBehaviours(behaviours).map((indexes) => {
    const members = indexes.toSorted((a, b) => (worths[b] ?? 0) - (worths[a] ?? 0) || a - b)
    const worth = (worths[members[0] ?? 0] ?? 0) * (1 + 0.12 * Math.log2(members.length))
    return { members: members.flatMap((index) => plausible[index] ?? []), worth }
  }).toSorted((a, b) => (b.members[0]?.mended.length ?? 0) - (a.members[0]?.mended.length ?? 0) || b.worth - a.worth)
}
