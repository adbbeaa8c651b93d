import type { RunId } from '../../protocol/ids.ts'

export interface Part {
  readonly run: RunId
  /** The run that delegated it. */
  readonly parent: RunId | undefined
}

/** A run with all that was delegated for it, by itself or by those that it delegated to: people decide about it as one. */
export interface Whole<T extends Part = Part> {
  /** The one that nobody delegated; or whose parent is not among the runs, which `top.parent` then names. */
  readonly top: T
  /** Those that were delegated last, by depth, come first: what rests on another comes before it. */
  readonly children: readonly T[]
}

/** Each run in exactly one whole, in the order of their tops. */
export function groupWholes<T extends Part>(runs: readonly T[]): readonly Whole<T>[] {
  const known = new Map(runs.map((each) => [each.run, each]))
  const wholes = new Map<RunId, { readonly top: T; readonly children: { readonly part: T; readonly depth: number }[] }>()
  const tops = runs.map((each) => ({ each, ...findTop(each, known) }))
  for (const { each, top } of tops) if (each === top) wholes.set(top.run, { top, children: [] })
  for (const { each, top, depth } of tops) if (each !== top) wholes.get(top.run)?.children.push({ part: each, depth })
  return [...wholes.values()].map(({ top, children }) => ({ top, children: children.toSorted((a, b) => b.depth - a.depth).map(({ part }) => part) }))
}

/** Records that name one another as their parents were made up: each of them is a whole of its own. */
function findTop<T extends Part>(part: T, known: ReadonlyMap<RunId, T>): { readonly top: T; readonly depth: number } {
  const seen = new Set<T>([part])
  let top = part
  for (let next = top.parent && known.get(top.parent); next !== undefined; next = next.parent && known.get(next.parent)) {
    if (seen.has(next)) return { top: part, depth: 0 }
    seen.add(next)
    top = next
  }
  return { top, depth: seen.size - 1 }
}
