import type { Lab, SolverTask } from '../../engine/ports/solver.ts'
import type { ModelReply } from '../../protocol/conversation.ts'
import { findSources, sourceOf } from './built-files.ts'
import { watchFor, withPassedOver } from './endless-tests.ts'
import { describePasses, toReply } from './explain.ts'
import { chooseLane } from './lane/choose-lane.ts'
import { countWorkers, findMachine } from './lane/workers.ts'
import { readProject } from './project.ts'
import type { Group } from './read-tests.ts'
import { findHint, goRound, hottest, toSearch } from './round.ts'
import type { Ground, Measured, ProposeOptions } from './round.ts'
import { stepOn } from './step.ts'
import { findTrusted, keepSteady, withoutFlaky } from './tell-faults.ts'
import type { Steady } from './tell-faults.ts'

export interface Limits {
  /** By `performance.now`. */
  readonly until: number
  readonly wasmDir: string | undefined
  /** Most candidates at a time; left out, cores and memory alone bound it. */
  readonly workers: number | undefined
  /** Tests of the check that showed the same in every run of an earlier task. */
  readonly steady: Steady
}

export interface Attempt {
  readonly reply: ModelReply | undefined
  readonly tried: number
  readonly places: readonly string[]
  readonly flaky: readonly string[]
  readonly hint?: string | undefined
}

const surveyMs = 8000
/** Files, nearest to the failing tests, that type checkers and linters are asked about, and the most time for that. */
const maxLooked = 50
const lookMs = 4000

/** Looks for one fault behind the failing tests of one check and language; where a change lets a test get further, for a second one behind it. */
export async function repairGroup(task: SolverTask, told: Group, lab: Lab, options: ProposeOptions, limits: Limits): Promise<Attempt> {
  const began = performance.now()
  options.onLive({ kind: 'status', text: `looking for the fault behind ${told.failing.length} failing tests` })
  const { ground, flaky } = await findGround(task, told, lab, { ...limits, began })
  if (ground === undefined) return { reply: undefined, tried: 0, places: [], flaky }
  const round = await goRound(task, ground, options, { began, until: limits.until })
  let { account, mended } = round
  let tried = round.result.tried
  for (const [at, step] of round.result.steps.entries()) {
    if (account !== undefined || options.signal.aborted || limits.until - performance.now() < leastMs) break
    const next = await stepOn(ground, step, surveyTime(limits.until))
    if (next === undefined) continue
    options.onLive({ kind: 'status', text: `a failing test gets further with one change (${step.candidate.describes}, ${step.candidate.path}:${step.candidate.line}); looking for a second fault behind it` })
    const further = await goRound(task, next, options, { began, until: performance.now() + (limits.until - performance.now()) / (round.result.steps.length - at) })
    account = further.account
    mended = further.mended
    tried += further.result.tried
  }
  const hint = findHint(ground.recent)
  if (account !== undefined) await lab.record({ type: 'repair.judged', data: { ...account, tried } })
  if (account === undefined || (task.withinMs !== undefined && account.sure !== 'sure' && account.sure !== 'likely')) {
    if (task.withinMs !== undefined) await lab.record({ type: 'repair.searched', data: { ...toSearch(task.task.id, ground.group, round.candidates, ground.project, tried), ...(hint === undefined ? {} : { hint }) } })
    return { reply: undefined, tried, places: hottest(round.candidates).map(({ path, line }) => `${path}:${line}`), flaky, hint }
  }
  return { reply: toReply(account, { passes: describePasses(mended, ground.group.failing.length, tried), tried, durationMs: performance.now() - began }), tried, places: [], flaky }
}

/** Less than this is not worth looking for a second fault in, in milliseconds. */
const leastMs = 1500

function surveyTime(until: number): number {
  return Math.min(surveyMs, Math.max(1000, (until - performance.now()) / 3))
}

/** Reads the project, and runs its tests in the lane to see which of them run what, and which are flaky. */
async function findGround(task: SolverTask, told: Group, lab: Lab, limits: Limits & { began: number }): Promise<{ ground: Ground | undefined; flaky: readonly string[] }> {
  const asked = await findSources(told, lab)
  const workers = countWorkers(findMachine(), { most: limits.workers })
  const lane = await chooseLane(lab, asked, workers)
  const read = readProject(lab, asked.family, asked.files.map((file) => sourceOf(asked, file)), { contract: task.contract, task: task.task, untouched: asked.untouched, wasmDir: limits.wasmDir })
  const [project, recent, findings, surveyed] = await Promise.all([
    read,
    lab.recent(),
    read.then(({ sources }) => lab.findings([...sources.keys()].slice(0, maxLooked), Math.min(lookMs, Math.max(0, (limits.until - limits.began) / 8)))),
    lane.survey(surveyTime(limits.until), [], watchFor(asked)),
  ])
  const survey = withPassedOver(surveyed, asked)
  const { trusted, flaky } = await keepSteady(findTrusted(asked, survey), { lane, survey, base: project.sources.values().next().value, steady: limits.steady })
  const group = withoutFlaky(asked, flaky)
  if (group === undefined) return { ground: undefined, flaky }
  const quick = trusted !== undefined && survey !== undefined
  const measured = quick ? { survey, trusted } : await surveyBuilt(group, lab, { workers, timeoutMs: surveyTime(limits.until) })
  return { ground: { lab, lane, project, group, measured, quick, recent, findings, first: undefined }, flaky }
}

/** What tests run whose code only a build can read: measured on what was built, told of what is written. */
async function surveyBuilt(group: Group, lab: Lab, { workers, timeoutMs }: { workers: number; timeoutMs: number }): Promise<Measured | undefined> {
  if (group.sources === undefined) return undefined
  const { sources: _, ...built } = group
  const survey = await (await chooseLane(lab, built, workers)).survey(timeoutMs)
  const trusted = findTrusted(group, survey)
  return trusted === undefined || survey === undefined ? undefined : { survey, trusted }
}
