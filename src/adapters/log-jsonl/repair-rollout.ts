import fs from 'node:fs'
import { basename, join } from 'node:path'
import { readLine, sealLine, toStart } from '../../domain/chain.ts'
import type { ChainPosition } from '../../domain/chain.ts'
import type { Clock } from '../../engine/ports/clock.ts'
import type { Damage, Repair } from '../../engine/ports/event-log.ts'
import { isEventType, type StoredEvent } from '../../protocol/events/event.ts'
import { Fault } from '../../protocol/fault.ts'
import { Digest, type RunId } from '../../protocol/ids.ts'
import { flushDirectory, hasCode, sha256, toDigestOf, toDiskFault, writeFully } from './disk.ts'
import { fileMode, type RunPaths } from './layout.ts'
import { createLineReader } from './line-reader.ts'
import { toNext } from './load-rollout.ts'
import { takeRunLock } from './run-lock.ts'

/** Most events of the damaged part that are shown. */
const mostReadable = 200

/**
 * Looks for the first line that cannot be trusted and, if `confirm` agrees, ends the record before it. The damaged file keeps
 * its bytes under another name; the new one takes its place in one step, with an event that says what was done.
 * Undefined where nothing is wrong. @throws Fault `run-corrupt` where nothing can be kept, `run-locked`, `disk-failed`.
 */
export async function repairRollout(run: RunId, paths: RunPaths, clock: Pick<Clock, 'now'>, how: Repair): Promise<Damage | undefined> {
  const lock = takeRunLock(run, paths)
  try {
    const found = findDamage(run, paths)
    if (found === undefined) return undefined
    const { damage, position, lastAt } = found
    if (!(await how.confirm(damage))) return { ...damage, keptAs: undefined }
    const keptAs = keepOriginal(paths, damage.original)
    const at = new Date(Math.max(clock.now(), lastAt)).toISOString()
    const { line, problem, lines, bytes, original } = damage
    const event = { type: 'log.repaired' as const, data: { by: how.by, line, problem, lines, bytes, original: Digest.parse(original), keptAs: basename(keptAs) } }
    await replace(paths, damage.keptBytes, `${sealLine(event, at, position, sha256).line}\n`)
    return { ...damage, keptAs }
  } catch (thrown) {
    throw toDiskFault(thrown, `repair ${paths.rollout}`, 'The file is as it was. Look at free space and permissions there, then try again.')
  } finally {
    lock.release()
  }
}

interface Found {
  readonly damage: Damage
  readonly position: ChainPosition
  /** Epoch milliseconds of the last event that is kept. */
  readonly lastAt: number
}

function findDamage(run: RunId, paths: RunPaths): Found | undefined {
  const whole = fs.readFileSync(paths.rollout)
  const fd = fs.openSync(paths.rollout, 'r')
  try {
    const reader = createLineReader(fd, paths.rollout, 0)
    let position = toStart(run)
    let kept = 0
    let last: StoredEvent | undefined
    for (let lines = reader.next(); lines !== undefined; lines = reader.next()) {
      for (const line of lines) {
        const read = readLine(line, position, sha256)
        if (!read.ok) return toFound(whole, { position, kept, last, problem: read.problem, paths })
        last = read.value
        position = toNext(position, read.value)
        kept += Buffer.byteLength(line) + 1
      }
    }
    return undefined
  } finally {
    fs.closeSync(fd)
  }
}

function toFound(whole: Buffer, at: { position: ChainPosition; kept: number; last: StoredEvent | undefined; problem: string; paths: RunPaths }): Found {
  const { position, kept, last, problem, paths } = at
  if (problem.includes('newer Writ')) throw new Fault('run-corrupt', `Line ${position.seq + 1} of ${paths.rollout} ${problem}. It is not damaged: use that version for this run.`)
  if (last === undefined) throw new Fault('run-corrupt', `The first line of ${paths.rollout} ${problem}. Nothing before it can be kept, so the run cannot go on: restore the file from a copy, or start the goal again. Nothing was changed.`)
  const rest = whole.subarray(kept).toString('utf8').split('\n').filter((line) => line !== '')
  const damage: Damage = {
    path: paths.rollout, line: position.seq + 1, problem, events: position.seq, last, keptBytes: kept, lines: rest.length, bytes: whole.length - kept,
    original: toDigestOf(whole), readable: rest.map(findReadable).filter((event) => event !== undefined).slice(0, mostReadable), keptAs: undefined,
  }
  return { damage, position, lastAt: Date.parse(last.at) }
}

/** A line that is whole by its own hash, wherever it once stood: what it says was recorded. */
function findReadable(line: string): StoredEvent | undefined {
  const ends = /"prev":"([0-9a-f]{64})","run":"(run_[0-9a-z]{16})","seq":(\d{1,15}),"type":"([a-z.-]+)","v":\d+\}$/.exec(line)
  if (ends === null || !isEventType(ends[4] ?? '')) return undefined
  const read = readLine(line, { run: ends[2] as RunId, seq: Number(ends[3]), head: ends[1] ?? '' }, sha256)
  return read.ok ? read.value : undefined
}

/** The damaged file under another name: a second link to it, or a copy where the file system has no links. */
function keepOriginal(paths: RunPaths, digest: string): string {
  const path = join(paths.directory, `rollout.damaged-${digest.slice(0, 12)}.jsonl`)
  if (fs.existsSync(path) && toDigestOf(fs.readFileSync(path)) === digest) return path
  fs.rmSync(path, { force: true })
  try {
    fs.linkSync(paths.rollout, path)
  } catch (thrown) {
    if (!hasCode(thrown, 'EPERM') && !hasCode(thrown, 'ENOTSUP') && !hasCode(thrown, 'EOPNOTSUPP') && !hasCode(thrown, 'EMLINK')) throw thrown
    fs.copyFileSync(paths.rollout, path, fs.constants.COPYFILE_EXCL)
    fs.chmodSync(path, fileMode)
  }
  return path
}

/** The record up to there and the line after it, in a new file that takes the old one's name once it is on the disk. */
async function replace(paths: RunPaths, keptBytes: number, line: string): Promise<void> {
  const next = `${paths.rollout}.next`
  const source = fs.openSync(paths.rollout, 'r')
  const fd = fs.openSync(next, 'w', fileMode)
  try {
    const chunk = Buffer.alloc(Math.min(keptBytes, 1 << 20))
    for (let at = 0; at < keptBytes; ) {
      const count = fs.readSync(source, chunk, 0, Math.min(chunk.length, keptBytes - at), at)
      writeFully(fd, chunk.subarray(0, count), at)
      at += count
    }
    writeFully(fd, Buffer.from(line), keptBytes)
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
    fs.closeSync(source)
  }
  fs.renameSync(next, paths.rollout)
  await flushDirectory(paths.directory)
}
