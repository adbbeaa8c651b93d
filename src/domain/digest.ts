import { createHash } from 'node:crypto'
import type { Digest } from '../protocol/ids.ts'
import { toCanonicalJson } from './chain.ts'

const standing = new WeakMap<Uint8Array, Digest>()

/** From now on these bytes stand for others of which the digest is known: a record keeps contents without their secrets. */
export function standFor(bytes: Uint8Array, digest: Digest): Uint8Array {
  standing.set(bytes, digest)
  return bytes
}

/** SHA-256 of bytes or UTF-8 text, in hex. A pure function, which is why the domain may use it. */
export function digestOf(bytes: Uint8Array | string): Digest {
  const known = typeof bytes === 'string' ? undefined : standing.get(bytes)
  if (known) return known
  return createHash('sha256').update(bytes).digest('hex') as Digest
}

/** SHA-256 over the canonical JSON (RFC 8785) of a value; `undefined` members count as absent. */
export function digestOfJson(value: unknown): Digest {
  return digestOf(toCanonicalJson(value))
}
