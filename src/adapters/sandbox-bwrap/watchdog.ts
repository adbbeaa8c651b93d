import fs from 'node:fs'
import path from 'node:path'
import type { SandboxLimits } from '../../engine/ports/sandbox.ts'
import { toMessage } from '../../protocol/fault.ts'
import { findIdentity, listTree, residentBytes } from './process-tree.ts'

/** Looks this often, in milliseconds. */
export const WATCH_INTERVAL_MS = 150
/** tmpfs, and overlayfs, which reports its upper layer: here always a tmpfs. */
const IN_MEMORY = [0x01021994, 0x794c7630]
/** A tmpfs inode costs about this much kernel memory. */
const INODE_BYTES = 1_024
const MEBIBYTE = 1024 * 1024
const MAX_WALK = 200_000

export interface Watched {
  /** First process of the sandbox's pid namespace, as the host sees it. */
  readonly pid: number
  readonly limits: SandboxLimits
  /** Places inside that are private tmpfs. */
  readonly tmpfs: readonly string[]
  /** Directories of the host that the command may write, measured before it started. */
  readonly disks: readonly Disk[]
  /** Epoch milliseconds at which the command started. */
  readonly startedAt: number
  readonly oomKills: () => number
}

export interface Breach {
  readonly reason: 'memory' | 'disk'
  readonly detail: string
}

/**
 * Watches memory, processes and disk from outside, where no control group or quota does it, and beside those that do
 * (a group is joined a moment after the start). It can be outrun between two looks.
 * @param onSeen called with the bytes of memory in use at each look
 * @returns what stops the watching.
 */
export function watch(watched: Watched, onBreach: (breach: Breach) => void, onSeen: (bytes: number) => void): () => void {
  let busy = false
  const look = async (): Promise<void> => {
    if (busy) return
    busy = true
    try {
      const breach = findMemoryBreach(watched, onSeen) ?? (await findDiskBreach(watched))
      if (breach !== undefined) onBreach(breach)
    } catch (thrown) {
      // Blind, it cannot vouch for the limits any more.
      onBreach({ reason: 'disk', detail: `the watchdog failed (${toMessage(thrown)})` })
    } finally {
      busy = false
    }
  }
  const timer = setInterval(() => void look(), WATCH_INTERVAL_MS)
  return () => clearInterval(timer)
}

function findMemoryBreach(watched: Watched, onSeen: (bytes: number) => void): Breach | undefined {
  const { limits, pid } = watched
  if (watched.oomKills() > 0) return { reason: 'memory', detail: `more than ${limits.memoryMb} MiB (the kernel's count)` }
  const most = limits.pids * 2 + 16
  const tree = listTree(pid, most)
  if (tree.length >= most) return { reason: 'memory', detail: `more than ${limits.pids} processes` }
  let bytes = 0
  for (const member of tree) bytes += residentBytes(member)
  bytes += tmpfsBytes(watched)
  if (tree.length > 0) onSeen(bytes)
  const limit = limits.memoryMb * MEBIBYTE
  return bytes > limit ? { reason: 'memory', detail: `${Math.round(bytes / MEBIBYTE)} MiB of ${limits.memoryMb} MiB` } : undefined
}

/** What lies in the private tmpfs. Until the sandbox has its own root, its /proc/…/root is the host's: not counted. */
function tmpfsBytes(watched: Watched): number {
  let bytes = 0
  for (const place of watched.tmpfs) {
    const inside = `/proc/${watched.pid}/root${place}`
    try {
      if (fs.statSync(inside).dev === fs.statSync(place, { throwIfNoEntry: false })?.dev) continue
      const stats = fs.statfsSync(inside)
      if (!IN_MEMORY.includes(stats.type)) continue
      bytes += (stats.blocks - stats.bfree) * stats.bsize + (stats.files - stats.ffree) * INODE_BYTES
    } catch {
      // Not mounted yet, or gone: nothing to count.
      if (findIdentity(watched.pid) === undefined) return 0
    }
  }
  return bytes
}

export interface Disk {
  readonly dir: string
  /** Bytes in use on its file system, less what others have added since. */
  base: number
}

export function measureDisks(dirs: readonly string[]): Disk[] {
  return dirs.map((dir) => ({ dir, base: usedBytes(dir) }))
}

/** The file system's total may grow by others' doing, so growth past the limit is looked into before it counts. */
async function findDiskBreach(watched: Watched): Promise<Breach | undefined> {
  for (const disk of watched.disks) {
    const grown = usedBytes(disk.dir) - disk.base
    if (grown <= watched.limits.diskBytes) continue
    const ours = (await changedBytes(disk.dir, watched.startedAt)) + unlinkedBytes(watched)
    if (ours > watched.limits.diskBytes) {
      return { reason: 'disk', detail: `${Math.round(ours / MEBIBYTE)} MiB written to ${disk.dir}` }
    }
    disk.base += grown - ours
  }
  return undefined
}

function usedBytes(dir: string): number {
  const stats = fs.statfsSync(dir)
  return (stats.blocks - stats.bfree) * stats.bsize
}

/** Bytes held by files below `dir` that changed since `since`. */
async function changedBytes(dir: string, since: number): Promise<number> {
  let bytes = 0
  let seen = 0
  const waiting = [dir]
  for (let next = waiting.pop(); next !== undefined && seen < MAX_WALK; next = waiting.pop()) {
    const entries = await fs.promises.readdir(next, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      seen += 1
      const file = path.join(next, entry.name)
      if (entry.isDirectory()) waiting.push(file)
      if (!entry.isFile()) continue
      const stats = await fs.promises.lstat(file).catch(() => undefined)
      if (stats !== undefined && stats.ctimeMs >= since) bytes += stats.blocks * 512
    }
  }
  return bytes
}

/** Files that are open but have no name any more. */
function unlinkedBytes(watched: Watched): number {
  const seen = new Map<string, number>()
  for (const member of listTree(watched.pid, watched.limits.pids * 2)) {
    let handles: string[]
    try {
      handles = fs.readdirSync(`/proc/${member}/fd`)
    } catch {
      continue
    }
    for (const handle of handles) {
      const stats = findStats(`/proc/${member}/fd/${handle}`)
      if (stats?.isFile() === true && stats.nlink === 0) seen.set(`${stats.dev}:${stats.ino}`, stats.blocks * 512)
    }
  }
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0)
}

/** @returns undefined where the file, or our right to look at it, has gone. */
function findStats(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file)
  } catch {
    return undefined
  }
}
