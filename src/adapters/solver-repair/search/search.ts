import type { Lab } from '../../../engine/ports/solver.ts'
import type { Check } from '../../../protocol/contract.ts'
import { editSize, scoreOf } from '../candidate.ts'
import type { Project } from '../project.ts'
import type { Filter, Survivor, Trial } from './filter.ts'

export interface SearchOptions {
  readonly lab: Lab
  readonly task: string
  readonly check: Check
  /** Names of tests to mend, and of those that must go on passing. */
  readonly targets: readonly string[]
  readonly keep: readonly string[]
  readonly fullTimeoutMs: number
  readonly budgetMs: number
  readonly signal: AbortSignal
  readonly onProgress: (tried: number) => void
  readonly now: () => number
}

export interface SearchResult {
  /** Passed the whole check: mends something and breaks nothing. */
  readonly chosen: Survivor | undefined
  /** All that passed the whole check, the chosen one first, then as they rank. */
  readonly plausible: readonly Survivor[]
  /** Others that the failing tests' files are content with too, and that the whole check was not asked about. */
  readonly unjudged: number
  readonly tried: number
  /** Every candidate was tried. */
  readonly exhausted: boolean
  /** All that is nearly as likely as the chosen one was tried, or a good number after it. */
  readonly searched: boolean
}

/** Time for a batch, growing. A filter may end one early when it has what we look for. */
const firstBatchMs = 1200
const lastBatchMs = 4000
/** Whole-check runs spent on survivors in one go. */
const maxFullRuns = 6
/** After the first success: time in which others are looked for, how many of them the whole check judges, and its share of what is left. */
const leastExtraMs = 4000
const mostExtraMs = 8000
const mostPlausible = 8
const judgingShare = 0.2
/** Candidates of less than this share of the chosen one's score are no rivals of it. */
const rivalShare = 0.4
/** Candidates after the chosen one that are enough of a look for others. */
const enoughAfter = 80

/**
 * Best first: sifts candidates by the failing tests' files, and lets the whole check judge what survives. One that passes is only
 * plausible: after it the search goes on for a while, since a better one may follow, and what else passes says how much the tests pin down.
 */
export async function search(trials: Iterator<Trial>, filter: Filter, project: Project, options: SearchOptions): Promise<SearchResult> {
  const began = options.now()
  const survivors: Survivor[] = []
  const judged = new Map<Survivor, Survivor | undefined>()
  const queue: Trial[] = []
  let tried = 0
  let until = began + options.budgetMs
  let chosen: Survivor | undefined
  let triedBefore = 0
  let dry = false
  let batchMs = firstBatchMs
  const isPoor = (trial: Trial | undefined): boolean => chosen !== undefined && trial !== undefined && scoreOf(trial.candidate) < rivalShare * scoreOf(chosen.trial.candidate)
  while (!options.signal.aborted && options.now() < until) {
    while (!dry && queue.length < filter.width) {
      const next = trials.next()
      if (next.done === true) dry = true
      else queue.push(next.value)
    }
    if (queue.length === 0 || (isPoor(queue[0]) && isWhole(chosen))) break
    const { reached, survivors: more } = await filter.sift(queue, Math.max(200, Math.min(batchMs, until - options.now())), { all: isWhole(chosen) })
    if (reached === 0 && more.length === 0) break
    batchMs = Math.min(lastBatchMs, 1.6 * batchMs)
    queue.splice(0, reached)
    tried += reached
    options.onProgress(tried)
    survivors.push(...more)
    // Once a whole mend is there, what else passes is judged together at the end.
    if (more.length === 0 || isWhole(chosen)) continue
    const best = await findBest(survivors, judged, project, options)
    if (best !== undefined && best !== chosen) {
      const spent = options.now() - began
      const extra = Math.min(mostExtraMs, Math.max(leastExtraMs, 0.8 * spent))
      if (chosen === undefined || best.mended.length > chosen.mended.length) until = Math.min(began + options.budgetMs, options.now() + extra)
      chosen = best
      triedBefore = tried
    }
  }
  if (chosen === undefined) return { chosen, plausible: [], unjudged: 0, tried, exhausted: dry && queue.length === 0, searched: false }
  const left = began + options.budgetMs - options.now()
  const rivals = await judgeRivals(survivors, chosen, judged, project, { ...options, budgetMs: judgingShare * left })
  return { chosen, ...rivals, tried, exhausted: dry && queue.length === 0, searched: (dry && queue.length === 0) || isPoor(queue[0]) || tried - triedBefore >= enoughAfter }
}

