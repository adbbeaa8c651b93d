import { findOverlap } from '../lease/overlap.ts'
import type { ExclusiveGroup } from './problem.ts'

/** What a task alone may use while it runs: globs of paths, and names of other things. */
export interface Holdings {
  readonly id: string
  /** Undefined: no paths. Empty: all of them. */
  readonly scope?: readonly string[]
  readonly leases: readonly string[]
}

/** Pairs of globs that are compared with one another, and of those that overlap. */
const mostPairs = 300_000
const mostOverlaps = 200_000

/**
 * Groups of tasks of which no two may run side by side: those that hold the same named thing, and those whose globs overlap. Overlap is no
 * equivalence (`src/**` meets `src/a/**` and `src/b/**`, which do not meet each other), so that globs are covered by sets that all meet.
 * @throws RangeError where there are too many globs to compare
 */
export function findExclusiveGroups(holdings: readonly Holdings[]): readonly ExclusiveGroup[] {
  const named = groupBy(holdings, ({ leases }) => leases)
  const byGlob = groupBy(holdings, ({ scope }) => (scope === undefined ? [] : scope.length === 0 ? ['**'] : scope))
  const groups: ExclusiveGroup[] = [...named].map(([name, tasks]) => ({ name, tasks }))
  for (const globs of coverOverlaps([...byGlob.keys()])) {
    groups.push({ name: globs.join(', '), tasks: [...new Set(globs.flatMap((glob) => byGlob.get(glob) ?? []))] })
  }
  return withoutIdle(groups)
}

/** A group of one keeps nothing apart; the same tasks twice say nothing new. */
function withoutIdle(groups: readonly ExclusiveGroup[]): readonly ExclusiveGroup[] {
  const seen = new Set<string>()
  return groups.filter(({ tasks }) => {
    const key = tasks.toSorted().join(' ')
    if (tasks.length < 2 || seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function groupBy(holdings: readonly Holdings[], toKeys: (each: Holdings) => readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const each of holdings) {
    for (const key of new Set(toKeys(each))) {
      const tasks = groups.get(key)
      if (tasks === undefined) groups.set(key, [each.id])
      else tasks.push(each.id)
    }
  }
  return groups
}

/** Sets of globs that all overlap one another, so that every pair that overlaps is in one of them, and every glob at least by itself. */
function coverOverlaps(globs: readonly string[]): readonly (readonly string[])[] {
  const meets = findMeeting(globs)
  const covered = globs.map(() => new Set<number>())
  const sets: number[][] = []
  for (const [one, others] of meets.entries()) {
    for (const other of others) {
      if (other < one || covered[one]!.has(other)) continue
      const set = [one, other]
      for (const third of others) if (third !== other && set.every((each) => each === third || meets[each]!.has(third))) set.push(third)
      for (const each of set) for (const partner of set) covered[each]!.add(partner)
      sets.push(set)
    }
    if (covered[one]!.size === 0) sets.push([one])
  }
  return sets.map((set) => set.map((glob) => globs[glob]!))
}

/** Two globs can only meet where the plain names that one begins with are the beginning of the other's: only such pairs are compared. */
function findMeeting(globs: readonly string[]): readonly ReadonlySet<number>[] {
  const meets = globs.map(() => new Set<number>())
  const starts = globs.map(toPlainNames)
  const byStart = new Map<string, number[]>()
  for (const [index, names] of starts.entries()) {
    const key = names.join('/')
    const same = byStart.get(key)
    if (same === undefined) byStart.set(key, [index])
    else same.push(index)
  }
  let compared = 0
  for (const [one, names] of starts.entries()) {
    for (let depth = 0; depth <= names.length; depth += 1) {
      for (const other of byStart.get(names.slice(0, depth).join('/')) ?? []) {
        if (other === one || (depth === names.length && other > one)) continue
        compared += 1
        if (compared > mostPairs) throw new RangeError('too many paths in scopes begin alike to be compared one by one; name folders instead')
        if (findOverlap([globs[one]!], [globs[other]!]) === undefined) continue
        meets[one]!.add(other)
        meets[other]!.add(one)
      }
    }
  }
  if (meets.reduce((sum, each) => sum + each.size, 0) > 2 * mostOverlaps) throw new RangeError(`more than ${mostOverlaps} pairs of paths in scopes overlap; give the tasks scopes of their own`)
  return meets
}

/** Names on the way down before the first that could stand for others, or be written in another way. */
function toPlainNames(glob: string): readonly string[] {
  const names = glob.toLowerCase().replace(/\/+$/, '').split('/')
  const wild = names.findIndex((name) => !/^[a-z0-9_][a-z0-9._-]*$/.test(name))
  return wild < 0 ? names : names.slice(0, wild)
}
