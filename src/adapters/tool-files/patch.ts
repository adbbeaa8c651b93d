import { z } from 'zod'
import { digestOf } from '../../domain/digest.ts'
import { applyPatch } from '../../domain/text/apply-patch.ts'
import { toLines } from '../../domain/text/lines.ts'
import type { FilePatch } from '../../domain/text/parse-patch.ts'
import { parsePatch } from '../../domain/text/parse-patch.ts'
import type { PathAccess } from '../../protocol/policy.ts'
import type { Tool, ToolContext, ToolResult } from '../../engine/ports/tools.ts'
import type { ContentChange } from './apply-changes.ts'
import { applyChanges } from './apply-changes.ts'
import { explainMissing } from './explain-missing.ts'
import { findBytes, findFileBytes } from './file-content.ts'
import { withFileProblems } from './file-problems.ts'
import { loadText } from './load-text.ts'
import type { Recollection } from './read-before.ts'
import { createRecollection, markSeen, toKnowledge } from './read-before.ts'
import type { ResolvedPath } from './resolve-path.ts'
import { resolvePath } from './resolve-path.ts'
import { toShownDiff } from './shown-diff.ts'

export const PatchInput = z.strictObject({ patch: z.string().max(5_000_000) })
export type PatchInput = z.infer<typeof PatchInput>

/** Changes several files at once, in the `*** Begin Patch` form: all of them or none. */
export function createPatchTool(recollection: Recollection = createRecollection()): Tool<PatchInput> {
  return {
    name: 'patch',
    description: 'Change several files, all or none: *** Begin Patch, then *** Add File: / *** Update File: (+ *** Move to:) / *** Delete File: sections with @@ and lines led by space, - or +, then *** End Patch.',
    input: PatchInput,
    effect: () => 'reversible',
    paths: ({ patch }) => toPaths(patch),
    timeoutMs: () => 30_000,
    run: (input, context) => withFileProblems('The patch', () => patch(input.patch, context, recollection)),
  }
}

function toPaths(patch: string): PathAccess[] {
  const parsed = parsePatch(patch)
  if (!parsed.ok) return []
  const paths = parsed.files.flatMap((file) => (file.kind === 'update' && file.moveTo !== undefined ? [file.path, file.moveTo] : [file.path]))
  return [...new Set(paths)].map((path) => ({ path, access: 'write' }))
}

/** What one section of the patch comes to. */
interface Planned {
  readonly changes: readonly ContentChange[]
  readonly row: string
  readonly notes: readonly string[]
  readonly diff: string
  readonly counts: { readonly path: string; readonly added: number; readonly removed: number }
  readonly done: () => void
}

type Plan = ({ readonly ok: true } & Planned) | { readonly ok: false; readonly problem: string }

async function patch(text: string, context: ToolContext, recollection: Recollection): Promise<ToolResult> {
  const parsed = parsePatch(text)
  if (!parsed.ok) return { ok: false, text: `Nothing was changed: ${parsed.problem}` }
  const planned: Planned[] = []
  const problems: string[] = []
  const taken = new Set<string>()
  for (const file of parsed.files) {
    const plan = await planFile(file, context, recollection)
    if (!plan.ok) {
      problems.push(`${file.path}: ${plan.problem}`)
      continue
    }
    const twice = plan.changes.map((change) => change.resolved.path).find((path) => taken.has(path))
    if (twice !== undefined) problems.push(`${twice}: the patch names it twice; join the sections.`)
    for (const change of plan.changes) taken.add(change.resolved.path)
    planned.push(plan)
  }
  if (problems.length > 0) return { ok: false, text: `Nothing was changed, in no file.\n${problems.slice(0, 5).join('\n')}` }
  await applyChanges(planned.flatMap((plan) => plan.changes))
  for (const plan of planned) plan.done()
  const rows = planned.flatMap((plan) => [plan.row, ...plan.notes, plan.diff]).filter((row) => row !== '')
  return { ok: true, text: rows.join('\n'), detail: { files: planned.map((plan) => plan.counts) } }
}

