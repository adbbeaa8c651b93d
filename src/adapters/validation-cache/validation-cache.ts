import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Json } from '../../protocol/ids.ts'
import type { ValidationCache } from '../../engine/ports/validation.ts'

/** Beyond this many bytes the oldest entries go. */
const mostBytes = 64 * 2 ** 20
/** Every so many new entries the size is looked at. */
const lookEvery = 500

/**
 * One small file an entry, below `<state>/validation`. It is a cache and nothing else: what cannot be read is missing, what
 * cannot be written is not kept, and all of it may be removed at any time.
 */
export function createValidationCache(stateDir: string): ValidationCache {
  const root = join(stateDir, 'validation')
  const pathOf = (key: string): string => join(root, key.slice(0, 2), `${key.slice(2)}.json`)
  let written = 0
  return {
    get: async (key) => {
      try {
        return JSON.parse(await readFile(pathOf(key), 'utf8')) as Json
      } catch {
        return undefined // missing or damaged: it is looked for again
      }
    },
    put: async (key, value) => {
      const path = pathOf(key)
      const next = `${path}.${randomBytes(6).toString('hex')}`
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await writeFile(next, JSON.stringify(value), { mode: 0o600 })
        await rename(next, path)
        if (written++ % lookEvery === 0) await prune(root)
      } catch {
        await rm(next, { force: true }) // a full disk costs the cache, not the run
      }
    },
  }
}

async function prune(root: string): Promise<void> {
  const entries: { path: string; size: number; at: number }[] = []
  for (const folder of await readdir(root)) {
    for (const name of await readdir(join(root, folder))) {
      const path = join(root, folder, name)
      const { size, mtimeMs } = await stat(path)
      entries.push({ path, size, at: mtimeMs })
    }
  }
  let bytes = entries.reduce((sum, each) => sum + each.size, 0)
  for (const each of entries.toSorted((a, b) => a.at - b.at)) {
    if (bytes <= mostBytes) return
    await rm(each.path, { force: true })
    bytes -= each.size
  }
}
