import type { Span } from '../find-secrets.ts'

/** A text read in another way, which remembers where each of its characters stood. */
export interface View {
  readonly text: string
  /** The pieces of the text it was made from that hold this piece of it; several where lines or columns lie between. */
  locate(span: Span): readonly Span[]
  /** What is surely text in this view, as pieces of the source: so long that it is none by chance. */
  readonly sure: readonly Range[]
}

export interface Range {
  readonly from: number
  readonly to: number
}

/**
 * How the characters of a piece lie in the source: one by one, from the last to the first, all of them in the same place, or
 * eight bits each in digits of so many bits.
 */
export type Layout = 'same' | 'back' | 'whole' | Bits | Places

/** Where each character stands, one by one; `source` is then the number of the first. */
export interface Places {
  readonly from: ArrayLike<number>
  readonly to: ArrayLike<number>
}

/** Of a digit: hex, base32, base64. */
export type Bits = 4 | 5 | 6

/** The digits that hold a piece of bytes: the first of them, and the one behind the last. */
export function toDigits(bits: Bits, { first, last }: { readonly first: number; readonly last: number }): { readonly from: number; readonly to: number } {
  return { from: Math.floor((first * 8) / bits), to: Math.floor((last * 8 + 7) / bits) + 1 }
}

interface Piece {
  /** Where it begins in the view. */
  readonly at: number
  readonly length: number
  readonly source: number
  readonly layout: Layout
  /** For `whole`: characters of the source. */
  readonly width: number
}

export interface ViewBuilder {
  add(text: string, source: number, layout: Layout, width?: number): void
  /** What comes next is not joined to what was added last. */
  part(): void
  /** So many characters of the source were read on trial. */
  tried: number
  /** This piece of the source is text in this view, and need not be read in another way. */
  isSure(range: Range): void
  /** Undefined where nothing was added. */
  build(): View | undefined
}

/** Between two pieces of a view that do not belong together: no secret has it, no pattern matches across it, and no line begins behind it. */
const gap = '\n\u0001'

export function createViewBuilder(): ViewBuilder {
  const texts: string[] = []
  const pieces: Piece[] = []
  const sure: Range[] = []
  let length = 0
  return {
    tried: 0,
    add(text, source, layout, width = 0) {
      pieces.push({ at: length, length: text.length, source, layout, width })
      texts.push(text)
      length += text.length
    },
    part() {
      if (length === 0) return
      texts.push(gap)
      length += gap.length
    },
    isSure: (range) => sure.push(range),
    build() {
      if (pieces.length === 0) return undefined
      const read = sure.reduce((sum, { from, to }) => sum + to - from, 0)
      // What is text here and there is so by chance, as digits are that were turned.
      return { text: texts.join(''), sure: read >= this.tried / 2 ? sure : [], locate: (span) => locate(span, pieces, length) }
    },
  }
}

function locate(span: Span, pieces: readonly Piece[], length: number): readonly Span[] {
  const found: Span[] = []
  for (let n = indexOf(pieces, span.from); n < pieces.length; n += 1) {
    const piece = pieces[n]
    if (piece === undefined || piece.at >= span.to) break
    const first = Math.max(span.from - piece.at, 0)
    const last = Math.min(span.to, pieces[n + 1]?.at ?? length, piece.at + piece.length) - piece.at - 1
    if (last < first) continue
    if (typeof piece.layout === 'object') for (let each = piece.source + first; each <= piece.source + last; each += 1) found.push({ from: piece.layout.from[each] ?? 0, to: piece.layout.to[each] ?? 0, kind: span.kind })
    else found.push({ ...toSource({ ...piece, layout: piece.layout }, first, last), kind: span.kind })
  }
  return join(found.sort((a, b) => a.from - b.from))
}

/** The last piece that begins at or before `at`. */
function indexOf(pieces: readonly Piece[], at: number): number {
  let low = 0
  let high = pieces.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((pieces[middle]?.at ?? Infinity) <= at) low = middle
    else high = middle - 1
  }
  return low
}

function toSource({ source, layout, width }: Piece & { readonly layout: Exclude<Layout, Places> }, first: number, last: number): { from: number; to: number } {
  switch (layout) {
    case 'same': return { from: source + first, to: source + last + 1 }
    // `source` is then the end.
    case 'back': return { from: source - last - 1, to: source - first }
    case 'whole': return { from: source, to: source + width }
    default: {
      const digits = toDigits(layout, { first, last })
      return { from: source + digits.from, to: source + digits.to }
    }
  }
}

/** Pieces with so little between them are one: signs between bytes, breaks in a column of single letters. */
const littleBetween = 4
const shortPiece = 4

function join(spans: readonly Span[]): readonly Span[] {
  const joined: Span[] = []
  let lastLength = 0
  for (const span of spans) {
    const last = joined.at(-1)
    const between = last === undefined ? Infinity : span.from - last.to
    const length = span.to - span.from
    // A wrapped run keeps its lines: only short pieces are joined over what lies between them.
    if (last !== undefined && (between <= 0 || (between <= littleBetween && Math.max(length, lastLength) <= shortPiece))) joined[joined.length - 1] = { ...last, to: Math.max(last.to, span.to) }
    else joined.push(span)
    lastLength = length
  }
  return joined
}

/** What is read already is not read again as a part of something else: the text is as long as before, and says nothing there. */
export function without(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text
  const parts: string[] = []
  let at = 0
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    if (to <= at) continue
    parts.push(text.slice(at, Math.max(at, from)), '\u0002'.repeat(to - Math.max(at, from)))
    at = to
  }
  parts.push(text.slice(at))
  return parts.join('')
}
