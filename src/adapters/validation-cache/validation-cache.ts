import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { ValidationCache } from '../../engine/ports/validation.ts'
import { Json } from '../../protocol/ids.ts'

export interface ValidationCacheOptions {
  /** Entries lie in 256 folders below it. It may be removed at any time. */
  readonly directory: string
  readonly now: () => number
  /** Most that all entries may take on the disk, in bytes. */
  readonly maxBytes?: number
  /** Entries that nobody asked for in this time go, in milliseconds. */
  readonly maxAgeMs?: number
}

export interface DiskCache extends ValidationCache {
  /** Removes what is old, and the oldest of what is too much. Looks at all entries, once an hour at most. */
  prune(): void
}

const usual = { maxBytes: 64 * 2 ** 20, maxAgeMs: 30 * 24 * 3_600_000 }
const pruneEveryMs = 3_600_000
/** A use is noted once a day. */
const touchAfterMs = 24 * 3_600_000
/** Larger answers are not kept. */
const largestEntry = 4 * 2 ** 20

const Entry = z.object({ key: z.string(), value: Json })

/**
 * Answers on the disk, one file each, written beside and renamed. What cannot be read, or is not what was asked for, counts as
 * not there; what cannot be written is not kept. Nothing is flushed: a loss of power costs time and nothing else.
 */
export function createValidationCache(options: ValidationCacheOptions): DiskCache {
  const { directory, now } = options
  const maxBytes = options.maxBytes ?? usual.maxBytes
  const maxAgeMs = options.maxAgeMs ?? usual.maxAgeMs
  const stamp = path.join(directory, 'pruned')
  let written = 0
  const toFile = (key: string): string | undefined => (/^[0-9a-f]{16,128}$/.test(key) ? path.join(directory, key.slice(0, 2), `${key.slice(2)}.json`) : undefined)

  return {
    get: async (key) => {
      const file = toFile(key)
      const stats = file === undefined ? undefined : findStats(file)
      if (file === undefined || stats === undefined || stats.size > largestEntry || stats.mtimeMs < now() - maxAgeMs) return undefined
      const entry = readEntry(file)
      if (entry?.key !== key) return undefined
      if (stats.mtimeMs < now() - touchAfterMs) touch(file, now())
      return entry.value
    },
    put: async (key, value) => {
      const file = toFile(key)
      const text = JSON.stringify({ key, value })
      if (file === undefined || text.length > largestEntry) return
      const partial = `${file}.${process.pid}`
      try {
        fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
        fs.writeFileSync(partial, text, { mode: 0o600 })
        fs.renameSync(partial, file)
        written += 1
      } catch {
        // A full or read-only disk: the answer is found again next time, and pruning takes what was half written.
      }
    },
    prune: () => {
      if (written === 0 || (fs.statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0) > now() - pruneEveryMs) return
      try {
        removeTooMuch(listEntries(directory), { oldest: now() - maxAgeMs, maxBytes })
        fs.writeFileSync(stamp, '', { mode: 0o600 })
      } catch {
        // Another process prunes at the same time, or the disk takes nothing: the next one tries again.
      }
      touch(stamp, now())
    },
  }
}

function readEntry(file: string): z.infer<typeof Entry> | undefined {
  try {
    return Entry.parse(JSON.parse(fs.readFileSync(file, 'utf8')))
  } catch {
    return undefined // damaged, half written by a crash, or gone since the look: a missing one
  }
}

function findStats(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file, { throwIfNoEntry: false })
  } catch {
    return undefined // not for us to look at: a missing one
  }
}

function touch(file: string, atMs: number): void {
  try {
    fs.utimesSync(file, atMs / 1000, atMs / 1000)
  } catch {
    // Gone, or not ours: then it is only forgotten earlier.
  }
}

interface StoredEntry {
  readonly file: string
  readonly usedAt: number
  readonly bytes: number
}

function listEntries(directory: string): readonly StoredEntry[] {
  const folders = fs.readdirSync(directory).filter((name) => /^[0-9a-f]{2}$/.test(name))
  return folders.flatMap((folder) => fs.readdirSync(path.join(directory, folder)).flatMap((name) => {
    const file = path.join(directory, folder, name)
    const stats = fs.statSync(file, { throwIfNoEntry: false })
    return stats === undefined ? [] : [{ file, usedAt: stats.mtimeMs, bytes: Math.max(stats.size, stats.blocks * 512) }]
  }))
}

function removeTooMuch(entries: readonly StoredEntry[], bounds: { readonly oldest: number; readonly maxBytes: number }): void {
  let left = entries.reduce((total, each) => total + each.bytes, 0)
  // Down to three quarters, so that the next entries need no pruning again.
  const goal = left > bounds.maxBytes ? bounds.maxBytes * 0.75 : bounds.maxBytes
  for (const { file, usedAt, bytes } of entries.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (usedAt >= bounds.oldest && left <= goal) break
    fs.rmSync(file, { force: true })
    left -= bytes
  }
}
