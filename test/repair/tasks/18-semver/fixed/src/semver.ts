export interface Version {
  readonly major: number
  readonly minor: number
  readonly patch: number
  readonly pre: readonly string[]
}

const form = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/

export function parse(text: string): Version {
  const match = form.exec(text.trim())
  if (match === null) throw new SyntaxError(`no version: ${text}`)
  const [, major, minor, patch, pre] = match
  return { major: Number(major), minor: Number(minor), patch: Number(patch), pre: pre === undefined ? [] : pre.split('.') }
}

function comparePart(a: string, b: string): number {
  const numeric = /^\d+$/
  const [x, y] = [numeric.test(a), numeric.test(b)]
  if (x && y) return Number(a) - Number(b)
  if (x !== y) return x ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 && b.length === 0) return 0
  if (a.length === 0) return 1
  if (b.length === 0) return -1
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = comparePart(a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Below zero where a comes first. */
export function compare(left: string, right: string): number {
  const [a, b] = [parse(left), parse(right)]
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch || comparePre(a.pre, b.pre)
}

export function satisfies(text: string, range: string): boolean {
  const base = parse(range.replace(/^[\^~]/, ''))
  const version = parse(text)
  if (compare(text, range.replace(/^[\^~]/, '')) < 0) return false
  if (range.startsWith('^')) return base.major > 0 ? version.major === base.major : version.major === 0 && version.minor === base.minor
  if (range.startsWith('~')) return version.major === base.major && version.minor === base.minor
  return compare(text, range) === 0
}

export function latest(versions: readonly string[]): string | undefined {
  return versions.toSorted(compare).at(-1)
}
