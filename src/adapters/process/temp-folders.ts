import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Leftover, LeftoverFinder } from '../../engine/ports/leftovers.ts'
import { findNewest, measure, removeMeasured } from './disk-usage.ts'

/** Folders in the system's temporary directory, and those of `writ check` and `writ import`, carry the number of the process that made them. */
const named = /^writ-(accept|batch|bench|check|dependencies|draft|export|import|index|net|note|pipes|report)-(?:(\d+)-)?[A-Za-z0-9]{6}$/
/** A number may be another process's by now, and a process of another container looks dead from here: young ones stay. */
const settledMs = 60_000
/** Without a number, or with one that lives: nothing of Writ's takes longer than this. */
const oldMs = 24 * 60 * 60 * 1000

/** Those whose process is gone. `more` are directories of our own in which there may be some. */
export function createTempFolderFinder(now: () => number, more: readonly string[] = []): LeftoverFinder {
  return {
    async find() {
      const found: Leftover[] = []
      const places = [os.tmpdir(), ...more.filter((each) => fs.existsSync(each))]
      for (const at of places.flatMap((place) => fs.readdirSync(place).map((name) => path.join(place, name)))) {
        if (isLeftover(at, now())) {
          found.push({
            kind: 'folder', name: at, run: undefined, why: 'a temporary folder of a process that is gone', bytes: await measure(at),
            remove: async () => (isLeftover(at, now()) ? removeMeasured(at) : 0),
          })
        }
      }
      return found
    },
  }
}

function isLeftover(at: string, now: number): boolean {
  const match = named.exec(path.basename(at))
  if (match === null) return false
  const stats = fs.lstatSync(at, { throwIfNoEntry: false })
  if (stats === undefined || !stats.isDirectory() || stats.uid !== process.getuid?.()) return false
  const isGone = match[2] !== undefined && !isAlive(Number(match[2]))
  return findNewest(at) < now - (isGone ? settledMs : oldMs)
}

/** Is there a process with this number, anybody's? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')
  }
}
