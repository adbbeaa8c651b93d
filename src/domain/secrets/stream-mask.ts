import type { Masker } from './masker.ts'

/** Masks text that comes in pieces: what may be the beginning of a secret is held back until its end has come. */
export interface StreamMask {
  /** What can be shown now. */
  push(text: string): string
  /** The rest. */
  end(): string
}

/** Longest piece that is held back. A word without an end is no secret of a kind we know. */
const mostHeld = 16_384
const overlap = 512

export function createStreamMask(masker: Masker): StreamMask {
  let held = ''
  return {
    push(text) {
      held += text
      const cut = toCut(held)
      const shown = masker.mask(held.slice(0, cut))
      held = held.slice(cut)
      return shown
    },
    end() {
      const shown = masker.mask(held)
      held = ''
      return shown
    },
  }
}

/** Up to where nothing can be part of a secret whose end has not come yet. */
function toCut(text: string): number {
  const open = toWordStart(text, text.length)
  if (text.length - open >= mostHeld / 2) return text.length - overlap
  const cut = withAnnouncement(text, open)
  const begin = text.lastIndexOf('-----BEGIN')
  if (begin === -1 || cut <= begin || text.length - begin >= mostHeld) return cut
  const end = /-----END[A-Z0-9 ]{0,60}-----/.exec(text.slice(begin))
  return end !== null && cut >= begin + end.index + end[0].length ? cut : begin
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
