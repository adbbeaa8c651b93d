import { z } from 'zod'
import { checkEvents } from './check.ts'
import { Envelope } from './envelope.ts'
import { gateEvents } from './gate.ts'
import { logEvents } from './log.ts'
import { runEvents } from './run.ts'
import { taskEvents } from './task.ts'
import { toolEvents } from './tool.ts'
import { turnEvents } from './turn.ts'
import { workspaceEvents } from './workspace.ts'

/** The table of contents: every durable event, by its name `noun.past`, with the schema of its payload. */
export const payloads = { ...runEvents, ...workspaceEvents, ...checkEvents, ...taskEvents, ...turnEvents, ...toolEvents, ...gateEvents, ...logEvents }
export type EventType = keyof typeof payloads
export type Payload<T extends EventType> = z.infer<(typeof payloads)[T]>

/** An event before the log has given it its place. */
export type NewEvent = { [T in EventType]: { readonly type: T; readonly data: Payload<T> } }[EventType]

/** An event as the log holds it. */
export type StoredEvent = { [T in EventType]: Omit<Envelope, 'type'> & { readonly type: T; readonly data: Payload<T> } }[EventType]

/**
 * Must the disk have it before we go on? Intent before an effect and results that would be dear or unsafe to get again must;
 * the rest rides along with the next one.
 */
export const isFlushed: Record<EventType, boolean> = {
  'run.opened': true,
  'run.resumed': false,
  'run.ended': true,
  'contract.pinned': true,
  'accept.requested': true,
  'run.accepted': true,
  'run.undone': true,
  'run.rewound': true,
  'run.pruned': true,
  'run.rejected': true,
  'run.attested': true,
  'fault.met': true,
  'workspace.requested': true,
  'workspace.created': false,
  'snapshot.taken': false,
  'command.read': false,
  'hook.ran': false,
  'validation.finished': false,
  'integration.judged': false,
  'amendment.proposed': false,
  'contract.amended': true,
  'artefact.quarantined': true,
  'artefact.settled': true,
  'workspace.rolledback': false,
  'workspace.filled': false,
  'changes.seen': false,
  'files.read': false,
  'pins.restored': false,
  'commit.created': true,
  'commit.skipped': false,
  'branch.requested': true,
  'branch.moved': true,
  'environment.surveyed': false,
  'environment.fingerprinted': false,
  'check.started': false,
  'check.finished': false,
  'edit.checked': false,
  'proof.started': false,
  'strength.measured': false,
  'proof.finished': true,
  'candidate.tried': false,
  'repair.judged': false,
  'repair.searched': false,
  'solver.routed': true,
  'plan.proposed': false,
  'plan.considered': false,
  'plan.scheduled': false,
  'milestone.checked': false,
  'task.started': false,
  'task.finished': false,
  'task.dropped': false,
  'task.delegated': true,
  'task.held': false,
  'merge.tried': false,
  'kept.published': false,
  'stage.delegated': true,
  'stage.returned': true,
  'tests.seen': false,
  'task.returned': true,
  'integration.finished': true,
  'turn.requested': true,
  'turn.replied': true,
  'turn.failed': false,
  'observation.made': false,
  'tool.called': true,
  'tool.reached': true,
  'tool.returned': true,
  'approval.requested': true,
  'approval.given': true,
  'limit.reached': false,
  'log.repaired': true,
}

/** The version each payload is written in now. An upcaster per older version lives beside the schema. */
export const currentVersion = 1

const eventTypes = new Set<string>(Object.keys(payloads))
export function isEventType(type: string): type is EventType {
  return eventTypes.has(type)
}

const Line = z.lazy(() => Envelope.extend({ data: z.unknown() }))

/** Validates one line of a rollout. @throws z.ZodError naming the first thing that does not fit. */
export function parseEvent(line: unknown): StoredEvent {
  const envelope = Line.parse(line)
  if (!isEventType(envelope.type)) throw new z.ZodError([{ code: 'custom', message: `unknown event type ${envelope.type}`, path: ['type'], input: line }])
  return { ...envelope, data: payloads[envelope.type].parse(envelope.data) } as StoredEvent
}
