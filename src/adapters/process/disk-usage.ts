import fs from 'node:fs'
import { Fault, toMessage } from '../../protocol/fault.ts'

/** Entries after which nobody wants to wait any longer; what is left out is then not counted. */
const mostEntries = 5_000_000

/** Bytes on the disk that removing these would free: blocks, not lengths; a file with names elsewhere too counts for nothing. */
export async function measure(...paths: readonly string[]): Promise<number> {
  const links = new Map<string, { seen: number; all: number; bytes: number }>()
  let bytes = 0
  let seen = 0
  // Names may be no text: they are kept as bytes.
  const waiting: Buffer[] = paths.map((at) => Buffer.from(at))
  for (let at = waiting.pop(); at !== undefined && seen < mostEntries; at = waiting.pop()) {
    // So that a signal or a timer is not kept waiting by a large folder.
    if (++seen % 2_000 === 0) await new Promise((resolve) => setImmediate(resolve))
    const stats = fs.lstatSync(at, { throwIfNoEntry: false })
    if (stats === undefined) continue
    if (stats.isDirectory()) {
      bytes += stats.blocks * 512
      for (const name of listNames(at)) waiting.push(join(at, name))
    } else if (stats.nlink <= 1) bytes += stats.blocks * 512
    else {
      const key = `${stats.dev}:${stats.ino}`
      const link = links.get(key) ?? { seen: 0, all: stats.nlink, bytes: stats.blocks * 512 }
      links.set(key, { ...link, seen: link.seen + 1 })
    }
  }
  for (const link of links.values()) if (link.seen >= link.all) bytes += link.bytes
  return bytes
}

/** The newest change of a file or of anything below a folder, in milliseconds since the epoch; 0 where there is nothing. */
export function findNewest(at: string): number {
  let newest = 0
  const waiting: Buffer[] = [Buffer.from(at)]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const stats = fs.lstatSync(next, { throwIfNoEntry: false })
    newest = Math.max(newest, stats?.mtimeMs ?? 0)
    if (stats?.isDirectory() === true) for (const name of listNames(next)) waiting.push(join(next, name))
  }
  return newest
}

/** Removes what is there and answers how many bytes that freed. @throws Fault `disk-failed` where some of it stays. */
export async function removeMeasured(...paths: readonly string[]): Promise<number> {
  const bytes = await measure(...paths)
  for (const at of paths) {
    try {
      fs.rmSync(at, { recursive: true, force: true })
    } catch (thrown) {
      if (!canOpen(thrown)) throw toFault(at, thrown)
      openUp(Buffer.from(at))
      try {
        fs.rmSync(at, { recursive: true, force: true })
      } catch (again) {
        throw toFault(at, again)
      }
    }
  }
  return Math.max(0, bytes - (await measure(...paths)))
}

function toFault(at: string, thrown: unknown): Fault {
  return new Fault('disk-failed', `'${at}' could not be removed whole: ${toMessage(thrown)}; look at its permissions, then clean again`, { cause: thrown })
}

function canOpen(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && ['EACCES', 'EPERM', 'ENOTEMPTY'].includes(String(thrown.code))
}

/** Commands may have taken away our own permissions. */
function openUp(at: Buffer): void {
  const stats = fs.lstatSync(at, { throwIfNoEntry: false })
  if (stats === undefined || !stats.isDirectory()) return
  fs.chmodSync(at, 0o700)
  for (const name of listNames(at)) openUp(join(at, name))
}

/** A folder that vanishes, or that we may not list, holds nothing that can be counted. */
function listNames(at: Buffer): readonly Buffer[] {
  try {
    return fs.readdirSync(at, { encoding: 'buffer' })
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && ['ENOENT', 'EACCES', 'ENOTDIR'].includes(String(thrown.code))) return []
    throw thrown
  }
}

function join(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), name])
}
