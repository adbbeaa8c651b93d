import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isAlive } from '../process/temp-folders.ts'
import { Notice } from '../../protocol/notify.ts'

const Item = z.strictObject({
  version: z.literal(1),
  channel: z.string().max(100),
  notice: Notice,
  /** Milliseconds since the epoch: when it was put here first. */
  since: z.number(),
  /** The process that is to deliver it; where that is gone, any other. */
  pid: z.int(),
  tries: z.int().nonnegative(),
  notBefore: z.number().optional(),
  /** What was in the way. */
  said: z.string().max(1000).optional(),
})
export type OutboxItem = Readonly<z.infer<typeof Item>>

export const outboxBounds = { items: 100, ms: 7 * 24 * 60 * 60 * 1000 }
/** A delivery takes a minute at most: an item that a living process has held for longer is nobody's. */
const heldMs = 10 * 60 * 1000

/** Messages that were not delivered yet, a file each, so that a later command delivers what an earlier one could not. */
export interface Outbox {
  /** Puts it there or replaces it. Beyond the bounds the oldest go; returns how many did. */
  put(item: OutboxItem): Promise<number>
  remove(item: OutboxItem): Promise<void>
  /** Oldest first. Those that are too old are removed, and so are files that hold none. */
  list(): Promise<{ readonly items: readonly OutboxItem[]; readonly expired: number }>
  /** May this process deliver it now? */
  isFree(item: OutboxItem): boolean
}

export function openOutbox({ directory, now, pid }: { readonly directory: string; readonly now: () => number; readonly pid: number }): Outbox {
  const pathOf = ({ notice, channel }: Pick<OutboxItem, 'notice' | 'channel'>): string => join(directory, `${`${notice.id}.${channel}`.replaceAll(/[^\w.-]/g, '_')}.json`)

  const listNames = async (): Promise<readonly string[]> => (await readdir(directory).catch(passMissing([]))).filter((name) => name.endsWith('.json'))

  async function readAll(): Promise<readonly OutboxItem[]> {
    const items = await Promise.all((await listNames()).map((name) => readItem(join(directory, name))))
    return items.filter((each) => each !== undefined).sort((a, b) => a.since - b.since)
  }

  async function readItem(path: string): Promise<OutboxItem | undefined> {
    const text = await readFile(path, 'utf8').catch(passMissing(undefined)) // another process delivered it meanwhile
    if (text === undefined) return undefined
    const parsed = parseItem(text)
    if (parsed === undefined) await rm(path, { force: true }) // a crash cut it off before it was whole
    return parsed
  }

  const remove = async (item: OutboxItem): Promise<void> => rm(pathOf(item), { force: true })

  return {
    remove,
    async put(item) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const temporary = join(directory, `${randomBytes(6).toString('hex')}.tmp`)
      try {
        await writeFile(temporary, JSON.stringify(item), { mode: 0o600, flag: 'wx' })
        await rename(temporary, pathOf(item))
      } finally {
        await rm(temporary, { force: true })
      }
      if ((await listNames()).length <= outboxBounds.items) return 0
      const items = await readAll()
      const beyond = items.slice(0, Math.max(0, items.length - outboxBounds.items))
      await Promise.all(beyond.map(remove))
      return beyond.length
    },
    async list() {
      const items = await readAll()
      const old = items.filter((item) => item.since < now() - outboxBounds.ms)
      await Promise.all(old.map(remove))
      return { items: items.filter((item) => !old.includes(item)), expired: old.length }
    },
    isFree: (item) => (item.notBefore ?? 0) <= now() && (item.pid === pid || !isAlive(item.pid) || item.since < now() - heldMs),
  }
}

function parseItem(text: string): OutboxItem | undefined {
  try {
    return Item.safeParse(JSON.parse(text)).data
  } catch {
    return undefined // it is none
  }
}

function passMissing<T>(instead: T): (thrown: unknown) => T {
  return (thrown) => {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return instead
    throw thrown
  }
}
