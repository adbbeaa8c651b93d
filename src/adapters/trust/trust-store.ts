import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Digest } from '../../protocol/ids.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'

/** A person said that a repository's own file or folder, exactly as it then was, may have a say. */
export const Trusted = z.object({
  /** The repository's root. */
  root: z.string(),
  /** What is trusted, relative to the root: `.writ/policy`, `.writ/hooks.yaml`. */
  path: z.string(),
  digest: Digest,
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
})
export type Trusted = z.infer<typeof Trusted>

const TrustFile = z.object({ version: z.literal(1), trusted: z.array(Trusted) })

export interface TrustStore {
  isTrusted(root: string, path: string, digest: Digest): Promise<boolean>
  /** What is trusted under that path now, whatever its digest. */
  find(root: string, path: string): Promise<Trusted | undefined>
  /** Takes the place of what was trusted there before. */
  trust(entries: readonly Trusted[]): Promise<void>
  /** All of a repository, or one path of it. Returns what is not trusted any more. */
  revoke(root: string, path?: string): Promise<readonly Trusted[]>
  list(root?: string): Promise<readonly Trusted[]>
}

/**
 * `trust.json` in the state folder: what of repositories is trusted, by digest. A file that cannot be read trusts nothing and
 * says so. @throws Fault `policy-refused` for one that is damaged, `disk-failed` for one that cannot be written
 */
export function openTrust(stateDir: string): TrustStore {
  const path = join(stateDir, 'trust.json')
  const find = async (root: string, what: string) => (await readTrusted(path)).find((each) => each.root === root && each.path === what)
  return {
    find,
    isTrusted: async (root, what, digest) => (await find(root, what))?.digest === digest,
    list: async (root) => (await readTrusted(path)).filter((each) => root === undefined || each.root === root),
    trust: async (entries) => {
      const isReplaced = (old: Trusted): boolean => entries.some((each) => each.root === old.root && each.path === old.path)
      await writeTrusted(stateDir, path, [...(await readTrusted(path)).filter((old) => !isReplaced(old)), ...entries])
    },
    revoke: async (root, what) => {
      const all = await readTrusted(path)
      const gone = all.filter((each) => each.root === root && (what === undefined || each.path === what))
      if (gone.length > 0) await writeTrusted(stateDir, path, all.filter((each) => !gone.includes(each)))
      return gone
    },
  }
}

async function readTrusted(path: string): Promise<readonly Trusted[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new Fault('policy-refused', `what is trusted cannot be read from ${path}: ${toMessage(thrown)}. Mend its permissions`, { cause: thrown })
  }
  try {
    return TrustFile.parse(JSON.parse(text)).trusted
  } catch (thrown) {
    throw new Fault('policy-refused', `${path} is damaged, so nothing of any repository is trusted. Move it away, and trust anew with writ policy trust`, { cause: thrown })
  }
}

/** Whole or not at all, and for its owner alone. */
async function writeTrusted(stateDir: string, path: string, trusted: readonly Trusted[]): Promise<void> {
  const next = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 })
    const file = await open(next, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify({ version: 1, trusted }, undefined, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(next, path)
  } catch (thrown) {
    await rm(next, { force: true })
    throw new Fault('disk-failed', `what is trusted could not be written to ${path}: ${toMessage(thrown)}. Look at free space and permissions there`, { cause: thrown })
  }
}
