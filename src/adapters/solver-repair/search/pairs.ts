import type { Candidate, TextEdit } from '../candidate.ts'
import { scoreOf } from '../candidate.ts'

/** What a change is worth as the second one after another that made more tests pass. */
const afterProgress = 0.55
/** A base of this prior or more counts as likely itself. */
const likely = 0.4
/** What two changes are worth together where neither shows alone that it is right. */
const unproven = 0.6
/** Of how many of the best changes such pairs are made, of how near rows, and how many pairs. */
const mostPaired = 120
const nearRows = 3
const mostPairs = 3000

/** Two changes of one file as one; undefined where they are of two files or of the same place. */
export function joinCandidates(first: Candidate, second: Candidate): Candidate | undefined {
  if (first.path !== second.path) return undefined
  const edits = [...first.edits, ...second.edits].toSorted((a, b) => a.start - b.start || a.end - b.end)
  if (edits.some((edit, at) => meet(edit, edits[at + 1]))) return undefined
  const same = first.within !== undefined && first.within.start === second.within?.start && first.within.end === second.within.end
  return {
    path: first.path, edits, kind: 'pair', of: [first, second].flatMap(({ kind, of }) => of ?? [kind]), describes: `${first.describes}, and ${second.describes}`, line: first.line,
    prior: first.prior * second.prior, suspicion: Math.max(first.suspicion, second.suspicion), within: same ? first.within : undefined,
  }
}

/** Insertions at one place would have an order; they count as meeting too. */
function meet(edit: TextEdit, next: TextEdit | undefined): boolean {
  return next !== undefined && (next.start < edit.end || next.start === edit.start)
}

/** Each of the others beside a change that made tests pass: nearly as worth trying as the other one alone, less where that change was an unlikely one. In the order of `others`. */
export function* pairWith(base: Candidate, others: readonly Candidate[]): Generator<Candidate> {
  const trust = afterProgress * Math.sqrt(Math.min(1, base.prior / likely))
  for (const other of others) {
    const pair = joinCandidates(base, other)
    if (pair !== undefined) yield { ...pair, prior: trust * other.prior, suspicion: other.suspicion }
  }
}

/**
 * Pairs of likely changes that are near each other in one function, best first: two slips of one expression may show no progress
 * before both are mended.
 */
export function pairAmongst(ranked: readonly Candidate[]): Candidate[] {
  const best = ranked.slice(0, mostPaired)
  const pairs: Candidate[] = []
  for (const [at, first] of best.entries()) {
    for (const second of best.slice(at + 1)) {
      if (first.within === undefined || first.within.start !== second.within?.start || Math.abs(first.line - second.line) > nearRows) continue
      const pair = joinCandidates(first, second)
      if (pair !== undefined) pairs.push({ ...pair, prior: unproven * pair.prior })
    }
  }
  return pairs.toSorted((a, b) => scoreOf(b) - scoreOf(a)).slice(0, mostPairs)
}
