import { FileChange } from '../protocol/events/workspace.ts'
import type { Payload } from '../protocol/events/event.ts'
import type { BlobRef, CommitId, Digest, TreeId } from '../protocol/ids.ts'
import { toCanonicalJson } from '../domain/chain.ts'
import { digestOf } from '../domain/digest.ts'
import { maskBytes } from './masked-output.ts'
import { getWorkspace, record, type RunContext } from './record.ts'

/**
 * Looks at contents by which something is decided. What is seen goes into the log before anything follows from it, so that
 * the decision can be derived from the log alone. Whatever is only shown, or only run, needs no such look.
 */

/** A longer list of changes is kept as a blob, so that a build's output does not fill the log. */
const mostInline = 200

/** What lies between two contents. */
export async function seeChanges(run: RunContext, from: TreeId | CommitId, to: TreeId | CommitId): Promise<readonly FileChange[]> {
  const changes = await getWorkspace(run).changes(from, to)
  const list = changes.length > mostInline ? await run.ports.blobs.put(toCanonicalJson(changes), { asIs: true }) : undefined
  await record(run, { type: 'changes.seen', data: { from, to, count: changes.length, ...(list ? { list } : { changes: [...changes] }) } })
  return changes
}

/** Contents of files; undefined for those that are not there. */
export async function readFiles(run: RunContext, at: TreeId | CommitId, paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array | undefined>> {
  const contents = new Map<string, Uint8Array | undefined>()
  if (paths.length === 0) return contents
  const files: Payload<'files.read'>['files'] = []
  for (const path of paths) {
    const bytes = await getWorkspace(run).readAt(at, path)
    contents.set(path, bytes)
    files.push({ path, ...(bytes ? await keepContent(run, bytes) : {}) })
  }
  await record(run, { type: 'files.read', data: { at, files } })
  return contents
}

/** Without secrets, but never cut: a part of it would decide otherwise. */
async function keepContent(run: RunContext, bytes: Uint8Array): Promise<{ content: BlobRef; sha256?: Digest }> {
  const { masker, blobs } = run.ports
  const content = await blobs.put(masker ? maskBytes(bytes, masker) : bytes, { asIs: true })
  const sha256 = digestOf(bytes)
  return sha256 === content.digest ? { content } : { content, sha256 }
}
