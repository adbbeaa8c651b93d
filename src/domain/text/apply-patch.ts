import { toIndent } from './fold.ts'
import type { Line } from './lines.ts'
import { fromLines, toLineEnd, toLines } from './lines.ts'
import { findBlocks, lineWays } from './match-lines.ts'
import type { LineWay } from './match-lines.ts'
import { findNearest } from './nearest-lines.ts'
import type { PatchChunk } from './parse-patch.ts'
import { learnReindent } from './reindent.ts'

export type PatchOutcome =
  | { readonly ok: true; readonly content: string; readonly notes: readonly string[] }
  | { readonly ok: false; readonly problem: string }

interface Place {
  readonly start: number
  readonly count: number
  readonly rows: readonly Line[]
}

type Located = { readonly kind: 'at'; readonly start: number; readonly way: LineWay } | { readonly kind: 'problem'; readonly problem: string }

/**
 * Applies the chunks of one file. Each must fit at one place only: by its own lines, or below its `@@` lines, or after
 * the chunk before it. Lines that a chunk keeps hold their bytes; the file keeps its line ends and its (missing) final newline.
 * `unseen`: the model has not read the file, so lenient matches are refused.
 */
export function applyPatch(content: string, chunks: readonly PatchChunk[], options: { unseen: boolean }): PatchOutcome {
  const lines = toLines(content)
  const texts = lines.map((line) => line.text)
  const notes: string[] = []
  const places: Place[] = []
  let cursor = 0
  for (const [index, chunk] of chunks.entries()) {
    const label = chunks.length === 1 ? '' : `chunk ${index + 1} of ${chunks.length} (line ${chunk.patchLine} of the patch): `
    const located = locate(texts, chunk, cursor)
    if (located.kind === 'problem') return { ok: false, problem: label + located.problem }
    if (options.unseen && located.way !== 'exact') {
      return { ok: false, problem: `${label}its context matches only with other ${located.way === 'indentation' ? 'indentation' : 'trailing space'}, and you have not read this file. Read it, then patch.` }
    }
    if (located.way !== 'exact') notes.push(`${label}matched with other ${located.way === 'indentation' ? 'indentation' : 'trailing space'}; the file's own was kept.`)
    const place = toPlace(lines, chunk, located, toLineEnd(content))
    if (place === undefined) return { ok: false, problem: `${label}its lines match only with contradicting indentation. Send them as the file has them.` }
    const clash = places.some((other) => place.start < other.start + Math.max(1, other.count) && other.start < place.start + Math.max(1, place.count))
    if (clash && place.count > 0) return { ok: false, problem: `${label}it overlaps an earlier chunk at line ${place.start + 1}; join the two.` }
    places.push(place)
    cursor = place.start + place.count
  }
  const result = splice(lines, places)
  if (result === content) return { ok: false, problem: 'the chunks change nothing: the file already reads so.' }
  return { ok: true, content: result, notes }
}

function splice(lines: readonly Line[], places: readonly Place[]): string {
  const result = [...lines]
  const isOpen = lines.at(-1)?.end === ''
  const end = toLineEnd(fromLines(lines))
  const ordered = [...places.entries()].sort(([i, a], [j, b]) => b.start - a.start || j - i)
  for (const [, place] of ordered) result.splice(place.start, place.count, ...place.rows)
  // Only the last line may be without an end, and it is if the file's last line was.
  const last = result.length - 1
  return fromLines(result.map((line, index) => {
    if (index < last) return line.end === '' ? { ...line, end } : line
    return isOpen ? { ...line, end: '' } : line
  }))
}

function toPlace(lines: readonly Line[], chunk: PatchChunk, at: { start: number; way: LineWay }, end: '\n' | '\r\n'): Place | undefined {
  const old = chunk.lines.filter((line) => line.kind !== 'add')
  const block = lines.slice(at.start, at.start + old.length)
  const reindent = at.way === 'indentation' ? learnReindent(old.map((line) => line.text), block.map((line) => line.text)) : (line: string) => line
  if (reindent === undefined) return undefined
  const style = (block.find((line) => line.end !== '') ?? lines[at.start - 1])?.end
  const newEnd = style === undefined || style === '' ? end : style
  const rows: Line[] = []
  let index = 0
  for (const line of chunk.lines) {
    if (line.kind === 'add') rows.push({ text: reindent(line.text), end: newEnd })
    else {
      const own = block[index++]
      if (line.kind === 'keep' && own !== undefined) rows.push(own)
    }
  }
  return { start: at.start, count: old.length, rows }
}

