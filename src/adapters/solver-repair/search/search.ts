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
  /** Others that the failing tests' files do not tell apart from it, best first. */
  readonly alternatives: readonly Survivor[]
  readonly tried: number
  /** Every candidate was tried. */
  readonly exhausted: boolean
}

/** Time for a batch, growing. A filter may end one early when it has what we look for. */
const firstBatchMs = 1200
const lastBatchMs = 4000
/** Whole-check runs spent on survivors in one go. */
const maxFullRuns = 6

/**
 * Best first: sifts candidates by the failing tests' files, and lets the whole check judge what survives. After the first
 * success it goes on for a while, longer where tests of the same files still fail, since a better one may follow.
 */
export async function search(trials: Iterator<Trial>, filter: Filter, project: Project, options: SearchOptions): Promise<SearchResult> {
  const began = options.now()
  const survivors: Survivor[] = []
  const judged = new Map<Survivor, Survivor | undefined>()
  const queue: Trial[] = []
  let tried = 0
  let until = began + options.budgetMs
  let chosen: Survivor | undefined
  let dry = false
  let batchMs = firstBatchMs
  while (!options.signal.aborted && options.now() < until) {
    while (!dry && queue.length < filter.width) {
      const next = trials.next()
      if (next.done === true) dry = true
      else queue.push(next.value)
    }
    if (queue.length === 0) break
    const { reached, survivors: more } = await filter.sift(queue, Math.max(200, Math.min(batchMs, until - options.now())))
    if (reached === 0 && more.length === 0) break
    batchMs = Math.min(lastBatchMs, 1.6 * batchMs)
    queue.splice(0, reached)
    tried += reached
    options.onProgress(tried)
    survivors.push(...more)
    if (more.length === 0) continue
    const best = await findBest(survivors, judged, project, options)
    if (best !== undefined && best !== chosen) {
      const spent = options.now() - began
      const whole = best.mended.length >= best.reachable
      const extra = whole ? 0 : Math.min(3000, Math.max(1200, 0.8 * spent))
      if (chosen === undefined || best.mended.length > chosen.mended.length) until = Math.min(until, options.now() + extra)
      chosen = best
    }
  }
  const alike = chosen === undefined ? [] : rankSurvivors(survivors, project).filter((other) => other.trial !== chosen.trial && other.mended.length >= chosen.mended.length && judged.get(other) !== undefined || !judged.has(other) && other.mended.length >= chosen.mended.length)
  return { chosen, alternatives: alike.filter((other) => other.trial !== chosen?.trial), tried, exhausted: dry && queue.length === 0 }
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
