import { posix } from 'node:path'
import { z } from 'zod'
import type { SandboxLimits, SandboxResult } from '../../engine/ports/sandbox.ts'
import type { Tool, ToolContext, ToolResult } from '../../engine/ports/tools.ts'
import { parseRows } from './parse-rows.ts'
import { toReport } from './to-report.ts'

export const SearchInput = z.lazy(() => z.strictObject({
  pattern: z.string().min(1).max(2000),
  path: z.string().optional(),
  glob: z.string().max(500).optional(),
  literal: z.boolean().optional(),
  context: z.number().optional().describe('lines around a match'),
  max: z.number().optional(),
}))
export type SearchInput = z.infer<typeof SearchInput>

export interface SearchOptions {
  /** The ripgrep binary on the host. */
  /** Path of the program, or its name on PATH. */
  readonly findRipgrep: () => Promise<string>
  readonly limits?: Partial<SandboxLimits>
}

const DEFAULT_MAX = 100
/** Where the binary lies inside the sandbox. */
const RG = '/opt/writ/rg'
const LIMITS: SandboxLimits = { timeoutMs: 20_000, memoryMb: 1024, pids: 64, outputBytes: 4 * 1024 * 1024, diskBytes: 1024 * 1024 }

/**
 * Searches with ripgrep inside the sandbox: it sees what commands see, no more, and a link or a file that is swapped
 * under it leads nowhere else.
 */
export function createSearchTool(options: SearchOptions): Tool<SearchInput> {
  return {
    name: 'search',
    description: 'Find a regular expression in file contents (ripgrep; honours .gitignore). glob filters paths.',
    input: SearchInput,
    effect: () => 'read',
    paths: ({ path }) => [{ path: path ?? '.', access: 'read' }],
    timeoutMs: () => LIMITS.timeoutMs + 5000,
    run: (input, context) => search(input, context, options),
  }
}

async function search(asked: SearchInput, context: ToolContext, options: SearchOptions): Promise<ToolResult> {
  const input = { ...asked, context: toWithin(asked.context ?? 0, 0, 10), max: toWithin(asked.max ?? DEFAULT_MAX, 1, 500) }
  const path = findRelative(input.path ?? '.', context)
  if (path === undefined) return { ok: false, text: `${input.path} is outside the repository. Use a path relative to its root.` }
  if (path.split('/').some((part) => part.toLowerCase() === '.git')) return { ok: false, text: '.git is closed to search. Use git grep or git log in shell.' }
  const isDependency = context.workspace.dependencies.some(({ path: at }) => path === at || path.startsWith(`${at}/`))
  const found = await runRipgrep(toArguments(input, path, isDependency), input.max * (1 + 2 * input.context), context, options)
  context.signal.throwIfAborted()
  const rows = parseRows(found.output, found.isWhole)
  if (!rows.some((row) => row.isMatch)) return explainNothing(input, path, found.result)
  return toReport(rows, { max: input.max, isWhole: found.isWhole && found.result.ended === 'exited' })
}

/** A number out of bounds is not worth a turn: the nearest allowed one is meant. */
function toWithin(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.floor(value)))
}

function findRelative(path: string, { workspace }: ToolContext): string | undefined {
  const below = [workspace.home, workspace.root].find((base) => path === base || path.startsWith(`${base}/`))
  const relative = posix.normalize(below === undefined ? path : path.slice(below.length + 1) || '.').replace(/(?<=.)\/$/, '')
  return relative.startsWith('/') || relative === '..' || relative.startsWith('../') || relative.includes('\0') ? undefined : relative
}

function toArguments(input: SearchInput & { context: number }, path: string, isDependency: boolean): string[] {
  const args = ['--no-config', '--no-follow', '--hidden', '--no-heading', '--with-filename', '--null', '--line-number', '--column']
  args.push('--color=never', '--crlf', '--sort=path', '--max-columns=4000', '--max-columns-preview', '--glob=!.git')
  if (isDependency) args.push('--no-ignore')
  if (input.literal === true) args.push('--fixed-strings')
  else args.push('--engine=auto')
  if (/\n|\\n/.test(input.pattern)) args.push('--multiline')
  if (input.context > 0) args.push(`--context=${input.context}`)
  if (input.glob !== undefined) args.push(`--glob=${input.glob}`)
  return [...args, '--regexp', input.pattern, '--', path]
}

interface Found {
  readonly output: string
  /** False where we stopped it, because it had found enough. */
  readonly isWhole: boolean
  readonly result: SandboxResult
}

async function runRipgrep(args: readonly string[], maxRows: number, context: ToolContext, options: SearchOptions): Promise<Found> {
  const enough = new AbortController()
  const chunks: Buffer[] = []
  let rows = 0
  const result = await context.sandbox.run({
    argv: [RG, ...args],
    cwd: context.workspace.home,
    env: {},
    mounts: [...context.workspace.mounts, { mode: 'ro', host: await options.findRipgrep(), at: RG }],
    net: { mode: 'none' },
    limits: { ...LIMITS, ...options.limits },
    onOutput: (stream, chunk) => {
      if (stream !== 'stdout' || enough.signal.aborted) return
      chunks.push(Buffer.from(chunk))
      for (let at = chunk.indexOf(0); at !== -1; at = chunk.indexOf(0, at + 1)) rows++
      if (rows > maxRows) enough.abort()
    },
  }, AbortSignal.any([context.signal, enough.signal]))
  const isWhole = !enough.signal.aborted
  const bytes = isWhole ? Buffer.from(result.stdout) : Buffer.concat(chunks)
  return { output: bytes.toString('utf8'), isWhole, result }
}

function explainNothing(input: SearchInput, path: string, result: SandboxResult): ToolResult {
  const where = `${path === '.' ? '' : ` in ${path}`}${input.glob === undefined ? '' : ` with glob ${input.glob}`}`
  const errors = Buffer.from(result.stderr).toString('utf8').trim()
  if (result.ended === 'timeout') return { ok: false, text: `The search took longer than ${LIMITS.timeoutMs / 1000} s. Narrow it with path or glob.` }
  if (result.ended !== 'exited') return { ok: false, text: `The search was stopped (${result.ended}). Narrow it with path or glob.` }
  if (result.exitCode === 1) {
    return { ok: true, text: `No match${where}. Ignored files and dependencies are searched only when path names them.`, detail: { matches: 0 } }
  }
  if (/No such file or directory/.test(errors)) return { ok: false, text: `${path} does not exist. Use list to find it.` }
  if (/error parsing glob/.test(errors)) return { ok: false, text: `The glob ${input.glob} is malformed: ${toReason(errors)}.` }
  if (/regex parse error|PCRE2: error compiling|not allowed in a regex/.test(errors)) {
    return { ok: false, text: `The pattern is not a valid regular expression: ${toReason(errors)}. Escape special characters, or set literal: true.` }
  }
  if (result.exitCode === 0) return { ok: true, text: `No match${where} that may be shown: binary files and files with secrets are left out.`, detail: { matches: 0 } }
  return { ok: false, text: `The search failed: ${errors.slice(0, 500)}` }
}

/** The line of ripgrep's message that says what is wrong. */
function toReason(errors: string): string {
  const lines = errors.split('\n').map((line) => line.trim()).filter((line) => line !== '')
  const line = lines.find((candidate) => candidate.startsWith('error:')) ?? lines[0] ?? ''
  return line.replace(/^(rg: )?(error: )?/, '').slice(0, 300)
}
