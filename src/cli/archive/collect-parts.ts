import { statSync } from 'node:fs'
import { toRunPaths } from '../../adapters/log-jsonl/layout.ts'
import { findBlobRefs, findGitIds } from '../../domain/attest/references.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { Fault } from '../../protocol/fault.ts'
import type { BlobRef, Digest, RunId } from '../../protocol/ids.ts'
import type { OpenRecord } from '../compose.ts'
import { isBlobless } from '../verification/verify-blobs.ts'
import { childLimits, walkChildren } from '../verification/walk-children.ts'
import { archiveLimits, type ArchivedChild } from './manifest.ts'

/** What belongs to a run beside its own files. */
export interface Parts {
  readonly children: readonly ArchivedChild[]
  /** Of all runs, each once, in the order of their digests. */
  readonly blobs: readonly BlobRef[]
  /** Ids of commits and trees that the records of all runs speak of. */
  readonly gitIds: readonly string[]
}

/** @throws Fault `request-invalid` where there is more than an archive can hold, or a child run is not the one that the record speaks of. */
export async function collectParts(record: OpenRecord, root: { readonly run: RunId; readonly events: readonly StoredEvent[] }, limits = { ...archiveLimits, children: childLimits }): Promise<Parts> {
  const refuse = (why: string): Fault => new Fault('request-invalid', `${root.run} is not exported: ${why}`)
  const refs = new Map<Digest, BlobRef>()
  const gitIds = new Set<string>()
  const children: ArchivedChild[] = []
  const isPruned = isBlobless(root.events)
  let bytes = measure(record, root.run, limits.entryBytes, refuse)
  const add = async (events: readonly StoredEvent[]): Promise<void> => {
    for (const ref of await findBlobs(record, events, isPruned || isBlobless(events))) if (!refs.has(ref.digest)) {
      refs.set(ref.digest, ref)
      bytes += ref.bytes
    }
    for (const id of events.flatMap(findGitIds)) gitIds.add(id)
    if (bytes > limits.totalBytes) throw refuse(`with its child runs and outputs it has more than the ${limits.totalBytes} bytes that an archive can hold`)
    if (refs.size + children.length + 10 > limits.entries) throw refuse(`with its child runs and outputs it has more than the ${limits.entries} parts that an archive can hold`)
  }
  await add(root.events)
  for (const { run, parent, events, head, found } of walkChildren(record.places.state, root, limits.children)) {
    if (found.is === 'beyond') throw refuse(`${found.problem}, and an archive holds no more`)
    if (found.is === 'wrong') throw refuse(`the record of its child run ${run} is not the one that its result came from: ${found.problem}`)
    children.push({ run, parent, events, head, ...(found.is === 'absent' ? { absent: true as const } : {}) })
    if (found.is === 'absent') continue
    bytes += measure(record, run, limits.entryBytes, refuse)
    await add(found.events)
  }
  return { children, blobs: [...refs.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1)), gitIds: [...gitIds] }
}

function measure(record: OpenRecord, run: RunId, most: number, refuse: (why: string) => Fault): number {
  const { rollout } = toRunPaths(record.places.state, run)
  const { size } = statSync(rollout)
  if (size > most) throw refuse(`${rollout} is larger than an archive can hold (${most} bytes)`)
  return size
}

/** All that the events refer to; what retention removed is not there, and the record says so. */
async function findBlobs(record: OpenRecord, events: readonly StoredEvent[], isPruned: boolean): Promise<readonly BlobRef[]> {
  const refs = new Map<Digest, BlobRef>(events.flatMap(findBlobRefs).map((ref) => [ref.digest, ref]))
  const there: BlobRef[] = []
  for (const ref of refs.values()) if (!isPruned || (await isThere(record, ref))) there.push(ref)
  return there
}

async function isThere(record: OpenRecord, ref: BlobRef): Promise<boolean> {
  try {
    await record.blobs.get(ref)
    return true
  } catch (error) {
    if (error instanceof Fault && error.code === 'run-corrupt') return false
    throw error
  }
}
