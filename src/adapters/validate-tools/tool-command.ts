import type { SandboxResult } from '../../engine/ports/sandbox.ts'
import { join } from './repository.ts'

/** One start of a tool: in which folder, with which words, and on which files of that folder. */
export interface ToolRun {
  /** Relative to the root; '' is the root. */
  readonly folder: string
  /** `NAME=value`. */
  readonly env: readonly string[]
  /** The first is the program: a path (from the root where it is relative), or a name that PATH is searched for. */
  readonly words: readonly string[]
  /** Relative to the folder. Those that are not there are left out, and without any left nothing is started. Undefined: it finds its files itself. */
  readonly files: readonly string[] | undefined
}

/** What one start of a tool said. */
export interface ToolOutput {
  readonly text: string
  readonly exitCode: number
  /** What all starts together said on standard error, where that is not what is read. */
  readonly stderr: string
  /** A path as the tool wrote it, from the root. */
  toPath(said: string): string
}

export type OutputStream = 'stdout' | 'stderr' | 'both'

const begin = '\u001e'
const end = '\u001f'
const redirections: Readonly<Record<OutputStream, string>> = { stdout: '', stderr: ' 2>&1 >/dev/null', both: ' 2>&1' }

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

/**
 * A script that starts a tool in each folder, and says where each output begins and ends. The same script serves on the base,
 * where some of the files are not there: tools call that a fault of their own. A file whose name looks like an option is none.
 */
export function toScript(runs: readonly ToolRun[], stream: OutputStream): readonly string[] {
  const parts = runs.map(({ folder, env, words: [program = '', ...rest], files }) => {
    const start = program.includes('/') && !program.startsWith('/') ? `"$root"/${quote(program)}` : quote(program)
    const exec = env.length === 0 ? 'exec' : `exec env ${env.map(quote).join(' ')}`
    const some = files === undefined ? 'set --' : `set -- ${files.map((file) => quote(file.startsWith('-') ? `./${file}` : file)).join(' ')}; for f do shift; [ -f "$f" ] && set -- "$@" "$f"; done; [ $# -gt 0 ] || exit 0`
    const inside = `cd "$root"/${quote(folder)} 2>/dev/null || exit 0; ${some}; ${exec} ${[start, ...rest.map(quote)].join(' ')} "$@"`
    return `printf '\\036%s\\n' "$root"; ( ${inside} )${redirections[stream]}; printf '\\037%s\\n' "$?"`
  })
  return ['sh', '-c', `root=$(pwd -P); ${parts.join('; ')}`]
}

/** The outputs of `toScript`, one for each run, in order; a sentence where the script did not come to its end. */
export function readOutputs(runs: readonly ToolRun[], result: SandboxResult): readonly ToolOutput[] | { readonly failed: string } {
  if (result.ended !== 'exited') return { failed: result.ended === 'timeout' ? `it was stopped after ${Math.round(result.durationMs / 1000)} s` : `it was stopped (${result.ended})` }
  if (result.droppedBytes > 0) return { failed: 'it printed more than can be read' }
  const stderr = new TextDecoder().decode(result.stderr)
  const sections = new TextDecoder().decode(result.stdout).split(begin).slice(1)
  if (sections.length !== runs.length || sections.some((section) => !section.includes(end))) return { failed: `it did not come to its end: ${lastWords(stderr)}` }
  return runs.map(({ folder }, n) => {
    const section = sections[n] ?? ''
    const [root = ''] = section.split('\n', 1)
    const ended = section.lastIndexOf(end)
    return {
      text: section.slice(root.length + 1, ended),
      exitCode: Number.parseInt(section.slice(ended + 1), 10),
      stderr,
      toPath: (said) => toRootPath(root, folder, said),
    }
  })
}

function toRootPath(root: string, folder: string, said: string): string {
  const path = said.replace(/^file:\/\//, '')
  if (path.startsWith(`${root}/`)) return path.slice(root.length + 1)
  if (path.startsWith('/')) return path
  const parts: string[] = []
  for (const part of join(folder, path).split('/')) {
    if (part === '..' && parts.length > 0) parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

/** The end of what a program printed, on one line. */
export function lastWords(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line === '' ? 'it said nothing' : line.slice(-300)
}
