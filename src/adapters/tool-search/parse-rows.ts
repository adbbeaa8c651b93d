import { holdsCredential, toSecrecy } from '../../domain/text/secret-paths.ts'

/** One line that ripgrep printed. */
export interface Row {
  readonly path: string
  readonly line: number
  readonly text: string
  /** A line that matches, rather than one around it. */
  readonly isMatch: boolean
  /** Where the match begins, in bytes from 1. */
  readonly column: number
}

/**
 * Reads ripgrep's `path NUL line:column:text` lines (`line-text` around a match). Lines of files that hold secrets are
 * left out. Where the output broke off, its last, half line is too.
 */
export function parseRows(output: string, isWhole: boolean): Row[] {
  const lines = output.split('\n')
  if (!isWhole) lines.pop()
  const rows: Row[] = []
  let secrecy: { path: string; answer: ReturnType<typeof toSecrecy> } | undefined
  for (const raw of lines) {
    const zero = raw.indexOf('\0')
    // A separator between groups of context lines.
    if (zero === -1) continue
    const path = raw.slice(0, zero).replace(/^\.\//, '')
    const found = /^(\d+)(?::(\d+):|-)/.exec(raw.slice(zero + 1))
    if (found === null) continue
    if (secrecy?.path !== path) secrecy = { path, answer: toSecrecy(path) }
    const text = raw.slice(zero + 1 + found[0].length).replace(/\r$/, '')
    if (secrecy.answer === 'yes' || (secrecy.answer === 'look' && holdsCredential(text))) continue
    rows.push({ path, line: Number(found[1]), text, isMatch: found[2] !== undefined, column: Number(found[2] ?? 1) })
  }
  return rows
}
