import type { CommitId } from '../protocol/ids.ts'
import type { PolicyDecision } from '../protocol/policy.ts'
import { followsStrictly } from '../domain/decisions.ts'
import { findByStatus } from '../domain/delegation/delegation.ts'
import { countWorking, getTask } from '../domain/delegation/follow-plan.ts'
import { findFrozenTests, findStages } from '../domain/delegation/stages.ts'
import { toConfidence } from '../domain/estimate/confidence.ts'
import type { Step } from '../domain/step.ts'
import { toStageOrder, toWorkOrder } from './child-order.ts'
import { circumstancesOf } from './circumstances.ts'
import { integratorOf } from './integrate.ts'
import { mergeOnto } from './merge-onto.ts'
import { scheduleRun } from './schedule-run.ts'
import type { ChildOrder, ChildReturned, Children } from './ports/children.ts'
import { getWorkspace, record, type RunContext } from './record.ts'

/** Characters of what an earlier attempt changed, and of all that a child is told beside its task. */
const longestEarlier = 8000
const longestBrief = 20_000

type Delegate = Extract<Step, { do: 'delegate' }>

/** A task is given to a child run, where the policy lets it be: intent first, so that a crash finds the child again. */
export async function delegate(run: RunContext, step: Delegate): Promise<void> {
  const { decision, running } = await judgeDelegation(run, step.role)
  if (decision.effect !== 'allow') return record(run, { type: 'task.held', data: { task: step.task, role: step.role, running, decision } })
  const base = await toBase(run, step.task)
  if (!base) return
  const child = childrenOf(run).mint()
  await record(run, { type: 'task.delegated', data: { task: step.task, attempt: step.attempt, child, role: step.role, base, lease: step.lease, budget: step.budget, decision, brief: await withEarlier(run, step) } })
}

/** What an earlier attempt changed is told: the new one begins without it, and need not find it all again. */
async function withEarlier(run: RunContext, { task, brief }: Delegate): Promise<string> {
  const { given, returned } = run.state.delegations.get(task) ?? {}
  if (!given || !returned?.commit) return brief
  await integratorOf(run).keep(given.child, { task, commit: returned.commit })
  const diff = await getWorkspace(run).diff(given.base, returned.commit, { maxBytes: longestEarlier })
  return diff.trim() === '' ? brief : `${brief}\n\nWhat that attempt changed. None of it is there now; take over what is right:\n\`\`\`diff\n${diff.trimEnd()}\n\`\`\``.slice(0, longestBrief)
}

/** May somebody of that role begin? Where not, `running` others are too many; 0: it may not even alone. */
export async function judgeDelegation(run: RunContext, role: string): Promise<{ readonly decision: PolicyDecision; readonly running: number }> {
  const { state, ports: { policy } } = run
  await policy.ready?.()
  const judge = (fanOut: number): PolicyDecision =>
    policy.judge?.({ action: 'delegate', role, circumstances: { ...circumstancesOf(run), fanOut } }) ?? { effect: 'allow', rules: [], policy: policy.hash, reason: 'the policy says nothing about it' }
  const running = countWorking(state)
  const decision = judge(running)
  if (decision.effect === 'allow' || running === 0 || !followsStrictly(state)) return { decision, running }
  const alone = judge(0)
  return alone.effect === 'allow' ? { decision, running } : { decision: alone, running: 0 }
}

/**
 * What was integrated last, with the tests on top that were written for the task and are not to be changed by whoever works on it.
 * Undefined where these do not go together any more: that is recorded, and the task begins anew without them.
 */
async function toBase(run: RunContext, task: string): Promise<CommitId | undefined> {
  const { head } = run.state
  if (!head) throw new Error('a task begins from a commit')
  const tests = findFrozenTests(run.state, task)
  if (!tests) return head
  const child = findStages(run.state, 'done').find((each) => each.seen?.commit === tests.commit)?.given.child
  if (child === undefined) return head
  const base = await mergeOnto(run, integratorOf(run), { task, child, theirs: tests.commit, message: `Tests for ${task}` })
  if (base || !followsStrictly(run.state)) return base ?? head
  await record(run, { type: 'tests.seen', data: { task, child, commit: tests.commit, verdict: 'unusable', reason: 'they conflict with what was integrated since' } })
  return undefined
}

/**
 * Whoever is at work by the log is at work in this process too; then the first to return is recorded. `untilMs` (since the epoch): if nobody
 * does by then, a task is to begin or what it waits for is late, and what is left is scheduled anew.
 */
export async function awaitChild(run: RunContext, untilMs: number | undefined): Promise<void> {
  const children = childrenOf(run)
  const orders = startAll(run, children)
  run.emit({ kind: 'status', text: orders.length === 0 ? 'waiting until the next task may begin' : orders.map((order) => `${order.parent.task} ${order.stage ?? getTask(run.state, order.parent.task).title}`).join(' · ').slice(0, 200) })
  const returned = await children.next(run.signal, untilMs)
  return returned === undefined ? scheduleRun(run, 'the time of a task has come') : recordReturned(run, returned)
}

/** What is at work is stopped; each says how far it got. */
export async function stopChildren(run: RunContext): Promise<void> {
  const children = childrenOf(run)
  const orders = startAll(run, children)
  await children.stop()
  for (const _order of orders) {
    const returned = await children.next(run.signal)
    if (returned) await recordReturned(run, returned)
  }
}

function startAll(run: RunContext, children: Children): readonly ChildOrder[] {
  const orders = [...findByStatus(run.state, 'running').map((each) => toWorkOrder(run, each)), ...findStages(run.state, 'running').map((each) => toStageOrder(run, each))]
  for (const order of orders) children.start(order)
  return orders
}

async function recordReturned(run: RunContext, { report, ...returned }: ChildReturned): Promise<void> {
  const work = findByStatus(run.state, 'running').find((each) => each.given.child === returned.child)
  const { experience } = run.state.opened ?? {}
  const calibrated = experience && toConfidence(experience, 'claimed', { stated: returned.confidence, tokens: returned.certainty })
  if (work) return record(run, { type: 'task.returned', data: { task: work.given.task, ...returned, ...(calibrated === undefined ? {} : { calibrated }) } })
  const stage = findStages(run.state, 'running').find((each) => each.given.child === returned.child)
  if (!stage) return
  const { summary: _said, confidence: _sure, certainty: _tokens, denied: _no, isLate: _late, memoryMb: _memory, ...rest } = returned
  return record(run, { type: 'stage.returned', data: { task: stage.given.task, stage: stage.given.stage, ...rest, ...(report ? { report } : {}) } })
}

export function childrenOf(run: RunContext): Children {
  const { children } = run.ports
  if (!children) throw new Error('a run that follows a graph needs children')
  return children
}
