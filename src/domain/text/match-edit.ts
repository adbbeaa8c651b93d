import { diffArrays } from 'diff'
import { foldLineEnds, foldPunctuation } from './fold.ts'
import type { Line } from './lines.ts'
import { fromLines, toLineEnd, toLineNumber, toLines, withLineEnd } from './lines.ts'
import { findBlocks } from './match-lines.ts'
import { learnReindent } from './reindent.ts'

/** How a text was found, from strict to lenient. */
export type EditWay = 'exact' | 'line ends' | 'quotes, dashes or spaces' | 'trailing space' | 'indentation'

/** A piece of the content, by offsets, and what takes its place. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

export type EditMatch =
  | { readonly kind: 'found'; readonly way: EditWay; readonly splices: readonly Splice[] }
  /** Lines (from 1) at which it was found, too many to choose from. */
  | { readonly kind: 'ambiguous'; readonly way: EditWay; readonly lines: readonly number[]; readonly more: boolean }
  | { readonly kind: 'missing' }

const MAX_PLACES = 50

/**
 * Finds `find` in `content` and says what to put there instead, touching nothing but what was found. Exact matches win;
 * a lenient one counts only where it is the only one. `all` takes every exact match.
 */
export function matchEdit(content: string, edit: { find: string; replace: string; all: boolean }): EditMatch {
  // A find that begins with `\n` would match the second half of a `\r\n`; folding sees the two as one.
  const isHalf = edit.find.startsWith('\n') && content.includes('\r\n')
  const exact = isHalf ? [] : findAll(content, edit.find, !edit.all)
  if (exact.length === 1 || (exact.length > 1 && edit.all)) {
    const splices = exact.map((start) => ({ start, end: start + edit.find.length, text: toReplacement(content, start, edit.replace) }))
    return { kind: 'found', way: 'exact', splices }
  }
  if (exact.length > 1) return toAmbiguous('exact', exact.map((start) => toLineNumber(content, start)))
  return matchFolded(content, edit) ?? matchBlock(content, edit) ?? { kind: 'missing' }
}

/** A replacement takes the line ends of the place it goes to, unless the model wrote carriage returns itself. */
function toReplacement(content: string, start: number, replace: string): string {
  if (!replace.includes('\n') || replace.includes('\r')) return replace
  return withLineEnd(replace, toEndAt(content, start))
}

function toEndAt(content: string, offset: number): '\n' | '\r\n' {
  const feed = content.indexOf('\n', offset)
  if (feed === -1) return toLineEnd(content)
  return content.charCodeAt(feed - 1) === 13 ? '\r\n' : '\n'
}

function toAmbiguous(way: EditWay, lines: readonly number[]): EditMatch {
  return { kind: 'ambiguous', way, lines, more: lines.length >= MAX_PLACES }
}

/** Offsets of all places; overlapping ones too when they only serve to tell whether there is more than one. */
function findAll(content: string, find: string, bounded: boolean): number[] {
  const found: number[] = []
  const step = bounded ? 1 : find.length
  for (let at = content.indexOf(find); at !== -1; at = content.indexOf(find, at + step)) {
    found.push(at)
    if (bounded && found.length >= MAX_PLACES) break
  }
  return found
}

/** Within lines: `\r\n` against `\n`, then curly quotes, dashes and odd spaces against plain ones. */
function matchFolded(content: string, edit: { find: string; replace: string; all: boolean }): EditMatch | undefined {
  const folded = foldLineEnds(content)
  const find = edit.find.replaceAll('\r\n', '\n')
  const ways = [
    { way: 'line ends', text: folded.text, find },
    { way: 'quotes, dashes or spaces', text: foldPunctuation(folded.text), find: foldPunctuation(find) },
  ] as const
  for (const { way, text, find: wanted } of ways) {
    if (way !== 'line ends' && !/[\p{L}\p{N}]/u.test(wanted)) continue
    const found = findAll(text, wanted, !(edit.all && way === 'line ends'))
    if (found.length > 1 && !(edit.all && way === 'line ends')) return toAmbiguous(way, found.map((at) => toLineNumber(text, at)))
    if (found.length === 0) continue
    return { kind: 'found', way, splices: found.map((at) => toFoldedSplice(content, folded.origin, at, { find, replace: edit.replace })) }
  }
  return undefined
}

