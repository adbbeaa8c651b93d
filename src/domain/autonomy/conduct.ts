import { z } from 'zod'
import type { EventType, StoredEvent } from '../../protocol/events/event.ts'
import { toChangeKind } from '../policy/change-kinds.ts'
import { toArea } from './levels.ts'

/** One path for each area and kind of change stands for all of them; `/` for paths that are not known or too many. */
const Samples = z.array(z.string())
const anyPath = '/'

/**
 * How a run behaved, folded from its events one by one: what trust is computed from. It is kept in the index, so it is small
 * whatever the run did. Times are milliseconds since the epoch.
 */
export const Conduct = z.lazy(() => z.object({
  solver: z.enum(['model', 'repair']),
  base: z.string(),
  /** It worked on a task of another run, which has the win: what counts here is only what went wrong. */
  isChild: z.boolean().optional(),
  /** A check failed on the base. */
  isFailing: z.boolean(),
  /** What was committed; `seq` so that taking the run back takes it away. */
  work: z.array(z.object({ seq: z.int(), paths: Samples })),
  ended: z.object({ at: z.number(), outcome: z.string() }).optional(),
  /** The last word of a person on the result. */
  word: z.object({ at: z.number(), is: z.enum(['accepted', 'rejected', 'undone']) }).optional(),
  /** The newest time that a task was called finished and was not: its validation failed, or its proof was refused. */
  refused: z.object({ at: z.number(), paths: Samples }).optional(),
  /** Questions that a person answered with no. */
  denied: z.array(z.object({ at: z.number(), about: z.enum(['call', 'change']), paths: Samples })),
  sealed: z.array(z.object({ at: z.number(), id: z.string(), paths: Samples, isReleased: z.boolean() })),
  /** What is still open: the calls of the newest turn, the changes looked at last, questions without an answer. */
  calls: z.array(z.object({ id: z.string(), path: z.string() })),
  seen: z.object({ to: z.string(), paths: Samples }).optional(),
  asked: z.array(z.object({ gate: z.string(), about: z.enum(['call', 'change']), paths: Samples })),
}))
export type Conduct = z.infer<typeof Conduct>

export const noConduct: Conduct = { solver: 'model', base: '', isFailing: false, work: [], denied: [], sealed: [], calls: [], asked: [] }

/** Bounds of what one run keeps: commits, entries of each other list, samples of one of them. */
const maxCommits = 200
const maxEntries = 100
const maxSamples = 30

/** The events that say anything for `addConduct`. */
export const conductTypes: ReadonlySet<EventType> = new Set<EventType>([
  'run.opened', 'run.resumed', 'run.ended', 'run.accepted', 'run.rejected', 'run.undone', 'run.rewound', 'check.finished', 'turn.replied', 'changes.seen', 'commit.created', 'integration.finished',
  'validation.finished', 'proof.finished', 'approval.requested', 'approval.given', 'artefact.quarantined', 'artefact.settled',
])

