import type { Span } from '../find-secrets.ts'
import { viewDigits } from './digits.ts'
import { viewDumps } from './dumps.ts'
import { viewEscapes } from './escapes.ts'
import { viewJoined, viewSpaced } from './joined.ts'
import { viewReversed, viewRotated } from './turned.ts'
import { without, type Range, type View } from './view.ts'

type Name = 'digits' | 'joined' | 'escapes' | 'dumps' | 'spaced' | 'reversed' | 'rotated'

interface Way {
  readonly view: (text: string) => View | undefined
  /** What may have been done before it: ways that lead to nothing new are not gone. */
  readonly then: readonly Name[]
}

/** Ways in which a text can be written so that everybody can read it again. */
const ways: Readonly<Record<Name, Way>> = {
  digits: { view: viewDigits, then: ['joined', 'digits', 'escapes', 'dumps', 'spaced', 'reversed', 'rotated'] },
  joined: { view: viewJoined, then: ['digits', 'escapes', 'dumps', 'reversed', 'rotated'] },
  escapes: { view: viewEscapes, then: ['joined', 'digits', 'escapes'] },
  dumps: { view: viewDumps, then: ['joined', 'digits', 'escapes'] },
  spaced: { view: viewSpaced, then: ['digits', 'escapes', 'dumps', 'reversed', 'rotated'] },
  reversed: { view: viewReversed, then: ['joined', 'digits'] },
  rotated: { view: viewRotated, then: ['digits'] },
}
const first: readonly Name[] = ways.digits.then

/** Encodings within encodings are followed so far: a wrapped run is two. */
const deepest = 4
/** Characters that are read for one of the text, and for short texts. */
const mostForEach = 12
const mostForShort = 65_536

/**
 * Secrets in a text that are there in another form: base64, hex, dumps, escapes, backwards, wrapped, and one in the other.
 * `look` finds them in plain text. The pieces are those of the text as it stands, in order, without overlaps.
 */
export function findEncoded(text: string, look: (plain: string) => readonly Span[]): readonly Span[] {
  const budget = { left: text.length * mostForEach + mostForShort }
  return merge(descend(text, { look, budget, depth: 0, next: first, isTurned: false }))
}

interface Descent {
  readonly look: (plain: string) => readonly Span[]
  readonly budget: { left: number }
  readonly depth: number
  readonly next: readonly Name[]
  /** Once is enough: twice is nothing, or other lines in another order. */
  readonly isTurned: boolean
}

function descend(text: string, descent: Descent): Span[] {
  const { look, budget, depth, next, isTurned } = descent
  const found: Span[] = []
  let rest = text
  /** Runs over several lines, in order. One of their lines by itself may end in what only looks like a secret because it is cut. */
  let wrapped: readonly Range[] = []
  for (const name of next) {
    const turns = name === 'reversed' || name === 'rotated'
    if (turns && isTurned) continue
    // Lines that are text by themselves are joined all the same: what stands at their ends belongs together.
    const seen = ways[name].view(name === 'joined' || name === 'escapes' ? text : rest)
    if (seen === undefined) continue
    budget.left -= seen.text.length
    const spans = look(seen.text).filter((span) => name !== 'rotated' || !isAddress(seen.text, span))
    if (depth + 1 < deepest && budget.left > 0) spans.push(...descend(without(seen.text, spans), { ...descent, depth: depth + 1, next: ways[name].then, isTurned: isTurned || turns }))
    const places = spans.flatMap((span) => seen.locate(span))
    found.push(...(name === 'digits' ? places.filter((span) => !isVague(span) || !isIn(wrapped, span)) : places))
    if (name === 'digits') rest = without(text, seen.sure)
    if (name === 'joined') wrapped = seen.sure
  }
  return found
}

/** Found by what is around them, not by their form alone. */
const isVague = ({ kind }: Span): boolean => kind === 'token' || kind === 'password' || kind === 'private-key'

function isIn(ranges: readonly Range[], { from, to }: Span): boolean {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ranges[middle]?.to ?? Infinity) > from) high = middle
    else low = middle + 1
  }
  return (ranges[low]?.from ?? Infinity) < to
}

/** Signs are not rotated: an address looks like one either way, and the words in it look made up. */
function isAddress(text: string, { from, kind }: Span): boolean {
  return kind === 'password' && /:\/\/[^\s/]*$/.test(text.slice(Math.max(0, from - 140), from))
}

function merge(spans: Span[]): readonly Span[] {
  spans.sort((a, b) => a.from - b.from || b.to - a.to)
  const merged: Span[] = []
  for (const span of spans) {
    const last = merged.at(-1)
    if (last === undefined || span.from >= last.to) merged.push(span)
    else if (span.to > last.to) merged[merged.length - 1] = { ...last, to: span.to }
  }
  return merged
}
