import type { Act } from '../../protocol/command.ts'
import type { ParseShell, ShellNode } from './shell-node.ts'
import type { Word } from './words.ts'

/** Bounds of one reading: over them, what is left is not understood. */
export const bounds = { acts: 400, depth: 24, steps: 20_000, text: 100_000 } as const

/** What is known where the command would run. */
export interface Surroundings {
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  readonly isSecret: (path: string) => boolean
  /** Contents of the workspace's files read so far; undefined for one that is not there. */
  readonly files: ReadonlyMap<string, string | undefined>
  readonly parse: ParseShell
}

/** What a shell knows at one point; a subshell gets a copy. */
export interface Shell {
  readonly vars: Map<string, Word | readonly Word[]>
  readonly functions: Map<string, ShellNode>
  readonly aliases: Map<string, string>
  positional: readonly Word[]
  /** Relative to the repository's root, empty for it; absolute outside of it; undefined where it is not known. */
  cwd: string | undefined
}

/** What the whole reading shares. */
export interface Reading {
  readonly place: Surroundings
  readonly acts: Act[]
  readonly unknown: { text: string; why: string }[]
  /** Files whose content is needed to go on. */
  readonly wanted: Set<string>
  /** Contents that the command itself writes, by path; undefined where they are not known. */
  readonly written: Map<string, string | undefined>
  steps: number
}

export interface Place {
  readonly shell: Shell
  readonly via: readonly string[]
  readonly depth: number
  /** What comes in by the pipe: text, undefined where it is not known, and null where nothing does. */
  readonly stdin: Word | undefined | null
  /** Functions that are being read, to find those that call themselves. */
  readonly calling: readonly string[]
}

export function copyShell(shell: Shell): Shell {
  return { vars: new Map(shell.vars), functions: new Map(shell.functions), aliases: new Map(shell.aliases), positional: shell.positional, cwd: shell.cwd }
}

export function giveUp(reading: Reading, text: string, why: string): void {
  const cut = text.length > 200 ? `${text.slice(0, 199)}…` : text
  if (reading.unknown.length < 20 && !reading.unknown.some((each) => each.text === cut && each.why === why)) reading.unknown.push({ text: cut.replaceAll('\u0000', '…'), why })
}

/** A path as a rule sees it. `outside` for what is not below the repository's root; undefined where it is not known. */
export function toPath(shell: Shell, home: string, word: Word): { readonly path: string; readonly outside: boolean } | undefined {
  if (word.includes('\u0000') || shell.cwd === undefined && !word.startsWith('/')) return undefined
  const whole = word.startsWith('~') ? word.replace(/^~/, '/home') : word
  const parts: string[] = []
  const base = whole.startsWith('/') ? whole : `${(shell.cwd ?? '').startsWith('/') ? shell.cwd : `${home}/${shell.cwd ?? ''}`}/${whole}`
  for (const part of base.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  const absolute = `/${parts.join('/')}`
  if (absolute === home) return { path: '', outside: false }
  if (absolute.startsWith(`${home}/`)) return { path: absolute.slice(home.length + 1), outside: false }
  return { path: absolute, outside: true }
}

/** Scratch places that are private to a command's sandbox. */
export function isScratch(path: string): boolean {
  return /^\/(tmp|var\/tmp|dev\/(null|stdin|stdout|stderr|fd\/\d+|shm)|proc\/self\/fd)(\/|$)/.test(path)
}

