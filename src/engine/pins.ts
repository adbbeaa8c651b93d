import type { FileChange } from '../protocol/events/workspace.ts'
import type { TreeId } from '../protocol/ids.ts'
import { findPin, judgeChange, mergeKeys } from '../domain/contract/judge-change.ts'
import { isLeaving } from '../domain/contract/ignored-paths.ts'
import { describeRestored } from '../domain/context/describe-restored.ts'
import { isGuarded } from '../domain/contract/pins.ts'
import { findIgnored } from './kept-paths.ts'
import { readFiles } from './look.ts'
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
  /** By path: is it there now? */
  const touched = new Map<string, boolean>()
  for (const change of changes) {
    if (change.from !== undefined) touched.set(change.from, false)
    touched.set(change.path, change.kind !== 'deleted')
  }
  const pinned = [...touched.keys()].filter((path) => findPin(contract, path))
  // No commit contains builds and caches, whatever they are called; there may be thousands of them.
  const guarded = [...touched].flatMap(([path, isThere]) => (isThere && !findPin(contract, path) && !isLeaving(path) && isGuarded(contract, path) ? [path] : []))
  const before = await readFiles(run, workspace.base.tree, [...pinned, ...guarded])
  const after = await readFiles(run, tree, pinned)
  for (const path of pinned) {
    const pin = findPin(contract, path)
    const original = before.get(path)
    if (judgeChange(contract, path, original, after.get(path)) === 'pinned') writes.set(path, pin?.mode === 'keys' && original ? mergeKeys(pin, original, after.get(path)) : original)
  }
  const fresh = guarded.filter((path) => before.get(path) === undefined)
  // Ignored files are left alone: the proof looks at a commit only, and takes out what it should not contain after all.
  const ignored = await findIgnored(run, tree, fresh)
  for (const path of fresh) if (!ignored.has(path)) writes.set(path, undefined)
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
