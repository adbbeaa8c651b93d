import type { FileChange } from '../../protocol/events/workspace.ts'
import { compareTrees, type FilePair } from './compare-trees.ts'
import { fromTreePath, isPlain, listTree } from './listing.ts'
import type { PrivateRepository } from './private-repository.ts'
import { modesName, toBytes, toText } from './tree-object.ts'

/**
 * Files whose bytes in the worktree differ from those in the commit although nobody touched them (line ends, encodings).
 * Between a commit and a snapshot they are no change.
 */
export interface Conversions {
  /** The base as a snapshot sees it. */
  readonly rawBase: string | undefined
  /** By path (byte string): the id in the commit and the id in the worktree. */
  readonly pairs: ReadonlyMap<string, readonly [committed: string, raw: string]>
}

/** Limit of listings that come from git, in bytes. */
const maxListing = 256 * 1024 * 1024

/** Between two snapshots no process is needed and nothing counts as renamed; between commits git finds renames. */
export async function listChanges(repository: PrivateRepository, from: string, to: string, conversions: Conversions): Promise<readonly FileChange[]> {
  const { store } = repository
  const [left, right] = await Promise.all([store.toTree(from), store.toTree(to)])
  if (left === right) return []
  const isConversion = ({ path, before, after }: FilePair): boolean => {
    const pair = conversions.pairs.get(path)
    return before !== undefined && after !== undefined && before.mode === after.mode && pair?.includes(before.oid) === true && pair.includes(after.oid)
  }
  const changes = await compareTrees(store, left, right, isConversion)
  const areSnapshots = left === from && right === to
  if (changes !== undefined && (areSnapshots || (isWithoutRename(changes) && (await isPlainHere(repository, right))))) return changes
  return listWithGit(repository, from, to, conversions)
}

/** A rename takes a file that went and one that came. */
function isWithoutRename(changes: readonly FileChange[]): boolean {
  return !changes.some(({ kind }) => kind === 'added') || !changes.some(({ kind }) => kind === 'deleted')
}

/** Attributes may tell git to count otherwise than we do. */
async function isPlainHere(repository: PrivateRepository, tree: string): Promise<boolean> {
  return isPlain(repository, await listTree(repository, tree))
}

async function listWithGit(repository: PrivateRepository, from: string, to: string, conversions: Conversions): Promise<readonly FileChange[]> {
  const answer = await repository.git(['diff-tree', '-r', '-z', '--raw', '--numstat', '--no-abbrev', '-M', '--no-ext-diff', '--no-textconv', from, to], { maxBytes: maxListing })
  const fields = answer.stdout.toString('latin1').split('\0')
  const found = new Map<string, Omit<FileChange, 'added' | 'removed' | 'binary'> & { isConversion: boolean }>()
  let at = 0
  while (fields[at]?.startsWith(':')) {
    const [modeFrom = '', modeTo = '', oidFrom = '', oidTo = '', status = ''] = (fields[at] ?? '').slice(1).split(' ')
    const isRename = status.startsWith('R')
    const path = fields[at + (isRename ? 2 : 1)] ?? ''
    const pair = conversions.pairs.get(path)
    const kind = isRename ? 'renamed' : status === 'A' ? 'added' : status === 'D' ? 'deleted' : oidFrom === oidTo && modeFrom !== modeTo ? 'mode' : 'modified'
    found.set(path, {
      path: toText(fromTreePath(path)), kind, ...(isRename ? { from: toText(fromTreePath(fields[at + 1] ?? '')) } : {}),
      isConversion: pair?.includes(oidFrom) === true && pair.includes(oidTo) && modeFrom === modeTo,
    })
    at += isRename ? 3 : 2
  }
  const changes: FileChange[] = []
  while (at < fields.length && fields[at] !== '') {
    const [added = '', removed = '', plain = ''] = (fields[at] ?? '').split(/\t([^\t]*)\t(.*)/s)
    const path = plain === '' ? (fields[at + 2] ?? '') : plain
    at += plain === '' ? 3 : 1
    const change = found.get(path)
    if (path === modesName || change === undefined || change.isConversion) continue
    const { isConversion: _, ...rest } = change
    changes.push({ ...rest, added: Number(added) || 0, removed: Number(removed) || 0, binary: added === '-' })
  }
  return changes
}

/** Unified diff, cut at the last whole line below `maxBytes`. */
export async function readDiff(repository: PrivateRepository, from: string, to: string, conversions: Conversions, options: { maxBytes: number; paths?: readonly string[] }): Promise<string> {
  const converted = conversions.pairs.size === 0 ? new Set<string>() : await findConverted(repository, from, to, conversions)
  const paths = options.paths?.filter((path) => !converted.has(path))
  if (paths?.length === 0) return ''
  const pathspecs = paths === undefined ? [':/', ...[modesName, ...converted].map((path) => `:(exclude,top,literal)${path}`)] : paths.map((path) => `:(top,literal)${path}`)
  const answer = await repository.git(['diff-tree', '-r', '-p', '-M', '--no-ext-diff', '--no-textconv', '--no-color', '--src-prefix=a/', '--dst-prefix=b/', from, to, '--', ...pathspecs], { maxBytes: options.maxBytes, cut: true })
  if (answer.stdout.length <= options.maxBytes) return answer.stdout.toString('utf8')
  const end = answer.stdout.lastIndexOf(0x0a, options.maxBytes - 1)
  return `${answer.stdout.toString('utf8', 0, end < 0 ? options.maxBytes : end + 1)}[the diff is longer than ${options.maxBytes} bytes and was cut here]\n`
}

async function findConverted(repository: PrivateRepository, from: string, to: string, conversions: Conversions): Promise<Set<string>> {
  const kept = new Set((await listWithGit(repository, from, to, conversions)).flatMap((change) => [change.path, change.from]))
  return new Set([...conversions.pairs.keys()].map((path) => toText(path)).filter((path) => !kept.has(path)))
}

/** The blob at a path; undefined where there is none. */
export async function readPath(repository: PrivateRepository, at: string, path: string): Promise<Uint8Array | undefined> {
  let oid = await repository.store.toTree(at)
  const names = toBytes(path).split('/')
  for (const [index, name] of names.entries()) {
    if (oid === repository.store.emptyTree) return undefined
    const entry = (await repository.store.readTree(oid)).find((candidate) => fromTreePath(candidate.name) === name)
    if (entry === undefined || entry.mode === '160000') return undefined
    const isLast = index === names.length - 1
    if (isLast !== (entry.mode !== '40000')) return undefined
    oid = entry.oid
  }
  return (await repository.store.read(oid)).bytes
}
