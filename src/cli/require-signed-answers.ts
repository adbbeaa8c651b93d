import { toAnswerBytes } from '../domain/approval/answer.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import { Fault } from '../protocol/fault.ts'
import { openKeys, type OpenRecord } from './compose.ts'

export interface AnswerProblem {
  readonly seq: number
  readonly gate: string
  readonly problem: string
}

/** Answers of the record whose signature does not hold, or is by a key that does not count here. Those from before answers were signed have none. */
export async function findUnsignedAnswers(record: Pick<OpenRecord, 'places' | 'clock'>, run: string, events: readonly StoredEvent[]): Promise<readonly AnswerProblem[]> {
  const given = events.filter((event) => event.type === 'approval.given' && event.data.via !== undefined)
  if (given.length === 0) return []
  const [{ verifySignature }, ring] = await Promise.all([import('../adapters/signing-local/key-ring.ts'), openKeys(record)])
  return given.flatMap((event): AnswerProblem[] => {
    if (event.type !== 'approval.given') return []
    const { gate, answer, by, note, signature } = event.data
    const asked = events.findLast((each) => each.seq < event.seq && each.type === 'approval.requested' && each.data.gate === gate)
    const refuse = (problem: string): AnswerProblem[] => [{ seq: event.seq, gate, problem }]
    if (!signature) return refuse(`the answer of ${by} is not signed`)
    const key = ring.find(signature.key)
    if (!key) return refuse(`the answer of ${by} is signed by the key ${signature.key.slice(0, 12)}, which does not count here (writ keys trust)`)
    const bytes = toAnswerBytes({ run, gate, answer, by, ask: asked?.type === 'approval.requested' ? asked.data.ask : undefined, note })
    if (!verifySignature(key.publicKey, bytes, Buffer.from(signature.signature, 'base64'))) return refuse(`the signature of the answer of ${by} does not hold: it is not what was signed`)
    if (key.owner !== by) return refuse(`the answer is said to be of ${by}, and the key is ${key.owner}'s`)
    return []
  })
}

/** A run does not go on by an answer that nobody can have given. @throws Fault `request-invalid`. */
export async function requireSignedAnswers(record: Pick<OpenRecord, 'places' | 'clock'>, run: string, events: readonly StoredEvent[]): Promise<void> {
  const [first] = await findUnsignedAnswers(record, run, events)
  if (first) throw new Fault('request-invalid', `${run} does not go on: event ${first.seq} says that ${first.gate} was answered, but ${first.problem}`)
}
