import type { RunRecord } from '../../protocol/attestation.ts'
import type { RunId } from '../../protocol/ids.ts'

/** One thing that was looked at. `unchecked` says why it could not be, which is no contradiction. */
export interface Finding {
  readonly about: 'signature' | 'record' | 'blobs' | 'commit' | 'note' | 'attestation' | 'provenance' | 'answers' | 'children'
  readonly status: 'ok' | 'failed' | 'unchecked'
  readonly text: string
}

/** A run and its child runs, theirs included, as far as their records are here and are those that the results came from. */
export interface Whole {
  readonly runs: number
  /** How many there are, with those whose records are not counted in. */
  readonly of: number
  readonly calls: number
  readonly allowed: number
  readonly asked: number
  readonly denied: number
  /** What people answered to child runs; what they answered to the run itself is in the statement. */
  readonly approvals: readonly (RunRecord['approvals'][number] & { readonly run: RunId; readonly task: string })[]
}

export interface Verification {
  readonly version: 1
  readonly verified: boolean
  /** What was asked about, in the person's word. */
  readonly asked: string
  readonly kind: 'run' | 'commit' | 'bundle'
  /** What is signed; only where the signature holds. */
  readonly statement?: RunRecord
  /** Of a run with child runs: all of them together. */
  readonly whole?: Whole
  /** Digest of the bundle. */
  readonly attestation?: string
  readonly signedBy?: { readonly key: string; readonly owner: string; readonly trusted: boolean }
  readonly findings: readonly Finding[]
}

export const ok = (about: Finding['about'], text: string): Finding => ({ about, status: 'ok', text })
export const failed = (about: Finding['about'], text: string): Finding => ({ about, status: 'failed', text })
export const unchecked = (about: Finding['about'], text: string): Finding => ({ about, status: 'unchecked', text })