function locate(texts: readonly string[], chunk: PatchChunk, cursor: number): Located {
  const old = chunk.lines.filter((line) => line.kind !== 'add').map((line) => line.text)
  if (old.length === 0) return locateInsertion(texts, chunk, cursor)
  for (const way of lineWays) {
    const all = findBlocks(texts, old, way)
    const found = chunk.atEnd ? all.filter((at) => isAtEnd(texts, at + old.length)) : all
    if (found.length === 0) continue
    const start = choose(texts, found, chunk, cursor)
    if (start !== undefined) return { kind: 'at', start, way }
    const places = found.slice(0, 20).map((at) => at + 1).join(', ')
    return { kind: 'problem', problem: `its lines match ${found.length} places, at lines ${places}. Add context lines, or @@ with the line of the function above, until one is meant.` }
  }
  return { kind: 'problem', problem: explainMiss(texts, old, chunk) }
}

/** A last line that is empty does not keep a chunk from being at the end. */
function isAtEnd(texts: readonly string[], end: number): boolean {
  return texts.slice(end).every((text) => text.trim() === '')
}

/** The one place among several that the chunk's other hints leave; undefined where they leave more or none. */
function choose(texts: readonly string[], found: readonly number[], chunk: PatchChunk, cursor: number): number | undefined {
  if (found.length === 1) return found[0]
  if (chunk.hint !== undefined && found.includes(chunk.hint - 1)) return chunk.hint - 1
  if (chunk.anchors.length > 0) {
    const anchor = findAnchor(texts, chunk.anchors, cursor)
    if (anchor === undefined) return undefined
    const inside = found.filter((at) => at >= anchor && at < toBlockEnd(texts, anchor))
    if (inside.length === 1) return inside[0]
    const below = found.filter((at) => at > anchor)
    return inside.length === 0 && below.length === 1 ? below[0] : undefined
  }
  const after = cursor === 0 ? [] : found.filter((at) => at >= cursor)
  return after.length === 1 ? after[0] : undefined
}

/** The line of the innermost anchor, each searched below the one before it; undefined unless each is at one place. */
function findAnchor(texts: readonly string[], anchors: readonly string[], cursor: number): number | undefined {
  let from = 0
  let until = texts.length
  let at: number | undefined
  for (const anchor of anchors) {
    const all = toAnchorLines(texts, anchor).filter((line) => line >= from && line < until)
    const below = all.filter((line) => line >= cursor)
    const [only] = all.length === 1 ? all : below
    if (only === undefined || (all.length > 1 && below.length > 1)) return undefined
    at = only
    from = only + 1
    until = toBlockEnd(texts, only)
  }
  return at
}

function toAnchorLines(texts: readonly string[], anchor: string): number[] {
  const exact = findBlocks(texts, [anchor], 'exact')
  const same = exact.length > 0 ? exact : findBlocks(texts, [anchor], 'indentation')
  if (same.length > 0) return same
  const wanted = anchor.trim()
  return wanted.length < 3 ? [] : [...texts.entries()].filter(([, text]) => text.trim().startsWith(wanted)).map(([index]) => index)
}

/** First line after `at` that is no longer indented below it and begins something new. */
function toBlockEnd(texts: readonly string[], at: number): number {
  const indent = toIndent(texts[at] ?? '').length
  for (let line = at + 1; line < texts.length; line++) {
    const text = texts[line] ?? ''
    if (text.trim() !== '' && toIndent(text).length <= indent && /^[\s]*[\p{L}\p{N}_@#$/*]/u.test(text)) return line
  }
  return texts.length
}

function locateInsertion(texts: readonly string[], chunk: PatchChunk, cursor: number): Located {
  if (chunk.anchors.length === 0) return { kind: 'at', start: texts.length, way: 'exact' }
  const anchor = findAnchor(texts, chunk.anchors, cursor)
  if (anchor !== undefined) return { kind: 'at', start: anchor + 1, way: 'exact' }
  const shown = JSON.stringify(chunk.anchors.at(-1))
  return { kind: 'problem', problem: `it only adds lines, below @@ ${shown}, which is not at exactly one place. Give a line of context that the new lines follow.` }
}

function explainMiss(texts: readonly string[], old: readonly string[], chunk: PatchChunk): string {
  if (chunk.atEnd && findBlocks(texts, old, 'exact').length > 0) return 'its lines are in the file, but not at its end; leave *** End of File out.'
  const near = findNearest(texts, old)
  if (near === undefined) return 'its context and removed lines are not in the file, and nothing resembles them. Search for them or read the file.'
  return `its context and removed lines are not in the file. Nearest, lines ${near.first}-${near.last}:\n${near.text}\n${near.difference} Send the patch again with the lines as the file has them.`
}
