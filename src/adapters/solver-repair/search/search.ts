import { setTimeout } from 'node:timers/promises'
import type { Lab } from '../../../engine/ports/solver.ts'
import type { Check } from '../../../protocol/contract.ts'
import type { CheckOutcome } from '../../../protocol/evidence.ts'
import type { Candidate } from '../candidate.ts'
import { editSize, scoreOf } from '../candidate.ts'
import type { Project } from '../project.ts'
import { findMended } from './filter.ts'
import type { Filter, Step, Survivor } from './filter.ts'
import type { Trial, Trials } from './trials.ts'

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
  /** Candidates that take a while to be found: taken up when they come. Never rejects. */
  readonly late?: Promise<readonly Candidate[]>
  readonly onProgress: (tried: number) => void
  /** Whether the whole check is at work on a change. */
  readonly onJudge?: (judging: boolean) => void
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
  /** Where nothing was chosen: changes after which a failing test gets further, what gets furthest first. */
  readonly steps: readonly Trial[]
}

/** Time for a batch, growing. A filter may end one early when it has what we look for. */
const firstBatchMs = 1200
const lastBatchMs = 4000
/** Whole-check runs spent on survivors in one go. */
const maxFullRuns = 6
/** After the first success: time in which others are looked for, as a share of what the search took, and its bounds. */
const extra = { share: 0.6, leastMs: 2500, mostMs: 6000 }
/** After the first that mends a part: time and number in which one that mends all is looked for, pairs with that one among them. */
const whole = { share: 1.5, leastMs: 10_000, ofBudget: 0.6, trials: 400 }
/** What mends a part and is built on, the best first. */
const mostBases = 4
/** Changes that only let a test get further: how many are told, and what of the time is the search's once there is one. */
const mostSteps = 2
const firstShare = 0.4
/** How many that pass the whole check judges beside the chosen one, and its share of what is left, unless one run of it may take longer. */
const mostPlausible = 8
const judgingShare = 0.1
/** Whole runs of the check at the same time: most leave a core idle. */
const atOnce = 2
/** Candidates of less than this share of the chosen one's score are no rivals of it. */
const rivalShare = 0.4
/** Candidates after the chosen one that are enough of a look for others. */
const enoughAfter = 80
/** Candidates that are sifted at once while the whole check runs. */
const besideBatch = 40

/**
 * Best first: sifts candidates by the failing tests' files, and lets the whole check judge what survives. One that mends a part is
 * built on, and taken only where nothing mends all. One that passes is only plausible: after it the search goes on for a while, since a
 * better one may follow, and what else passes says how much the tests pin down.
 */
