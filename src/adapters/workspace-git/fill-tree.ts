import fs from 'node:fs'
import path from 'node:path'
import { toCode } from './directory-handle.ts'
import type { IndexedFile } from './index-file.ts'
import { fromTreePath, isPlain, listTree, type ListedEntry } from './listing.ts'
import type { PrivateRepository } from './private-repository.ts'
import { fromTreeName } from './tree-object.ts'

/** Up to here writing the files ourselves is faster than starting git. */
const mostFiles = 256

/**
 * Fills an empty directory that nobody else knows yet with a tree, without a process.
 * @returns what an index would hold; undefined, with nothing left behind, where only git can do it right: conversions, names
 * that it refuses, many files, or a file system that takes two names for one.
 */
export async function fillTree(repository: PrivateRepository, root: string, at: string, options: { raw: boolean }): Promise<readonly IndexedFile[] | undefined> {
  const entries = await listTree(repository, at)
  if (entries.length > 2 * mostFiles || entries.filter(({ mode }) => mode !== '40000').length > mostFiles) return undefined
  if (!options.raw && !isPlain(repository, entries)) return undefined
  if (!entries.every((entry) => isAllowed(entry, options.raw))) return undefined
  const start = Buffer.from(path.resolve(root), 'utf8').toString('latin1')
  const written: IndexedFile[] = []
  try {
    for (const entry of entries) {
      const where = Buffer.from(`${start}/${options.raw ? fromTreePath(entry.path) : entry.path}`, 'latin1')
      const stats = await writeEntry(repository, where, entry, options.raw)
      if (entry.mode !== '40000') written.push({ path: entry.path, mode: entry.mode, oid: entry.oid, stats })
    }
  } catch (thrown) {
    fs.rmSync(root, { recursive: true, force: true })
    if (toCode(thrown) === 'EEXIST') return undefined
    throw thrown
  }
  return written
}

async function writeEntry(repository: PrivateRepository, where: Buffer, entry: ListedEntry, raw: boolean): Promise<fs.BigIntStats | undefined> {
  const { store } = repository
  switch (entry.mode) {
    case '40000':
      // A commit that holds an empty tree shows no directory; a snapshot does.
      if (raw || entry.oid !== store.emptyTree) fs.mkdirSync(where)
      return undefined
    case '160000':
      fs.mkdirSync(where)
      return undefined
    case '120000':
      fs.symlinkSync((await store.read(entry.oid)).bytes, where)
      return fs.lstatSync(where, { bigint: true })
    default: {
      const fd = fs.openSync(where, fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL, entry.mode === '100755' ? 0o777 : 0o666)
      try {
        await store.copyBlob(entry.oid, fd)
        return fs.fstatSync(fd, { bigint: true })
      } finally {
        fs.closeSync(fd)
      }
    }
  }
}

/** Whether an entry stays inside and is nothing that git would refuse to write. */
function isAllowed(entry: ListedEntry, raw: boolean): boolean {
  return entry.path.split('/').every((part) => {
    const name = raw ? fromTreeName(part) : part
    if (name === '' || name === '.' || name === '..' || /[\0/]/.test(name)) return false
    return raw || !/^(\.git|git~1)$/i.test(name)
  }) && (raw || entry.mode !== '120000' || !/(^|\/)\.git[^/]*$/i.test(entry.path))
}
