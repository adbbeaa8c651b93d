import type { FoundBase } from '../adapters/workspace-git/find-base.ts'
import type { PersonTrees } from '../adapters/workspace-git/person-trees.ts'
import type { FileChange } from '../protocol/events/workspace.ts'
import type { CommitId, TreeId } from '../protocol/ids.ts'

/** What `writ check` looks at, and what it compares that with. */
export interface Comparison {
  readonly result: { readonly name: string; readonly tree: TreeId }
  readonly base: { readonly name: string; readonly commit: CommitId | undefined; readonly tree: TreeId }
  readonly changes: readonly FileChange[]
}

export interface ComparisonOptions {
  readonly base?: string
  readonly staged?: boolean
  readonly all?: boolean
}

const nothing: FoundBase = { commit: undefined, name: 'nothing' }

/**
 * The working tree, or the index, against the commit that was asked for, HEAD, or nothing at all. A working tree without
 * changes of its own is compared with where its branch left the main one: that is what a pull request is.
 */
export async function compareTrees(trees: PersonTrees, options: ComparisonOptions): Promise<Comparison> {
  const { bases } = trees
  const result = options.staged
    ? { name: 'the index', tree: await trees.writeStaged() }
    : { name: 'the working tree', tree: await trees.writeWorking() }
  const finish = async (found: FoundBase): Promise<Comparison> => {
    const tree = found.commit === undefined ? trees.empty : await trees.toTree(found.commit)
    return { result, base: { ...found, tree }, changes: await trees.changes(tree, result.tree) }
  }
  if (options.all) return finish(nothing)
  if (options.base !== undefined) return finish(await bases.findAsked(options.base))
  const head = bases.head === undefined ? nothing : { commit: bases.head, name: 'HEAD' }
  const isClean = bases.head !== undefined && (await trees.toTree(bases.head)) === result.tree
  return finish(isClean && !options.staged ? ((await bases.findFork()) ?? head) : head)
}