export async function search(trials: Trials, filter: Filter, project: Project, options: SearchOptions): Promise<SearchResult> {
  const began = options.now()
  const end = began + options.budgetMs
  const survivors: Survivor[] = []
  const judged = new Map<Survivor, Survivor | undefined>()
  const bases = new Set<Survivor>()
  /** What lets a failing test get further. */
  const steps: Step[] = []
  let queue: Trial[] = []
  let [tried, triedBefore] = [0, 0]
  /** How many are tried at most while only a part is mended. */
  let most = Infinity
  let until = end
  let chosen: Survivor | undefined
  let batchMs = firstBatchMs
  let late: readonly Candidate[] | undefined
  void options.late?.then((candidates) => void (late = candidates))
  let isLateIn = options.late === undefined
  /** Takes up what came late; waits for it where nothing else is left to try. */
  const takeLate = async (): Promise<void> => {
    if (late === undefined && queue.length === 0 && options.late !== undefined) await within(options.late, until - options.now())
    if (late === undefined) return
    isLateIn = true
    putBack()
    trials.add(late)
    fill()
  }
  const putBack = (): void => {
    trials.putBack(queue)
    queue = []
  }
  const takeSteps = (further: readonly Step[]): void => {
    if (steps.length === 0 && further.length > 0) until = Math.min(until, Math.max(began + firstShare * options.budgetMs, options.now() + extra.leastMs))
    steps.push(...further.filter(({ trial }) => trial.beyond === 0))
  }
  const fill = (): void => void queue.push(...trials.take(filter.width - queue.length))
  const isPoor = (trial: Trial | undefined, than = chosen): boolean => than !== undefined && trial !== undefined && scoreOf(trial.candidate) < rivalShare * scoreOf(than.trial.candidate)
  /** Steps that the last batch showed. */
  let lately: readonly Step[] = []
  /** Sifts a batch; undefined where none could be judged in the time. */
  const siftSome = async (wanted: number, ms: number, all: boolean): Promise<readonly Survivor[] | undefined> => {
    const { reached, survivors: found, further } = await filter.sift(queue.slice(0, wanted), Math.max(200, ms), { all })
    lately = further
    if (reached === 0 && found.length === 0) return undefined
    const more = found.filter((one) => one.mended.length > one.trial.beyond)
    queue = queue.slice(reached)
    tried += reached
    options.onProgress(tried)
    survivors.push(...more)
    return more
  }
  /** The whole check runs file after file and leaves a core idle: until it has judged, the search for others goes on beside it. */
  const judgeBeside = async (): Promise<Survivor | undefined> => {
    const wholes = survivors.filter((one) => isWhole(one))
    if (wholes.length === 0) return undefined
    const [likely] = rankSurvivors(wholes, project)
    triedBefore = tried
    let isOver = false
    options.onJudge?.(true)
    const judging = findBest(wholes, judged, project, options).finally(() => {
      isOver = true
      options.onJudge?.(false)
    })
    // A failure is met below, also where it comes while others are tried; and nothing is left running behind a failure of these.
    const settled = judging.catch(() => undefined)
    try {
      while (filter.quick && !isOver && !options.signal.aborted && options.now() < end) {
        fill()
        const wanted = enoughAfter - (tried - triedBefore)
        if (queue.length === 0 || wanted <= 0 || isPoor(queue[0], likely) || (await siftSome(Math.min(wanted, besideBatch), firstBatchMs, true)) === undefined) break
      }
    } finally {
      await settled
    }
    return judging
  }
  while (!options.signal.aborted && options.now() < until) {
    fill()
    if (!isLateIn && chosen === undefined) await takeLate()
    const wanted = chosen === undefined ? Math.min(queue.length, most - tried) : enoughAfter - (tried - triedBefore)
    if (queue.length === 0 || isPoor(queue[0]) || wanted <= 0) break
    const more = await siftSome(wanted, Math.min(batchMs, until - options.now()), chosen !== undefined)
    // A machine with much else to do may need longer than a first batch has before anything runs at all.
    if (more === undefined && batchMs >= lastBatchMs) break
    batchMs = Math.min(lastBatchMs, 1.6 * batchMs)
    if (more === undefined) continue
    if (chosen === undefined && more.length === 0) takeSteps(lately)
    // Once a whole mend is there, what else passes is judged together at the end.
    if (more.length === 0 || chosen !== undefined) continue
    const spent = options.now() - began
    chosen = await judgeBeside()
    // Not counting what the check took: on a slow machine that is longer than what is left for others.
    if (chosen !== undefined) until = Math.min(end, options.now() + clamp(extra.share * spent, extra.leastMs, extra.mostMs))
    else {
      const fresh = chooseBases(rankSurvivors(survivors, project).filter((one) => !isWhole(one)), bases)
      if (fresh.length === 0) continue
      if (bases.size === 0) {
        most = tried + whole.trials
        until = Math.min(end, began + Math.max(whole.ofBudget * options.budgetMs, spent), options.now() + Math.max(whole.leastMs, whole.share * spent))
      }
      for (const base of fresh) {
        bases.add(base)
        trials.buildOn(base.trial, base.mended.length)
      }
      // What is left of the queue has its turn again among the pairs.
      putBack()
    }
  }
  fill()
  const exhausted = queue.length === 0
  if (chosen === undefined) {
    chosen = await findBest(survivors, judged, project, options)
    if (chosen === undefined) return { chosen, plausible: [], unjudged: 0, tried, exhausted, searched: false, steps: rankSteps(steps).slice(0, mostSteps) }
    triedBefore = 0
  }
  const left = end - options.now()
  const rivals = await judgeRivals(survivors, chosen, judged, project, { ...options, budgetMs: Math.min(left / 2, Math.max(judgingShare * left, options.fullTimeoutMs)) })
  return { chosen, ...rivals, tried, exhausted, steps: [], searched: exhausted || isPoor(queue[0]) || tried - triedBefore >= enoughAfter }
}

