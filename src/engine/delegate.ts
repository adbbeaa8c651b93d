import type { Contract } from '../protocol/contract.ts'
import type { PolicyDecision } from '../protocol/policy.ts'
import type { Plan, Task } from '../protocol/plan.ts'
import { findWorkDeadline } from '../domain/budget.ts'
import { checksOf, findByStatus, type Delegation } from '../domain/delegation/delegation.ts'
import { getTask } from '../domain/delegation/follow-plan.ts'
import { toChangeKinds } from '../domain/policy/change-kinds.ts'
import { isWanted } from '../domain/policy/checkpoints.ts'
import type { Step } from '../domain/step.ts'
import { circumstancesOf, contractOf } from './circumstances.ts'
import type { ChildOrder, Children } from './ports/children.ts'
import { record, type RunContext } from './record.ts'

type Delegate = Extract<Step, { do: 'delegate' }>

/** A task is given to a child run, where the policy lets it be: intent first, so that a crash finds the child again. */
export async function delegate(run: RunContext, step: Delegate): Promise<void> {
  const { head } = run.state
  const { policy } = run.ports
  if (!head) throw new Error('a task begins from a commit')
  await policy.ready?.()
  const running = findByStatus(run.state, 'running').length
  const decision: PolicyDecision = policy.judge?.({ action: 'delegate', role: step.role, circumstances: { ...circumstancesOf(run), fanOut: running } })
    ?? { effect: 'allow', rules: [], policy: policy.hash, reason: 'the policy says nothing about it' }
  if (decision.effect !== 'allow') return record(run, { type: 'task.held', data: { task: step.task, role: step.role, running, decision } })
  const child = childrenOf(run).mint()
  await record(run, { type: 'task.delegated', data: { task: step.task, attempt: step.attempt, child, role: step.role, base: head, lease: step.lease, budget: step.budget, decision, brief: step.brief } })
}

/** Whoever is at work by the log is at work in this process too; then the first to return is recorded. */
export async function awaitChild(run: RunContext): Promise<void> {
  const children = childrenOf(run)
  const running = findByStatus(run.state, 'running')
  for (const each of running) children.start(toOrder(run, each))
  run.emit({ kind: 'status', text: running.map(({ given }) => `${given.task} ${getTask(run.state, given.task).title}`).join(' · ').slice(0, 200) })
  const returned = await children.next(run.signal)
  const delegation = running.find((each) => each.given.child === returned.child)
  if (delegation) await record(run, { type: 'task.returned', data: { task: delegation.given.task, ...returned } })
}

/** What is at work is stopped; each says how far it got. */
export async function stopChildren(run: RunContext): Promise<void> {
  const children = childrenOf(run)
  const running = findByStatus(run.state, 'running')
  for (const each of running) children.start(toOrder(run, each))
  await children.stop()
  for (let left = running.length; left > 0; left -= 1) {
    const returned = await children.next(run.signal)
    const delegation = running.find((each) => each.given.child === returned.child)
    if (delegation) await record(run, { type: 'task.returned', data: { task: delegation.given.task, ...returned } })
  }
}

export function childrenOf(run: RunContext): Children {
  const { children } = run.ports
  if (!children) throw new Error('a run that follows a graph needs children')
  return children
}

function toOrder(run: RunContext, { given, integration }: Delegation): ChildOrder {
  const task = getTask(run.state, given.task)
  const earlier = run.state.past.findLast((event) => event.type === 'task.delegated' && event.data.task === given.task && event.data.attempt === given.attempt - 1)
  return {
    child: given.child, role: given.role, brief: given.brief, base: given.base, contract: toChildContract(run, task, given),
    parent: { run: run.rollout.run, task: task.id, token: given.lease.token, depth: (run.state.opened?.parent?.depth ?? 0) + 1 },
    earlier: integration && earlier?.type === 'task.delegated' ? earlier.data.child : undefined,
  }
}

/** What binds the run binds its children; a child may write only what is leased to it, and is judged by its task's checks. */
function toChildContract(run: RunContext, task: Task, given: Delegation['given']): Contract {
  const contract = contractOf(run)
  const until = findWorkDeadline(run.state)
  const { deadline: _ours, ...rest } = contract
  return {
    ...rest, goal: task.subgoal, checks: checksOf(run.state, task), scope: given.lease.globs, budget: given.budget,
    unknowns: (task.unknowns ?? []).map((question) => ({ question, why: '' })), pins: [], guarded: [],
    ...(until === undefined ? {} : { deadline: new Date(until).toISOString() }),
  }
}

/** Which rules each task will meet, as far as its paths tell, so that people see it before anything starts. */
export function markRules(run: RunContext, plan: Plan): Plan {
  const { policy } = run.ports
  if (!policy.integrate || run.state.opened?.planning === undefined) return plan
  const contract = contractOf(run)
  return {
    ...plan,
    tasks: plan.tasks.map((task) => {
      const decision = policy.integrate?.({
        paths: task.scope, kinds: toChangeKinds(task.scope), risk: task.risk, confidence: task.confidence, warnings: 0, wanted: isWanted(contract, task.scope), circumstances: circumstancesOf(run),
      })
      return decision === undefined || decision.effect === 'allow' ? task : { ...task, rules: [...new Set([...task.rules, ...decision.rules])] }
    }),
  }
}
