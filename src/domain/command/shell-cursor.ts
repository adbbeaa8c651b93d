import type { Redirect, ShellNode, ShellWord } from './shell-node.ts'
import { Unreadable } from './unreadable.ts'

export const parseBounds = { characters: 200_000, depth: 48, nodes: 20_000 }

/** A here-document that was announced and whose body comes after the line. */
export interface PendingDocument {
  readonly delimiter: string
  readonly literal: boolean
  readonly stripsTabs: boolean
  readonly fill: (body: ShellWord) => void
}

/**
 * Who will run it: bash, or one of the shells behind the name `sh`, which may be bash or not. What those read in different
 * ways is refused.
 */
export type ShellDialect = 'bash' | 'sh'

/** Where a reader stands in a source. Shared by everything that reads the same source. */
export interface ShellCursor {
  readonly source: string
  at: number
  readonly depth: number
  readonly dialect: ShellDialect
  readonly budget: { nodes: number }
  documents: PendingDocument[]
  /** Reads commands up to a stop; set by `parse-shell`, which words with substitutions in them need. */
  readonly parseList: (cursor: ShellCursor, stop: ListStop) => ShellNode
}

export type CursorParent = Pick<ShellCursor, 'depth' | 'budget' | 'parseList' | 'dialect'>
export type ListStop = { readonly character?: ')' | '}'; readonly words?: readonly string[]; readonly arms?: boolean }
export type FilledRedirect = { -readonly [K in keyof Redirect]: Redirect[K] }

export function createCursor(source: string, parent: CursorParent): ShellCursor {
  if (parent.depth > parseBounds.depth) throw new Unreadable('it is nested too deeply')
  if (source.length > parseBounds.characters) throw new Unreadable('it is too long')
  return { source, at: 0, depth: parent.depth + 1, dialect: parent.dialect, budget: parent.budget, documents: [], parseList: parent.parseList }
}

export function charAt(cursor: ShellCursor, ahead = 0): string {
  return cursor.source.charAt(cursor.at + ahead)
}

export function startsWith(cursor: ShellCursor, text: string): boolean {
  return cursor.source.startsWith(text, cursor.at)
}

export function isAtEnd(cursor: ShellCursor): boolean {
  return cursor.at >= cursor.source.length
}

/** A backslash before a line's end joins lines wherever it stands, in the middle of a word or an operator as well. */
export function skipContinuations(cursor: ShellCursor): void {
  while (startsWith(cursor, '\\\n')) cursor.at += 2
}

/** Blanks, joined lines and comments; not the end of a line. */
export function skipBlanks(cursor: ShellCursor): void {
  for (;;) {
    skipContinuations(cursor)
    const char = charAt(cursor)
    if (char === ' ' || char === '\t') cursor.at += 1
    else if (char === '#' && isWordStart(cursor)) {
      const end = cursor.source.indexOf('\n', cursor.at)
      cursor.at = end === -1 ? cursor.source.length : end
      return
    } else return
  }
}

function isWordStart(cursor: ShellCursor): boolean {
  let before = cursor.at - 1
  while (before >= 1 && cursor.source.charAt(before) === '\n' && cursor.source.charAt(before - 1) === '\\') before -= 2
  return before < 0 || ' \t\n;&|()<>'.includes(cursor.source.charAt(before))
}

/** For what only bash reads like bash. */
export function expectBash(cursor: ShellCursor, what: string): void {
  if (cursor.dialect !== 'bash') throw new Unreadable(`${what} means something else to other shells than bash`)
}

/** One more node of the tree; a source can be short and mean a great deal. */
export function spend(cursor: ShellCursor): void {
  cursor.budget.nodes += 1
  if (cursor.budget.nodes > parseBounds.nodes) throw new Unreadable('it has too many parts')
}
