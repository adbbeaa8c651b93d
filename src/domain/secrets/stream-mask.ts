import { toBlockEnd, toBlockStart, toListStart } from './encoded/blocks.ts'
import type { Span } from './find-secrets.ts'
import type { Masker } from './masker.ts'

/** Masks text that comes in pieces: what may be the beginning of a secret is held back until its end has come. */
export interface StreamMask {
  /** What can be shown now. */
  push(text: string): string
  /** The rest. */
  end(): string
}

/** Longest piece that is held back. A word or a block without an end is encoded, or no secret of a kind we know. */
const mostHeld = 65_536
/** Of something longer so much is held back: a secret that is encoded has come to its end within it. */
const overlap = 16_384

export function createStreamMask(masker: Masker): StreamMask {
  let held = ''
  /** Up to here everything that is held belongs to one block. */
  let blockTo = 0
  return {
    push(text) {
      const isOpen = held !== '' && blockTo === 0 && !/\s/.test(text)
      held += text
      // More of the same word shows nothing, and is looked at when it has become long.
      if (isOpen && held.length < mostHeld) return ''
      if (blockTo > 0 && held.length < mostHeld) {
        blockTo = toBlockEnd(held, blockTo)
        if (!held.includes('\n', blockTo)) return ''
      }
      const cut = held.length < mostHeld ? toCut(held) : toFarCut(masker, held)
      const shown = masker.mask(held.slice(0, cut))
      held = held.slice(cut)
      blockTo = toBlockEnd(held, 0)
      return shown
    },
    end() {
      const shown = masker.mask(held)
      held = ''
      blockTo = 0
      return shown
    },
  }
}

/** Up to where nothing can be part of a secret whose end has not come yet. */
function toCut(text: string): number {
  const cut = withAnnouncement(text, toBlockStart(text, toListStart(text, toWordStart(text, text.length))))
  const begin = text.lastIndexOf('-----BEGIN')
  if (begin === -1 || cut <= begin) return cut
  const end = /-----END[A-Z0-9 ]{0,60}-----/.exec(text.slice(begin))
  return end !== null && cut >= begin + end.index + end[0].length ? cut : begin
}

/** So much before a secret may tell that it is one: its name, in any encoding. */
const lead = 1_024

/** What is too long to be held is cut where no secret is, and no name of one that comes behind it. */
function toFarCut(masker: Masker, text: string): number {
  const wanted = text.length - overlap
  const spans = masker.find(text)
  const next = spans.filter(({ from, to }) => to > wanted && from - lead < wanted).reduce<Span | undefined>((first, span) => (first === undefined || span.from < first.from ? span : first), undefined)
  if (next === undefined) return wanted
  const ends = spans.filter(({ to }) => to <= next.from).map(({ to }) => to)
  const cut = Math.min(wanted, Math.max(0, next.from - lead, ...ends))
  // One that begins here would be held for ever.
  return cut > 0 ? cut : next.to
}

/** A word after which the next one may be a secret: `password:`, `=`, `Bearer`, `--token`. */
const announces = /[:=>"'`\\]$|^--?[\w-]+$|^(?:bearer|basic|digest|token|apikey|jwt)$/i
const isSigns = /^[:=>"'`\\]*$/
/** `name`, `=`, `"` and the value: so many words may belong together. */
const mostWords = 4

function withAnnouncement(text: string, open: number): number {
  let cut = open
  for (let words = 0; words < mostWords && cut > 0; words += 1) {
    let end = cut
    while (end > 0 && isBlank(text.charCodeAt(end - 1))) end -= 1
    const start = toWordStart(text, end)
    const first = text.slice(cut, cut + 200).split(/\s/, 1)[0] ?? ''
    if (start === end || (!isSigns.test(first) && !announces.test(text.slice(start, end)))) break
    cut = start
  }
  return cut
}

function toWordStart(text: string, end: number): number {
  let start = end
  while (start > 0 && !isSpace(text.charCodeAt(start - 1))) start -= 1
  return start
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}
