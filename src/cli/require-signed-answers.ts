import { judgeAnswerer } from '../domain/approval/judge-answerer.ts'
import { listAnswers, type RecordedAnswer } from '../domain/approval/recorded-answers.ts'
import { findInEffect } from '../domain/rewind.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import { Fault } from '../protocol/fault.ts'
import { openKeys, type OpenRecord } from './compose.ts'

export interface AnswerProblem {
  readonly seq: number
  readonly gate: string
  readonly problem: string
}

/** What is known of a key: the name under which it counts here; undefined where it counts without one. */
export interface AnswerKey {
  readonly publicKey: string
  readonly name: string | undefined
}

export type AnswerVerdict = { readonly is: 'signed' | 'old' | 'hook' } | { readonly is: 'unknown' | 'forged'; readonly problem: string }

/** The clock of the record and of the answer are read one after the other, milliseconds since the epoch. */
const slackMs = 60_000

/** Does the signature hold, by the key of the person whose answer it is said to be, who was one that may answer? */
export function judgeAnswer(answer: RecordedAnswer, find: (key: string) => AnswerKey | undefined, verify: (publicKey: string, bytes: Uint8Array, signature: Uint8Array) => boolean): AnswerVerdict {
  const { by, signature, ask, at, askedAt } = answer
  if (answer.kind !== 'person') return { is: answer.kind }
  if (!signature) return { is: 'forged', problem: `the answer of ${by} is not signed` }
  const key = find(signature.key)
  if (!key) return { is: 'unknown', problem: `the answer of ${by} is signed by the key ${signature.key.slice(0, 12)}, which does not count here; if you know whose it is: writ keys trust FILE --name ${by}` }
  if (!verify(key.publicKey, answer.bytes, Buffer.from(signature.signature, 'base64'))) return { is: 'forged', problem: `the signature of the answer of ${by} does not hold: it is not what was signed` }
  if (key.name !== undefined && key.name !== by) return { is: 'forged', problem: `the answer is said to be of ${by}, and the key that signed it is ${key.name}'s` }
  const may = ask === undefined ? { ok: true as const } : judgeAnswerer(ask, by, askedAt, at)
  if (may.ok || (ask && judgeAnswerer(ask, by, askedAt, at - slackMs).ok)) return { is: 'signed' }
  return { is: 'forged', problem: `${by} was not to answer: ${may.why}` }
}

/** Answers in effect by which nothing may go on: without a signature that holds, or by a key that does not count here. */
export async function findUnsignedAnswers(record: Pick<OpenRecord, 'places' | 'clock'>, run: string, events: readonly StoredEvent[]): Promise<readonly AnswerProblem[]> {
  const answers = listAnswers(run, findInEffect(events))
  if (!answers.some((each) => each.kind === 'person')) return []
  const [{ verifySignature }, ring] = await Promise.all([import('../adapters/signing-local/key-ring.ts'), openKeys(record)])
  const find = (key: string): AnswerKey | undefined => {
    const known = ring.find(key)
    return known && { publicKey: known.publicKey, name: known.owner }
  }
  return answers.flatMap((answer): AnswerProblem[] => {
    const verdict = judgeAnswer(answer, find, verifySignature)
    return 'problem' in verdict ? [{ seq: answer.seq, gate: answer.gate, problem: verdict.problem }] : []
  })
}

/** A run does not go on by an answer that nobody can have given. @throws Fault `request-invalid`. */
export async function requireSignedAnswers(record: Pick<OpenRecord, 'places' | 'clock'>, run: string, events: readonly StoredEvent[]): Promise<void> {
  const [first] = await findUnsignedAnswers(record, run, events)
  if (!first) return
  const how = first.seq === 0 ? 'Fork it anew from the run that it came from' : `To take the run back to before it: writ rollback ${run} --to ${first.seq - 1}`
  throw new Fault('request-invalid', `${run} does not go on: event ${first.seq} says that ${first.gate} was answered, but ${first.problem}. ${how}`)
}
