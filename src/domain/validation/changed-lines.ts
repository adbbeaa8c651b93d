import { diffArrays } from 'diff'

/** Numbers of the lines that are new or different in `after`, from 1. */
export function findChangedLines(before: string | undefined, after: string): readonly number[] {
  const lines = after.split('\n')
  if (before === undefined) return lines.map((_, n) => n + 1)
  const changed: number[] = []
  let at = 1
  for (const part of diffArrays(before.split('\n'), lines, { timeout: 2000 }) ?? []) {
    if (part.removed) continue
    if (part.added) for (let n = 0; n < part.value.length; n += 1) changed.push(at + n)
    at += part.value.length
  }
  return changed
}

/** Ranges of a V8 coverage report that ran zero times, as offsets. */
export interface Uncovered {
  readonly from: number
  readonly to: number
}

/** Lines of a text that lie wholly in what never ran; blank lines, comments and lone brackets are none that could run. */
export function findUnrunLines(text: string, uncovered: readonly Uncovered[]): ReadonlySet<number> {
  const unrun = new Set<number>()
  let offset = 0
  text.split('\n').forEach((line, n) => {
    const from = offset + (line.length - line.trimStart().length)
    const to = offset + line.trimEnd().length
    if (isRunnable(line) && uncovered.some((range) => range.from <= from && range.to >= to)) unrun.add(n + 1)
    offset += line.length + 1
  })
  return unrun
}

export function isRunnable(line: string): boolean {
  const text = line.trim()
  return text !== '' && !/^(\/\/|#|\*|\/\*|"""|''')/.test(text) && !/^[\s{}()[\];,]+$/.test(text) && !/^(import|export \{|export type|type |interface |from |else|try|finally|\} else)/.test(text)
}
