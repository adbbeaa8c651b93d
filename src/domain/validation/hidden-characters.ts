import { isMixedLook } from './confusables.ts'

/**
 * `tag-characters` and `variation-selectors` carry text that nobody sees · `bidi` changes the order in which text is shown,
 * `bidi-in-text` so as languages that are written from right to left need it · `zero-width` and `filler` take no room ·
 * `ansi` makes a terminal do things · `homoglyph` a word with letters of another script among its own
 */
export type HiddenKind = 'tag-characters' | 'variation-selectors' | 'bidi' | 'bidi-in-text' | 'zero-width' | 'filler' | 'ansi' | 'homoglyph'

export interface HiddenFinding {
  readonly kind: 'hidden'
  readonly what: HiddenKind
  readonly at: number
}

/** Places that are listed of each kind. */
const mostOfAKind = 20

/** Flags of regions are written with tag characters: a black flag, some of them, and the one that ends them. */
const flags = /\u{1F3F4}[\u{E0020}-\u{E007E}]{2,8}\u{E007F}/gu
const tags = /[\u{E0000}-\u{E007F}]+/gu
/** One behind a picture or an ideograph chooses how it is drawn; several in a row are data. */
const selectors = /[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]{2,}/gu
const bidi = /[\u202A-\u202E\u2066-\u2069]/g
/** Joiners between letters that join, between pictures, and breaks in scripts without spaces are as they should be. */
const zeroWidth = /(?<![\p{Extended_Pictographic}\uFE0F\u{1F3FB}-\u{1F3FF}\p{M}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}])[\u200B-\u200D\u2060-\u2064\uFEFF\u180E]+(?![\p{Extended_Pictographic}\p{Script=Arabic}\p{Script=Thai}\p{Script=Khmer}])/gu
/** Letters without a shape: they make names that look like others, or like nothing. */
const fillers = /[\u115F\u1160\u3164\uFFA0\u034F\u17B4\u17B5]/g
// oxlint-disable-next-line no-control-regex -- the characters that terminals obey
const ansi = /\u001B\][^\u0007\u001B\n]{0,200}(?:\u0007|\u001B\\)|\u001B\[\d{0,4}[JKH]|\u001B\[(?:8|\d{1,3};8)m|\u001B[PX^_]|\u001Bc/g
const word = /[\p{L}\p{M}\p{N}_$]{2,80}/gu
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

/** Characters by which a text says another thing than it shows. Linear in its length. */
export function findHidden(text: string): readonly HiddenFinding[] {
  const found: HiddenFinding[] = []
  const add = (what: HiddenKind, at: number): void => {
    found.push({ kind: 'hidden', what, at })
  }
  if (text.includes('\u001B')) each(text, ansi, (match) => add('ansi', match.index))
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  if (!/[^\u0000-\u007F]/.test(text)) return found
  const plain = text.replaceAll(flags, (flag) => '\u{1F3F4}'.padEnd(flag.length, 'x'))
  each(plain, tags, (match) => add('tag-characters', match.index))
  each(plain, selectors, (match) => add('variation-selectors', match.index))
  each(plain, bidi, (match) => add(isProper(plain, match.index) ? 'bidi-in-text' : 'bidi', match.index))
  // A mark of the byte order begins many files.
  each(plain, zeroWidth, (match) => (match.index === 0 && match[0] === '\uFEFF' ? undefined : add('zero-width', match.index)))
  each(plain, fillers, (match) => add('filler', match.index))
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  each(plain, word, (match) => (/[^\u0000-\u024F]/.test(match[0]) && isMixedLook(match[0]) ? add('homoglyph', match.index) : undefined))
  return found.toSorted((a, b) => a.at - b.at)
}

function each(text: string, pattern: RegExp, take: (match: RegExpExecArray) => void): void {
  let count = 0
  for (const match of text.matchAll(pattern)) {
    take(match)
    // Words are many, and nearly all of them are nothing: only what is found is counted by the caller's bound.
    if (pattern !== word && (count += 1) >= mostOfAKind) return
  }
}

/** Marks that are closed again, in a line that has letters of such a language, and none that turns the letters themselves round. */
function isProper(text: string, at: number): boolean {
  const end = text.indexOf('\n', at)
  const line = text.slice(Math.max(text.lastIndexOf('\n', at) + 1, at - 2000), Math.min(end < 0 ? text.length : end, at + 2000))
  if (/[\u202D\u202E]/.test(line) || !rightToLeft.test(line)) return false
  const count = (pattern: RegExp): number => line.match(pattern)?.length ?? 0
  return count(/[\u202A\u202B]/g) === count(/\u202C/g) && count(/[\u2066-\u2068]/g) === count(/\u2069/g)
}
