import { structuredPatch } from 'diff'

export interface TextChange {
  readonly path: string
  /** Undefined where the file was not there before, or is not there afterwards. */
  readonly before: string | undefined
  readonly after: string | undefined
  readonly movedFrom?: string
}

export interface BoundedDiff {
  readonly text: string
  readonly added: number
  readonly removed: number
  /** Lines of the diff that were left out. */
  readonly left: number
}

/** Beyond this many changed lines a diff is not worth the time it takes; the counts then speak of whole files. */
const MAX_EDIT_LENGTH = 4000

/** A unified diff without the file headers that the path already says; at most `maxChars`, whole lines. */
export function toUnifiedDiff(change: TextChange, options: { maxChars: number; context: number }): BoundedDiff {
  const before = toPlainLines(change.before)
  const after = toPlainLines(change.after)
  const patch = structuredPatch('a', 'b', before, after, undefined, undefined, { context: options.context, maxEditLength: MAX_EDIT_LENGTH })
  if (patch === undefined) return toWhole(before, after)
  const rows: string[] = []
  let added = 0
  let removed = 0
  for (const hunk of patch.hunks) {
    rows.push(`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`)
    for (const line of hunk.lines) {
      if (line.startsWith('+')) added++
      if (line.startsWith('-')) removed++
      rows.push(line.length > 400 ? `${line.slice(0, 400)}…` : line)
    }
  }
  return { ...toBounded(rows, options.maxChars), added, removed }
}

function toPlainLines(content: string | undefined): string {
  return (content ?? '').replaceAll('\r\n', '\n')
}

function toWhole(before: string, after: string): BoundedDiff {
  const count = (text: string): number => text.split('\n').length
  return { text: '(too much changed to show a diff)', added: count(after), removed: count(before), left: 0 }
}

function toBounded(rows: readonly string[], maxChars: number): { text: string; left: number } {
  let room = maxChars
  let count = 0
  for (const row of rows) {
    room -= row.length + 1
    if (room < 0 && count > 0) break
    count++
  }
  const left = rows.length - count
  const shown = rows.slice(0, count)
  if (left > 0) shown.push(`… ${left} more lines of diff`)
  return { text: shown.join('\n'), left }
}
