import type { Masker } from '../domain/secrets/masker.ts'
import type { BlobRef } from '../protocol/ids.ts'
import type { Blobs, KeptBlob } from './ports/event-log.ts'
import { maskBytes } from './masked-output.ts'

export interface RunBlobsOptions {
  readonly blobs: Blobs
  readonly masker: Masker | undefined
  /** Most that the blobs of one run may take on the disk, in bytes. */
  readonly maxBytes: number
  /** What the run has stored before this process. Asked for once, when something is to be stored. */
  readonly earlier: () => readonly BlobRef[]
}

/** Up to this share of the bound everything is kept whole; of what is left, one output may take at most this share. */
const wholeUntil = 0.5
const shareOfRest = 1 / 1000
/** Every output may take this much as long as there is any room; then one sentence that all share takes their place. */
const leastBytes = 4096
const notKept = '[nothing of this output was kept: the record of the run has reached its size limit]\n'

/**
 * Blobs of one run: without secrets, and within its bound. Near the bound outputs are kept cut in the middle, the shorter the
 * nearer, so that a run of any length goes on and its bound is never passed; `droppedBytes` says so to whoever records it.
 */
export function createRunBlobs({ blobs, masker, maxBytes, earlier }: RunBlobsOptions): Blobs {
  const counted = new Set<string>()
  let used: number | undefined

  function countEarlier(): number {
    let total = 0
    for (const ref of earlier()) {
      if (!counted.has(ref.digest)) total += blobs.sizeOf?.(ref) ?? 0
      counted.add(ref.digest)
    }
    return total
  }

  async function keep(bytes: Uint8Array | string, how: { flush?: boolean } = {}): Promise<KeptBlob> {
    used ??= countEarlier()
    const content = masker === undefined ? bytes : typeof bytes === 'string' ? masker.mask(bytes) : maskBytes(bytes, masker)
    const left = Math.max(0, maxBytes - used)
    const most = used < maxBytes * wholeUntil ? left : left * shareOfRest
    const kept = await store(content, how, { most, left })
    if (!counted.has(kept.ref.digest)) used += kept.storedBytes
    counted.add(kept.ref.digest)
    return kept
  }

  async function store(content: Uint8Array | string, how: { flush?: boolean }, { most, left }: { most: number; left: number }): Promise<KeptBlob> {
    if (blobs.keep === undefined) {
      const ref = await blobs.put(content, how)
      return { ref, droppedBytes: 0, storedBytes: ref.bytes }
    }
    if (content.length > leastBytes && left < leastBytes) return { ...(await blobs.keep(notKept, how)), droppedBytes: Buffer.byteLength(content) }
    return blobs.keep(content, { ...how, most: Math.max(most, leastBytes) })
  }

  return {
    ...blobs,
    keep,
    put: async (bytes, how) => (how?.asIs === true ? blobs.put(bytes, how) : (await keep(bytes, how)).ref),
  }
}

/** A sentence for the event whose blob is not the whole output. */
export function describeDropped(droppedBytes: number): string {
  return `${droppedBytes} bytes in the middle of the whole output were not kept: the record of the run is near its size limit`
}
