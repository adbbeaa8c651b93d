import { z } from 'zod'
import { CommitId, TreeId } from './ids.ts'

/**
 * Why git could not merge a path by itself.
 * `content` both changed the same lines · `add/add` both made it · `modify/delete` one changed what the other removed ·
 * `rename` a name that one of them changed is in the way · `mode` both changed its permissions, differently · `type` it is a link for
 * one and a file for the other · `binary` both changed bytes that are no text · `directory/file` a folder for one, a file for the
 * other · `submodule` both moved it · `other` whatever a newer git may find
 */
export const ConflictKind = z.enum(['content', 'add/add', 'modify/delete', 'rename', 'mode', 'type', 'binary', 'directory/file', 'submodule', 'other'])
export type ConflictKind = z.infer<typeof ConflictKind>

/** One side's state of a path. */
export const MergeVersion = z.object({ path: z.string(), mode: z.enum(['100644', '100755', '120000', '160000']), id: z.string() })
export type MergeVersion = z.infer<typeof MergeVersion>

export const Conflict = z.lazy(() => z.object({
  path: z.string(),
  kind: ConflictKind,
  /** Absent where the path was not there on that side. */
  base: MergeVersion.optional(),
  ours: MergeVersion.optional(),
  theirs: MergeVersion.optional(),
  /** What git says of it, or why the strategy for this path did not help. */
  message: z.string(),
}))
export type Conflict = z.infer<typeof Conflict>

export const StrategyName = z.enum(['ours', 'theirs', 'union', 'regenerate'])
export type StrategyName = z.infer<typeof StrategyName>

/**
 * What to do where both sides changed a path. `ours` is what the run has integrated already, `theirs` the task that comes in;
 * `union` keeps the lines of both; `regenerate` has a command write it anew from the merged files around it.
 */
export const MergeStrategy = z.lazy(() => z.strictObject({
  paths: z.array(z.string().min(1)).min(1),
  use: StrategyName,
  /** For `regenerate`: a line for the shell, run in the sandbox in the folder of the path. */
  command: z.string().min(1).optional(),
  /** The program without which it is not tried. */
  needs: z.string().regex(/^[\w.+-]+$/).optional(),
  /** Hosts that the command may reach; none when left out. */
  network: z.array(z.string()).optional(),
}).refine(({ use, command }) => (use === 'regenerate') === (command !== undefined), { message: "'command' belongs to 'regenerate', and that needs one" }))
export type MergeStrategy = z.infer<typeof MergeStrategy>

/** What merging a task's commit onto the integrated state came to. */
export const MergeOutcome = z.object({
  /** With conflicts it holds git's conflict markers. */
  tree: TreeId,
  base: CommitId,
  ours: CommitId,
  theirs: CommitId,
  /** Paths that each side changed since the base, in order. */
  changedOurs: z.array(z.string()),
  changedTheirs: z.array(z.string()),
  conflicts: z.array(Conflict),
  /** Conflicts that a strategy settled. */
  settled: z.array(z.object({ path: z.string(), use: StrategyName })),
  /** To be written anew before the tree is whole; `conflict` where git could not merge it. */
  regenerate: z.array(z.object({ path: z.string(), strategy: MergeStrategy, conflict: Conflict.optional() })),
})
export type MergeOutcome = z.infer<typeof MergeOutcome>

/** A merge with nothing left to write anew. */
export const MergedTask = MergeOutcome.omit({ regenerate: true }).extend({
  /** Sentences about files that were, or could not be, written anew. */
  notes: z.array(z.string()),
})
export type MergedTask = z.infer<typeof MergedTask>
