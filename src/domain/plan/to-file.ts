import type { Check, Contract } from '../../protocol/contract.ts'
import type { Planning } from '../../protocol/events/run.ts'
import type { Estimate, Plan, Task } from '../../protocol/plan.ts'
import type { CapacityFile, PlanFile, TaskFile } from '../../protocol/plan-file.ts'
import { toTitle } from './from-file.ts'

/** Seconds that a check has where it names none. */
export const usualSeconds = 600

type Frame = Pick<Contract, 'goal' | 'checks' | 'scope' | 'constraints'>

/**
 * The file of a plan, with the goal, the checks and the bounds that it is for: read again it is the same plan (`toPlan`). A check
 * of the plan's own is written out where it is named first. What is as it would be anyway is left out.
 */
export function toPlanFile({ tasks, checks = [] }: Pick<Plan, 'tasks' | 'checks'>, contract: Frame, capacity?: CapacityFile): PlanFile {
  const own = new Map(checks.map((check) => [check.id, check]))
  const written = new Set<string>()
  const toEntry = (id: string): NonNullable<TaskFile['checks']>[number] => {
    const check = own.get(id)
    if (check === undefined || written.has(id)) return id
    written.add(id)
    return toCheckEntry(check)
  }
  return {
    version: 1, goal: contract.goal,
    ...(contract.checks.length > 0 ? { checks: contract.checks.map(toCheckEntry) } : {}),
    ...(contract.scope.length > 0 ? { scope: [...contract.scope] } : {}),
    ...(contract.constraints.length > 0 ? { constraints: contract.constraints.map(({ text }) => text) } : {}),
    ...(capacity === undefined ? {} : { capacity }),
    tasks: tasks.map((task) => toTaskFile(task, contract.scope, toEntry)),
  }
}

function toCheckEntry({ id, command, timeoutMs }: Check): { id: string; command: string; timeout_seconds?: number } {
  const seconds = Math.max(1, Math.round(timeoutMs / 1000))
  return { id, command, ...(seconds === usualSeconds ? {} : { timeout_seconds: seconds }) }
}

function toTaskFile(task: Task, contractScope: readonly string[], toEntry: (id: string) => NonNullable<TaskFile['checks']>[number]): TaskFile {
  const { id, title, subgoal, scope, checks, serves, role, dependsOn, estimate, risk, reversible, confidence, stated, unknowns, rules, milestone, tests, leases, release, deadline } = task
  return {
    id, ...(title === toTitle({ id, subgoal }) ? {} : { title }), subgoal,
    // Left out it would be the contract's.
    ...(scope.length > 0 || contractScope.length > 0 ? { scope: [...scope] } : {}),
    checks: checks.map(toEntry),
    ...(serves && serves.length > 0 ? { serves: [...serves] } : {}),
    role, depends_on: [...dependsOn],
    ...(estimate ? { estimate: toEstimateFile(estimate) } : {}),
    ...(leases && leases.length > 0 ? { leases: [...leases] } : {}),
    ...(release === undefined ? {} : { release }),
    ...(deadline === undefined ? {} : { deadline }),
    risk,
    ...(reversible ? {} : { reversible }),
    ...(milestone ? { milestone } : {}),
    // What the record makes of it is for each run to say anew.
    ...(confidence === undefined ? {} : { confidence: stated ?? confidence }),
    ...(unknowns && unknowns.length > 0 ? { unknowns: [...unknowns] } : {}),
    ...(rules.length > 0 ? { rules: [...rules] } : {}),
    ...(tests.length > 0 ? { tests: [...tests] } : {}),
  }
}

/** The plan with what the record makes of its estimates, whatever was said of them: what a schedule goes by. */
export function withExpected<T extends Pick<Plan, 'tasks'>>(plan: T): T {
  return { ...plan, tasks: plan.tasks.map((task) => (task.estimate?.given === undefined ? task : { ...task, estimate: withoutGiven(task.estimate) })) }
}

function withoutGiven({ given: _said, ...expected }: Estimate): Estimate {
  return expected
}

function toEstimateFile({ minutes, spread, memoryMb, memorySpreadMb, tokens, tokensSpread, cpu, requests, resources, from, given }: Estimate): NonNullable<TaskFile['estimate']> {
  // What somebody said is written as they said it: the record makes of it what it does, anew in each run.
  const isSaid = from === undefined || from === 'given' || given !== undefined
  return {
    ...(given === undefined ? { minutes, spread } : { minutes: given.minutes }), ...(memoryMb > 0 ? { memory_mb: memoryMb, ...(memorySpreadMb === undefined ? {} : { memory_spread_mb: memorySpreadMb }) } : {}), ...(cpu ? { cpu } : {}), ...(tokens > 0 ? { tokens, ...(tokensSpread === undefined ? {} : { tokens_spread: tokensSpread }) } : {}), ...(requests ? { requests } : {}), ...(resources ? { resources: { ...resources } } : {}),
    ...(isSaid ? {} : { from: 'record' as const }),
  }
}

/** What the tasks of a run share, in the words of its plan's file. */
export function toCapacityFile({ workers, capacity: { memoryMb, tokensPerMinute, cpu, requestsPerMinute, resources } = {} }: Pick<Planning, 'workers' | 'capacity'>): CapacityFile {
  return {
    workers, ...(cpu === undefined ? {} : { cpu }), ...(memoryMb === undefined ? {} : { memory_mb: memoryMb }), ...(tokensPerMinute === undefined ? {} : { tokens_per_minute: tokensPerMinute }),
    ...(requestsPerMinute === undefined ? {} : { requests_per_minute: requestsPerMinute }), ...(resources === undefined ? {} : { resources: { ...resources } }),
  }
}
