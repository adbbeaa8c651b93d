import type { Finding, Severity } from '../../protocol/evidence.ts'
import type { SandboxResult } from '../../engine/ports/sandbox.ts'
import type { CommandValidator, FoundCommand, Subject } from '../../engine/ports/validation.ts'

/** A program of the repository's own, described: where it is configured, how it is called, how it is read. */
export interface Tool {
  readonly id: string
  /** Which changed files make it worth running; all where left out. */
  readonly about: RegExp
  /** Does the repository use it? Files that say so, or a dependency by name. */
  readonly files?: RegExp
  readonly dependency?: string
  /** A Python tool's section in pyproject.toml. */
  readonly section?: string
  /** The program: below node_modules/.bin or in a virtual environment where it is there, else on the PATH. */
  readonly program: string
  readonly argv: (options: { readonly program: string; readonly paths: readonly string[]; readonly files: readonly string[] }) => readonly string[] | undefined
  readonly read: (result: SandboxResult, home: { readonly severity: Severity }) => { readonly findings: readonly Finding[] } | { readonly failed: string }
  /** `lint` and `format` are as severe as the settings say; `types` is an error. */
  readonly sort: 'types' | 'lint' | 'format'
  readonly timeoutMs?: number
}

const mostPaths = 400

export function toValidator(tool: Tool): CommandValidator {
  return {
    id: tool.id, stage: 'static', version: '1', kind: 'command',
    find: async (subject): Promise<FoundCommand | { missing: string } | undefined> => {
      const paths = subject.changes.filter((change) => change.kind !== 'deleted' && tool.about.test(change.path)).map((change) => change.path)
      if (paths.length === 0) return undefined
      const files = await subject.files()
      if (!(await isUsed(tool, subject, files))) return undefined
      const program = await findProgram(tool, subject)
      if (program === undefined) return { missing: `${tool.program} is configured here and not installed` }
      const argv = tool.argv({ program, paths: paths.slice(0, mostPaths), files })
      if (argv === undefined) return undefined
      const severity = tool.sort === 'types' ? 'error' : subject.settings[tool.sort]
      return { argv, timeoutMs: tool.timeoutMs ?? 300_000, read: (result) => tool.read(result, { severity }) }
    },
  }
}

async function isUsed({ files: pattern, dependency, section }: Tool, subject: Subject, files: readonly string[]): Promise<boolean> {
  if (pattern && files.some((file) => pattern.test(file))) return true
  const read = async (path: string): Promise<string> => new TextDecoder().decode((await subject.read(path)) ?? new Uint8Array())
  if (dependency && files.includes('package.json') && new RegExp(`"${dependency.replaceAll(/[/.]/g, '\\$&')}"\\s*:`).test(await read('package.json'))) return true
  return section !== undefined && files.includes('pyproject.toml') && (await read('pyproject.toml')).includes(`[tool.${section}`)
}

async function findProgram({ program }: Tool, subject: Subject): Promise<string | undefined> {
  for (const folder of ['node_modules/.bin', '.venv/bin', 'venv/bin']) {
    const found = await subject.run('result', { argv: ['test', '-x', `${folder}/${program}`], timeoutMs: 10_000 })
    if (found.exitCode === 0) return `./${folder}/${program}`
  }
  return (await subject.has(program)) ? program : undefined
}

export function textOf(result: SandboxResult): string {
  return new TextDecoder().decode(result.stdout)
}

export function bothOf(result: SandboxResult): string {
  return new TextDecoder().decode(result.output)
}

/** JSON that a program prints, whatever it says around it. */
export function jsonOf(result: SandboxResult): unknown {
  const text = textOf(result)
  const from = text.search(/[[{]/)
  if (from < 0) return undefined
  try {
    return JSON.parse(text.slice(from))
  } catch {
    return undefined // told by the caller as not readable
  }
}

/** Lines like `path:line:column: message (rule)`, in the many ways in which programs write them. */
export function readLines(text: string, pattern: RegExp, make: (groups: Readonly<Record<string, string | undefined>>) => Omit<Finding, 'path' | 'line'>): Finding[] {
  return text.split('\n').flatMap((line): Finding[] => {
    const groups = pattern.exec(line)?.groups
    if (!groups?.path) return []
    const number = Number(groups.line)
    return [{ path: groups.path.replace(/^\.\//, ''), ...(Number.isInteger(number) && number > 0 ? { line: number } : {}), ...make(groups) }]
  })
}

export function failedWith(result: SandboxResult, what: string): { readonly failed: string } {
  return { failed: `${what} ended with ${result.exitCode ?? 'nothing'} and said: ${bothOf(result).trim().split('\n').slice(-3).join(' ').slice(0, 300)}` }
}
