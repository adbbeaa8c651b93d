import { z } from 'zod'
import { applyEdits } from '../../domain/text/apply-edits.ts'
import { digestOf } from '../../domain/digest.ts'
import type { Tool, ToolContext, ToolResult } from '../../engine/ports/tools.ts'
import { applyChanges } from './apply-changes.ts'
import { explainMissing } from './explain-missing.ts'
import { findBytes } from './file-content.ts'
import { withFileProblems } from './file-problems.ts'
import type { Recollection } from './read-before.ts'
import { createRecollection, markSeen, toKnowledge } from './read-before.ts'
import { resolvePath } from './resolve-path.ts'
import { toShownDiff } from './shown-diff.ts'
import { loadText } from './load-text.ts'

export const EditInput = z.lazy(() => z.strictObject({
  path: z.string(),
  edits: z.array(z.strictObject({
    find: z.string(),
    replace: z.string(),
    all: z.boolean().optional().describe('every match'),
  })).min(1).max(100),
}))
export type EditInput = z.infer<typeof EditInput>

/** Replaces pieces of one file: all edits or none, and no byte beside them. */
export function createEditTool(recollection: Recollection = createRecollection()): Tool<EditInput> {
  return {
    name: 'edit',
    description: 'Replace text in a file, all edits or none, in order. find must be unique and is copied from the file without line numbers. Answers with the diff.',
    input: EditInput,
    effect: () => 'reversible',
    paths: ({ path }) => [{ path, access: 'write' }],
    timeoutMs: () => 20_000,
    run: (input, context) => withFileProblems(`Editing ${input.path}`, () => edit(input, context, recollection)),
  }
}

async function edit(input: EditInput, context: ToolContext, recollection: Recollection): Promise<ToolResult> {
  const resolved = await resolvePath(context.workspace, input.path, 'write')
  if (!resolved.ok) return { ok: false, text: resolved.message }
  if (resolved.kind === 'missing') {
    return { ok: false, text: `${await explainMissing(context.workspace, resolved.path, context.signal)} To create it, use write.` }
  }
  const loaded = await loadText(resolved)
  if (!loaded.ok) return { ok: false, text: loaded.problem }
  const { file, content } = loaded
  const knowledge = toKnowledge(context, recollection, resolved.path, file)
  if (knowledge.kind === 'stale') return { ok: false, text: knowledge.message }
  const outcome = applyEdits(content.text, input.edits, { unseen: knowledge.kind === 'unseen' })
  if (!outcome.ok) return { ok: false, text: `${resolved.path} is unchanged. ${outcome.problem}` }
  const bytes = findBytes(outcome.content, content)
  if (bytes === undefined) return { ok: false, text: `${resolved.path} is unchanged: it is not UTF-8, and its one-byte encoding has no way to write the new text. Use plain characters.` }
  await applyChanges([{ resolved, expect: file.digest, bytes }])
  markSeen(context, recollection, resolved.path, { bytes, digest: digestOf(bytes), mode: file.mode })
  const diff = toShownDiff({ path: resolved.path, before: content.text, after: outcome.content }, { maxChars: 2500, context: 2 }, context)
  const text = [`edited ${resolved.path} (+${diff.added} -${diff.removed})`, ...outcome.notes, diff.text].filter((part) => part !== '').join('\n')
  return { ok: true, text, detail: { path: resolved.path, added: diff.added, removed: diff.removed } }
}
