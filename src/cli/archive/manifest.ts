import { z } from 'zod'
import { Digest, RunId } from '../../protocol/ids.ts'
import { childLimits } from '../verification/walk-children.ts'

/** A child run of the whole: its record as far as that of its parent vouches for it. */
const ArchivedChild = z.lazy(() => z.strictObject({
  run: RunId,
  /** The run that delegated to it. */
  parent: RunId,
  events: z.int().positive(),
  /** Hash of the last of these events. */
  head: Digest,
  /** Its record was not where the archive was made, and is not in it. */
  absent: z.literal(true).optional(),
}))
export type ArchivedChild = z.infer<typeof ArchivedChild>

/** The first entry of an archive: what is in it. There is no time in it, so that the same record gives the same file. */
export const ArchiveManifest = z.lazy(() => z.strictObject({
  format: z.literal('writ-run'),
  version: z.literal(1),
  run: RunId,
  events: z.int().positive(),
  /** Hash of the last line. */
  head: Digest,
  /** The key that signed the newest attestation. */
  key: Digest,
  /** Of the run and its child runs. */
  blobs: z.int().nonnegative(),
  /** Whether the snapshots of the repository are in it. */
  files: z.boolean(),
  /** Every child run that the records speak of, each after its parent. Left out where there is none, and by archives from before there were any. */
  children: z.array(ArchivedChild).min(1).max(childLimits.runs).optional(),
}))
export type ArchiveManifest = z.infer<typeof ArchiveManifest>

export const entryNames = { manifest: 'manifest.json', rollout: 'rollout.jsonl', attestation: 'attestation.json', provenance: 'provenance.json', key: 'key.pem', snapshots: 'snapshots.pack', blobs: 'blobs/' } as const

/** Of the record of a child run. */
export function toChildEntry(run: RunId): string {
  return `children/${run}.jsonl`
}

/** What is read of an archive from somebody else. */
export const archiveLimits = { entryBytes: 1024 * 1024 * 1024, totalBytes: 64 * 1024 * 1024 * 1024, entries: 1_000_000 }

/** Those whose records are in it. */
export function listPresent({ children = [] }: ArchiveManifest): readonly ArchivedChild[] {
  return children.filter((each) => !each.absent)
}
