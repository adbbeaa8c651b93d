/** A text file that came or went with a change. */
export interface MovedText {
  readonly path: string
  readonly text: string
}

/** More files than this on one side are not compared with each other. */
const mostCompared = 200
/** Share of equal lines from which on a file that came is one that went; git's own measure is about the same. */
const similar = 0.5

/**
 * Which files that came are files that went, under another name: snapshots know no renames.
 * @returns old paths by new ones; each file of either side counts once, the most similar first.
 */
export function pairMoves(added: readonly MovedText[], deleted: readonly MovedText[]): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>()
  if (added.length > mostCompared || deleted.length > mostCompared) return pairs
  const lines = new Map([...added, ...deleted].map((each) => [each, countLines(each.text)]))
  const candidates = added.flatMap((to) => deleted.map((from) => ({ to: to.path, from: from.path, share: from.text === to.text ? 1 : shareOf(lines.get(from), lines.get(to)) })))
  const taken = new Set<string>()
  for (const { to, from } of candidates.filter((each) => each.share >= similar).sort((a, b) => b.share - a.share)) {
    if (pairs.has(to) || taken.has(from)) continue
    pairs.set(to, from)
    taken.add(from)
  }
  return pairs
}

type Counted = { readonly counts: ReadonlyMap<string, number>; readonly total: number }

/** Blank lines and single brackets are in every file. */
function countLines(text: string): Counted {
  const counts = new Map<string, number>()
  let total = 0
  for (const each of text.split('\n')) {
    const line = each.trim()
    if (line.length < 2) continue
    counts.set(line, (counts.get(line) ?? 0) + 1)
    total += 1
  }
  return { counts, total }
}

function shareOf(one: Counted | undefined, other: Counted | undefined): number {
  if (one === undefined || other === undefined || one.total === 0 || other.total === 0) return 0
  let equal = 0
  for (const [line, n] of one.counts) equal += Math.min(n, other.counts.get(line) ?? 0)
  return equal / Math.max(one.total, other.total)
}
