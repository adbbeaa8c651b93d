import fs from 'node:fs'
import { join } from 'node:path'
import type { Leftover, LeftoverFinder } from '../../engine/ports/leftovers.ts'
import type { RunId } from '../../protocol/ids.ts'
import { findNewest, measure, removeMeasured } from '../process/disk-usage.ts'
import { toRunPaths, type RunPaths } from './layout.ts'
import { listRunIds } from './refresh-index.ts'
import { isRunOwned } from './run-lock.ts'
import { hasRecord } from './unrecorded.ts'

/** A run that is just starting has a folder before it has a log. */
const startingMs = 10 * 60_000
/** No write takes longer. */
const writingMs = 60 * 60_000

/** What dead owners left of the record: folders without a log, notes of an owner, halves of blobs. */
export function createLogLeftoverFinder(options: { readonly stateDir: string; readonly now: () => number }): LeftoverFinder {
  const { stateDir, now } = options
  const isEmptyRun = (paths: RunPaths): boolean => !hasRecord(paths.directory) && findNewest(paths.directory) < now() - startingMs && !isRunOwned(paths)
  return {
    async find() {
      const found: Leftover[] = []
      for (const run of listRunIds(stateDir)) {
        const paths = toRunPaths(stateDir, run)
        if (isEmptyRun(paths)) {
          found.push({
            kind: 'folder', name: paths.directory, run, why: 'the folder of a run that died before anything was recorded', bytes: await measure(paths.directory),
            remove: async () => (isEmptyRun(paths) ? removeMeasured(paths.directory) : 0),
          })
        } else if (fs.existsSync(paths.owner) && !isRunOwned(paths)) found.push(toFile(paths.owner, run, 'the note of an owner that is gone', () => !isRunOwned(paths)))
      }
      return [...found, ...findHalves(join(stateDir, 'blobs'), now)]
    },
  }
}

function findHalves(blobs: string, now: () => number): Leftover[] {
  const isOld = (at: string): boolean => (fs.lstatSync(at, { throwIfNoEntry: false })?.mtimeMs ?? now()) < now() - writingMs
  return listFolders(blobs).flatMap((folder) => fs.readdirSync(join(blobs, folder)).filter((name) => name.endsWith('.tmp')).map((name) => join(blobs, folder, name)))
    .filter(isOld).map((at) => toFile(at, undefined, 'half of a blob, from a write that was cut off', () => isOld(at)))
}

export function listFolders(at: string): readonly string[] {
  return fs.existsSync(at) ? fs.readdirSync(at, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name) : []
}

function toFile(at: string, run: RunId | undefined, why: string, isStill: () => boolean): Leftover {
  return { kind: 'file', name: at, run, why, bytes: (fs.lstatSync(at, { throwIfNoEntry: false })?.blocks ?? 0) * 512, remove: async () => (isStill() ? removeMeasured(at) : 0) }
}
