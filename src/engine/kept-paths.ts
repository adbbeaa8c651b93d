import type { FileChange } from '../protocol/events/workspace.ts'
import type { TreeId } from '../protocol/ids.ts'
import { gitignoresFor, isIgnored, isLeaving } from '../domain/contract/ignored-paths.ts'
import { readFiles } from './look.ts'
import type { RunContext } from './record.ts'

/**
 * Which of these paths git would leave out of a commit, as the worktree's own .gitignore files say. Only for paths that the
 * base does not have: what is tracked is committed however it is ignored.
 */
export async function findIgnored(run: RunContext, tree: TreeId, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const contents = await readFiles(run, tree, [...new Set(paths.flatMap(gitignoresFor))])
  const decoder = new TextDecoder()
  const texts = new Map([...contents].map(([name, bytes]) => [name, bytes && decoder.decode(bytes)]))
  return new Set(paths.filter((path) => isIgnored(path, (name) => texts.get(name))))
}

/** The changes that a commit would hold: without builds, caches and whatever else is ignored. */
export async function keepCommitted(run: RunContext, tree: TreeId, changes: readonly FileChange[]): Promise<readonly FileChange[]> {
  const sources = changes.filter((change) => change.kind !== 'added' || !isLeaving(change.path))
  const ignored = await findIgnored(run, tree, sources.filter((change) => change.kind === 'added').map((change) => change.path))
  return sources.filter((change) => !ignored.has(change.path))
}
