import { diffLines } from 'diff'

/** Larger texts are not compared: then nobody can tell which of several equal findings is new. */
const largest = 1024 * 1024
const mostEdits = 20_000

/** Lines of `after`, from 1, that are not in `before`. */
export function findTouchedLines(before: string, after: string): ReadonlySet<number> {
  const touched = new Set<number>()
  if (before.length > largest || after.length > largest) return touched
  let line = 1
  for (const part of diffLines(before, after, { maxEditLength: mostEdits }) ?? []) {
    if (part.removed) continue
    if (part.added) for (let each = 0; each < part.count; each += 1) touched.add(line + each)
    line += part.count
  }
  return touched
}
