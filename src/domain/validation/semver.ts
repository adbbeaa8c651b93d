/** Versions and ranges as npm and Cargo write them: https://semver.org and the ranges of node-semver. */
export interface SemVer {
  readonly numbers: readonly [number, number, number]
  /** Identifiers behind the `-`; empty for a release. */
  readonly pre: readonly string[]
}

/** One side of a range: all versions that compare so with this one. */
interface Comparator {
  readonly sign: '<' | '<=' | '>' | '>=' | '='
  readonly version: SemVer
}

/** Longer texts are no versions. */
const longest = 256
const exact = /^[v=\s]*(\d{1,15})\.(\d{1,15})\.(\d{1,15})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/

export function findSemVer(text: string): SemVer | undefined {
  const match = text.length > longest ? null : exact.exec(text.trim())
  return match === null ? undefined : { numbers: [Number(match[1]), Number(match[2]), Number(match[3])], pre: match[4]?.split('.') ?? [] }
}

/** Negative where `a` comes before `b`. */
export function compareSemVer(a: SemVer, b: SemVer): number {
  for (const n of [0, 1, 2] as const) if (a.numbers[n] !== b.numbers[n]) return a.numbers[n] - b.numbers[n]
  // A release comes after all that lead to it.
  if (a.pre.length === 0 || b.pre.length === 0) return Number(a.pre.length === 0) - Number(b.pre.length === 0)
  for (let n = 0; n < Math.min(a.pre.length, b.pre.length); n += 1) {
    const order = compareIdentifiers(a.pre[n] ?? '', b.pre[n] ?? '')
    if (order !== 0) return order
  }
  return a.pre.length - b.pre.length
}

function compareIdentifiers(a: string, b: string): number {
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (isNumberA && isNumberB) return Number(a) - Number(b)
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1
  return a === b ? 0 : a < b ? -1 : 1
}

/** Does the version lie in the range? Undefined where one of them is no version or range of this kind (a tag, an address). */
export function isInRange(version: string, range: string): boolean | undefined {
  const at = findSemVer(version)
  const sets = range.length > longest * 4 ? undefined : readRange(range)
  return at === undefined || sets === undefined ? undefined : sets.some((set) => isInSet(at, set))
}

function isInSet(version: SemVer, set: readonly Comparator[]): boolean {
  if (!set.every((each) => holds(version, each))) return false
  // What leads to a release is taken only where the range itself names one of the same release.
  return version.pre.length === 0 || set.some((each) => each.version.pre.length > 0 && each.version.numbers.every((one, n) => one === version.numbers[n]))
}

function holds(version: SemVer, { sign, version: other }: Comparator): boolean {
  const order = compareSemVer(version, other)
  switch (sign) {
    case '<': return order < 0
    case '<=': return order <= 0
    case '>': return order > 0
    case '>=': return order >= 0
    case '=': return order === 0
  }
}

function readRange(range: string): (readonly Comparator[])[] | undefined {
  const sets: (readonly Comparator[])[] = []
  for (const part of range.split('||')) {
    const set = readSet(part.trim())
    if (set === undefined) return undefined
    sets.push(set)
  }
  return sets
}

function readSet(text: string): readonly Comparator[] | undefined {
  const span = /^(\S+)\s+-\s+(\S+)$/.exec(text)
  if (span) return join(readOne('>=', span[1] ?? ''), readOne('<=', span[2] ?? ''))
  const words = text.replaceAll(/([<>=~^]+)\s+/g, '$1').split(/\s+/).filter((word) => word !== '')
  let set: readonly Comparator[] | undefined = []
  for (const word of words) {
    const match = /^(>=|<=|>|<|=|~>|~|\^)?(.*)$/.exec(word)
    set = join(set, readOne(match?.[1] ?? '', match?.[2] ?? ''))
  }
  return set
}

