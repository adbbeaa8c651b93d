import { z } from 'zod'
import { toSecrecy } from '../../domain/text/secret-paths.ts'
import type { Tool, ToolContext, ToolResult } from '../../engine/ports/tools.ts'
import { explainMissing } from './explain-missing.ts'
import { withFileProblems } from './file-problems.ts'
import { toSize } from './file-content.ts'
import { resolvePath } from './resolve-path.ts'
import type { TreeEntry, Walk } from './walk-tree.ts'
import { walkTree } from './walk-tree.ts'

export const ListInput = z.lazy(() => z.strictObject({
  path: z.string().optional(),
  depth: z.number().optional(),
}))
export type ListInput = z.infer<typeof ListInput>

const MAX_ENTRIES = 300

/** Shows a directory as a tree with sizes. */
export function createListTool(): Tool<ListInput> {
  return {
    name: 'list',
    description: 'Show a directory as a tree with sizes, 2 levels deep unless asked otherwise.',
    input: ListInput,
    effect: () => 'read',
    paths: ({ path }) => [{ path: path ?? '.', access: 'read' }],
    timeoutMs: () => 20_000,
    run: (input, context) => withFileProblems(`Listing ${input.path ?? '.'}`, () => list(input, context)),
  }
}

async function list(input: ListInput, context: ToolContext): Promise<ToolResult> {
  const resolved = await resolvePath(context.workspace, input.path ?? '.', 'read')
  if (!resolved.ok) return { ok: false, text: resolved.message }
  if (resolved.kind === 'missing') return { ok: false, text: await explainMissing(context.workspace, resolved.path, context.signal) }
  if (resolved.kind === 'file') return { ok: true, text: `${resolved.path} is a file of ${toSize(resolved.bytes)}; use read.` }
  const depth = Math.min(10, Math.max(1, Math.floor(input.depth ?? 2)))
  const walk = await walkTree(context.workspace, resolved, { depth, maxEntries: MAX_ENTRIES, maxPerDirectory: 40, signal: context.signal })
  const text = toTreeText(walk, resolved.path)
  return { ok: true, text, detail: { path: resolved.path, entries: walk.entries.length } }
}

function toTreeText(walk: Walk, start: string): string {
  const children = Map.groupBy(walk.entries, (entry) => entry.path.slice(0, Math.max(0, entry.path.length - entry.name.length - 1)))
  const rows: string[] = []
  const add = (directory: string): void => {
    const own = children.get(directory) ?? []
    for (const entry of own) {
      rows.push(`${'  '.repeat(entry.depth - 1)}${toRow(entry)}`)
      if (entry.kind === 'directory') add(entry.path)
    }
    const left = walk.left.get(directory)
    const depth = (own[0]?.depth ?? toDepth(directory, start) + 1) - 1
    if (left !== undefined) rows.push(`${'  '.repeat(depth)}… ${left} more; list ${directory === '' ? '.' : directory}`)
  }
  add(start === '.' ? '' : start)
  return rows.length === 0 ? '(empty directory)' : rows.join('\n')
}

function toDepth(directory: string, start: string): number {
  const below = start === '.' ? directory : directory.slice(start.length + 1)
  return below === '' ? 0 : below.split('/').length
}

const closedNotes: Record<NonNullable<TreeEntry['closed']>, string> = {
  git: '  (closed)',
  dependencies: '  (dependencies, read-only)',
  generated: '  (not listed)',
  depth: '',
}

function toRow(entry: TreeEntry): string {
  switch (entry.kind) {
    case 'directory': return `${entry.name}/${entry.closed === undefined ? '' : closedNotes[entry.closed]}`
    case 'link': return `${entry.name}  (symbolic link)`
    case 'special': return `${entry.name}  (not a regular file)`
    case 'file': return `${entry.name}  ${toSecrecy(entry.path) === 'yes' ? '(secret, closed)' : toSize(entry.bytes)}`
  }
}
