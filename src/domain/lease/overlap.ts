import { expandGlob, type Segment } from './glob-segments.ts'

/**
 * Can one path match a glob of each list? No only where it is certain: what cannot be decided (negations, extended globs)
 * counts as an overlap. Globs are those of a task's scope: one that names a folder covers what is in it, none at all is the
 * whole repository. Names that differ in case only are taken for the same, as some file systems do.
 */
export function findOverlap(ours: readonly string[], theirs: readonly string[]): readonly [string, string] | undefined {
  for (const one of orWhole(ours)) for (const other of orWhole(theirs)) if (doOverlap(one, other)) return [one, other]
  return undefined
}

function orWhole(globs: readonly string[]): readonly string[] {
  return globs.length === 0 ? ['**'] : globs
}

function doOverlap(one: string, other: string): boolean {
  const others = expandGlob(other)
  return expandGlob(one).some((left) => others.some((right) => doPathsMeet(left, right)))
}

/** Walks both lists of segments at once; a pair that was seen not to meet is not looked at again. */
function doPathsMeet(left: readonly Segment[], right: readonly Segment[]): boolean {
  const failed = new Set<number>()
  const meet = (i: number, j: number): boolean => {
    const key = i * (right.length + 1) + j
    if (failed.has(key)) return false
    const [a, b] = [left[i], right[j]]
    const found = a === undefined && b === undefined
      || (a === 'any' && (meet(i + 1, j) || (b !== undefined && meet(i, j + 1))))
      || (b === 'any' && (meet(i, j + 1) || (a !== undefined && meet(i + 1, j))))
      || (a !== undefined && b !== undefined && a !== 'any' && b !== 'any' && doNamesMeet(a, b) && meet(i + 1, j + 1))
    if (!found) failed.add(key)
    return found
  }
  return meet(0, 0)
}

/** The same over the characters of one name: `?` stands for any one, `*` for any number. */
function doNamesMeet(left: readonly string[], right: readonly string[]): boolean {
  const failed = new Set<number>()
  const meet = (i: number, j: number): boolean => {
    const key = i * (right.length + 1) + j
    if (failed.has(key)) return false
    const [a, b] = [left[i], right[j]]
    const found = a === undefined && b === undefined
      || (a === '*' && (meet(i + 1, j) || (b !== undefined && meet(i, j + 1))))
      || (b === '*' && (meet(i, j + 1) || (a !== undefined && meet(i + 1, j))))
      || (a !== undefined && b !== undefined && a !== '*' && b !== '*' && (a === '?' || b === '?' || a === b) && meet(i + 1, j + 1))
      || (((a === '?' && isUncertain(b)) || (b === '?' && isUncertain(a))) && (meet(i + 1, j) || meet(i, j + 1)))
    if (!found) failed.add(key)
    return found
  }
  return meet(0, 0)
}

/** Beyond ASCII, what is one character to a person may be several to a file system or to a glob. */
function isUncertain(character: string | undefined): boolean {
  return character !== undefined && character.charCodeAt(0) > 127
}
