import { z } from 'zod'
import { BlobRef, CommitId, Digest, TreeId } from '../ids.ts'

export const FileChange = z.lazy(() => z.object({
  path: z.string(),
  kind: z.enum(['added', 'modified', 'deleted', 'renamed', 'mode']),
  from: z.string().optional(),
  added: z.int().nonnegative(),
  removed: z.int().nonnegative(),
  binary: z.boolean(),
}))
export type FileChange = z.infer<typeof FileChange>

export const workspaceEvents = {
  /** Intent: written before anything is made on the disk. */
  'workspace.requested': z.lazy(() => z.object({ branch: z.string(), base: CommitId })),
  'workspace.created': z.lazy(() => z.object({ path: z.string(), branch: z.string(), base: CommitId, tree: TreeId, dependencies: z.array(z.object({ path: z.string(), way: z.enum(['overlay', 'read-only', 'copy']) })), baseTree: TreeId.optional() })),
  /** The content of the workspace, ignored files included, before a mutating call. */
  'snapshot.taken': z.lazy(() => z.object({ tree: TreeId })),
  'workspace.rolledback': z.lazy(() => z.object({ to: TreeId, why: z.string() })),
  /** The workspace of a fork got the content that it goes on from; the base was measured before. */
  'workspace.filled': z.lazy(() => z.object({ tree: TreeId })),
  /** What lay between two contents when something was decided by it; a long list is a blob (JSON) instead. */
  'changes.seen': z.lazy(() => z.object({ from: z.union([TreeId, CommitId]), to: z.union([TreeId, CommitId]), count: z.int().nonnegative(), changes: z.array(FileChange).optional(), list: BlobRef.optional() })),
  /** Contents by which something was decided (pinned files, tests that get a canary); without `content` it was not there. `sha256` of its own bytes, where the blob is without its secrets. */
  'files.read': z.lazy(() => z.object({ at: z.union([TreeId, CommitId]), files: z.array(z.object({ path: z.string(), content: BlobRef.optional(), sha256: Digest.optional() })) })),
  /** Files that were put back because the contract pins them, or taken out because it guards their names. */
  'pins.restored': z.lazy(() => z.object({ paths: z.array(z.string()), tree: TreeId })),
  'commit.created': z.lazy(() => z.object({ task: z.string(), commit: CommitId, tree: TreeId, parent: CommitId, message: z.string(), files: z.array(FileChange) })),
  /** Nothing that git would keep had changed. */
  'commit.skipped': z.lazy(() => z.object({ task: z.string(), tree: TreeId })),
  'branch.requested': z.lazy(() => z.object({ branch: z.string(), from: CommitId.optional(), to: CommitId })),
  'branch.moved': z.lazy(() => z.object({ branch: z.string(), to: CommitId })),
}
