import type { Check, Contract } from '../../protocol/contract.ts'
import type { Estimate, Plan, Task } from '../../protocol/plan.ts'
import type { PlanFile, TaskFile } from '../../protocol/plan-file.ts'
import { usualMinutes } from './graph.ts'

/** Spread of an estimate that names none, as a share of its minutes. */
export const usualSpread = 0.5

/**
 * The plan that a file, or the planner in the same words, describes. Nothing is judged here: see `checkPlan`.
 * `defaultTimeoutMs`: of checks that name none.
 */
export function toPlan(file: Pick<PlanFile, 'tasks' | 'checks'>, contract: Pick<Contract, 'checks' | 'scope'>, revision: number): Plan {
  const own = new Map<string, Check>()
  const known = new Map(contract.checks.map((check) => [check.command, check.id]))
  const named = nameChecks(file, known)
  const tasks = file.tasks.map((task) => toTask(task, contract.scope, (entry, n) => (typeof entry === 'string' ? (named.get(entry) ?? entry) : takeCheck(entry, toCheckId(task.id, n), known, own))))
  return { version: 1, revision, tasks, ...(own.size > 0 ? { checks: [...own.values()] } : {}) }
}

/** What the n-th check of a task is called, from 0, where it has no name of its own. */
export function toCheckId(task: string, n: number): string {
  return `${task.slice(0, 26)}-k${n + 1}`
}

/** The names that the file gives the goal's checks, and the ids that the contract gave the same commands. */
function nameChecks({ checks = [] }: Pick<PlanFile, 'checks'>, known: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const named = new Map<string, string>()
  for (const [n, entry] of checks.entries()) {
    const { id, command } = typeof entry === 'string' ? { id: undefined, command: entry } : entry
    const contractId = known.get(command)
    if (contractId !== undefined) named.set(id ?? `c${n + 1}`, contractId)
  }
  return named
}

type CheckEntry = NonNullable<TaskFile['checks']>[number]

/** A command that the goal is checked by anyway is that check; the same command of two tasks is one check. */
function takeCheck(entry: Exclude<CheckEntry, string>, id: string, known: Map<string, string>, own: Map<string, Check>): string {
  const command = entry.command.trim()
  const before = known.get(command)
  if (before !== undefined) return before
  const check: Check = { id: entry.id ?? id, command, origin: 'model', timeoutMs: (entry.timeout_seconds ?? 600) * 1000 }
  own.set(check.id, check)
  known.set(command, check.id)
  return check.id
}

function toTask(task: TaskFile, contractScope: readonly string[], toId: (entry: CheckEntry, n: number) => string): Task {
  const { estimate } = task
  return {
    // What a file holds is trimmed when it is read; a proposal comes as it is.
    id: task.id, title: toTitle(task), subgoal: (task.subgoal ?? task.title ?? '').trim(),
    scope: (task.scope ?? contractScope).map((glob) => glob.trim()), checks: [...new Set((task.checks ?? []).map(toId))], tests: [...(task.tests ?? [])], role: task.role ?? 'coder',
    dependsOn: [...new Set(task.depends_on ?? [])], risk: task.risk ?? 'low', reversible: task.reversible ?? true, rules: [...(task.rules ?? [])],
    // What the record said is nobody's word, and the record says it anew.
    ...(estimate && estimate.from === undefined ? { estimate: { minutes: estimate.minutes ?? usualMinutes, spread: estimate.spread ?? (estimate.minutes ?? usualMinutes) * usualSpread, memoryMb: estimate.memory_mb ?? 0, tokens: estimate.tokens ?? 0, ...toSpreads(estimate), ...toShared(estimate) } } : {}),
    ...(task.serves && task.serves.length > 0 ? { serves: task.serves.map((id) => toId(id, 0)) } : {}),
    ...(task.confidence === undefined ? {} : { confidence: task.confidence }),
    ...(task.unknowns && task.unknowns.length > 0 ? { unknowns: task.unknowns.map((each) => each.trim()) } : {}),
    ...(task.milestone ? { milestone: true } : {}),
    ...(task.leases && task.leases.length > 0 ? { leases: [...new Set(task.leases)] } : {}),
    ...(task.release === undefined ? {} : { release: task.release }),
    ...(task.deadline === undefined ? {} : { deadline: task.deadline }),
  }
}

/** How far off an amount may be, where there is one. */
function toSpreads({ memory_mb, memory_spread_mb, tokens, tokens_spread }: NonNullable<TaskFile['estimate']>): Pick<Estimate, 'memorySpreadMb' | 'tokensSpread'> {
  return { ...(memory_mb && memory_spread_mb !== undefined ? { memorySpreadMb: memory_spread_mb } : {}), ...(tokens && tokens_spread !== undefined ? { tokensSpread: tokens_spread } : {}) }
}

/** Amounts of nothing take nothing. */
function toShared({ cpu, requests, resources }: NonNullable<TaskFile['estimate']>): Pick<Estimate, 'cpu' | 'requests' | 'resources'> {
  const taken = Object.entries(resources ?? {}).filter(([, amount]) => amount > 0)
  return { ...(cpu ? { cpu } : {}), ...(requests ? { requests } : {}), ...(taken.length > 0 ? { resources: Object.fromEntries(taken) } : {}) }
}

/** The line that stands for a task in tables: its title, else the beginning of its subgoal. */
export function toTitle({ title, subgoal, id }: Pick<TaskFile, 'title' | 'subgoal' | 'id'>): string {
  if (title !== undefined) return title.trim()
  const line = (subgoal ?? id).trim().split('\n')[0] ?? ''
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`
}
