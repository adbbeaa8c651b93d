import type { Payload, StoredEvent } from '../../protocol/events/event.ts'
import type { Released } from '../../protocol/events/run.ts'
import type { AnswerSignature, Ask } from '../../protocol/policy.ts'
import { isStaged } from '../decisions.ts'
import { toAnswerBytes } from './answer.ts'

/** An answer of a record, with the bytes that its signature covers. */
export interface RecordedAnswer {
  readonly seq: number
  readonly gate: string
  /** Whose it is said to be. */
  readonly by: string
  readonly at: number
  readonly bytes: Uint8Array
  readonly signature: AnswerSignature | undefined
  /** `old`: answers were not signed then. `hook`: a program's no, which needs no signature. */
  readonly kind: 'person' | 'old' | 'hook'
  /** What was asked, and when it was put first; absent for what needs no question. */
  readonly ask: Ask | undefined
  readonly askedAt: number
}

/** The gate under which the settling of something sealed is signed: it names the very content. */
export function toSettleGate({ id, tree }: Pick<Payload<'artefact.quarantined'>, 'id' | 'tree'>): string {
  return `settle ${id} ${tree}`
}

/**
 * Every answer of a record that says who gave it. A yes without a signature counts as old only where nothing of that record could
 * have been signed: leaving the signature out is no way to forge one.
 */
export function listAnswers(run: string, events: readonly StoredEvent[]): readonly RecordedAnswer[] {
  const answers: RecordedAnswer[] = []
  const asked = new Map<string, { readonly ask: Ask | undefined; readonly at: number }>()
  const sealed = new Map<string, Payload<'artefact.quarantined'>>()
  let decisions: number | undefined
  for (const event of events) {
    if (event.type === 'run.opened') answers.push(...(event.data.origin?.released ?? []).map((each) => toReleasedAnswer(event.seq, each)))
    if (event.type === 'run.opened' || event.type === 'run.resumed') decisions = event.data.decisions ?? decisions
    if (event.type === 'approval.requested') {
      const { gate, ask } = event.data
      const before = asked.get(gate)
      const isSame = ask !== undefined && before?.ask?.expiresAt === ask.expiresAt
      asked.set(gate, { ask, at: isSame ? before.at : Date.parse(event.at) })
    }
    if (event.type === 'artefact.quarantined') sealed.set(event.data.id, event.data)
    if (event.type === 'approval.given') {
      const { gate, answer, by, note, signature, via, choose } = event.data
      const question = asked.get(gate)
      const isHook = answer === 'deny' && signature === undefined && via === undefined && by.startsWith('hook ')
      const isOld = signature === undefined && via === undefined && question?.ask === undefined && !isStaged({ decisions })
      answers.push({
        seq: event.seq, gate, by, at: Date.parse(event.at), signature, ask: question?.ask, askedAt: question?.at ?? 0,
        bytes: toAnswerBytes({ run, gate, answer, by, ask: question?.ask, note, choose }), kind: isHook ? 'hook' : isOld ? 'old' : 'person',
      })
    }
    if (event.type === 'artefact.settled') {
      const { id, as, by, reason, signature } = event.data
      const gate = toSettleGate(sealed.get(id) ?? { id, tree: '' as never })
      answers.push({ seq: event.seq, gate, by, at: Date.parse(event.at), signature, ask: undefined, askedAt: 0, kind: 'person', bytes: toAnswerBytes({ run, gate, answer: as, by, ask: undefined, note: reason }) })
    }
  }
  return answers
}

/** Released in a run that this one was forked from: signed there, and looked at here like any other answer. */
function toReleasedAnswer(seq: number, { run, id, tree, by, reason, at, signature }: Released): RecordedAnswer {
  const gate = toSettleGate({ id, tree })
  return { seq, gate, by, at: Date.parse(at), signature, ask: undefined, askedAt: 0, kind: 'person', bytes: toAnswerBytes({ run, gate, answer: 'released', by, ask: undefined, note: reason }) }
}
