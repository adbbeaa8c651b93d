import { verifySignature } from '../../adapters/signing-local/key-ring.ts'
import { parseBundle, toSignedBytes } from '../../domain/attest/envelope.ts'
import { digestOf } from '../../domain/digest.ts'
import type { ProvenanceStatement, RecordStatement, Statement } from '../../protocol/attestation.ts'
import { provenanceType, recordType } from '../../protocol/attestation.ts'
import type { Digest } from '../../protocol/ids.ts'

/** Whose signatures count, by the key's id. */
export interface Trust {
  find(key: string): TrustedKey | undefined
}

export interface TrustedKey {
  readonly publicKey: string
  /** In words: `yours (ada)`, `ada's`. */
  readonly owner: string
  /** The name under which answers by it are known; undefined where the key was given without one. */
  readonly name?: string
  /** False for a key that only came along with the record. */
  readonly trusted: boolean
}

export interface ExaminedBundle {
  readonly digest: Digest
  readonly statement: Statement
  /** Digest of the statement's bytes. */
  readonly payload: Digest
  readonly key: Digest
  readonly signer: TrustedKey | undefined
}

/** The bundle, or a clause that says what is wrong with it. A key that nobody knows is not wrong: `signer` is undefined then. */
export function examineBundle(text: string, trust: Trust): { readonly ok: true; readonly value: ExaminedBundle } | { readonly ok: false; readonly problem: string } {
  const opened = parseBundle(text)
  if (!opened.ok) return opened
  const { key, payload, signature, statement } = opened.value
  const signer = trust.find(key)
  if (signer && !verifySignature(signer.publicKey, toSignedBytes(payload), signature)) {
    return { ok: false, problem: `is not what key ${key.slice(0, 12)} signed: its statement or its signature was changed` }
  }
  return { ok: true, value: { digest: digestOf(text), statement, payload: digestOf(payload), key, signer } }
}

export interface OpenedText {
  readonly record: (ExaminedBundle & { readonly statement: RecordStatement }) | undefined
  readonly provenance: (ExaminedBundle & { readonly statement: ProvenanceStatement }) | undefined
  readonly problems: readonly string[]
}

/** A file or note: one bundle a line. */
export function examineText(text: string, trust: Trust): OpenedText {
  const problems: string[] = []
  let record: OpenedText['record']
  let provenance: OpenedText['provenance']
  const lines = text.split('\n')
  if (lines.pop() !== '') problems.push('does not end with a line end: bytes are missing or were added')
  for (const [index, line] of lines.entries()) {
    const examined = examineBundle(`${line}\n`, trust)
    if (!examined.ok) problems.push(`${lines.length === 1 ? '' : `line ${index + 1} `}${examined.problem}`)
    else if (isOf(examined.value, recordType) && !record) record = examined.value
    else if (isOf(examined.value, provenanceType) && !provenance) provenance = examined.value
    else problems.push(`line ${index + 1} says a second time what a line before it says`)
  }
  if (lines.length === 0) problems.push('is empty')
  return { record, provenance, problems }
}

function isOf<T extends Statement['predicateType']>(bundle: ExaminedBundle, type: T): bundle is ExaminedBundle & { readonly statement: Extract<Statement, { predicateType: T }> } {
  return bundle.statement.predicateType === type
}
