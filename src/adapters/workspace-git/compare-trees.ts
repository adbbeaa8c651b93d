import type { FileChange } from '../../protocol/events/workspace.ts'
import { countLines, isBinary } from './line-count.ts'
import type { ObjectStore } from './object-store.ts'
import { fromTreeName, toText, type TreeEntry } from './tree-object.ts'

/** A file before and after; undefined where it was not there. */
export interface FilePair {
  /** Byte string, as it is on the disk. */
  readonly path: string
  readonly before: TreeEntry | undefined
  readonly after: TreeEntry | undefined
}

/** Beyond this git is faster, and easier on memory. */
const mostPairs = 500
/** Larger texts are for git to count. */
const mostText = 256 * 1024
const mostTotal = 4 * 1024 * 1024

/**
 * What differs between two trees, in git's order, without a process. A file that was moved is one that went and one that
 * came. @returns undefined where there is so much that git is the better one to ask.
 */
export async function compareTrees(store: ObjectStore, from: string, to: string, isConversion: (pair: FilePair) => boolean): Promise<FileChange[] | undefined> {
  const pairs = await findPairs(store, from, to)
  if (pairs === undefined) return undefined
  const changes: FileChange[] = []
  let total = 0
  for (const pair of pairs) {
    if (isConversion(pair)) continue
    const before = readText(store, pair.before)
    const after = readText(store, pair.after)
    if (before === undefined || after === undefined) return undefined
    total += before.length + after.length
    if (total > mostTotal) return undefined
    const isSame = pair.before?.oid === pair.after?.oid
    const binary = !isSame && (isBinary(before) || isBinary(after))
    const lines = isSame || binary ? { added: 0, removed: 0 } : countLines(before, after)
    changes.push({ path: toText(pair.path), kind: toKind(pair), ...lines, binary })
  }
  return changes
}

function toKind({ before, after }: FilePair): FileChange['kind'] {
  if (before === undefined) return 'added'
  if (after === undefined) return 'deleted'
  return before.oid === after.oid ? 'mode' : 'modified'
}

function readText(store: ObjectStore, entry: TreeEntry | undefined): Buffer | undefined {
  if (entry === undefined) return Buffer.alloc(0)
  if (entry.mode === '160000') return Buffer.from(`Subproject commit ${entry.oid}\n`)
  return store.findSmall(entry.oid, mostText)?.bytes
}

/** Paths that differ, folders aside. Undefined: more than `mostPairs`. */
export async function findPairs(store: ObjectStore, from: string, to: string): Promise<readonly FilePair[] | undefined> {
  const pairs: FilePair[] = []
  // A directory counts as its name with a slash, for the order as well: it and a file of that name are two things.
  const read = async (oid: string | undefined): Promise<ReadonlyMap<string, TreeEntry>> =>
    new Map((oid === undefined || oid === store.emptyTree ? [] : await store.readTree(oid)).map((entry) => [`${fromTreeName(entry.name)}${entry.mode === '40000' ? '/' : ''}`, entry]))
  const visit = async (left: string | undefined, right: string | undefined, above: string): Promise<void> => {
    const [all, others] = await Promise.all([read(left), read(right)])
    for (const key of [...new Set([...all.keys(), ...others.keys()])].sort()) {
      if (pairs.length > mostPairs) return
      const [before, after] = [all.get(key), others.get(key)]
      // The modes (modes.ts) are no file.
      if (key === '' || (before?.oid === after?.oid && before?.mode === after?.mode)) continue
      if (key.endsWith('/')) await visit(before?.oid, after?.oid, `${above}${key}`)
      else pairs.push({ path: `${above}${key}`, before, after })
    }
  }
  await visit(from, to, '')
  return pairs.length > mostPairs ? undefined : pairs
}