async function planFile(file: FilePatch, context: ToolContext, recollection: Recollection): Promise<Plan> {
  const resolved = await resolvePath(context.workspace, file.path, 'write')
  if (!resolved.ok) return { ok: false, problem: resolved.message }
  if (resolved.kind === 'directory') return { ok: false, problem: 'it is a directory.' }
  if (file.kind === 'add') return planAdd(file, resolved, context, recollection)
  if (resolved.kind === 'missing') return { ok: false, problem: await explainMissing(context.workspace, resolved.path, context.signal) }
  return file.kind === 'delete' ? planDelete(resolved, context, recollection) : planUpdate(file, resolved, context, recollection)
}

function planAdd(file: FilePatch & { kind: 'add' }, resolved: ResolvedPath, context: ToolContext, recollection: Recollection): Plan {
  if (resolved.kind !== 'missing') return { ok: false, problem: 'it exists already. Use *** Update File, or write to replace it.' }
  const bytes = Buffer.from(file.content, 'utf8')
  const added = toLines(file.content).length
  return {
    ok: true,
    changes: [{ resolved, expect: undefined, bytes }],
    row: `A ${resolved.path} (+${added})`,
    notes: [],
    diff: '',
    counts: { path: resolved.path, added, removed: 0 },
    done: () => markSeen(context, recollection, resolved.path, { bytes, digest: digestOf(bytes), mode: 0o644 }),
  }
}

async function planDelete(resolved: ResolvedPath, context: ToolContext, recollection: Recollection): Promise<Plan> {
  const file = await findFileBytes(resolved)
  if (file === undefined) return { ok: false, problem: 'it does not exist.' }
  const knowledge = toKnowledge(context, recollection, resolved.path, file)
  if (knowledge.kind === 'stale') return { ok: false, problem: knowledge.message }
  return {
    ok: true,
    changes: [{ resolved, expect: file.digest, bytes: undefined }],
    row: `D ${resolved.path}`,
    notes: [],
    diff: '',
    counts: { path: resolved.path, added: 0, removed: toLines(file.bytes.toString('latin1')).length },
    done: () => context.seen.delete(resolved.path),
  }
}

async function planUpdate(file: FilePatch & { kind: 'update' }, resolved: ResolvedPath, context: ToolContext, recollection: Recollection): Promise<Plan> {
  const loaded = await loadText(resolved)
  if (!loaded.ok) return loaded
  const knowledge = toKnowledge(context, recollection, resolved.path, loaded.file)
  if (knowledge.kind === 'stale') return { ok: false, problem: knowledge.message }
  const moved = file.moveTo === undefined ? undefined : await resolvePath(context.workspace, file.moveTo, 'write')
  if (moved !== undefined && !moved.ok) return { ok: false, problem: moved.message }
  if (moved !== undefined && moved.kind !== 'missing') return { ok: false, problem: `Move to: ${moved.path} exists already.` }
  const before = loaded.content.text
  const isKept = file.chunks.length === 0
  const outcome = isKept ? { ok: true as const, content: before, notes: [] } : applyPatch(before, file.chunks, { unseen: knowledge.kind === 'unseen' })
  if (!outcome.ok) return outcome
  const bytes = isKept ? loaded.file.bytes : findBytes(outcome.content, loaded.content)
  if (bytes === undefined) return { ok: false, problem: 'it is not UTF-8, and its one-byte encoding has no way to write the new text. Use plain characters.' }
  const diff = toShownDiff({ path: resolved.path, before, after: outcome.content }, { maxChars: 1500, context: 1 }, context)
  const target = moved ?? resolved
  const { digest, mode } = loaded.file
  return {
    ok: true,
    changes: moved === undefined
      ? [{ resolved, expect: digest, bytes }]
      : [{ resolved: moved, expect: undefined, bytes, mode }, { resolved, expect: digest, bytes: undefined }],
    row: `${moved === undefined ? 'M' : `R ${resolved.path} →`} ${target.path} (+${diff.added} -${diff.removed})`,
    notes: outcome.notes,
    diff: diff.text,
    counts: { path: target.path, added: diff.added, removed: diff.removed },
    done: () => {
      if (moved !== undefined) context.seen.delete(resolved.path)
      markSeen(context, recollection, target.path, { bytes, digest: digestOf(bytes), mode })
    },
  }
}
