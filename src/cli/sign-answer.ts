import { toAnswerBytes, type SignedAnswer } from '../domain/approval/answer.ts'
import type { AnswerSignature } from '../protocol/policy.ts'
import { openKeys, type OpenRecord } from './compose.ts'

export interface AnswerSigner {
  /** The owner of the key: the name by which approvers are known. */
  readonly owner: string
  sign(answer: Omit<SignedAnswer, 'by'>): Promise<AnswerSignature>
}

/** Signs with the person's own key, which is made at its first use. It lies where no sandbox can read it. @throws Fault `key-unusable`. */
export async function openAnswerSigner(record: Pick<OpenRecord, 'places' | 'clock'>): Promise<AnswerSigner> {
  const ring = await openKeys(record)
  const signer = ring.openSigner()
  const { owner } = ring.find(signer.key) ?? { owner: '' }
  return {
    owner,
    sign: async (answer) => ({ key: signer.key, signature: Buffer.from(await signer.sign(toAnswerBytes({ ...answer, by: owner }))).toString('base64') }),
  }
}
