import type { Digest, RunId } from '../../protocol/ids.ts'

/** Signs with the person's own key. */
export interface Signer {
  /** Digest of the public key. */
  readonly key: Digest
  /** ECDSA over P-256 with SHA-256, DER. */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** What making an attestation needs from outside. All of it is loaded when a run ends, not when it starts. */
export interface Attester {
  /** Makes the key on its first use. @throws Fault `key-unusable`. */
  openSigner(): Promise<Signer>
  /** Did a key that counts here sign these bytes? @throws Fault `key-unusable`. */
  judge(key: Digest, bytes: Uint8Array, signature: Uint8Array): Promise<'signed' | 'forged' | 'unknown-key'>
  /** The newest bundle beside the rollout; undefined where there is none. @throws Fault `disk-failed`. */
  readKept(run: RunId): Promise<string | undefined>
  /** Lays the bundles beside the rollout, whole or not at all, as `attestation.json` and `provenance.json`. @throws Fault `disk-failed`. */
  keep(run: RunId, bundles: { readonly record: string; readonly provenance: string | undefined }): Promise<void>
  /**
   * Attaches the bundles to commits of the person's repository, under `refs/notes/writ` alone, by compare-and-swap. Commits that
   * are not there are passed over, and so is a repository that is not there any more.
   * @throws Fault `git-failed`.
   */
  note(options: { readonly repository: string; readonly commits: readonly string[]; readonly text: string }): Promise<void>
}
