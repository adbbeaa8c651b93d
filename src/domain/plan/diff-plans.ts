import { toCanonicalJson } from '../chain.ts'
import type { Json } from '../../protocol/ids.ts'
import type { PlanFile, TaskFile } from '../../protocol/plan-file.ts'
import { toCheckId, toTitle, usualSpread } from './from-file.ts'
import { usualMinutes, usualWorkers } from './graph.ts'
import { usualSeconds } from './to-file.ts'

/** A field that is not the same in both; undefined where one has nothing there. */
export interface FieldDelta {
  readonly field: string
  readonly before: Json | undefined
  readonly after: Json | undefined
}

/** What is new in a plan against another. */
export interface PlanDelta {
  /** Of the plan itself: goal, checks, scope, constraints, capacity. */
  readonly plan: readonly FieldDelta[]
  readonly added: readonly TaskFile[]
  readonly removed: readonly TaskFile[]
  readonly changed: readonly { readonly id: string; readonly fields: readonly FieldDelta[] }[]
}

/**
 * Two plans, field by field. Checks are compared by their commands and times, lists as sets, and what is left out counts as what it stands
 * for: two files that mean the same plan have no delta, whatever they look like.
 */
export function diffPlans(before: PlanFile, after: PlanFile): PlanDelta {
  const [old, now] = [toPlain(before), toPlain(after)]
  const changed = [...now.tasks].flatMap(([id, task]) => {
    const was = old.tasks.get(id)
    const fields = was ? diffFields(was, task) : []
    return fields.length > 0 ? [{ id, fields }] : []
  })
  return {
    plan: diffFields(old.plan, now.plan), changed,
    added: after.tasks.filter(({ id }) => !old.tasks.has(id)), removed: before.tasks.filter(({ id }) => !now.tasks.has(id)),
  }
}

export function isSamePlan(delta: PlanDelta): boolean {
  return [delta.plan, delta.added, delta.removed, delta.changed].every((each) => each.length === 0)
}

type Fields = Readonly<Record<string, Json | undefined>>

function toPlain(file: PlanFile): { readonly plan: Fields; readonly tasks: ReadonlyMap<string, Fields> } {
  const named = nameCommands(file)
  const commandsOf = (entries: TaskFile['checks'] = []): Json => [...new Set(entries.map((entry) => (typeof entry === 'string' ? (named.get(entry) ?? entry) : toCommand(entry))))].toSorted()
  const { goal, checks = [], scope, constraints, capacity, tasks } = file
  return {
    plan: { goal, checks: checks.map(toCommand), scope: toSet(scope), constraints: toSet(constraints), ...flatten('capacity', { workers: usualWorkers, ...capacity }) },
    tasks: new Map(tasks.map((task) => [task.id, toFields(task, commandsOf, scope ?? [])])),
  }
}

function toFields(task: TaskFile, commandsOf: (entries: TaskFile['checks']) => Json, planScope: readonly string[]): Fields {
  const { subgoal = task.title, scope, checks, serves, role = 'coder', depends_on, estimate, leases, release, deadline, risk = 'low', reversible = true, confidence, unknowns, rules, milestone = false, tests } = task
  return {
    title: toTitle(task), subgoal: subgoal?.trim(), scope: toSet(scope ?? planScope), checks: commandsOf(checks), serves: commandsOf(serves), role, depends_on: toSet(depends_on),
    ...flatten('estimate', estimate && toPlainEstimate(estimate)), leases: toSet(leases), release, deadline, risk, reversible, confidence, unknowns: toSet(unknowns), rules: toSet(rules), milestone, tests: toSet(tests),
  }
}

/** Whatever a check is called, it is its command. */
function nameCommands({ checks = [], tasks }: PlanFile): ReadonlyMap<string, string> {
  const named = new Map<string, string>()
  for (const [n, entry] of checks.entries()) named.set((typeof entry === 'string' ? undefined : entry.id) ?? `c${n + 1}`, toCommand(entry))
  for (const task of tasks) {
    for (const [n, entry] of (task.checks ?? []).entries()) {
      if (typeof entry === 'string') continue
      const id = entry.id ?? toCheckId(task.id, n)
      if (!named.has(id)) named.set(id, toCommand(entry))
    }
  }
  return named
}

/** What a check says, whatever it is called. */
function toCommand(entry: string | { readonly command: string; readonly timeout_seconds?: number | undefined }): string {
  if (typeof entry === 'string') return entry.trim()
  const { command, timeout_seconds: seconds = usualSeconds } = entry
  return seconds === usualSeconds ? command.trim() : `${command.trim()} (within ${seconds} s)`
}

/** Without amounts of nothing, and without the spread that it would have anyway. */
function toPlainEstimate({ minutes = usualMinutes, spread, ...rest }: NonNullable<TaskFile['estimate']>): object {
  return { minutes, ...(spread === undefined || spread === minutes * usualSpread ? {} : { spread }), ...Object.fromEntries(Object.entries(rest).filter(([, amount]) => amount !== 0)) }
}

function toSet(list: readonly string[] = []): Json {
  return [...new Set(list)].toSorted()
}

/** `estimate.minutes` is a field of its own: a person sees what changed in it. */
function flatten(name: string, value: object | undefined): Fields {
  return Object.fromEntries(Object.entries(value ?? {}).map(([key, each]) => [`${name}.${key}`, each as Json]))
}

function diffFields(before: Fields, after: Fields): readonly FieldDelta[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap((field) => (toCanonicalJson(before[field] ?? null) === toCanonicalJson(after[field] ?? null) ? [] : [{ field, before: before[field], after: after[field] }]))
}
