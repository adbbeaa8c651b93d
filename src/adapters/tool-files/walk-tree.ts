import { lstat, readdir } from 'node:fs/promises'
import { openDirectory } from './open-file.ts'
import type { PathRoot, ResolvedPath } from './resolve-path.ts'
import { isMissing } from './resolve-path.ts'

export interface TreeEntry {
  /** Relative to the root. */
  readonly path: string
  readonly name: string
  readonly depth: number
  readonly kind: 'file' | 'directory' | 'link' | 'special'
  readonly bytes: number
  /** Of a directory that was not gone into, and why. */
  readonly closed?: 'git' | 'dependencies' | 'generated' | 'depth'
}

/** Directories that tools fill; their content is rarely what anyone looks for. Named explicitly, they are listed. */
const GENERATED = new Set(['node_modules', '.venv', 'venv', '__pycache__', '.tox', '.nox', '.mypy_cache', '.pytest_cache', '.ruff_cache', '.gradle', '.next', '.nuxt', '.turbo', 'bower_components', '.terraform'])

export interface WalkOptions {
  readonly depth: number
  readonly maxEntries: number
  /** Entries shown of one directory below the first. */
  readonly maxPerDirectory: number
  readonly signal: AbortSignal
}

export interface Walk {
  readonly entries: readonly TreeEntry[]
  /** Entries known of but left out, by directory. */
  readonly left: ReadonlyMap<string, number>
}

/** Goes through a directory level by level, so that a bound cuts the depths first. Links are named, never followed. */
export async function walkTree(workspace: PathRoot, start: ResolvedPath, options: WalkOptions): Promise<Walk> {
  const entries: TreeEntry[] = []
  const left = new Map<string, number>()
  let level: { parts: readonly string[]; path: string }[] = [{ parts: start.parts, path: start.path === '.' ? '' : start.path }]
  for (let depth = 1; level.length > 0 && depth <= options.depth; depth++) {
    const below: typeof level = []
    for (const directory of level) {
      options.signal.throwIfAborted()
      const found = await readEntries(workspace, start, directory, { ...options, at: depth })
      const room = Math.min(options.maxEntries - entries.length, depth === 1 ? options.maxEntries : options.maxPerDirectory)
      const shown = found.slice(0, Math.max(0, room))
      if (shown.length < found.length) left.set(directory.path, found.length - shown.length)
      const sized = await addSizes(start, directory.parts, shown)
      entries.push(...sized)
      for (const entry of sized) {
        if (entry.kind === 'directory' && entry.closed === undefined) below.push({ parts: [...directory.parts, entry.name], path: entry.path })
      }
    }
    level = below
  }
  return { entries, left }
}

async function readEntries(
  workspace: PathRoot, start: ResolvedPath, at: { parts: readonly string[]; path: string }, options: { at: number; depth: number },
): Promise<TreeEntry[]> {
  try {
    const directory = await openDirectory(start.anchor, at.parts)
    try {
      const found = await readdir(directory.at('.'), { withFileTypes: true })
      return found.map((entry): TreeEntry => {
        const path = at.path === '' ? entry.name : `${at.path}/${entry.name}`
        const kind = entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : entry.isFile() ? 'file' : 'special'
        const closed = kind === 'directory' ? findClosed(workspace, start, path, entry.name, options) : undefined
        return { path, name: entry.name, depth: options.at, kind, bytes: 0, ...(closed === undefined ? {} : { closed }) }
      }).sort((a, b) => (a.name < b.name ? -1 : 1))
    } finally {
      await directory.close()
    }
  } catch (thrown) {
    // Removed or replaced while we walk: what is not there has no entries.
    if (isMissing(thrown) || (thrown instanceof Error && 'code' in thrown && (thrown.code === 'ELOOP' || thrown.code === 'EACCES'))) return []
    throw thrown
  }
}

function findClosed(
  workspace: PathRoot, start: ResolvedPath, path: string, name: string, options: { at: number; depth: number },
): TreeEntry['closed'] | undefined {
  if (name === '.git') return 'git'
  if (!start.dependency && workspace.dependencies.some((dependency) => dependency.path === path)) return 'dependencies'
  if (GENERATED.has(name)) return 'generated'
  return options.at >= options.depth ? 'depth' : undefined
}

async function addSizes(start: ResolvedPath, parts: readonly string[], entries: readonly TreeEntry[]): Promise<TreeEntry[]> {
  const sized: TreeEntry[] = []
  for (const entry of entries) {
    if (entry.kind !== 'file') {
      sized.push(entry)
      continue
    }
    try {
      const { size } = await lstat([start.anchor, ...parts, entry.name].join('/'))
      sized.push({ ...entry, bytes: size })
    } catch (thrown) {
      if (!isMissing(thrown)) throw thrown
    }
  }
  return sized
}
