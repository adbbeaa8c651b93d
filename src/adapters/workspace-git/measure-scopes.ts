import type { TaskSize } from '../../protocol/experience.ts'
import { isInScope } from '../../domain/contract/in-scope.ts'
import { measureDepth } from '../../domain/estimate/measure-depth.ts'
import type { Measured } from '../../engine/ports/workspace.ts'
import { readPath } from './changes.ts'
import { fromTreePath, listSizes } from './listing.ts'
import type { PrivateRepository } from './private-repository.ts'
import { toText } from './tree-object.ts'

/** Files of one scope whose lines are looked at; longer ones are not read, and count for no more than this. */
const mostRead = 30
const longestRead = 200_000
/** Paths held against scopes: beyond, the rest stays unmeasured. */
const mostLooks = 2_000_000

/** How much there is in each scope at a commit. Scopes that are the same are measured once. */
export async function measureScopes(repository: PrivateRepository, at: string, tasks: readonly Measured[]): Promise<ReadonlyMap<string, TaskSize>> {
  const sizes = new Map<string, TaskSize>()
  if (tasks.length === 0) return sizes
  const files = [...(await listSizes(repository, at))].map(([path, bytes]) => ({ path: toText(fromTreePath(path)), bytes }))
  const known = new Map<string, TaskSize>()
  let looks = 0
  for (const { id, scope } of tasks) {
    const key = JSON.stringify(scope)
    let size = known.get(key)
    if (size === undefined && looks + files.length <= mostLooks) {
      looks += files.length
      size = await measure(repository, at, files.filter(({ path, bytes }) => bytes > 0 && isInScope(scope, path)))
      known.set(key, size)
    }
    if (size !== undefined) sizes.set(id, size)
  }
  return sizes
}

async function measure(repository: PrivateRepository, at: string, files: readonly { readonly path: string; readonly bytes: number }[]): Promise<TaskSize> {
  const read = files.filter(({ bytes }) => bytes <= longestRead).slice(0, mostRead)
  const texts: string[] = []
  for (const { path } of read) texts.push(new TextDecoder().decode(await readPath(repository, at, path)))
  const bytes = files.reduce((sum, file) => sum + Math.min(file.bytes, longestRead), 0)
  return { files: files.length, kb: Math.round(bytes / 100) / 10, depth: measureDepth(texts) }
}