/** One step of the fold. */
export function addConduct(conduct: Conduct, event: StoredEvent): Conduct {
  const at = Date.parse(event.at)
  switch (event.type) {
    case 'run.opened':
      return { ...conduct, solver: event.data.request.solver, base: event.data.repository.base, ...(event.data.parent ? { isChild: true } : {}) }
    case 'check.finished':
      return event.data.purpose === 'baseline' && event.data.outcome.status === 'failed' ? { ...conduct, isFailing: true } : conduct
    case 'turn.replied': {
      const calls = event.data.reply.parts.flatMap((part) => (part.type === 'call' ? [{ id: part.callId, path: pathOf(part.input) }] : []))
      return { ...conduct, calls: calls.slice(0, maxEntries) }
    }
    case 'changes.seen':
      return { ...conduct, seen: { to: event.data.to, paths: event.data.changes ? toSamples(event.data.changes.map((change) => change.path)) : [anyPath] } }
    case 'commit.created':
      return { ...conduct, work: [...conduct.work, { seq: event.seq, paths: toSamples(event.data.files.map((file) => file.path)) }].slice(-maxCommits) }
    case 'integration.finished':
      return event.data.result ? { ...conduct, work: [...conduct.work, { seq: event.seq, paths: toSamples(event.data.result.files.map((file) => file.path)) }].slice(-maxCommits) } : conduct
    case 'validation.finished': {
      // What an edit breaks is seen and taken back in the making; what was called finished was claimed.
      if (event.data.verdict === 'passed' || event.data.scope === 'edit') return conduct
      const findings = event.data.validations.flatMap((each) => each.findings).filter((each) => each.severity === undefined || each.severity === 'error')
      return { ...conduct, refused: { at, paths: toSamples(findings.map((each) => each.path)) } }
    }
    case 'proof.finished':
      return event.data.verdict === 'proven' ? conduct : { ...conduct, refused: { at, paths: [] } }
    case 'artefact.quarantined':
      return { ...conduct, sealed: [...conduct.sealed, { at, id: event.data.id, paths: toSamples(event.data.paths), isReleased: false }].slice(-maxEntries) }
    case 'artefact.settled': {
      const { id, as } = event.data
      return { ...conduct, sealed: conduct.sealed.map((each) => (each.id === id ? { ...each, isReleased: as === 'released' } : each)) }
    }
    case 'approval.requested':
    case 'approval.given':
      return addAnswer(conduct, event, at)
    default:
      return addEnd(conduct, event, at)
  }
}

/** How a run ended, and what people said of its result afterwards. */
function addEnd(conduct: Conduct, event: StoredEvent, at: number): Conduct {
  const { ended: _, word: __, ...open } = conduct
  switch (event.type) {
    case 'run.resumed':
      return conduct.ended ? open : conduct
    case 'run.ended':
      return { ...conduct, ended: { at, outcome: event.data.outcome }, calls: [], asked: [] }
    case 'run.accepted':
      return { ...conduct, word: { at, is: 'accepted' } }
    case 'run.rejected':
      return { ...conduct, word: { at, is: 'rejected' } }
    case 'run.undone':
      return { ...conduct, word: { at, is: 'undone' } }
    case 'run.rewound':
      return { ...open, work: conduct.work.filter((each) => each.seq <= event.data.to), calls: [], asked: [] }
    default:
      return conduct
  }
}

/** A no counts when a person gave it, and when it was about what the solver wanted to do. */
function addAnswer(conduct: Conduct, event: Extract<StoredEvent, { type: 'approval.requested' | 'approval.given' }>, at: number): Conduct {
  if (event.type === 'approval.requested') {
    const { gate, callId, inDoubt, ask } = event.data
    const kind = ask?.kind ?? 'call'
    if ((kind !== 'call' && kind !== 'integrate') || inDoubt === true) return conduct
    const about = kind === 'integrate' ? 'change' as const : 'call' as const
    const paths = about === 'change' ? (conduct.seen?.paths ?? [anyPath]) : [conduct.calls.find((call) => call.id === callId)?.path ?? anyPath]
    return { ...conduct, asked: [...conduct.asked.filter((each) => each.gate !== gate), { gate, about, paths }].slice(-maxEntries) }
  }
  const { gate, answer, by } = event.data
  const question = conduct.asked.find((each) => each.gate === gate)
  if (!question) return conduct
  const asked = conduct.asked.filter((each) => each.gate !== gate)
  if (answer === 'approve' || by.startsWith('hook ')) return { ...conduct, asked }
  return { ...conduct, asked, denied: [...conduct.denied, { at, about: question.about, paths: question.paths }].slice(-maxEntries) }
}

function pathOf(input: unknown): string {
  return typeof input === 'object' && input !== null && 'path' in input && typeof input.path === 'string' ? input.path.slice(0, 500) : anyPath
}

function toSamples(paths: readonly string[]): string[] {
  const found = new Map<string, string>()
  for (const path of paths) {
    const key = `${toChangeKind(path)} ${toArea(path)}`
    if (!found.has(key)) found.set(key, path)
    if (found.size > maxSamples) return [anyPath]
  }
  return [...found.values()].sort()
}
