import { z } from 'zod'
import { FileChange } from '../../protocol/events/workspace.ts'
import type { ChangedPaths } from '../../protocol/events/tool.ts'
import type { CommitId, TreeId } from '../../protocol/ids.ts'
import { standFor } from '../../domain/digest.ts'
import type { RunState } from '../../domain/run-state.ts'
import type { Blobs } from '../ports/event-log.ts'
import type { OpenWorkspace, Workspace } from '../ports/workspace.ts'
import type { Tape } from './tape.ts'

const FileChanges = z.array(FileChange)
const nothing = new Uint8Array()

/** Some content that no workspace has: what a resumed process saw when it had to roll back. */
const unknownTree = '0'.repeat(40) as TreeId

/** A workspace that answers from the log and touches nothing. What only feeds tools and checks is empty: their answers are recorded. */
export function createRecordedWorkspace(tape: Tape, blobs: Blobs, state: RunState, asked: OpenWorkspace): Workspace {
  const made = tape.next('workspace.created') ?? state.workspace ?? tape.take('workspace.created')
  const base = { commit: asked.base, tree: made.baseTree ?? made.tree }
  const treeOf = (at: TreeId | CommitId): TreeId => {
    if (at === base.commit) return base.tree
    return state.commits.find((each) => each.commit === at)?.tree ?? (at as TreeId)
  }
  return {
    root: made.path,
    home: asked.repository,
    branch: asked.branch,
    base,
    mounts: [],
    dependencies: made.dependencies,
    snapshot: async () => findSnapshot(tape) ?? state.tree ?? made.tree,
    rollback: async () => undefined,
    write: async () => undefined,
    diff: async () => '',
    changes: async () => {
      const seen = tape.next('changes.seen')
      if (seen) return seen.changes ?? (seen.list ? FileChanges.parse(JSON.parse(new TextDecoder().decode(await tape.read(blobs.get(seen.list))))) : [])
      for (const { changed } of tape.results()) if (changed) return toChanges(changed)
      return tape.next('commit.created')?.files ?? []
    },
    readAt: async (_at, path) => {
      const read = tape.next('files.read')
      if (!read) return nothing
      const file = read.files.find((each) => each.path === path)
      if (!file?.content) return undefined
      const bytes = await tape.read(blobs.get(file.content))
      return file.sha256 ? standFor(bytes, file.sha256) : bytes
    },
    listAt: async () => [],
    // Sizes are in the plan that they were measured for.
    measureAt: async () => new Map((tape.next('plan.proposed') ?? tape.next('plan.considered'))?.plan.tasks.flatMap(({ id, size }) => (size ? [[id, size] as const] : []))),
    commit: async () => {
      if (tape.next('commit.skipped')) return undefined
      const { commit, tree } = tape.take('commit.created')
      return { commit, tree }
    },
    // A child's commit is known by its content from the outside only.
    checkout: async (at) => ({ root: '', tree: (isMerging(tape) ? tape.next('check.started')?.tree : undefined) ?? treeOf(at), mounts: [], write: async () => undefined, dispose: async () => undefined }),
    publish: async () => undefined,
    dispose: async () => undefined,
  }
}

function isMerging(tape: Tape): boolean {
  return tape.next('check.started')?.purpose === 'merge'
}

/** Content that the next event says was seen; undefined where the log says nothing, which means that nothing had changed. */
function findSnapshot(tape: Tape): TreeId | undefined {
  for (const { after } of tape.results()) if (after) return after
  if (tape.next('workspace.rolledback')) return unknownTree
  return (tape.next('workspace.created') ?? tape.next('workspace.filled') ?? tape.next('pins.restored') ?? tape.next('snapshot.taken'))?.tree
}

/** As many changes as were counted; only those that were named are known. */
function toChanges({ named, more }: ChangedPaths): FileChange[] {
  const change = (path: string, kind: FileChange['kind']): FileChange => ({ path, kind, added: 0, removed: 0, binary: false })
  return [...named.map(({ path, kind }) => change(path, kind === 'changed' ? 'modified' : kind)), ...Array.from({ length: more }, () => change('', 'modified'))]
}
