import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import type { CommitId, TreeId } from '../../protocol/ids.ts'
import { toFirstLine } from './git-process.ts'
import type { ObjectStore } from './object-store.ts'
import type { PrivateRepository } from './private-repository.ts'
import type { DirectoryNode } from './scan.ts'

export interface CommitContent {
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly atMs: number
}

/** Writes a commit by Writ itself; no branch moves. */
export function writeCommit(store: ObjectStore, content: CommitContent): CommitId {
  const who = `Writ <writ@localhost> ${Math.floor(content.atMs / 1000)} +0000`
  const lines = [`tree ${content.tree}`, ...content.parents.map((parent) => `parent ${parent}`), `author ${who}`, `committer ${who}`, '', content.message]
  return store.write('commit', Buffer.from(lines.join('\n').replaceAll('\0', ''), 'utf8')) as CommitId
}

/** Subject, body, then the trailers as one block of their own. */
export function toMessage(message: string, trailers: readonly string[]): string {
  const body = message.trim() === '' ? 'Change by writ' : message.trim()
  return trailers.length === 0 ? `${body}\n` : `${body}\n\n${trailers.map((line) => line.replaceAll(/\s*\n\s*/g, ' ').trim()).join('\n')}\n`
}

/** Moves a branch of the private repository. */
export function writeBranch(repository: PrivateRepository, branch: string, commit: string): void {
  const file = path.join(repository.gitDir, 'refs/heads', branch)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(`${file}.new`, `${commit}\n`)
  fs.renameSync(`${file}.new`, file)
}

/**
 * The tree of the worktree as git would commit it: line ends converted, ignored files left out unless they are tracked,
 * files of a repository that a command made inside as plain files. The private index then holds exactly that.
 */
export async function writeWorktree(repository: PrivateRepository, scanned: DirectoryNode, skip: ReadonlySet<string>): Promise<TreeId> {
  const nested = scanned.hasNested ? findNested(scanned, '') : []
  const excluded = [...skip, ...nested].map((name) => Buffer.from(name, 'latin1').toString('utf8'))
  const added = await repository.git(['-c', 'core.fsync=loose-object', 'add', '-A', '--', '.', ...excluded.map((name) => `:(exclude,top,literal)${name}`)], { timeoutMs: 300_000, accepts: [1] })
  // git adds everything else and still ends with 1 where an excluded path is also an ignored one.
  if (added.code !== 0 && !added.stderr.startsWith('The following paths are ignored')) throw new Fault('git-failed', `git add could not take the worktree's files: ${toFirstLine(added.stderr)}`)
  for (const directory of nested) await addNested(repository, scanned, directory)
  return (await repository.git(['-c', 'core.fsync=loose-object', 'write-tree'])).stdout.toString('latin1').trim() as TreeId
}

/** The outermost directories that hold a `.git` of their own. */
function findNested(node: DirectoryNode, relative: string): string[] {
  if (!node.hasNested) return []
  if (relative !== '' && node.entries.has('.git')) return [relative]
  return [...node.entries].flatMap(([name, child]) => (child.kind === 'directory' ? findNested(child, relative === '' ? name : `${relative}/${name}`) : []))
}

async function addNested(repository: PrivateRepository, scanned: DirectoryNode, directory: string): Promise<void> {
  let node: DirectoryNode | undefined = scanned
  for (const name of directory.split('/')) {
    const child: DirectoryNode | ReturnType<DirectoryNode['entries']['get']> = node?.entries.get(name)
    node = child?.kind === 'directory' ? child : undefined
  }
  const files = node === undefined ? [] : listFiles(node, directory)
  if (files.length === 0) return
  const join = (names: readonly string[]): Buffer => Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1')
  const ignored = await repository.git(['check-ignore', '-z', '--stdin', '--no-index'], { stdin: join(files), accepts: [1] })
  const left = new Set(ignored.stdout.toString('latin1').split('\0'))
  const added = files.filter((file) => !left.has(file))
  // What was tracked there (a submodule's entry, or files) gives way to what is there now.
  await repository.git(['rm', '-r', '-q', '--cached', '--ignore-unmatch', '--', `:(top,literal)${Buffer.from(directory, 'latin1').toString('utf8')}`])
  const info = added.map((file) => {
    const found = findFile(scanned, file)
    return found === undefined ? '' : `${found.mode} ${found.oid}\t${file}`
  })
  await repository.git(['update-index', '-z', '--index-info'], { stdin: join(info.filter((line) => line !== '')) })
}

function listFiles(node: DirectoryNode, relative: string): string[] {
  return [...node.entries].flatMap(([name, child]) => {
    if (name === '.git' || (child.kind !== 'directory' && child.kind !== 'file' && child.kind !== 'link')) return []
    return child.kind === 'directory' ? listFiles(child, `${relative}/${name}`) : [`${relative}/${name}`]
  })
}

function findFile(node: DirectoryNode, file: string): { mode: string; oid: string } | undefined {
  let at: DirectoryNode = node
  const names = file.split('/')
  for (const name of names.slice(0, -1)) {
    const next = at.entries.get(name)
    if (next?.kind !== 'directory') return undefined
    at = next
  }
  const found = at.entries.get(names.at(-1) ?? '')
  return found === undefined || found.kind === 'directory' ? undefined : found
}
