import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { Digest } from '../../protocol/ids.ts'

const Entry = z.object({ root: z.string(), path: z.string(), digest: Digest, by: z.string(), at: z.string() })
export type TrustEntry = z.infer<typeof Entry>
const File = z.object({ version: z.literal(1), trusted: z.array(Entry) })

/** Which versions of a repository's own settings a person trusts. What is not named here, by its digest, does nothing. */
export interface TrustStore {
  isTrusted(root: string, path: string, digest: string): Promise<boolean>
  /** Takes the place of an earlier trust in the same path. */
  trust(entry: TrustEntry): Promise<void>
  /** Returns how many were forgotten. */
  revoke(root: string): Promise<number>
  list(): Promise<readonly TrustEntry[]>
}

/** @param stateDir `$XDG_STATE_HOME/writ`; the file is `trust.json` in it, for the person alone. */
export function openTrustStore(stateDir: string): TrustStore {
  const path = join(stateDir, 'trust.json')
  const read = async (): Promise<readonly TrustEntry[]> => {
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw new Fault('disk-failed', `${path} cannot be read: ${toMessage(error)}`, { cause: error })
    }
    const parsed = File.safeParse(parseJson(text))
    if (!parsed.success) throw new Fault('request-invalid', `${path} is damaged: remove it, and trust again what should count (writ policy trust)`)
    return parsed.data.trusted
  }
  const write = async (trusted: readonly TrustEntry[]): Promise<void> => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const next = `${path}.${randomBytes(6).toString('hex')}`
    await writeFile(next, `${JSON.stringify({ version: 1, trusted }, undefined, 2)}\n`, { mode: 0o600 })
    await rename(next, path)
  }
  return {
    list: read,
    isTrusted: async (root, what, digest) => (await read()).some((each) => each.root === root && each.path === what && each.digest === digest),
    trust: async (entry) => write([...(await read()).filter((each) => each.root !== entry.root || each.path !== entry.path), entry]),
    revoke: async (root) => {
      const all = await read()
      const left = all.filter((each) => each.root !== root)
      if (left.length < all.length) await write(left)
      return all.length - left.length
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined // told as damaged
  }
}
