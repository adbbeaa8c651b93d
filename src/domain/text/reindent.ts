import { toIndent } from './fold.ts'

/** Turns the indentation that a model wrote into the one that the file has. */
export type Reindent = (line: string) => string

/**
 * Learns from lines that were matched by their text alone how the file's indentation follows from the wanted one:
 * line by line, a constant prefix more or less, or tabs for spaces. Undefined where the lines contradict one another,
 * because then nobody can say how a new line should be indented.
 */
export function learnReindent(wanted: readonly string[], actual: readonly string[]): Reindent | undefined {
  const known = new Map<string, string>()
  for (const [index, line] of wanted.entries()) {
    if (line.trim() === '') continue
    const from = toIndent(line)
    const to = toIndent(actual[index] ?? '')
    const before = known.get(from)
    if (before !== undefined && before !== to) return undefined
    known.set(from, to)
  }
  const general = findGeneralRule([...known])
  return (line) => {
    if (line.trim() === '') return line
    const indent = toIndent(line)
    const to = known.get(indent) ?? general?.(indent)
    return to === undefined ? line : to + line.slice(indent.length)
  }
}

function findGeneralRule(pairs: readonly (readonly [string, string])[]): ((indent: string) => string | undefined) | undefined {
  const [first] = pairs
  if (first === undefined) return undefined
  const [from, to] = first
  if (pairs.every(([a, b]) => a === b)) return (indent) => indent
  const more = to.endsWith(from) ? to.slice(0, to.length - from.length) : undefined
  if (more !== undefined && pairs.every(([a, b]) => b === more + a)) return (indent) => more + indent
  const less = from.endsWith(to) ? from.slice(0, from.length - to.length) : undefined
  if (less !== undefined && pairs.every(([a, b]) => a === less + b)) {
    return (indent) => (indent.startsWith(less) ? indent.slice(less.length) : undefined)
  }
  return findTabRule(pairs)
}

/** `n` spaces for a tab, or a tab for `n` spaces, or `n` spaces for `m`; the same everywhere. */
function findTabRule(pairs: readonly (readonly [string, string])[]): ((indent: string) => string | undefined) | undefined {
  const [from, to] = pairs.find(([a, b]) => a !== '' && b !== '') ?? ['', '']
  const [unitFrom, unitTo] = [from[0], to[0]]
  if (unitFrom === undefined || unitTo === undefined) return undefined
  const ratio = to.length / from.length
  const fits = ([a, b]: readonly [string, string]): boolean =>
    a === unitFrom.repeat(a.length) && b === unitTo.repeat(b.length) && b.length === a.length * ratio
  if (!pairs.every(fits)) return undefined
  return (indent) => {
    const length = indent.length * ratio
    return indent === unitFrom.repeat(indent.length) && Number.isInteger(length) ? unitTo.repeat(length) : undefined
  }
}
