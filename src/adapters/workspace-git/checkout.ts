import fs from 'node:fs'
import path from 'node:path'
import type { Checkout } from '../../engine/ports/workspace.ts'
import type { SandboxMount } from '../../engine/ports/sandbox.ts'
import type { TreeId } from '../../protocol/ids.ts'
import { placeDependencies, toDependencyMounts, type Dependency } from './dependencies.ts'
import { findDirectory, makeDirectory, removeTree } from './directory-handle.ts'
import { fillTree } from './fill-tree.ts'
import { writeIndex } from './index-file.ts'
import type { PrivateRepository } from './private-repository.ts'
import { applyModes, readModes } from './modes.ts'
import { fromTreeName, markedName, modesName } from './tree-object.ts'
import { writeFiles } from './write-files.ts'

/** How a sandbox sees a directory of the run as if it were the person's repository. Later mounts lie over earlier ones. */
export function toMounts(repository: PrivateRepository, root: string, dependencies: readonly Dependency[]): readonly SandboxMount[] {
  const home = repository.person.root
  return [
    { mode: 'rw', host: root, at: home },
    { mode: 'ro', host: path.join(root, '.git'), at: path.join(home, '.git') },
    { mode: 'ro', host: repository.gitDir, at: repository.gitDir },
    ...repository.borrowed.map(({ host, at }) => ({ mode: 'ro' as const, host, at })),
    ...toDependencyMounts(home, dependencies),
  ]
}

/** The file that makes `git log`, `git status` and `git blame` work there. */
export function placeGitFile(repository: PrivateRepository, root: string): void {
  fs.writeFileSync(path.join(root, '.git'), `gitdir: ${repository.gitDir}\n`)
}

/** Fills an empty directory with a tree. `raw` takes snapshots as they are; commits are converted as git would. */
export async function fillDirectory(repository: PrivateRepository, root: string, at: string, options: { indexFile: string; raw: boolean; keepsIndex: boolean; signal?: AbortSignal | undefined }): Promise<void> {
  fs.mkdirSync(root, { recursive: true, mode: 0o755 })
  const written = await fillTree(repository, root, at, options)
  if (written !== undefined) {
    if (options.raw) applyModes(root, new Map(), await readModes(repository.store, await repository.store.toTree(at)))
    if (options.keepsIndex) writeIndex(options.indexFile, written, repository.store.format)
    return
  }
  fs.mkdirSync(root, { recursive: true, mode: 0o755 })
  const { indexFile, raw, signal } = options
  await repository.git(['-c', 'checkout.workers=1', 'read-tree', '--reset', '-u', at], { workTree: root, timeoutMs: 600_000, indexFile, raw, signal })
  if (options.raw) await finishRaw(repository, root, await repository.store.toTree(at))
}

/** What git leaves out of a snapshot: empty directories, and names that it refuses. Deepest first, so that paths stay right. */
async function finishRaw(repository: PrivateRepository, root: string, tree: string): Promise<void> {
  const rename: (readonly [directory: readonly string[], name: string])[] = []
  const visit = async (oid: string, names: readonly string[]): Promise<void> => {
    for (const entry of await repository.store.readTree(oid)) {
      if (names.length === 0 && entry.name === modesName) continue
      if (entry.name.startsWith(markedName)) rename.push([names, entry.name])
      if (entry.mode !== '40000') continue
      const inside = [...names, entry.name]
      if (entry.oid === repository.store.emptyTree) makeDirectory(root, inside, { replace: true })?.close()
      else await visit(entry.oid, inside)
    }
  }
  await visit(tree, [])
  for (const [names, name] of rename.sort((a, b) => b[0].length - a[0].length)) {
    const handle = findDirectory(root, names)
    if (handle === undefined) continue
    fs.renameSync(handle.at(name), handle.at(fromTreeName(name)))
    handle.close()
  }
  fs.rmSync(path.join(root, modesName), { force: true })
  applyModes(root, new Map(), await readModes(repository.store, tree))
}

/** An empty directory that goes when the run is opened again, if not before. */
export function makeScratch(repository: PrivateRepository): string {
  const parent = path.join(repository.runDir, 'checkouts')
  fs.mkdirSync(parent, { recursive: true, mode: 0o700 })
  return fs.mkdtempSync(path.join(parent, 'c-'))
}

export async function createCheckout(repository: PrivateRepository, at: string, options: { raw: boolean; dependencies: readonly Dependency[] }): Promise<Checkout> {
  const root = makeScratch(repository)
  fs.chmodSync(root, 0o755)
  const indexFile = `${root}.index`
  try {
    await fillDirectory(repository, root, at, { indexFile, raw: options.raw, keepsIndex: false })
  } finally {
    fs.rmSync(indexFile, { force: true })
    fs.rmSync(`${indexFile}.lock`, { force: true })
  }
  placeGitFile(repository, root)
  const placed = placeDependencies(root, options.dependencies)
  return {
    root,
    tree: (await repository.store.toTree(at)) as TreeId,
    mounts: toMounts(repository, root, placed),
    write: async (files) => writeFiles(root, files),
    dispose: async () => removeTree(root),
  }
}
