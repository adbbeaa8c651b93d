import { createViewBuilder, type View, type ViewBuilder } from './view.ts'

interface Line { readonly from: number; readonly to: number }
interface Run extends Line { readonly gutter: number; readonly isBare: boolean }

/** What a wrapped run is made of; the rest of its line (a number, a sign of a diff) stands before it. */
const isDigit = new Uint8Array(128)
for (const each of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-%') isDigit[each.charCodeAt(0)] = 1
const shortestLine = 16
/** Most that stands before a run in its line. */
const longestGutter = 200

/** Runs that were wrapped into lines, and text that was folded at one width, as they were before. */
export function viewJoined(text: string): View | undefined {
  if (!text.includes('\n')) return undefined
  const builder = createViewBuilder()
  const lines = listLines(text)
  addWrapped(builder, text, lines)
  const width = findFold(lines)
  if (width !== undefined) addFolded(builder, text, lines, width)
  return builder.build()
}

function listLines(text: string): readonly Line[] {
  const lines: Line[] = []
  for (let from = 0; from <= text.length;) {
    const end = text.indexOf('\n', from)
    const next = end === -1 ? text.length : end
    lines.push({ from, to: next > from && text.charCodeAt(next - 1) === 13 ? next - 1 : next })
    from = next + 1
  }
  return lines
}

/** The run that ends a line, if that is what the line has; `=` is only at its end. */
function findRun(text: string, { from, to }: Line): Run | undefined {
  let start = to
  while (start > from && to - start < 2 && text.charCodeAt(start - 1) === 61) start -= 1
  while (start > from) {
    const code = text.charCodeAt(start - 1)
    if (code >= 128 || isDigit[code] !== 1) break
    start -= 1
  }
  return start < to && start - from <= longestGutter ? { from: start, to, gutter: start - from, isBare: text.slice(from, start).trim() === '' } : undefined
}

/** Does what stands before a run fit to the line before? Numbers grow by a digit; a name stands before the first line only. */
function isBelow(run: Run, last: Run, isSecond: boolean): boolean {
  return Math.abs(run.gutter - last.gutter) <= 1 || (run.isBare && (isSecond || last.isBare))
}

function addWrapped(builder: ViewBuilder, text: string, lines: readonly Line[]): void {
  let block: Run[] = []
  const end = (): void => {
    if (block.length > 1) addBlock(builder, text, block)
    block = []
  }
  for (const line of lines) {
    const run = findRun(text, line)
    const width = run === undefined ? 0 : run.to - run.from
    const last = block.at(-1)
    // The first line of a text may be the rest of one.
    const whole = block[0]?.from === 0 ? block[1] : block[0]
    const wanted = whole === undefined ? (last === undefined ? 0 : Infinity) : whole.to - whole.from
    if (run === undefined || (last !== undefined && ((whole !== undefined && last.to - last.from !== wanted) || width > wanted || !isBelow(run, last, block.length === 1)))) end()
    // The last line is shorter; the first must be long enough to be a run at all.
    if (run !== undefined && (block.length > 0 || width >= shortestLine || run.from === 0)) block.push(run)
  }
  end()
}

function addBlock(builder: ViewBuilder, text: string, block: readonly Line[]): void {
  builder.part()
  const sign = text.charAt(block[0]?.from ?? 0)
  // The signs of a diff look like digits.
  const skip = (sign === '+' || sign === '-') && block.every((line) => text.charAt(line.from) === sign) ? 1 : 0
  for (const { from, to } of block) {
    builder.add(text.slice(from + skip, to), from + skip, 'same')
    builder.isSure({ from, to })
  }
}

/** The width at which a text was folded: that of its longest lines, when many have it. */
function findFold(lines: readonly Line[]): number | undefined {
  let width = 0
  let count = 0
  let others = 0
  for (const { from, to } of lines) {
    const length = to - from
    if (length > width) {
      others += count
      width = length
      count = 1
    } else if (length === width) count += 1
    else if (length > 0) others += 1
  }
  return width >= 2 && width <= 400 && count >= 3 && count * 3 >= others ? width : undefined
}

function addFolded(builder: ViewBuilder, text: string, lines: readonly Line[], width: number): void {
  let isOpen = false
  for (const { from, to } of lines) {
    if (!isOpen) builder.part()
    if (to > from) builder.add(text.slice(from, to), from, 'same')
    isOpen = to - from === width
  }
}

const signs = new Set([' ', '\t', '\n', '\0', ',', '.', ':', ';', '-', '_', '|', '/'].map((each) => each.charCodeAt(0)))
const fewestSpaced = 8

/** Letters with the same sign between any two of them, also the zeros of wider characters. */
export function viewSpaced(text: string): View | undefined {
  const builder = createViewBuilder()
  for (let at = 1; at + 2 < text.length; at += 1) {
    const sign = text.charCodeAt(at)
    if (text.charCodeAt(at + 2) !== sign || !signs.has(sign) || text.charCodeAt(at + 1) === sign) continue
    let end = at
    while (end < text.length && text.charCodeAt(end) === sign && end + 1 < text.length && text.charCodeAt(end + 1) !== sign) end += 2
    if ((end - at) / 2 >= fewestSpaced) {
      builder.part()
      for (let each = at - 1; each < end; each += 2) builder.add(text.charAt(each), each, 'whole', 1)
    }
    at = Math.max(at, end - 2)
  }
  return builder.build()
}
