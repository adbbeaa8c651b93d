/** One line of a chunk: kept, taken out, put in. */
export interface PatchLine {
  readonly kind: 'keep' | 'remove' | 'add'
  readonly text: string
}

export interface PatchChunk {
  /** Lines after `@@`, outermost first: the chunk lies below them. */
  readonly anchors: readonly string[]
  /** Line of the old file where a `@@ -12,3 +12,4 @@` header puts it: only ever used to choose between equal places. */
  readonly hint: number | undefined
  readonly lines: readonly PatchLine[]
  readonly atEnd: boolean
  /** Where it stands in the patch, from 1. */
  readonly patchLine: number
}

export type FilePatch =
  | { readonly kind: 'add'; readonly path: string; readonly content: string }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'update'; readonly path: string; readonly moveTo: string | undefined; readonly chunks: readonly PatchChunk[] }

export type ParsedPatch =
  | { readonly ok: true; readonly files: readonly FilePatch[] }
  | { readonly ok: false; readonly problem: string }

const MAX_FILES = 200
const FORM = 'The form is: *** Begin Patch, then *** Update File: path (or Add File, Delete File), @@ and lines that begin with a space, - or +, then *** End Patch.'

/** Thrown inside this file only, to leave the descent with a message; `parsePatch` turns it into its result. */
class Malformed extends Error {}

interface Cursor {
  readonly rows: readonly string[]
  at: number
}

/**
 * Reads the `*** Begin Patch` form. Forgives what models get wrong without changing what they mean: code fences, a shell
 * heredoc around it, a missing first `@@`, a missing end line, a blank line without its leading space.
 * Never throws: malformed input gives `problem`, with the line of the patch.
 */
export function parsePatch(input: string): ParsedPatch {
  try {
    const cursor = { rows: toRows(input), at: 0 }
    const files: FilePatch[] = []
    for (let file = readFile(cursor); file !== undefined; file = readFile(cursor)) {
      files.push(file)
      if (files.length > MAX_FILES) throw new Malformed(`more than ${MAX_FILES} files in one patch; split it.`)
    }
    if (files.length === 0) throw new Malformed(`the patch names no file. ${FORM}`)
    return { ok: true, files }
  } catch (thrown) {
    if (thrown instanceof Malformed) return { ok: false, problem: thrown.message }
    throw thrown
  }
}

