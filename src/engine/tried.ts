import type { Check } from '../protocol/contract.ts'
import type { CheckOutcome } from '../protocol/evidence.ts'
import type { TreeId } from '../protocol/ids.ts'
import { digestOf, digestOfJson } from '../domain/digest.ts'
import { getWorkspace, type RunContext } from './record.ts'

/*
 * Whole runs of checks on scratch copies that came to their end, by what they ran on: where a change is taken up as it was tried, its check has
 * just run on the same content, and need not run again before the proof. Only this process remembers: after a crash, and in a replay,
 * the check is run, or read from the log, as if it had never been tried.
 */
const mostKept = 200
const note = 'run on a scratch copy of the same content while the change was looked for'

export function rememberTried(run: RunContext, check: Check, at: TreeId, files: ReadonlyMap<string, string>, outcome: CheckOutcome): void {
  if ((outcome.status !== 'passed' && outcome.status !== 'failed') || outcome.tests?.complete === false) return
  const tried = (run.tried ??= new Map())
  if (tried.size >= mostKept) tried.clear()
  tried.set(toKey(check, at, [...files].map(([path, text]) => [path, digestOf(text)])), outcome)
}

/** What the check showed on this content, where it was tried on it: `from` with some files changed. */
export async function findTried(run: RunContext, check: Check, from: TreeId | undefined, tree: TreeId): Promise<CheckOutcome | undefined> {
  if (from === undefined || run.tried === undefined || run.tried.size === 0) return undefined
  const workspace = getWorkspace(run)
  const files: [string, string][] = []
  for (const { path, kind } of await workspace.changes(from, tree)) {
    const bytes = kind === 'modified' ? await workspace.readAt(tree, path) : undefined
    if (bytes === undefined) return undefined
    files.push([path, digestOf(bytes)])
  }
  const outcome = run.tried.get(toKey(check, from, files))
  return outcome === undefined ? undefined : { ...outcome, tree, notes: [...outcome.notes, note] }
}

function toKey(check: Check, at: TreeId, files: readonly (readonly [string, string])[]): string {
  return digestOfJson([check.id, check.command, at, files.toSorted(([a], [b]) => (a < b ? -1 : 1)).map((file) => [...file])])
}
