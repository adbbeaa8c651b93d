/** What one file of JavaScript ran as, in any process. Offsets into the script as V8 had it. */
export interface ScriptRun {
  /** Length of the script. */
  readonly end: number
  /** Parts that no process ran, `[from, to)`, in order and apart. */
  readonly unrun: readonly (readonly [number, number])[]
  /** Of a script that a loader made out of the file. */
  readonly map: { readonly lineLengths: readonly number[]; readonly mappings: string } | undefined
}

/**
 * Lines of the source, from 1, of which nothing ran. Undefined where the script is not the source and nothing says how the two
 * belong together.
 */
export function findUnrunLines(source: string, url: string, run: ScriptRun): ReadonlySet<number> | undefined {
  if (run.map !== undefined) return findMapped(run, run.map)
  // Node adds where the script came from when it takes types out; what it takes out it leaves blank.
  const isSource = run.end === source.length || run.end === source.length + `\n\n//# sourceURL=${url}`.length
  return isSource ? findPlain(source, run) : undefined
}

function findPlain(source: string, { unrun }: ScriptRun): ReadonlySet<number> {
  const lines = new Set<number>()
  let at = 0
  let part = 0
  for (const [n, line] of source.split('\n').entries()) {
    const from = at + line.length - line.trimStart().length
    const to = at + line.trimEnd().length
    at += line.length + 1
    while (part < unrun.length && (unrun[part]?.[1] ?? 0) < to) part++
    const [begin, end] = unrun[part] ?? [Number.POSITIVE_INFINITY, 0]
    if (from < to && begin <= from && end >= to) lines.add(n + 1)
  }
  return lines
}

/** A line of the source did not run where none of the places that it became did. */
function findMapped({ unrun }: ScriptRun, { lineLengths, mappings }: { readonly lineLengths: readonly number[]; readonly mappings: string }): ReadonlySet<number> {
  const ran = new Set<number>()
  const known = new Set<number>()
  const starts: number[] = []
  let start = 0
  for (const length of lineLengths) {
    starts.push(start)
    start += length + 1
  }
  for (const { generatedLine, column, line } of readMappings(mappings)) {
    const at = (starts[generatedLine] ?? start) + column
    known.add(line)
    if (!unrun.some(([from, to]) => from <= at && at < to)) ran.add(line)
  }
  return new Set([...known].filter((line) => !ran.has(line)))
}

interface Mapping {
  /** From 0. */
  readonly generatedLine: number
  readonly column: number
  /** Of the source, from 1. */
  readonly line: number
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Mappings of a source map (ECMA-426): numbers in base 64, each the difference to the one before. Of the first source only. */
export function readMappings(mappings: string): readonly Mapping[] {
  const found: Mapping[] = []
  let source = 0
  let line = 0
  for (const [generatedLine, text] of mappings.split(';').entries()) {
    let column = 0
    for (const segment of text.split(',')) {
      const numbers = readNumbers(segment)
      column += numbers[0] ?? 0
      source += numbers[1] ?? 0
      line += numbers[2] ?? 0
      if (numbers.length >= 4 && source === 0) found.push({ generatedLine, column, line: line + 1 })
    }
  }
  return found
}

function readNumbers(segment: string): readonly number[] {
  const numbers: number[] = []
  let value = 0
  let shift = 0
  for (const char of segment) {
    const digit = digits.indexOf(char)
    value += (digit & 31) << shift
    shift += 5
    if ((digit & 32) !== 0) continue
    numbers.push((value & 1) === 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return numbers
}
