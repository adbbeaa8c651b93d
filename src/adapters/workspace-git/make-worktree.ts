import fs from 'node:fs'
import path from 'node:path'
import type { OpenWorkspace, Workspace } from '../../engine/ports/workspace.ts'
import type { TreeId } from '../../protocol/ids.ts'
import type { Conversions } from './changes.ts'
import { fillDirectory, placeGitFile } from './checkout.ts'
import { placeDependencies, type Dependency } from './dependencies.ts'
import { isPlain, listSizes, seedNode, type ListedEntry } from './listing.ts'
import { getUsualModes } from './modes.ts'
import type { PrivateRepository } from './private-repository.ts'
import { scan, type DirectoryNode, type Scan } from './scan.ts'
import { toBytes } from './tree-object.ts'
import { createWorkspace, type WorkspaceParts } from './workspace.ts'

/** Where the parts of a worktree lie. */
export interface WorktreePlace {
  readonly workDir: string
  /** Filled first and then renamed to `workDir`, so that one that is there is a whole one. */
  readonly fresh: string
  readonly indexFile: string
  readonly conversionsFile: string
}

/** A worktree, and what is known of it without looking again. */
export interface MadeWorktree {
  readonly tree: TreeId
  readonly dependencies: readonly Dependency[]
  /** Commits of submodules, by path. */
  readonly gitlinks: ReadonlyMap<string, string>
  readonly seed: DirectoryNode | undefined
  readonly conversions: Conversions
  /** Git would write any file of it as it is in the commit. */
  readonly isPlain: boolean
}

export const noConversions: Conversions = { rawBase: undefined, pairs: new Map() }

/** That of the run itself. */
export function toPlace(repository: PrivateRepository): WorktreePlace {
  const { runDir, gitDir, workDir } = repository
  return { workDir, fresh: path.join(runDir, 'work.new'), indexFile: path.join(gitDir, 'index'), conversionsFile: path.join(runDir, 'conversions.json') }
}

export async function makeWorktree(repository: PrivateRepository, place: WorktreePlace, of: { base: string; tree: TreeId; listing: readonly ListedEntry[]; dependencies: readonly Dependency[]; signal?: AbortSignal }): Promise<MadeWorktree> {
  const { fresh, workDir, indexFile } = place
  fs.rmSync(indexFile, { force: true })
  await fillDirectory(repository, fresh, of.base, { indexFile, raw: false, keepsIndex: true, signal: of.signal })
  placeGitFile(repository, fresh)
  const dependencies = placeDependencies(fresh, of.dependencies)
  if (fresh !== workDir) fs.renameSync(fresh, workDir)
  const gitlinks = findGitlinks(of.listing)
  const plain = isPlain(repository, of.listing)
  const sizes = plain ? undefined : await listSizes(repository, of.tree)
  const seeded = seedNode(workDir, of.tree, of.listing, sizes)
  if (seeded.isComplete) {
    fs.rmSync(place.conversionsFile, { force: true })
    return { tree: of.tree, dependencies, gitlinks, seed: seeded.node, conversions: noConversions, isPlain: plain }
  }
  return readConverted(repository, place, { tree: of.tree, listing: of.listing, dependencies, seed: seeded.node })
}

/** Reads a worktree whose files differ from those in its commit, and notes which do. */
export async function readConverted(repository: PrivateRepository, place: Pick<WorktreePlace, 'workDir' | 'conversionsFile'>, of: { tree: TreeId; listing: readonly ListedEntry[]; dependencies: readonly Dependency[]; seed: DirectoryNode | undefined }): Promise<MadeWorktree> {
  const { tree, listing, dependencies } = of
  const gitlinks = findGitlinks(listing)
  const skip = new Set(dependencies.map(({ path: at }) => toBytes(at)))
  const found = await scan({ root: place.workDir, store: repository.store, previous: of.seed, skip, gitlinks, maxFileBytes: Number.POSITIVE_INFINITY, usual: getUsualModes(repository.runDir) })
  const conversions = toConversions(found, listing)
  if (conversions.pairs.size === 0 && found.id === tree) {
    fs.rmSync(place.conversionsFile, { force: true })
    return { tree, dependencies, gitlinks, seed: found.root, conversions: noConversions, isPlain: false }
  }
  fs.writeFileSync(place.conversionsFile, JSON.stringify({ rawBase: conversions.rawBase, pairs: [...conversions.pairs] }))
  return { tree, dependencies, gitlinks, seed: found.root, conversions, isPlain: false }
}

export function openWorkspace(
  repository: PrivateRepository, asked: OpenWorkspace, made: MadeWorktree, making: Pick<WorkspaceParts, 'maxFileBytes' | 'now' | 'runGit' | 'env' | 'release'>,
): Workspace {
  const { tree, isPlain: _plain, ...known } = made
  return createWorkspace({ repository, branch: asked.branch, base: { commit: asked.base, tree }, ...known, ...making })
}

export function findGitlinks(listing: readonly ListedEntry[]): ReadonlyMap<string, string> {
  return new Map(listing.flatMap((entry) => (entry.mode === '160000' ? [[entry.path, entry.oid]] : [])))
}

function toConversions({ id, root }: Scan, listing: readonly ListedEntry[]): Conversions {
  const pairs = new Map<string, readonly [string, string]>()
  const visit = (directory: DirectoryNode, relative: string, committed: ReadonlyMap<string, string>): void => {
    for (const [name, child] of directory.entries) {
      const at = relative === '' ? name : `${relative}/${name}`
      const oid = committed.get(at)
      if (child.kind === 'directory') visit(child, at, committed)
      else if (oid !== undefined && oid !== child.oid) pairs.set(at, [oid, child.oid])
    }
  }
  visit(root, '', new Map(listing.map((entry) => [entry.path, entry.oid])))
  return { rawBase: id, pairs }
}
