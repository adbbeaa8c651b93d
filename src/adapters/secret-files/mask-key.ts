import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { dirname, join } from 'node:path'
import { Fault, toMessage } from '../../protocol/fault.ts'

/**
 * The key that placeholders are made with, `mask.key` in the state directory: 32 random bytes in hex, for its owner only, made
 * at the first use. With another key the same secrets get other placeholders; nothing else depends on it.
 * @throws Fault `disk-failed`.
 */
export function openMaskKey(stateDir: string): string {
  const path = join(stateDir, 'mask.key')
  return findKey(path) ?? makeKey(path)
}

function findKey(path: string): string | undefined {
  try {
    const key = fs.readFileSync(path, 'utf8').trim()
    return /^[0-9a-f]{64}$/.test(key) ? key : undefined
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw toFault(thrown, `read ${path}`)
  }
}

/** Whoever makes it first wins; a file that is not a key (a crash cut it off) is replaced. */
function makeKey(path: string): string {
  const key = randomBytes(32).toString('hex')
  const temporary = `${path}.${key.slice(0, 12)}.tmp`
  try {
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    fs.writeFileSync(temporary, `${key}\n`, { mode: 0o600, flag: 'wx' })
    if (fs.existsSync(path)) fs.renameSync(temporary, path)
    else link(temporary, path)
  } catch (thrown) {
    throw toFault(thrown, `write ${path}`)
  } finally {
    fs.rmSync(temporary, { force: true })
  }
  return findKey(path) ?? key
}

function link(from: string, to: string): void {
  try {
    fs.linkSync(from, to)
  } catch (thrown) {
    if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code === 'EEXIST') return
    // A file system without links: the last one wins.
    fs.renameSync(from, to)
  }
}

function toFault(thrown: unknown, tried: string): Fault {
  return new Fault('disk-failed', `Could not ${tried}: ${toMessage(thrown).replace(/\.$/, '')}. Look at free space and permissions there, then try again.`, { cause: thrown })
}
