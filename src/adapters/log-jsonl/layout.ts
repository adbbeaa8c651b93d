import { join } from 'node:path'
import type { RunId } from '../../protocol/ids.ts'

/** Only the person who runs Writ may read what it keeps. */
export const fileMode = 0o600
export const directoryMode = 0o700

/** Where everything of one run lies. */
export interface RunPaths {
  readonly directory: string
  readonly rollout: string
  /** An empty database whose lock says that a live process owns the run. */
  readonly lock: string
  /** Who that is, for messages only. */
  readonly owner: string
}

export function toRunsDirectory(stateDir: string): string {
  return join(stateDir, 'runs')
}

/** For whoever looks at all of them: joining paths by parts costs more than looking at the file. `runs` is what `toRunsDirectory` gives. */
export function toRolloutPath(runs: string, run: RunId): string {
  return `${runs}/${run}/rollout.jsonl`
}

export function toRunPaths(stateDir: string, run: RunId): RunPaths {
  const directory = join(toRunsDirectory(stateDir), run)
  return { directory, rollout: join(directory, 'rollout.jsonl'), lock: join(directory, 'lock.db'), owner: join(directory, 'owner.json') }
}
