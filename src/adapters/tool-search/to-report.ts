import { toTokenEstimate } from '../../domain/text/token-estimate.ts'
import type { ToolResult } from '../../engine/ports/tools.ts'
import type { Row } from './parse-rows.ts'

const MAX_LINE = 200
const MAX_CHARS = 12_000
const MAX_TOKENS = 4000

/** Matches by file, with line numbers, within the limits; and how to see the rest. */
export function toReport(rows: readonly Row[], options: { max: number; isWhole: boolean }): ToolResult {
  const out: string[] = []
  const files = new Set<string>()
  let previous: Row | undefined
  let matches = 0
  let chars = MAX_CHARS
  let tokens = MAX_TOKENS
  let isCut = !options.isWhole
  for (const row of rows) {
    const added = toRows(row, previous)
    const text = added.join('\n')
    chars -= text.length + 1
    tokens -= toTokenEstimate(text)
    if ((row.isMatch && matches >= options.max) || chars < 0 || tokens < 0) {
      isCut = true
      break
    }
    if (row.isMatch) {
      matches++
      files.add(row.path)
    }
    out.push(...added)
    previous = row
  }
  const total = `${matches} ${matches === 1 ? 'match' : 'matches'} in ${files.size} ${files.size === 1 ? 'file' : 'files'}`
  out.push(isCut ? `[first ${total}; there are more: narrow with path or glob]` : `[${total}]`)
  return { ok: true, text: out.join('\n'), detail: { matches, files: files.size, cut: isCut } }
}

function toRows(row: Row, previous: Row | undefined): string[] {
  const head = previous?.path === row.path ? [] : [row.path]
  const gap = previous?.path === row.path && row.line > previous.line + 1 && !(row.isMatch && previous.isMatch) ? ['   --'] : []
  return [...head, ...gap, `${String(row.line).padStart(5)}${row.isMatch ? ':' : '-'} ${toShown(row)}`]
}

/** A long line is shown around its match. */
function toShown(row: Row): string {
  if (row.text.length <= MAX_LINE) return row.text
  const start = Math.max(0, Math.min(row.column - 1 - MAX_LINE / 4, row.text.length - MAX_LINE))
  const end = start + MAX_LINE
  return `${start > 0 ? '…' : ''}${row.text.slice(start, end)}${end < row.text.length ? '…' : ''}`
}
