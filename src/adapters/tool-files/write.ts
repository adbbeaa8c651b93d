import { z } from 'zod'
import { digestOf } from '../../domain/digest.ts'
import { toLineEnd, toLines, withLineEnd } from '../../domain/text/lines.ts'
import type { Tool, ToolContext, ToolResult } from '../../engine/ports/tools.ts'
import { applyChanges } from './apply-changes.ts'
import type { FileBytes, FileText } from './file-content.ts'
import { MAX_WHOLE_BYTES, findFileBytes, findText, toSize } from './file-content.ts'
import { withFileProblems } from './file-problems.ts'
import type { Recollection } from './read-before.ts'
import { createRecollection, markSeen, toKnowledge } from './read-before.ts'
import type { ResolvedPath } from './resolve-path.ts'
import { resolvePath } from './resolve-path.ts'
import { toShownDiff } from './shown-diff.ts'

export const WriteInput = z.strictObject({ path: z.string(), content: z.string().max(5_000_000) })
export type WriteInput = z.infer<typeof WriteInput>

/** Creates a file, or replaces the whole of one that the model has read. */
export function createWriteTool(recollection: Recollection = createRecollection()): Tool<WriteInput> {
  return {
    name: 'write',
    description: 'Create a file, or replace all of one that you have read.',
    input: WriteInput,
    effect: () => 'reversible',
    paths: ({ path }) => [{ path, access: 'write' }],
    timeoutMs: () => 20_000,
    run: (input, context) => withFileProblems(`Writing ${input.path}`, () => write(input, context, recollection)),
  }
}

async function write(input: WriteInput, context: ToolContext, recollection: Recollection): Promise<ToolResult> {
  const resolved = await resolvePath(context.workspace, input.path, 'write')
  if (!resolved.ok) return { ok: false, text: resolved.message }
  if (resolved.kind === 'directory' || input.path.endsWith('/')) return { ok: false, text: `${resolved.path} names a directory; give the path of a file.` }
  if (resolved.kind === 'missing') return create(resolved, input.content, context, recollection)
  if (resolved.bytes > MAX_WHOLE_BYTES) return { ok: false, text: `${resolved.path} is ${toSize(resolved.bytes)}, too large to replace here. Use a program in shell.` }
  const file = await findFileBytes(resolved)
  if (file === undefined) return create(resolved, input.content, context, recollection)
  const knowledge = toKnowledge(context, recollection, resolved.path, file)
  if (knowledge.kind === 'stale') return { ok: false, text: knowledge.message }
  if (knowledge.kind === 'unseen' && file.bytes.length > 0) {
    return { ok: false, text: `${resolved.path} exists (${toSize(file.bytes.length)}) and you have not read it, so it was not replaced. Read it first, or edit it.` }
  }
  return replace(resolved, file, input.content, { context, recollection })
}

async function create(resolved: ResolvedPath, content: string, context: ToolContext, recollection: Recollection): Promise<ToolResult> {
  const bytes = Buffer.from(content, 'utf8')
  await applyChanges([{ resolved, expect: undefined, bytes }])
  markSeen(context, recollection, resolved.path, { bytes, digest: digestOf(bytes), mode: 0o644 })
  const lines = toLines(content).length
  return { ok: true, text: `created ${resolved.path} (${lines} line${lines === 1 ? '' : 's'}, ${toSize(bytes.length)})`, detail: { path: resolved.path, added: lines, removed: 0 } }
}

async function replace(
  resolved: ResolvedPath, file: FileBytes, content: string, { context, recollection }: { context: ToolContext; recollection: Recollection },
): Promise<ToolResult> {
  const old = findText(file.bytes)
  const text = old === undefined ? content : keepStyle(content, old)
  const body = Buffer.from(text, 'utf8')
  const bytes = old?.bom === true && !text.startsWith('\ufeff') ? Buffer.concat([Buffer.from('\ufeff', 'utf8'), body]) : body
  if (bytes.equals(file.bytes)) return { ok: true, text: `${resolved.path} already has exactly this content; nothing to do.` }
  await applyChanges([{ resolved, expect: file.digest, bytes }])
  markSeen(context, recollection, resolved.path, { bytes, digest: digestOf(bytes), mode: file.mode })
  const diff = toShownDiff({ path: resolved.path, before: old?.text ?? '', after: text }, { maxChars: 1500, context: 1 }, context)
  const kept = text === content ? '' : ' with its \\r\\n line ends'
  return {
    ok: true,
    text: `replaced ${resolved.path}${kept} (+${diff.added} -${diff.removed})\n${diff.text}`.trimEnd(),
    detail: { path: resolved.path, added: diff.added, removed: diff.removed },
  }
}

/** A file that ends all its lines with `\r\n` goes on doing so, although models write `\n`. */
function keepStyle(content: string, old: FileText): string {
  const isCrlf = toLineEnd(old.text) === '\r\n' && withLineEnd(old.text, '\r\n') === old.text
  return isCrlf && !content.includes('\r') ? withLineEnd(content, '\r\n') : content
}