/** What gets furthest, then what is likeliest; one only of those in one line, which is mostly one mend in several shapes. */
function rankSteps(steps: readonly Step[]): Trial[] {
  const ranked = steps.toSorted((a, b) => b.lines - a.lines || scoreOf(b.trial.candidate) - scoreOf(a.trial.candidate) || a.trial.n - b.trial.n).map(({ trial }) => trial)
  const isAlike = (a: Trial, b: Trial): boolean => a.candidate.path === b.candidate.path && a.candidate.line === b.candidate.line
  return ranked.filter((trial, at) => ranked.findIndex((other) => isAlike(trial, other)) === at)
}

/** Those to build on beside the ones there are: single changes, one only of those in one line that make the same tests pass. */
function chooseBases(ranked: readonly Survivor[], bases: ReadonlySet<Survivor>): Survivor[] {
  const keyOf = ({ trial: { candidate }, mended }: Survivor): string => JSON.stringify([candidate.path, candidate.line, mended])
  const known = new Set([...bases].map((base) => keyOf(base)))
  return ranked.filter((one) => one.trial.beyond === 0 && !known.has(keyOf(one)) && known.add(keyOf(one))).slice(0, mostBases - bases.size)
}

/** Waits for a promise that never rejects, but not for longer than so many milliseconds. */
async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController()
  await Promise.race([promise, setTimeout(Math.max(0, ms), undefined, { signal: over.signal, ref: false }).catch(() => undefined)])
  over.abort()
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
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
  const rivals = rankSurvivors(survivors, project).filter((survivor) => survivor.trial !== chosen.trial && survivor.mended.length >= chosen.mended.length)
  while (rivals.length > 0) {
    const some = rivals.splice(0, atOnce)
    const wanted = some.filter((survivor) => !judged.has(survivor)).slice(0, mostPlausible - plausible.length)
    if (options.now() < until && !options.signal.aborted) {
      const outcomes = await Promise.all(wanted.map((survivor) => runWhole(survivor, options)))
      for (const [at, survivor] of wanted.entries()) judged.set(survivor, await judge(survivor, options, outcomes[at]))
    }
    for (const survivor of some) {
      const accepted = judged.get(survivor)
      if (!judged.has(survivor)) unjudged++
      else if (accepted !== undefined && accepted.mended.length >= chosen.mended.length) plausible.push(accepted)
    }
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

function runWhole({ trial: { candidate, text } }: Survivor, { lab, check, fullTimeoutMs }: SearchOptions): Promise<CheckOutcome> {
  return lab.tryFiles(new Map([[candidate.path, text]]), check, { timeoutMs: fullTimeoutMs })
}

/** Runs the whole check, where that was not done yet, and records what it says. */
async function judge(survivor: Survivor, options: SearchOptions, run?: CheckOutcome): Promise<Survivor | undefined> {
  const { trial } = survivor
  const { candidate } = trial
  const outcome = run ?? await runWhole(survivor, options)
  const passed = new Set(outcome.tests?.cases.filter((test) => test.status === 'passed').map((test) => test.name))
  const mended = findMended(options.targets, outcome.tests?.cases ?? [])
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
function rankSurvivors(survivors: readonly Survivor[], project: Project): Survivor[] {
  const worth = (survivor: Survivor): number => {
    const { candidate } = survivor.trial
    const size = editSize(project.sources.get(candidate.path)?.text ?? '', candidate.edits)
    return scoreOf(candidate) / (1 + size / 60)
  }
  return survivors.toSorted((a, b) => b.mended.length - a.mended.length || worth(b) - worth(a) || a.trial.n - b.trial.n)
}