/** Nothing is left to mend that it could reach. */
function isWhole(survivor: Survivor | undefined): boolean {
  return survivor !== undefined && survivor.mended.length >= survivor.reachable
}

/** Which others does the whole check accept too? Bounded by number and time; what was not asked about is counted. */
async function judgeRivals(survivors: readonly Survivor[], chosen: Survivor, judged: Map<Survivor, Survivor | undefined>, project: Project, options: SearchOptions): Promise<Pick<SearchResult, 'plausible' | 'unjudged'>> {
  const until = options.now() + options.budgetMs
  const plausible = [chosen]
  let unjudged = 0
  for (const survivor of rankSurvivors(survivors, project)) {
    if (survivor.trial === chosen.trial || survivor.mended.length < chosen.mended.length) continue
    if (plausible.length < mostPlausible && !judged.has(survivor) && options.now() < until && !options.signal.aborted) judged.set(survivor, await judge(survivor, options))
    const accepted = judged.get(survivor)
    if (!judged.has(survivor)) unjudged++
    else if (accepted !== undefined && accepted.mended.length >= chosen.mended.length) plausible.push(accepted)
  }
  return { plausible, unjudged }
}

/** The first of the ranked survivors that the whole check accepts. */
async function findBest(survivors: readonly Survivor[], judged: Map<Survivor, Survivor | undefined>, project: Project, options: SearchOptions): Promise<Survivor | undefined> {
  let runs = 0
  for (const survivor of rankSurvivors(survivors, project)) {
    if (!judged.has(survivor)) {
      if (runs++ === maxFullRuns || options.signal.aborted) return undefined
      judged.set(survivor, await judge(survivor, options))
    }
    const accepted = judged.get(survivor)
    if (accepted !== undefined) return accepted
  }
  return undefined
}

/** Runs the whole check. */
async function judge(survivor: Survivor, options: SearchOptions): Promise<Survivor | undefined> {
  const { trial } = survivor
  const { candidate } = trial
  const outcome = await options.lab.tryFiles(new Map([[candidate.path, trial.text]]), options.check, { timeoutMs: options.fullTimeoutMs })
  const passed = new Set(outcome.tests?.cases.filter((test) => test.status === 'passed').map((test) => test.name))
  const mended = options.targets.filter((name) => passed.has(name))
  const broken = options.keep.filter((name) => !passed.has(name))
  const plausible = mended.length > 0 && broken.length === 0 && outcome.tests?.complete !== false
  await options.lab.record({
    type: 'candidate.tried',
    data: {
      task: options.task, n: trial.n, describes: candidate.describes, path: candidate.path, line: candidate.line,
      result: plausible ? 'plausible' : broken.length > 0 ? 'worse' : 'same',
      detail: { kind: candidate.kind, prior: candidate.prior, suspicion: Math.round(candidate.suspicion * 1000) / 1000, mended: mended.length, broken: broken.length },
    },
  })
  return plausible ? { trial, mended, reachable: survivor.reachable } : undefined
}

/** More tests mended first, then what is likely and small. */
export function rankSurvivors(survivors: readonly Survivor[], project: Project): Survivor[] {
  const worth = (survivor: Survivor): number => {
    const { candidate } = survivor.trial
    const size = editSize(project.sources.get(candidate.path)?.text ?? '', candidate.edits)
    return scoreOf(candidate) / (1 + size / 60)
  }
  return survivors.toSorted((a, b) => b.mended.length - a.mended.length || worth(b) - worth(a) || a.trial.n - b.trial.n)
}
