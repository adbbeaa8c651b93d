import { z } from 'zod'
import { Digest, RunId } from '../protocol/ids.ts'

/** The first entry of an archive: what is in it. There is no time in it, so that the same record gives the same file. */
export const ArchiveManifest = z.strictObject({
  format: z.literal('writ-run'),
  version: z.literal(1),
  run: RunId,
  events: z.int().positive(),
  /** Hash of the last line. */
  head: Digest,
  /** The key that signed the newest attestation. */
  key: Digest,
  blobs: z.int().nonnegative(),
  /** Whether the snapshots of the repository are in it. */
  files: z.boolean(),
})
export type ArchiveManifest = z.infer<typeof ArchiveManifest>

export const entryNames = { manifest: 'manifest.json', rollout: 'rollout.jsonl', attestation: 'attestation.json', provenance: 'provenance.json', key: 'key.pem', snapshots: 'snapshots.pack', blobs: 'blobs/' } as const

/** What is read of an archive from somebody else. */
export const archiveLimits = { entryBytes: 1024 * 1024 * 1024, totalBytes: 64 * 1024 * 1024 * 1024, entries: 1_000_000 }
