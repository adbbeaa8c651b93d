import { z } from 'zod'
import { toDisplayLines } from '../../domain/text/display-lines.ts'
import { numberLines } from '../../domain/text/number-lines.ts'
import type { Tool, ToolContext, ToolResult } from '../../engine/ports/tools.ts'
import { MAX_WHOLE_BYTES, findBinaryKind, findFileBytes, findText, toSize } from './file-content.ts'
import { withFileProblems } from './file-problems.ts'
import { explainMissing } from './explain-missing.ts'
import type { Recollection } from './read-before.ts'
import { createRecollection, markSeen } from './read-before.ts'
import { readRange } from './read-range.ts'
import type { ResolvedPath } from './resolve-path.ts'
import { resolvePath } from './resolve-path.ts'

export const ReadInput = z.lazy(() => z.strictObject({
  path: z.string().optional(),
  from: z.number().optional().describe('first line'),
  lines: z.number().optional(),
  result: z.string().optional().describe('call id of a cut result, instead of path'),
}))
export type ReadInput = z.infer<typeof ReadInput>

const LIMITS = { maxChars: 16_000, maxTokens: 5000, maxLine: 500 }
const DEFAULT_LINES = 400
const MAX_LINES = 2000

/** Shows a file, or the whole of an earlier result, by numbered lines. */
export function createReadTool(recollection: Recollection = createRecollection()): Tool<ReadInput> {
  return {
    name: 'read',
    description: 'Show a file with line numbers: 400 lines unless asked otherwise.',
    input: ReadInput,
    effect: () => 'read',
    paths: ({ path }) => (path === undefined ? [] : [{ path, access: 'read' }]),
    timeoutMs: () => 20_000,
    run: (input, context) => withFileProblems(`Reading ${input.path ?? 'the result'}`, () => read(input, context, recollection)),
  }
}

async function read(asked: ReadInput, context: ToolContext, recollection: Recollection): Promise<ToolResult> {
  const input = { ...asked, from: toWithin(asked.from ?? 1, 1, 1e9), ...(asked.lines === undefined ? {} : { lines: toWithin(asked.lines, 1, MAX_LINES) }) }
  if (input.result !== undefined) return readResult(input.result, input, context)
  if (input.path === undefined) return refuse('Give path (a file) or result (the call id of a cut result).')
  const resolved = await resolvePath(context.workspace, input.path, 'read')
  if (!resolved.ok) return refuse(resolved.message)
  if (context.mayRead?.(resolved.path) === false) return refuse(`${input.path} leads to ${resolved.path}, which the policy does not let be read.`)
  if (resolved.kind === 'missing') return refuse(await explainMissing(context.workspace, resolved.path, context.signal))
  if (resolved.kind === 'directory') return refuse(`${resolved.path} is a directory; use list.`)
  return readFile(resolved, input, context, recollection)
}

/** A number out of bounds is not worth a turn: the nearest allowed one is meant. */
function toWithin(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.floor(value)))
}

function refuse(text: string): ToolResult {
  return { ok: false, text }
}

async function readFile(resolved: ResolvedPath, input: ReadInput, context: ToolContext, recollection: Recollection): Promise<ToolResult> {
  if (resolved.bytes > MAX_WHOLE_BYTES) return readLarge(resolved, input, context)
  const file = await findFileBytes(resolved)
  if (file === undefined) return refuse(`${resolved.path} has just been removed.`)
  const content = findText(file.bytes)
  if (content === undefined) {
    return refuse(`${resolved.path} is ${findBinaryKind(file.bytes) ?? 'binary data'} (${toSize(file.bytes.length)}), not text. Use a program in shell to look into it.`)
  }
  markSeen(context, recollection, resolved.path, file)
  if (content.text === '') return { ok: true, text: '(empty file)' }
  const shown = context.mask?.(content.text) ?? content.text
  const lines = shown.replaceAll('\r\n', '\n').split('\n')
  if (lines.at(-1) === '') lines.pop()
  const note = content.encoding === 'latin1' ? '[not UTF-8; shown as Latin-1]' : ''
  return showLines(lines, input, { path: resolved.path, note })
}

function showLines(lines: readonly string[], input: ReadInput, about: { path: string; note: string; maxLine?: number }): ToolResult {
  const from = input.from ?? 1
  if (from > lines.length) return refuse(`${about.path} has ${lines.length} line${lines.length === 1 ? '' : 's'}; from: ${from} is behind its end.`)
  const range = numberLines(lines, 1, { ...LIMITS, maxLine: about.maxLine ?? LIMITS.maxLine, from, lines: input.lines ?? DEFAULT_LINES })
  const notes = [about.note]
  if (range.cutLines.length > 0) {
    const [line = 1] = range.cutLines
    notes.push(`[long lines are cut; for more: sed -n ${line}p ${about.path} | cut -c${LIMITS.maxLine + 1}-${LIMITS.maxLine + 2000}]`)
  }
  if (range.last < lines.length && (input.lines === undefined || range.last < from + input.lines - 1)) {
    notes.push(`[lines ${from}-${range.last} of ${lines.length}; go on with from: ${range.last + 1}]`)
  } else if (range.last < lines.length) notes.push(`[of ${lines.length} lines]`)
  return { ok: true, text: [range.text, ...notes.filter((note) => note !== '')].join('\n'), detail: { path: about.path, from, to: range.last, of: lines.length } }
}

/** Too large to hold or to edit: only the lines asked for are read. */
async function readLarge(resolved: ResolvedPath, input: ReadInput, context: ToolContext): Promise<ToolResult> {
  const from = input.from ?? 1
  const found = await readRange(resolved, { from, lines: input.lines ?? DEFAULT_LINES, maxLine: LIMITS.maxLine }, context.signal)
  if (found.binary !== undefined) return refuse(`${resolved.path} is ${found.binary} (${toSize(resolved.bytes)}), not text. Use a program in shell to look into it.`)
  if (found.lines.length === 0) return refuse(`${resolved.path} has no line ${from} within the first ${toSize(found.scanned)}.`)
  const lines = (context.mask?.(found.lines.join('\n')) ?? found.lines.join('\n')).split('\n')
  const range = numberLines(lines, from, { ...LIMITS, maxLine: LIMITS.maxLine + 40, from, lines: lines.length })
  const note = `[lines ${from}-${range.last} of a file of ${toSize(resolved.bytes)}, too large to edit; go on with from: ${range.last + 1}]`
  return { ok: true, text: `${range.text}\n${note}`, detail: { path: resolved.path, from, to: range.last } }
}

async function readResult(callId: string, input: ReadInput, context: ToolContext): Promise<ToolResult> {
  if (input.path !== undefined) return refuse('Give path or result, not both.')
  const bytes = await context.findResult(callId)
  if (bytes === undefined) return refuse(`No kept result has the call id ${callId}. Only results that say so were cut and kept.`)
  const lines = toDisplayLines(Buffer.from(bytes).toString('utf8'))
  if (lines.length === 0) return { ok: true, text: '(no output)' }
  return showLines(lines, input, { path: `result ${callId}`, note: '', maxLine: 1000 })
}
