import fs from 'node:fs'
import type { RunId } from '../../protocol/ids.ts'
import { toRunPaths } from './layout.ts'

/** Was anything of the run ever recorded? A damaged log that was put aside is a record as well. */
export function hasRecord(directory: string): boolean {
  return fs.existsSync(directory) && fs.readdirSync(directory).some((name) => name.startsWith('rollout'))
}

/** Removes what was made for a run that there will never be. Synchronous, so that a process can do it last of all. */
export function removeUnrecorded(stateDir: string, run: RunId): void {
  const { directory } = toRunPaths(stateDir, run)
  if (!hasRecord(directory)) fs.rmSync(directory, { recursive: true, force: true })
}
