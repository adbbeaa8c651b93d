import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { toRunPaths, toRunsDirectory } from '../../adapters/log-jsonl/layout.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import type { OpenRecord } from '../compose.ts'
import { listPresent } from './manifest.ts'
import type { Staged } from './stage-archive.ts'

/** What was missing here and is here now. */
export interface Adopted {
  readonly isNew: boolean
  /** Child runs that were added. */
  readonly children: readonly RunId[]
  /** Runs that were here without the files of the repository and have them now. */
  readonly files: readonly RunId[]
}

interface Move {
  readonly from: string
  readonly to: string
}

/**
 * Puts a verified archive in its place. Blobs first, which do no harm alone; then child runs, the deepest first; the whole last,
 * all of it at once. So what a crash leaves are parts of a whole that is not there: the same file, taken in again, finds
 * them and goes on. @throws Fault `request-invalid` where a run that is here is another, `disk-failed`; nothing was taken in then.
 */
export async function adoptArchive(record: OpenRecord, { manifest, state, blobs, refs }: Staged, path: string): Promise<Adopted> {
  const whole = manifest.run
  const children = listPresent(manifest).map((each) => each.run).reverse()
  const missing = [...children, whole].filter((run) => !isHere(record, state, { run, path, isPart: run !== whole }))
  const toMove = (run: RunId): Move => ({ from: toRunPaths(state, run).directory, to: toRunPaths(record.places.state, run).directory })
  const toFiles = (run: RunId): Move => ({ from: join(toMove(run).from, 'git'), to: join(toMove(run).to, 'git') })
  const files = [...children, whole].filter((run) => !missing.includes(run) && existsSync(toFiles(run).from) && !existsSync(toFiles(run).to))
  if (missing.length > 0) for (const ref of refs) await record.blobs.put(await blobs.get(ref))
  moveAll([...files.map(toFiles), ...missing.map(toMove)], toRunsDirectory(record.places.state))
  return { isNew: missing.includes(whole), children: missing.filter((run) => run !== whole), files }
}

/** One after the other, the last one only when the others are on the disk; none of them where one fails. */
function moveAll(moves: readonly Move[], runs: string): void {
  const done: Move[] = []
  try {
    mkdirSync(runs, { recursive: true, mode: 0o700 })
    for (const [n, move] of moves.entries()) {
      flush(move.from)
      if (n > 0 && n === moves.length - 1) flush(runs)
      renameSync(move.from, move.to)
      done.push(move)
    }
    if (moves.length > 0) flush(runs)
  } catch (thrown) {
    const left = done.reverse().filter((move) => !isMovedBack(move))
    const [failed, kept] = [moves[done.length]?.to ?? runs, left.map((move) => move.to).join(', ')]
    throw new Fault('disk-failed', `${failed} could not be made: ${toMessage(thrown)}. ${kept === '' ? 'Nothing was taken in' : `Parts of it stay, which do no harm: ${kept}`}; look at free space and permissions there, then try again.`, { cause: thrown })
  }
}

function isMovedBack({ from, to }: Move): boolean {
  try {
    renameSync(to, from)
    return true
  } catch {
    // The caller says which stayed, and why all this came about.
    return false
  }
}

/**
 * A child run may be here with more than the archive has of it: where it was made its record can go on after it came back.
 * @throws Fault `request-invalid` where the run that is here is another.
 */
function isHere(record: OpenRecord, state: string, { run, path, isPart }: { readonly run: RunId; readonly path: string; readonly isPart: boolean }): boolean {
  const here = toRunPaths(record.places.state, run)
  if (!existsSync(here.directory)) return false
  const staged = readFileSync(toRunPaths(state, run).rollout)
  const present = existsSync(here.rollout) ? readFileSync(here.rollout) : undefined
  if (present?.equals(staged)) return true
  const [longer, shorter] = present && present.length > staged.length ? [present, staged] : [staged, present]
  const isLonger = present && longer.subarray(0, shorter?.length ?? 0).equals(shorter ?? staged)
  if (isPart && isLonger && longer === present) return true
  const how = isLonger ? `and the one ${longer === present ? 'here' : `in ${path}`} goes on further` : 'and it is another'
  throw new Fault('request-invalid', `${run} is here already, ${how}: it was left as it is`)
}

function flush(directory: string): void {
  const fd = openSync(directory, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
