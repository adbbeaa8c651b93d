import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readLine, sealLine, toStart } from '../../src/domain/chain.ts'
import { digestOf } from '../../src/domain/digest.ts'
import type { Blobs } from '../../src/engine/ports/event-log.ts'
import { replayRun, type Replay } from '../../src/engine/replay/replay.ts'
import { createGroundsOpener } from '../../src/cli/open-grounds.ts'
import { parseEvent, type NewEvent, type StoredEvent } from '../../src/protocol/events/event.ts'
import type { Digest, RunId } from '../../src/protocol/ids.ts'

/**
 * Rollouts as earlier versions wrote them: `golden/<name>.jsonl`, and the blobs that a replay reads in `golden/blobs/<digest>`.
 * They are never made again; a new way to store or decide adds new ones (`node test/replay/make-golden.ts NAME`).
 */
export const goldenFolder = join(fileURLToPath(import.meta.url), '..', 'golden')

export const sha256 = (text: string): string => hash('sha256', text, 'hex')

export function listGolden(): string[] {
  return readdirSync(goldenFolder).filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -'.jsonl'.length)).sort()
}

/** Events of a rollout's text, verified. */
export function parseRollout(text: string): StoredEvent[] {
  const lines = text.trimEnd().split('\n')
  let position = toStart((JSON.parse(lines[0] ?? '') as { run: RunId }).run)
  return lines.map((line) => {
    const read = readLine(line, position, sha256)
    if (!read.ok) throw new Error(`line ${position.seq + 1} ${read.problem}`)
    position = { run: position.run, seq: position.seq + 1, head: read.value.hash }
    return read.value
  })
}

export function readGolden(name: string): StoredEvent[] {
  return parseRollout(readFileSync(join(goldenFolder, `${name}.jsonl`), 'utf8'))
}

/** Blobs as files named by their digest. Nothing is written. */
export function openBlobs(folder = join(goldenFolder, 'blobs')): Blobs {
  const get: Blobs['get'] = async (ref) => {
    const bytes = readFileSync(join(folder, ref.digest))
    if (digestOf(bytes) !== ref.digest) throw new Error(`${ref.digest} was changed`)
    return bytes
  }
  return { put: async () => { throw new Error('a replay stores nothing') }, get, slice: async (ref, from, to) => (await get(ref)).subarray(from, to) }
}

export function replay(events: readonly StoredEvent[], blobs: Blobs = openBlobs()): Promise<Replay> {
  return replayRun({ events, blobs, openGrounds: createGroundsOpener(blobs), signal: new AbortController().signal })
}

/** The rollout as a forger would leave it: some events changed, and the chain sealed anew, so that only a replay can tell. */
export function reseal(events: readonly StoredEvent[], change: (event: NewEvent, seq: number) => NewEvent | undefined): StoredEvent[] {
  const first = events[0] as StoredEvent
  let position = toStart(first.run)
  const renamed: [string, string][] = []
  /** By the old sequence number. */
  const heads: string[] = []
  return events.flatMap((event, seq) => {
    let text = JSON.stringify(event.data)
    for (const [from, to] of renamed) text = text.replaceAll(from, to)
    const changed = change({ type: event.type, data: JSON.parse(text) } as NewEvent, seq)
    if (!changed) return []
    if (changed.type === 'check.started' && changed.data.purpose === 'canary') {
      // The canary's name comes of the chain's head before its files are read: it is what it would have been in this chain.
      const started = events.slice(0, seq).findLast((each) => each.type === 'proof.started')
      const commit = started?.type === 'proof.started' ? started.data.commit : ''
      const nameOf = (at: string): string => `writ_canary_${digestOf(`${first.run} ${commit} ${at}`).slice(0, 20)}`
      const before = events.slice(0, seq).findLastIndex((each) => each.type !== 'files.read')
      renamed.push([nameOf((events[before] as StoredEvent).hash), nameOf(heads[before] ?? '')])
    }
    const sealed = sealLine(changed, event.at, position, sha256)
    position = { run: first.run, seq: position.seq + 1, head: sealed.event.hash as Digest }
    heads[seq] = position.head
    return [parseEvent(sealed.event)]
  })
}
