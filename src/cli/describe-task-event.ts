import type { StoredEvent } from '../protocol/events/event.ts'
import { taskEvents } from '../protocol/events/task.ts'
import { toShortCommit } from '../domain/report/short-id.ts'
import { count } from '../domain/report/words.ts'

/** What is said of the plan, its tasks and those who do them. */
export type TaskEvent = Extract<StoredEvent, { type: keyof typeof taskEvents }>

export function isTaskEvent(event: StoredEvent): event is TaskEvent {
  return event.type in taskEvents
}

/** The gist of one of them on one line; neither tame nor cut. */
export function describeTaskEvent(event: TaskEvent): string {
  switch (event.type) {
    case 'plan.proposed': return `revision ${event.data.plan.revision}, ${count(event.data.plan.tasks.length, 'task')}: ${event.data.why}`
    case 'plan.considered': return `plan ${event.data.number}, ${count(event.data.plan.tasks.length, 'task')}: ${event.data.plan.tasks.map((task) => task.title).join(' · ')}`
    case 'plan.scheduled': return event.data.flaw === undefined
      ? `${event.data.why}: ${count(event.data.tasks.length, 'open task')}, done by minute ${toMinute(event.data.makespan)}${event.data.late.length > 0 ? ` · ${describeLate(event.data.late)}` : ''}`
      : `${event.data.why}: no schedule, ${event.data.flaw}`
    case 'milestone.checked': return `${event.data.task} ${event.data.verdict} at ${toShortCommit(event.data.commit)}, ${count(event.data.checks.length, 'check')}${event.data.reasons.length > 0 ? `: ${event.data.reasons.join('; ')}` : ''}`
    case 'task.started': return event.data.task
    case 'task.finished': return `${event.data.task}${event.data.commit ? ` ${toShortCommit(event.data.commit)}` : ' without a commit'}: ${event.data.summary}`
    case 'task.dropped': return `${event.data.task}: ${event.data.why}`
    case 'task.delegated': return `${event.data.task} to ${event.data.child} as ${event.data.role}, attempt ${event.data.attempt}, from ${toShortCommit(event.data.base)} · lease ${event.data.lease.token}: ${event.data.lease.globs.join(', ') || 'everything'} · ${count(event.data.budget.maxTurns, 'turn')}`
    case 'stage.delegated': return `${event.data.stage} of ${event.data.task} to ${event.data.child} as ${event.data.role}, from ${toShortCommit(event.data.base)} · ${event.data.decision.effect}`
    case 'stage.returned': return `${event.data.stage} of ${event.data.task} ${event.data.outcome}: ${event.data.report ? count(event.data.report.findings.length, 'finding') : event.data.reason} · ${event.data.child}`
    case 'tests.seen': return `${event.data.task} ${event.data.verdict}: ${event.data.reason}`
    case 'task.held': return `${event.data.task} as ${event.data.role}, with ${event.data.running} at work: ${event.data.decision.effect} (${event.data.decision.rules.join(', ')})`
    case 'task.returned': return `${event.data.task} ${event.data.outcome}${event.data.fault ? ` (${event.data.fault}, not held against it)` : ''}: ${event.data.reason} · ${event.data.child}, ${count(event.data.spent.turns, 'turn')}`
    case 'kept.published': return `${event.data.task}: ${toShortCommit(event.data.commit)} as ${event.data.branch}`
    case 'merge.tried': return `${event.data.task}: ${event.data.outcome.conflicts.length > 0 ? count(event.data.outcome.conflicts.length, 'conflict') : 'no conflict'}${event.data.outcome.settled.length > 0 ? `, settled: ${event.data.outcome.settled.map((each) => `${each.path} (${each.use})`).join(', ')}` : ''}`
    case 'integration.finished': return `${event.data.task} ${event.data.verdict}${event.data.result ? ` as ${toShortCommit(event.data.result.commit)}` : `: ${event.data.reasons.join('; ')}`}`
  }
}

/** Which deadlines are missed, and by how much. */
export function describeLate(late: Extract<TaskEvent, { type: 'plan.scheduled' }>['data']['late']): string {
  return late.map(({ task, deadline, minutes, isOver }) => `${task} ${isOver ? 'missed' : 'will miss'} its deadline (minute ${toMinute(deadline)}) by ${toMinute(minutes)} min`).join('; ')
}

function toMinute(minutes: number): string {
  return String(Number(minutes.toFixed(minutes < 10 ? 2 : 1)))
}
