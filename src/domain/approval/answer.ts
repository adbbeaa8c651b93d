import type { Ask } from '../../protocol/policy.ts'
import { toCanonicalJson } from '../chain.ts'
import { digestOf, digestOfJson } from '../digest.ts'

export interface SignedAnswer {
  readonly run: string
  readonly gate: string
  readonly answer: string
  readonly by: string
  readonly ask: Ask | undefined
  readonly note?: string | undefined
  /** The number of the choice, where it is not the first. */
  readonly choose?: number | undefined
}

/** The bytes that an answer's signature covers: who said what to which question of which run, with all that the question showed. */
export function toAnswerBytes({ run, gate, answer, by, ask, note, choose }: SignedAnswer): Uint8Array {
  return new TextEncoder().encode(toCanonicalJson({ version: 1, run, gate, answer, by, ask: ask ? digestOfJson(ask) : '', note: note ?? '', ...(choose === undefined ? {} : { choose }) }))
}

/** A short name for a question that is unique among all runs. */
export function toApprovalId(run: string, gate: string): string {
  return `ap_${digestOf(`${run} ${gate}`).slice(0, 10)}`
}
