import type { FileChange } from '../protocol/events/workspace.ts'
import type { TreeId } from '../protocol/ids.ts'
import { findPin, judgeChange, mergeKeys } from '../domain/contract/judge-change.ts'
import { gitignoresFor, isIgnored, isLeaving } from '../domain/contract/ignored-paths.ts'
import { describeRestored } from '../domain/context/describe-restored.ts'
import { isGuarded } from '../domain/contract/pins.ts'
import { getWorkspace, record, type RunContext } from './record.ts'

/**
 * Puts back what the contract pins and takes out what it guards, wherever an edit came from: file tools refuse such edits
 * beforehand, commands cannot. So nothing that judges the work is ever the solver's, and the solver is told at once.
 * `changes` are those since the last time this was asked. Returns the content afterwards.
 */
export async function restorePins(run: RunContext, changes: readonly FileChange[]): Promise<TreeId> {
  const { contract, tree } = run.state
  if (!contract || !tree) throw new Error('pins belong to a contract and a workspace')
  const workspace = getWorkspace(run)
  const writes = new Map<string, Uint8Array | undefined>()
  const paths = new Set(changes.flatMap((change) => (change.from === undefined ? [change.path] : [change.path, change.from])))
  for (const path of paths) {
    const pin = findPin(contract, path)
    if (!pin && !isGuarded(contract, path)) continue
    const [before, after] = await Promise.all([workspace.readAt(workspace.base.tree, path), workspace.readAt(tree, path)])
    const verdict = judgeChange(contract, path, before, after)
    if (verdict === 'guarded' && (await isNeverCommitted(run, path))) continue
    if (verdict === 'guarded') writes.set(path, undefined)
    if (verdict === 'pinned') writes.set(path, pin?.mode === 'keys' && before ? mergeKeys(pin, before, after) : before)
  }
  if (writes.size === 0) return tree
  await workspace.write(writes)
  const restored = await workspace.snapshot(run.signal)
  const names = [...writes.keys()].sort()
  await record(run,
    { type: 'pins.restored', data: { paths: names, tree: restored } },
    { type: 'observation.made', data: { task: run.state.active?.id ?? '', kind: 'pins', text: describeRestored(names, (name) => (writes.get(name) === undefined ? 'removed' : 'put back')) } },
  )
  return restored
}

/**
 * Builds, caches and ignored files are left alone: no commit contains what the worktree's own .gitignore files leave out, and
 * the proof looks at a commit only. Whatever of it a commit should contain after all, the proof takes out.
 */
async function isNeverCommitted(run: RunContext, path: string): Promise<boolean> {
  const { tree } = run.state
  if (isLeaving(path) || !tree) return isLeaving(path)
  const texts = new Map<string, string>()
  for (const name of gitignoresFor(path)) {
    const bytes = await getWorkspace(run).readAt(tree, name)
    if (bytes) texts.set(name, new TextDecoder().decode(bytes))
  }
  return texts.size > 0 && isIgnored(path, (name) => texts.get(name))
}
