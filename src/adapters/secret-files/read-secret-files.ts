import { constants } from 'node:fs'
import { glob, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { listSecretsOfFile } from '../../domain/secrets/known-values.ts'
import { holdsCredential, toSecrecy } from '../../domain/text/secret-paths.ts'

/** Larger files are not read for values, and not more files than this. */
const largestFile = 262_144
const mostFiles = 200

export interface SecretPlaces {
  readonly root: string
  /** The person's own checkout, where files that git does not know lie. */
  readonly repository: string
  /** Files below `root` that hold secrets by name. */
  readonly paths: readonly string[]
}

/** The values of files that hold secrets: those found in the workspace, those at the repository's top, and those that `marked` globs name. */
export async function readSecretFiles({ root, repository, paths }: SecretPlaces, marked: readonly string[]): Promise<string[]> {
  const files = new Map<string, boolean>()
  for (const path of paths) files.set(join(root, path), false)
  for (const name of await listNames(repository)) if (toSecrecy(name) !== 'no') files.set(join(repository, name), false)
  for (const pattern of marked) for (const place of new Set([repository, root])) for (const path of await findMarked(place, pattern)) files.set(join(place, path), true)
  const values: string[] = []
  for (const [path, isMarked] of [...files].slice(0, mostFiles)) {
    const content = await findContent(path)
    if (content === undefined || (!isMarked && toSecrecy(path) === 'look' && !holdsCredential(content))) continue
    values.push(...listSecretsOfFile(content, { isMarked }))
  }
  return values
}

async function listNames(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch {
    // The person's checkout may be gone by the time a run goes on; then nothing of it can leak either.
    return []
  }
}

async function findMarked(root: string, pattern: string): Promise<string[]> {
  if (!/[*?[{]/.test(pattern)) return [pattern]
  const found: string[] = []
  for await (const path of glob(pattern, { cwd: root, exclude: (name) => name === 'node_modules' || name === '.git' })) {
    found.push(path)
    if (found.length >= mostFiles) break
  }
  return found
}

/** Undefined where it is not a plain file of a usual size that we may read. */
async function findContent(path: string): Promise<string | undefined> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stats = await handle.stat()
      return stats.isFile() && stats.size <= largestFile ? (await handle.readFile()).toString('utf8') : undefined
    } finally {
      await handle.close()
    }
  } catch {
    // Gone, a link, or not ours to read: what we cannot read, no output of ours will hold.
    return undefined
  }
}
