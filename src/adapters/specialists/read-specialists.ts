import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseFiles } from '../../engine/ports/workspace.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { mostBytes, type SpecialistBytes } from './parse-specialist.ts'

/** Where a repository has its own. */
export const repositoryFolder = '.writ/specialists'
/** Most files of one layer. */
const mostFiles = 64

/** The Markdown files of a person's folder, in their order; none where it is not there. @throws Fault `request-invalid` for what cannot be read. */
export async function readUserFolder(folder: string): Promise<readonly SpecialistBytes[]> {
  const names = (await listFolder(folder)).filter((name) => name.endsWith('.md')).sort()
  requireFew(folder, names.length)
  return Promise.all(names.map(async (name) => {
    const place = join(folder, name)
    try {
      const { size } = await stat(place)
      if (size > mostBytes) throw new Fault('request-invalid', `the specialist ${place} is larger than ${mostBytes / 1024} KiB`)
      return { layer: 'user' as const, place, bytes: await readFile(place) }
    } catch (thrown) {
      throw thrown instanceof Fault ? thrown : new Fault('request-invalid', `the specialist ${place} cannot be read: ${toMessage(thrown)}`, { cause: thrown })
    }
  }))
}

/** Those that a commit has, whether anybody trusts them or not. @throws Fault `request-invalid` where they are too many. */
export async function readRepositoryFolder(base: Pick<BaseFiles, 'list' | 'readAll'>): Promise<readonly SpecialistBytes[]> {
  const paths = (await base.list()).filter((path) => path.startsWith(`${repositoryFolder}/`) && path.endsWith('.md') && !path.slice(repositoryFolder.length + 1).includes('/')).toSorted()
  requireFew(repositoryFolder, paths.length)
  if (paths.length === 0) return []
  const contents = await base.readAll(paths)
  return paths.map((place) => ({ layer: 'repository', place, bytes: contents.get(place) ?? new Uint8Array() }))
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw new Fault('request-invalid', `the specialists in ${folder} cannot be read: ${toMessage(thrown)}`, { cause: thrown })
  }
}

function requireFew(folder: string, count: number): void {
  if (count > mostFiles) throw new Fault('request-invalid', `${folder} has ${count} specialists; at most ${mostFiles} are read`)
}
