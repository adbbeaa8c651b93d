import type { Check, Contract } from '../protocol/contract.ts'
import type { Task } from '../protocol/plan.ts'
import { findWorkDeadline } from '../domain/budget.ts'
import { checksOf, type Delegation } from '../domain/delegation/delegation.ts'
import { getTask } from '../domain/delegation/follow-plan.ts'
import { findFrozenTests, type TaskStage } from '../domain/delegation/stages.ts'
import { testGlobs } from '../domain/contract/test-globs.ts'
import { contractOf } from './circumstances.ts'
import type { ChildOrder } from './ports/children.ts'
import type { RunContext } from './record.ts'

/** What binds the run binds its children; a child may write only what is leased to it, and is judged by its task's checks. */
export function toWorkOrder(run: RunContext, { given }: Delegation): ChildOrder {
  const task = getTask(run.state, given.task)
  const tests = findFrozenTests(run.state, task.id)
  const own = checksOf(run.state, task)
  // The task may be judged by the very tests that were written for it.
  const checks = [...own, ...(tests && !own.some((check) => check.command === tests.command) ? [toTestCheck(tests.command)] : [])]
  return {
    child: given.child, role: given.role, stage: undefined, brief: given.brief, base: given.base,
    contract: toChildContract(run, task, { checks, scope: given.lease.globs, budget: given.budget }),
    parent: toParent(run, task, given.lease.token),
  }
}

/** A test writer may write where tests lie; a reviewer writes nothing. Neither proves anything. */
export function toStageOrder(run: RunContext, { given }: TaskStage): ChildOrder {
  const task = getTask(run.state, given.task)
  return {
    child: given.child, role: given.role, stage: given.stage, brief: given.brief, base: given.base,
    contract: toChildContract(run, task, { checks: [], scope: given.stage === 'tests' ? [...testGlobs] : [], budget: given.budget }),
    parent: { ...toParent(run, task, Math.max(1, given.of)), stage: given.stage },
  }
}

export function toTestCheck(command: string, id = 'written-tests'): Check {
  return { id, command, origin: 'model', timeoutMs: 600_000 }
}

function toParent(run: RunContext, task: Task, token: number): ChildOrder['parent'] {
  return { run: run.rollout.run, task: task.id, token, depth: (run.state.opened?.parent?.depth ?? 0) + 1 }
}

function toChildContract(run: RunContext, task: Task, { checks, scope, budget }: Pick<Contract, 'scope' | 'budget'> & { readonly checks: readonly Check[] }): Contract {
  const until = findWorkDeadline(run.state)
  const { deadline: _ours, ...rest } = contractOf(run)
  return {
    ...rest, goal: task.subgoal, checks: [...checks], scope: [...scope], budget,
    unknowns: (task.unknowns ?? []).map((question) => ({ question, why: '' })), pins: [], guarded: [],
    ...(until === undefined ? {} : { deadline: new Date(until).toISOString() }),
  }
}
