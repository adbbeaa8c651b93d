import type { ObjectStore } from './object-store.ts'
import type { TreeMode } from './tree-object.ts'

/** By path (byte string): what is to be there; undefined: nothing. A file in the way of a folder gives way, and a folder in the way of a file. */
export type TreeEdits = ReadonlyMap<string, TreeEdit | undefined>
export interface TreeEdit {
  readonly mode: Exclude<TreeMode, '40000'>
  readonly oid: string
}

/** Writes the tree with these entries changed; folders that become empty go, as git has it. */
export async function editTree(store: ObjectStore, tree: string, edits: TreeEdits): Promise<string> {
  if (edits.size === 0) return tree
  const entries = new Map((tree === store.emptyTree ? [] : await store.readTree(tree)).map((entry) => [entry.name, entry]))
  const below = new Map<string, Map<string, TreeEdit | undefined>>()
  for (const [path, edit] of edits) {
    const slash = path.indexOf('/')
    const name = slash === -1 ? path : path.slice(0, slash)
    if (slash !== -1) below.set(name, (below.get(name) ?? new Map()).set(path.slice(slash + 1), edit))
    else if (edit !== undefined) entries.set(name, { ...edit, name })
    else entries.delete(name)
  }
  for (const [name, inside] of below) {
    const found = entries.get(name)
    const oid = await editTree(store, found?.mode === '40000' ? found.oid : store.emptyTree, inside)
    if (oid !== store.emptyTree) entries.set(name, { mode: '40000', name, oid })
    else if (found?.mode === '40000') entries.delete(name)
  }
  return store.writeTree([...entries.values()])
}
