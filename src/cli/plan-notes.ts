import { createSystemClock } from '../adapters/system/system-clock.ts'
import { findOverlap } from '../domain/lease/overlap.ts'
import { findLeased } from '../domain/plan/check-plan.ts'
import { findDrift } from '../domain/plan/drift.ts'
import { toAncestors } from '../domain/plan/graph.ts'
import { count } from '../domain/report/words.ts'
import { findFlaw } from '../domain/schedule/find-flaw.ts'
import { toScheduleProblem } from '../domain/schedule/from-plan-file.ts'
import { findSchedule } from '../engine/find-schedule.ts'
import { findTaskRules } from '../engine/mark-rules.ts'
import type { Circumstances, Policy } from '../engine/ports/policy.ts'
import type { Contract } from '../protocol/contract.ts'
import type { PlanFile } from '../protocol/plan-file.ts'
import type { Plan } from '../protocol/plan.ts'

/** Notes of one kind that are told one by one; the rest are counted. */
const mostTold = 10

/** Minutes between two milliseconds. */
const msPerMinute = 60_000

export interface NotedPlan {
  readonly file: PlanFile
  readonly plan: Plan
  readonly contract: Contract
  /** Milliseconds since the epoch: when a run of it would begin. */
  readonly now: number
  /** Ready; left out where there is none to ask. */
  readonly policy?: Pick<Policy, 'integrate'>
}

/** What whoever carries out this plan should know before: nothing of it keeps a run from taking it. */
export async function notePlan({ file, plan, contract, now, policy }: NotedPlan): Promise<readonly string[]> {
  const pairs = findLeased(plan.tasks, (a, b) => findOverlap(a, b) !== undefined).map(([a, b]) => `${a} and ${b} may write the same paths: they are never at work at the same time`)
  return [
    ...tell(pairs, (more) => `so may ${count(more, 'more pair', 'more pairs')} of tasks`),
    ...tell(noteOrder(plan, contract), (more) => `so it is with ${count(more, 'more check')}`),
    ...findDrift(plan, contract).map((each) => each.text),
    ...(policy === undefined ? [] : noteRules(file, plan, contract, now, policy)),
    ...(await noteTimes(file, contract, now)),
  ]
}

function tell(notes: readonly string[], more: (count: number) => string): readonly string[] {
  return notes.length <= mostTold ? notes : [...notes.slice(0, mostTold), more(notes.length - mostTold)]
}

/** Checks of the goal that a task must pass, though others that are a part of them may come after it. A task with tests of its own is done by these. */
function noteOrder({ tasks }: Plan, contract: Contract): readonly string[] {
  const before = toAncestors(tasks)
  const goals = new Set(contract.checks.map(({ id }) => id))
  return tasks.filter(({ tests }) => tests.length === 0).flatMap(({ id, checks }) => checks.filter((check) => goals.has(check)).flatMap((check) => {
    const parts = tasks.filter((other) => other.id !== id && other.serves?.includes(check) && before.get(id)?.has(other.id) !== true).map((other) => other.id)
    return parts.length === 0 ? [] : [`${id} must pass the goal's check ${check} and does not wait for ${toList(parts)}, which ${parts.length === 1 ? 'is a part' : 'are parts'} of it: let it depend on ${parts.length === 1 ? 'it' : 'them'}`]
  }))
}

function toList(ids: readonly string[]): string {
  return ids.length <= mostTold ? ids.join(', ') : `${ids.slice(0, mostTold).join(', ')} and ${ids.length - mostTold} more`
}

/** Rules that the tasks will meet, and those that only the file speaks of. */
function noteRules(file: PlanFile, plan: Plan, contract: Contract, now: number, policy: Pick<Policy, 'integrate'>): readonly string[] {
  const circumstances: Circumstances = { contract, principal: { kind: 'agent', name: 'model', depth: 0 }, at: now, callsInMinute: 0, callsInRun: 0, fanOut: 0, autonomy: 1 }
  const met = new Map(plan.tasks.map((task) => [task.id, findTaskRules(policy, task, contract, circumstances)]))
  const meeting = plan.tasks.flatMap(({ id }) => ((met.get(id) ?? []).length > 0 ? [`${id} will meet the policy's ${(met.get(id) ?? []).join(', ')}`] : []))
  const invented = file.tasks.flatMap(({ id, rules = [] }) => {
    const unknown = rules.filter((rule) => !met.get(id)?.includes(rule))
    return unknown.length > 0 ? [`the file says that ${id} will meet ${unknown.join(', ')}, and by the policy here it does not: a run writes its own`] : []
  })
  return [...tell(meeting, (more) => `so will ${count(more, 'more task')}`), ...tell(invented, (more) => `it says so of ${count(more, 'more task')}`)]
}

/** Times that cannot be kept by the estimates. By priority rules alone: whoever wants to know whether a longer search would keep them asks `writ plan schedule`. */
async function noteTimes(file: PlanFile, contract: Contract, now: number): Promise<readonly string[]> {
  const problem = toProblem(file)
  if (typeof problem === 'string') return [problem]
  const { tasks, makespan } = await findSchedule(problem, { clock: createSystemClock() }, { seconds: 0 })
  const late = tasks.filter((task) => task.late > 0).map(({ id, end, late: by }) => `by the estimates ${id} ends ${toText(end)} from the beginning, ${toText(by)} after its deadline`)
  return [...tell(late, (more) => `so do ${count(more, 'more task')}`), ...noteDeadline(file, contract, now, makespan)]
}

function noteDeadline({ tasks }: PlanFile, { deadline }: Contract, now: number, makespan: number): readonly string[] {
  if (deadline === undefined) return []
  const left = (Date.parse(deadline) - now) / msPerMinute
  const never = tasks.filter(({ release = 0 }) => release >= left).map(({ id, release = 0 }) => `${id} is released ${toText(release)} from the beginning, after the deadline of the run: it never begins`)
  if (never.length > 0) return tell(never, (more) => `so are ${count(more, 'more task')}`)
  return makespan > left ? [`by the estimates the tasks take ${toText(makespan)}, and the deadline of the run is ${toText(Math.max(0, left))} from now`] : []
}

/** The problem, or why there is none. */
function toProblem(file: PlanFile) {
  try {
    const { problem } = toScheduleProblem(file, { isByPaths: true })
    const flaw = findFlaw(problem)
    return flaw === undefined ? problem : `it has no schedule: ${flaw.message}`
  } catch (error) {
    if (error instanceof RangeError) return `it has no schedule: ${error.message}`
    throw error
  }
}

function toText(minutes: number): string {
  return `${Number(minutes.toFixed(1))} min`
}
