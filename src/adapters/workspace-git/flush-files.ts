import { execFile } from 'node:child_process'
import fs from 'node:fs'
import { promisify } from 'node:util'
import { toCode } from './directory-handle.ts'

/** Files that are flushed one by one; with more, the whole file system is flushed at once, where there is a way to. */
const mostOneByOne = 64
const syncTimeoutMs = 60_000

/** Makes written files survive a loss of power: their bytes and, with them, their names. */
export async function flushFiles(directory: string, files: readonly string[]): Promise<void> {
  if (files.length > mostOneByOne && process.platform === 'linux') {
    await promisify(execFile)('sync', ['-f', directory], { timeout: syncTimeoutMs })
    return
  }
  for (let at = 0; at < files.length; at += mostOneByOne) await Promise.all(files.slice(at, at + mostOneByOne).map(flushFile))
}

async function flushFile(file: string): Promise<void> {
  const fd = findDescriptor(file)
  // Packed meanwhile: a pack is flushed by who makes it.
  if (fd === undefined) return
  try {
    await new Promise<void>((resolve, reject) => fs.fdatasync(fd, (thrown) => (thrown === null ? resolve() : reject(thrown))))
  } finally {
    fs.closeSync(fd)
  }
}

function findDescriptor(file: string): number | undefined {
  try {
    return fs.openSync(file, 'r')
  } catch (thrown) {
    if (toCode(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}
