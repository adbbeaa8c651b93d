import { z } from 'zod'

/** Branded, prefixed, time-ordered ids. Minted only by the `Ids` port, never in a reducer. */
export const RunId = z.string().regex(/^run_[0-9a-hjkmnp-tv-z]{16}$/).brand('RunId')
export type RunId = z.infer<typeof RunId>

/** Git object ids: 40 hex digits (SHA-1) or 64 (SHA-256). */
export const CommitId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/).brand('CommitId')
export type CommitId = z.infer<typeof CommitId>
export const TreeId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/).brand('TreeId')
export type TreeId = z.infer<typeof TreeId>

/** SHA-256 in hex of anything that is pinned: contracts, policies, requests, blobs. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/).brand('Digest')
export type Digest = z.infer<typeof Digest>

/** Bytes kept in the blob store, by content. */
export const BlobRef = z.object({ digest: Digest, bytes: z.int().nonnegative() })
export type BlobRef = z.infer<typeof BlobRef>

/** JSON as it crosses an edge. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export const Json: z.ZodType<Json> = z.json() as z.ZodType<Json>
