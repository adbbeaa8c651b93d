import type { Plan, Task } from '../../protocol/plan.ts'
import { isSameTask } from '../plan/same-task.ts'
import { toAgreement } from '../plan/agreement.ts'
import { describeRanking, rankPlans } from '../plan/rank-plans.ts'
import { count } from '../report/words.ts'
import type { RunState } from '../run-state.ts'
import type { Step } from '../step.ts'
import { isUnsure, leadsTo } from './unsure.ts'

/** What is left of the confidence in a task that no other plan has anything like. */
const aloneShare = 0.6

/** Is the first plan to be held against others, or at least looked at for how sure it is, before it is taken? */
export function isToBeConsidered(state: RunState): boolean {
  return state.plan === undefined && ((state.opened?.planning?.plans ?? 1) > 1 || leadsTo(state, 'plans'))
}

/** A draft that could be carried out is put with the others; one that was there already ends the asking. */
export function considerDraft(state: RunState, plan: Plan, why: string): Step {
  const same = state.considered.find((each) => isSamePlan(each.plan, plan))
  return same && state.considered.length > 0 ? choosePlan(state, `plan ${same.number} was proposed again`) : { phase: 'plan', do: 'consider', number: state.considered.length + 1, plan, why }
}

/** With one or more plans to choose from: the planner is asked for another one, or one of them is taken. */
export function chooseOrAsk(state: RunState): Step | undefined {
  const { considered } = state
  if (considered.length === 0 || state.plan) return undefined
  const wanted = countWanted(state)
  if (considered.length >= wanted) return choosePlan(state, '')
  if (state.finish) return choosePlan(state, 'the planner has no other')
  if (state.toldOfPlans >= considered.length) return undefined
  const before = considered.length === 1 ? 'it' : `the ${considered.length} so far`
  return {
    phase: 'observe', do: 'say', kind: 'plan',
    text: `That is plan ${considered.length} of ${wanted}, and it could be carried out. Propose another one for the same goal with propose_plan, different in kind from ${before}: divided along other lines, in another order, with other interfaces, or with other checks. They are compared, and one is taken. If there is no other that makes sense, call finish.`,
  }
}

/** As many as were asked for; one more than the first where that is not sure of itself and the policy says so. */
function countWanted(state: RunState): number {
  const asked = state.opened?.planning?.plans ?? 1
  const [first] = state.considered
  return asked === 1 && leadsTo(state, 'plans') && first?.plan.tasks.some((task) => isUnsure(state, task.confidence)) ? 2 : asked
}

function choosePlan(state: RunState, note: string): Step {
  const { considered, contract, opened } = state
  const checks = contract?.checks ?? []
  const ranking = rankPlans(considered, { workers: opened?.planning?.workers ?? 1, checks })
  const best = considered.find((each) => each.number === ranking[0]?.number)
  if (!best) throw new Error('one is chosen where there is one')
  const agreement = toAgreement(best.plan, considered.filter((each) => each !== best).map((each) => each.plan), checks)
  const plan = { ...best.plan, tasks: best.plan.tasks.map((task) => lowerConfidence(task, agreement.get(task.id) ?? 1)) }
  if (considered.length === 1) return { phase: 'plan', do: 'propose', plan, why: [best.why, note].filter(Boolean).join('; ').slice(0, 4000), from: 'model' }
  const why = [`chosen of ${count(considered.length, 'plan')}: ${describeRanking(ranking)}`, best.why, note].filter(Boolean).join('; ').slice(0, 4000)
  return { phase: 'plan', do: 'propose', plan, why, from: 'model', ranking: [...ranking] }
}

/** Where plans for one goal differ, somebody is wrong. */
function lowerConfidence(task: Task, agreement: number): Task {
  if (task.confidence === undefined) return task
  const confidence = Math.round(task.confidence * (aloneShare + (1 - aloneShare) * agreement) * 1000) / 1000
  return { ...task, confidence, stated: task.stated ?? task.confidence }
}

function isSamePlan(one: Plan, other: Plan): boolean {
  return one.tasks.length === other.tasks.length && one.tasks.every((task) => other.tasks.some((each) => isSameTask({ ...task, title: '' }, { ...each, title: '' }, { isForeseen: true })))
}
