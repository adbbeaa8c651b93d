import type { Json } from '../../protocol/ids.ts'
import type { PlanFile, TaskFile } from '../../protocol/plan-file.ts'
import { count, toAmount, toLine } from '../report/words.ts'
import { toTitle } from './from-file.ts'
import { usualMinutes } from './graph.ts'
import type { FieldDelta, PlanDelta } from './diff-plans.ts'

/** A task in a few lines, as people and gates are shown it: what it is for, what it waits for, what it may write, how one tells. */
export function describeTask(task: TaskFile): readonly string[] {
  const { id, subgoal = '', scope = [], checks = [], serves = [], role = 'coder', depends_on = [], estimate, risk = 'low', reversible = true, confidence, unknowns = [], rules = [], milestone } = task
  const facts = [
    role, `risk ${risk}${reversible ? '' : ', cannot be taken back'}`,
    ...(confidence === undefined ? [] : [`${Math.round(confidence * 100)} % sure`]),
    ...(estimate ? [`${estimate.minutes ?? usualMinutes} min${estimate.spread ? ` ± ${estimate.spread}` : ''}${estimate.tokens ? `, ${toAmount(estimate.tokens)}${estimate.tokens_spread ? ` ± ${toAmount(estimate.tokens_spread)}` : ''} tokens` : ''}${estimate.memory_mb && estimate.memory_spread_mb ? `, ${estimate.memory_mb} ± ${estimate.memory_spread_mb} MB` : ''}`] : []),
    ...(milestone ? ['milestone'] : []),
  ]
  const line = toLine(toTitle(task), 160)
  return [
    `${id}  ${line}`,
    `  ${facts.join(' · ')}`,
    ...(depends_on.length > 0 ? [`  after    ${depends_on.join(', ')}`] : []),
    `  writes   ${scope.length > 0 ? scope.join(', ') : 'everything that may change'}`,
    `  checks   ${checks.map((entry) => (typeof entry === 'string' ? entry : toLine(entry.command, 200))).join(' · ') || 'none'}${serves.length > 0 ? ` (a part of ${serves.map((entry) => String(entry)).join(', ')})` : ''}`,
    ...(rules.length > 0 ? [`  rules    ${rules.join(', ')}`] : []),
    ...(subgoal !== '' && toLine(subgoal, 2000) !== line ? [`  subgoal  ${toLine(subgoal, 600)}`] : []),
    ...unknowns.map((each) => `  unknown  ${toLine(each, 400)}`),
  ]
}

export function describePlan({ tasks }: Pick<PlanFile, 'tasks'>): readonly string[] {
  return tasks.flatMap((task) => describeTask(task))
}

/** What is new, for people: `+` and `-` before tasks, `~` before those that changed, with their fields. */
export function describeDelta(delta: PlanDelta): readonly string[] {
  return [
    ...delta.plan.map((each) => `~ ${describeField(each)}`),
    ...delta.removed.map((task) => `- ${task.id}  ${toLine(toTitle(task), 160)}`),
    ...delta.added.flatMap((task) => describeTask(task).map((line, index) => (index === 0 ? `+ ${line}` : `  ${line}`))),
    ...delta.changed.flatMap(({ id, fields }) => [`~ ${id}`, ...fields.map((each) => `    ${describeField(each)}`)]),
  ]
}

export function countDelta({ plan, added, removed, changed }: PlanDelta): string {
  const parts = [
    ...(added.length > 0 ? [`${count(added.length, 'task')} added`] : []), ...(removed.length > 0 ? [`${count(removed.length, 'task')} removed`] : []),
    ...(changed.length > 0 ? [`${count(changed.length, 'task')} changed`] : []), ...(plan.length > 0 ? [`${plan.map(({ field }) => field).join(', ')} changed`] : []),
  ]
  return parts.join(', ') || 'nothing changed'
}

function describeField({ field, before, after }: FieldDelta): string {
  if (Array.isArray(before ?? after) && (before === undefined || Array.isArray(before)) && (after === undefined || Array.isArray(after))) {
    const [old, now] = [toWords(before), toWords(after)]
    const moves = [...old.filter((each) => !now.includes(each)).map((each) => `−${each}`), ...now.filter((each) => !old.includes(each)).map((each) => `+${each}`)]
    return `${field}: ${moves.join(' ') || `${old.join(', ')} → ${now.join(', ')}`}`
  }
  return `${field}: ${toWord(before)} → ${toWord(after)}`
}

function toWords(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map((each) => toLine(String(each), 300)) : []
}

function toWord(value: Json | undefined): string {
  return value === undefined || value === null ? 'nothing' : typeof value === 'string' ? `“${toLine(value, 300)}”` : toLine(JSON.stringify(value), 300)
}