/** What find and replace have in common at both ends keeps the bytes that the file has there. */
function toFoldedSplice(content: string, origin: Uint32Array, at: number, edit: { find: string; replace: string }): Splice {
  const replace = edit.replace.replaceAll('\r\n', '\n')
  const limit = Math.min(edit.find.length, replace.length)
  let head = 0
  while (head < limit && edit.find[head] === replace[head]) head++
  let tail = 0
  while (tail < limit - head && edit.find.at(-1 - tail) === replace.at(-1 - tail)) tail++
  const start = toOrigin(content, origin, at + head)
  const end = Math.max(start, toOrigin(content, origin, at + edit.find.length - tail))
  const text = replace.slice(head, replace.length - tail)
  return { start, end, text: withLineEnd(text, toEndAt(content, toOrigin(content, origin, at))) }
}

/** A `\n` of the folded text stands for the whole `\r\n`, so a place before it is the place before the `\r`. */
function toOrigin(content: string, origin: Uint32Array, at: number): number {
  const offset = origin[at] ?? content.length
  return content.charCodeAt(offset) === 10 && content.charCodeAt(offset - 1) === 13 ? offset - 1 : offset
}

/** Whole lines whose trailing space or indentation differs. Lines that the edit does not change keep their bytes. */
function matchBlock(content: string, edit: { find: string; replace: string }): EditMatch | undefined {
  const lines = toLines(content)
  const texts = lines.map((line) => line.text)
  const find = edit.find.replaceAll('\r\n', '\n')
  const wanted = (find.endsWith('\n') ? find.slice(0, -1) : find).split('\n')
  for (const way of ['trailing-space', 'indentation'] as const) {
    const found = findBlocks(texts, wanted, way)
    const named = way === 'trailing-space' ? 'trailing space' : 'indentation'
    if (found.length > 1) return toAmbiguous(named, found.map((at) => at + 1))
    const [at] = found
    if (at === undefined) continue
    const splice = toBlockSplice(lines, at, wanted, { find, replace: edit.replace.replaceAll('\r\n', '\n') })
    return splice === undefined ? undefined : { kind: 'found', way: named, splices: [splice] }
  }
  return undefined
}

function toBlockSplice(lines: readonly Line[], at: number, wanted: readonly string[], edit: { find: string; replace: string }): Splice | undefined {
  const block = lines.slice(at, at + wanted.length)
  const reindent = learnReindent(wanted, block.map((line) => line.text))
  if (reindent === undefined) return undefined
  const last = block.at(-1)
  const findEnds = edit.find.endsWith('\n')
  const replaceEnds = edit.replace.endsWith('\n')
  const end = toLineEnd(fromLines(block))
  const body = replaceEnds ? edit.replace.slice(0, -1) : edit.replace
  const rows = edit.replace === '' ? [] : mergeLines(block, wanted, body.split('\n'), { reindent, end })
  const start = lines.slice(0, at).reduce((sum, line) => sum + line.text.length + line.end.length, 0)
  const length = block.reduce((sum, line) => sum + line.text.length + line.end.length, 0)
  const lastEnd = last?.end ?? ''
  const text = rows.map((row, index) => (index === rows.length - 1 ? row.text : row.text + (row.end === '' ? end : row.end))).join('')
  const closing = !replaceEnds ? '' : findEnds ? lastEnd : end
  return { start, end: start + length - (findEnds ? 0 : lastEnd.length), text: rows.length === 0 ? '' : text + closing }
}

/** The replacement's lines; those that `wanted` has too are taken from the file as they are. */
export function mergeLines(
  block: readonly Line[], wanted: readonly string[], replacement: readonly string[],
  style: { reindent: (line: string) => string; end: '\n' | '\r\n' },
): Line[] {
  const rows: Line[] = []
  let index = 0
  for (const part of diffArrays([...wanted], [...replacement])) {
    if (part.added) rows.push(...part.value.map((text) => ({ text: style.reindent(text), end: style.end })))
    else {
      if (!part.removed) rows.push(...block.slice(index, index + part.value.length))
      index += part.value.length
    }
  }
  return rows
}