/** The lines between the markers; the wrapping around them is dropped. */
function toRows(input: string): string[] {
  const rows = input.replaceAll('\r\n', '\n').split('\n')
  const begin = rows.findIndex((row) => /^\s*\*\*\* ?Begin Patch\s*$/.test(row))
  if (begin === -1 && !rows.some((row) => isHeader(row))) {
    const isDiff = rows.some((row) => row.startsWith('--- ')) && rows.some((row) => row.startsWith('+++ '))
    throw new Malformed(isDiff ? `this is a unified diff. ${FORM}` : `no "*** Begin Patch" line. ${FORM}`)
  }
  const end = rows.findIndex((row, index) => index > begin && /^\s*\*\*\* ?End Patch\s*$/.test(row))
  const first = begin === -1 ? rows.findIndex((row) => isHeader(row)) : begin + 1
  const body = rows.slice(0, end === -1 ? undefined : end)
  while (end === -1 && body.length > first && /^\s*(```.*|EOF|'EOF')?\s*$/.test(body.at(-1) ?? '')) body.pop()
  // Blanked, not dropped, so that messages name the lines of the input.
  return body.map((row, index) => (index < first ? '' : row))
}

const HEADER = /^\s*\*\*\* ?(Add|Update|Delete) File:\s*(.*?)\s*$/

function isHeader(row: string): boolean {
  return HEADER.test(row)
}

function readFile(cursor: Cursor): FilePatch | undefined {
  while (cursor.at < cursor.rows.length && cursor.rows[cursor.at]?.trim() === '') cursor.at++
  const row = cursor.rows[cursor.at]
  if (row === undefined) return undefined
  const match = HEADER.exec(row)
  if (match === null) throw new Malformed(`line ${cursor.at + 1} of the patch is ${JSON.stringify(row.slice(0, 120))}; expected "*** Update File: path", Add File or Delete File.`)
  const path = match[2] ?? ''
  if (path === '') throw new Malformed(`line ${cursor.at + 1} of the patch names no path.`)
  cursor.at++
  switch (match[1]) {
    case 'Add': return { kind: 'add', path, content: readAdded(cursor, path) }
    case 'Delete': return { kind: 'delete', path }
    default: return readUpdate(cursor, path)
  }
}

function readAdded(cursor: Cursor, path: string): string {
  const lines: string[] = []
  let length = 0
  for (let row = cursor.rows[cursor.at]; row !== undefined && !isHeader(row); row = cursor.rows[++cursor.at]) {
    if (/^\*\*\* ?End of File\s*$/.test(row)) continue
    if (!row.startsWith('+') && row.trim() !== '') {
      throw new Malformed(`line ${cursor.at + 1} of the patch, in Add File: ${path}, does not begin with +: ${JSON.stringify(row.slice(0, 120))}.`)
    }
    lines.push(row.slice(1))
    // Blank rows before the next header belong to the patch's layout, not to the file.
    if (row.startsWith('+')) length = lines.length
  }
  return length === 0 ? '' : `${lines.slice(0, length).join('\n')}\n`
}

function readUpdate(cursor: Cursor, path: string): FilePatch {
  let moveTo: string | undefined
  const move = /^\s*\*\*\* ?Move to:\s*(.*?)\s*$/.exec(cursor.rows[cursor.at] ?? '')
  if (move !== null) {
    moveTo = move[1]
    if (moveTo === undefined || moveTo === '') throw new Malformed(`line ${cursor.at + 1} of the patch: Move to names no path.`)
    cursor.at++
  }
  while (/^(--- |\+\+\+ )\S/.test(cursor.rows[cursor.at] ?? '') && isFileMark(cursor)) cursor.at++
  const chunks: PatchChunk[] = []
  for (let chunk = readChunk(cursor, path); chunk !== undefined; chunk = readChunk(cursor, path)) chunks.push(chunk)
  if (chunks.length === 0 && moveTo === undefined) throw new Malformed(`Update File: ${path} has no change in it. ${FORM}`)
  return { kind: 'update', path, moveTo, chunks }
}

/** `--- a/x` and `+++ b/x` as a unified diff has them, not a removed line of dashes. */
function isFileMark(cursor: Cursor): boolean {
  const [row, next, before] = [cursor.rows[cursor.at] ?? '', cursor.rows[cursor.at + 1] ?? '', cursor.rows[cursor.at - 1] ?? '']
  return row.startsWith('--- ') ? next.startsWith('+++ ') : before.startsWith('--- ')
}

function readChunk(cursor: Cursor, path: string): PatchChunk | undefined {
  const anchors: string[] = []
  let hint: number | undefined
  let row = cursor.rows[cursor.at]
  const patchLine = cursor.at + 1
  while (row !== undefined && row.startsWith('@@')) {
    const numbered = /^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@(.*)$/.exec(row)
    if (numbered === null) {
      const anchor = row.slice(2).replace(/^ /, '').trimEnd()
      if (anchor.trim() !== '' && anchor !== '@@') anchors.push(anchor.replace(/ @@$/, ''))
    } else hint = Number(numbered[1])
    row = cursor.rows[++cursor.at]
  }
  const lines: PatchLine[] = []
  let atEnd = false
  for (; row !== undefined && !row.startsWith('@@') && !isHeader(row); row = cursor.rows[++cursor.at]) {
    if (/^\*\*\* ?End of File\s*$/.test(row)) {
      atEnd = true
      cursor.at++
      break
    }
    if (row === '\\ No newline at end of file') continue
    if (row.startsWith('*** ')) throw new Malformed(`line ${cursor.at + 1} of the patch is not known: ${JSON.stringify(row.slice(0, 120))}. ${FORM}`)
    lines.push(toPatchLine(row))
  }
  trimLayout(lines, cursor, atEnd)
  if (lines.length === 0) {
    if (anchors.length === 0) return undefined
    throw new Malformed(`the chunk at line ${patchLine} of the patch (${path}) has @@ but no lines after it.`)
  }
  return { anchors, hint, lines, atEnd, patchLine }
}

function toPatchLine(row: string): PatchLine {
  if (row.startsWith('+')) return { kind: 'add', text: row.slice(1) }
  if (row.startsWith('-')) return { kind: 'remove', text: row.slice(1) }
  // A line without a marker is context that lost its space; it counts only if the file has it at one place.
  return { kind: 'keep', text: row.startsWith(' ') ? row.slice(1) : row }
}

/** Empty rows at the end of a chunk are layout where a header, another chunk or the end follows. */
function trimLayout(lines: PatchLine[], cursor: Cursor, atEnd: boolean): void {
  if (atEnd) return
  let row = cursor.at - 1
  while (lines.at(-1)?.kind === 'keep' && lines.at(-1)?.text === '' && cursor.rows[row] === '') {
    lines.pop()
    row--
  }
}
