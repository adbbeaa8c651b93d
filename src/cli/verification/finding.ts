import type { RunRecord } from '../../protocol/attestation.ts'

/** One thing that was looked at. `unchecked` says why it could not be, which is no contradiction. */
export interface Finding {
  readonly about: 'signature' | 'record' | 'blobs' | 'commit' | 'note' | 'attestation' | 'provenance' | 'answers' | 'children'
  readonly status: 'ok' | 'failed' | 'unchecked'
  readonly text: string
}

export interface Verification {
  readonly version: 1
  readonly verified: boolean
  /** What was asked about, in the person's word. */
  readonly asked: string
  readonly kind: 'run' | 'commit' | 'bundle'
  /** What is signed; only where the signature holds. */
  readonly statement?: RunRecord
  /** Digest of the bundle. */
  readonly attestation?: string
  readonly signedBy?: { readonly key: string; readonly owner: string; readonly trusted: boolean }
  readonly findings: readonly Finding[]
}

export const ok = (about: Finding['about'], text: string): Finding => ({ about, status: 'ok', text })
export const failed = (about: Finding['about'], text: string): Finding => ({ about, status: 'failed', text })
export const unchecked = (about: Finding['about'], text: string): Finding => ({ about, status: 'unchecked', text })
