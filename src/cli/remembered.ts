import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Fault, toMessage } from '../protocol/fault.ts'
import { Remembered } from '../protocol/policy.ts'
import type { Places } from './places.ts'

const Entry = z.object({ id: z.string(), root: z.string(), covers: Remembered, by: z.string(), at: z.string() })
export type RememberedEntry = z.infer<typeof Entry>
const File = z.object({ version: z.literal(1), remembered: z.array(Entry).max(10_000) })

/** Answers that a person gave once for all, by repository. They lie beside the keys, for the person alone. */
export function openRemembered(places: Places) {
  const path = join(places.config, 'remembered.json')
  const read = async (): Promise<readonly RememberedEntry[]> => {
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw new Fault('disk-failed', `${path} cannot be read: ${toMessage(error)}`, { cause: error })
    }
    const parsed = File.safeParse(toJson(text))
    if (!parsed.success) throw new Fault('request-invalid', `${path} is damaged: remove it, and everything is asked about again`)
    return parsed.data.remembered
  }
  const write = async (remembered: readonly RememberedEntry[]): Promise<void> => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const next = `${path}.${randomBytes(6).toString('hex')}`
    await writeFile(next, `${JSON.stringify({ version: 1, remembered }, undefined, 2)}\n`, { mode: 0o600 })
    await rename(next, path)
  }
  return {
    list: async (root?: string): Promise<readonly RememberedEntry[]> => (await read()).filter((each) => root === undefined || each.root === root),
    add: async (entry: Omit<RememberedEntry, 'id'>): Promise<RememberedEntry> => {
      const id = `rm_${createHash('sha256').update(JSON.stringify([entry.root, entry.covers])).digest('hex').slice(0, 8)}`
      const made = { id, ...entry }
      await write([...(await read()).filter((each) => each.id !== id), made])
      return made
    },
    /** @throws Fault `request-invalid` where there is none of that id. */
    forget: async (id: string): Promise<RememberedEntry> => {
      const all = await read()
      const found = all.find((each) => each.id === id)
      if (!found) throw new Fault('request-invalid', `nothing is remembered as ${id}; writ approvals remembered lists what is`)
      await write(all.filter((each) => each !== found))
      return found
    },
  }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined // told as damaged
  }
}
