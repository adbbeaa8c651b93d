import { diffArrays } from 'diff'

/** Beyond this many changed lines a file counts as new. */
const maxEditLength = 4000

/** Lines of the result, from 1, that the base does not have. */
export function findChangedLines(before: string | undefined, after: string): ReadonlySet<number> {
  const lines = after.split('\n')
  const all = (): ReadonlySet<number> => new Set(lines.map((_, n) => n + 1))
  if (before === undefined) return all()
  const parts = diffArrays(before.split('\n'), lines, { maxEditLength })
  if (parts === undefined) return all()
  const changed = new Set<number>()
  let line = 1
  for (const { added, removed, count } of parts) {
    if (removed) continue
    for (let n = 0; n < count; n++, line++) if (added) changed.add(line)
  }
  return changed
}
