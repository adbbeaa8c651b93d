import { createHash, hash } from 'node:crypto'
import fs from 'node:fs'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { explainSystemError } from '../../protocol/system-error.ts'
import type { Sha256 } from '../../domain/chain.ts'

export const sha256: Sha256 = (text) => hash('sha256', text, 'hex')

export function toDigestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Writes all bytes at `position` (or at the end of a file opened for appending); a short write is gone on with. */
export function writeFully(fd: number, bytes: Uint8Array, position: number | null): void {
  let written = 0
  while (written < bytes.length) {
    const count = fs.writeSync(fd, bytes, written, bytes.length - written, position === null ? null : position + written)
    if (count === 0) throw new Error('the disk took no more bytes')
    written += count
  }
}

export function flush(fd: number): Promise<void> {
  return new Promise((resolve, reject) => fs.fdatasync(fd, (thrown) => (thrown === null ? resolve() : reject(thrown))))
}

/** Makes new names in a directory survive a loss of power. */
export async function flushDirectory(path: string): Promise<void> {
  const handle = await fs.promises.open(path, 'r')
  try {
    await handle.sync()
  } catch (thrown) {
    // Some file systems (network, FUSE) cannot sync a directory; they make names durable in their own way or not at all.
    if (!hasCode(thrown, 'EINVAL') && !hasCode(thrown, 'ENOTSUP') && !hasCode(thrown, 'EPERM')) throw thrown
  } finally {
    await handle.close()
  }
}

export function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}

/** A failure of the file system, in words. `tried` completes "Could not …". */
export function toDiskFault(thrown: unknown, tried: string, next = 'Look at free space and permissions there, then try again.'): Fault {
  if (thrown instanceof Fault) return thrown
  return new Fault('disk-failed', `Could not ${tried}: ${explainSystemError(thrown) ?? toMessage(thrown).replace(/\.$/, '')}. ${next}`, { cause: thrown })
}
