import type { Act, ActKind, CommandReading } from '../../protocol/command.ts'
import type { ShellState } from './shell-state.ts'
import { toShown } from './text-marks.ts'

/** Reading stops here: whatever says so much is one `unknown`. */
export const readBounds = { steps: 4000, characters: 1_000_000, depth: 24, acts: 400, unknowns: 50, files: 32 }

/** Thrown when a bound is passed; ends the whole reading. */
export class Exhausted extends Error {
  override readonly name = 'Exhausted'
}

/** What a command is read against. Files are those that were loaded so far. */
export interface KnownPlace {
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  isSecret(path: string): boolean
  /** By path relative to the root; undefined inside stands for a file that is not there. */
  readonly files: ReadonlyMap<string, string | undefined>
}

/** One reading. */
export interface Session {
  readonly place: KnownPlace
  readonly acts: Map<string, Act>
  readonly unknown: Map<string, CommandReading['unknown'][number]>
  /** Scripts of the package.json files that were met, by their texts. */
  readonly scripts: Map<string, ReadonlyMap<string, string>>
  /** Files of the workspace that have to be loaded before it can be told what the command does. */
  readonly wanted: Set<string>
  steps: number
  /** Characters that were put together so far. */
  characters: number
}

export interface Shell {
  readonly session: Session
  readonly state: ShellState
  readonly env: Readonly<Record<string, string>>
}

/** How a command stands among the others. */
export interface Way {
  /** What it would find on its standard input, as far as it is known. */
  readonly stdin: string
  readonly via: readonly string[]
  readonly depth: number
  /** From redirections. Absolute, or undefined in parts. */
  readonly paths: readonly { readonly path: string; readonly access: 'read' | 'write' }[]
  readonly hosts: readonly string[]
  /** Functions that are being run. */
  readonly calls: readonly string[]
  /** In a pipe or in the background. */
  readonly isBeside: boolean
  /** Input by other descriptors. */
  readonly descriptors: ReadonlyMap<number, string>
}

export interface Outcome {
  /** 0 or 1 where it is certain. */
  readonly status: 0 | 1 | undefined
  readonly out: string
  /** It may have left the list that it stands in: `return`, `break`, `exit`. */
  readonly jumps: boolean
}

export const nothing: Outcome = { status: undefined, out: '', jumps: false }
export const done: Outcome = { status: 0, out: '', jumps: false }

export function step(session: Session): void {
  session.steps += 1
  if (session.steps > readBounds.steps) throw new Exhausted('it does too much to be read')
}

/** Texts can grow, and be gone through again and again. */
export function charge(session: Session, characters: number): void {
  session.characters += characters
  if (session.characters > readBounds.characters) throw new Exhausted('it works on more text than can be read')
}

export function sayUnknown(session: Session, text: string, why: string): void {
  const shown = toShown(text).slice(0, 500)
  session.unknown.set(`${shown}\n${why}`, { text: shown, why: why.slice(0, 500) })
  if (session.unknown.size > readBounds.unknowns) throw new Exhausted('too much of it cannot be understood')
}

/** What is not understood of a program of the repository: it matters where something can get out, as with any program of it. */
export function asContained(session: Session, run: () => void): void {
  const before = new Set(session.unknown.keys())
  run()
  for (const [key, each] of session.unknown) if (!before.has(key)) session.unknown.set(key, { ...each, contained: true })
}

export function addAct(session: Session, act: Act): void {
  session.acts.set(JSON.stringify(act), act)
  if (session.acts.size > readBounds.acts) throw new Exhausted('it starts too many programs')
}

export function beneath(way: Way, name: string): Way {
  return { ...way, via: [...way.via, name], depth: way.depth + 1 }
}

/** Ways by which something leaves the machine. */
export const outgoing: ReadonlySet<ActKind> = new Set<ActKind>(['network', 'upload', 'remote-shell', 'dns', 'registry', 'git-remote', 'publish', 'deploy', 'message'])
