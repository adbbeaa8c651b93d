import type { RunState } from '../run-state.ts'
import type { Standing } from './drift.ts'

/** Edits of the result that no test runs, with the task that made each: by the strength of the evidence, where it was measured. */
export function findUnusedEdits({ strength, commits }: Pick<RunState, 'strength' | 'commits'>): NonNullable<Standing['unused']> {
  return (strength?.unused ?? []).flatMap((path) => {
    const last = commits.findLast(({ files }) => files.some((file) => file.path === path))
    return last ? [{ task: last.task, path }] : []
  })
}