function join(a: readonly Comparator[] | undefined, b: readonly Comparator[] | undefined): readonly Comparator[] | undefined {
  return a === undefined || b === undefined ? undefined : [...a, ...b]
}

const partial = /^[v=\s]*(\d{1,15}|[xX*])(?:\.(\d{1,15}|[xX*])(?:\.(\d{1,15}|[xX*])(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?)?)?$/

/** `1`, `1.2`, `1.x`, `^1.2.3`, `~1.2`, `>=1` as the bounds they stand for. */
function readOne(sign: string, text: string): readonly Comparator[] | undefined {
  if (text === '' || /^[xX*]$/.test(text)) return sign === '<' || sign === '>' ? [at('<', 0, 0, 0, ['0'])] : []
  const match = partial.exec(text)
  if (match === null) return undefined
  const toNumber = (part: string | undefined): number | undefined => (part === undefined || /^[xX*]$/.test(part) ? undefined : Number(part))
  const major = toNumber(match[1])
  const minor = major === undefined ? undefined : toNumber(match[2])
  const patch = minor === undefined ? undefined : toNumber(match[3])
  if (major === undefined) return []
  const pre = patch === undefined ? [] : match[4]?.split('.') ?? []
  const [from, next] = [at('>=', major, minor ?? 0, patch ?? 0, pre), minor === undefined ? at('<', major + 1, 0, 0, ['0']) : at('<', major, minor + 1, 0, ['0'])]
  switch (sign) {
    case '^': return [from, caret(major, minor, patch)]
    case '~':
    case '~>': return [from, next]
    case '>=': return [from]
    case '<': return [patch === undefined ? at('<', major, minor ?? 0, 0, ['0']) : { ...from, sign: '<' }]
    case '>': return [patch === undefined ? { ...next, sign: '>=', version: { ...next.version, pre: [] } } : { ...from, sign: '>' }]
    case '<=': return [patch === undefined ? next : { ...from, sign: '<=' }]
    default: return patch === undefined ? [from, next] : [{ ...from, sign: '=' }]
  }
}

function caret(major: number, minor: number | undefined, patch: number | undefined): Comparator {
  if (major > 0 || minor === undefined) return at('<', major + 1, 0, 0, ['0'])
  if (minor > 0 || patch === undefined) return at('<', 0, minor + 1, 0, ['0'])
  return at('<', 0, 0, patch + 1, ['0'])
}

function at(sign: Comparator['sign'], major: number, minor: number, patch: number, pre: readonly string[]): Comparator {
  return { sign, version: { numbers: [major, minor, patch], pre } }
}

/**
 * Which of two versions of any ecosystem comes first: numbers as numbers, words as words, and what is named alpha, beta, rc, dev
 * or the like before what is not. Good enough to say whether a version lies before the one that mends a hole.
 */
export function compareLoosely(a: string, b: string): number {
  const [left, right] = [findSemVer(a), findSemVer(b)]
  if (left && right) return compareSemVer(left, right)
  const [partsA, partsB] = [toParts(a), toParts(b)]
  for (let n = 0; n < Math.max(partsA.length, partsB.length); n += 1) {
    const order = weigh(partsA[n]) - weigh(partsB[n])
    if (order !== 0) return order
    if (partsA[n] !== partsB[n] && weigh(partsA[n]) < 0) return (partsA[n] ?? '') < (partsB[n] ?? '') ? -1 : 1
  }
  return 0
}

function toParts(version: string): string[] {
  return version.slice(0, longest).toLowerCase().replace(/^v/, '').replace(/\+.*$/, '').split(/[.\-_!]|(?<=\d)(?=[a-z])|(?<=[a-z])(?=\d)/).filter((part) => part !== '')
}

function weigh(part: string | undefined): number {
  if (part === undefined) return 0
  if (/^\d+$/.test(part)) return Number(part)
  return /^(post|sp|final|ga|release|r|patch|p)$/.test(part) ? 0 : -1
}
