/** Share of bytes, zeros left aside, that no text has, up to which something counts as text all the same. */
const mostJunk = 0.02

export interface ReadText {
  readonly text: string
  /** There were zero bytes, which are left out of the text. */
  readonly hadZeros: boolean
}

/**
 * The text of a file: UTF-8, or UTF-16 by its mark. A text into which zero bytes were put is one still, without them: whoever
 * hides something behind one is read. Undefined for what is no text, which costs a look at a small part of it.
 */
export function readText(bytes: Uint8Array): ReadText | undefined {
  if (!bytes.includes(0)) return { text: new TextDecoder().decode(bytes), hadZeros: false }
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined
  if (wide !== undefined) return { text: new TextDecoder(wide).decode(bytes).replaceAll('\0', ''), hadZeros: true }
  if (!looksLikeText(bytes)) return undefined
  return { text: new TextDecoder().decode(bytes.filter((byte) => byte !== 0)), hadZeros: true }
}

/** Control characters that texts have: tab, line ends, form feed, backspace, escape. */
const usual = new Set([0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b])

function looksLikeText(bytes: Uint8Array): boolean {
  const most = bytes.length * mostJunk
  let junk = 0
  for (let n = 0; n < bytes.length; n++) {
    const byte = bytes[n] ?? 0
    if (byte === 0 || (byte >= 0x20 && byte < 0x7f) || usual.has(byte)) continue
    const length = byte < 0xc2 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf5 ? 3 : 0
    let follows = 0
    while (follows < length && ((bytes[n + 1 + follows] ?? 0) & 0xc0) === 0x80) follows++
    if (length > 0 && follows === length) n += length
    else if (++junk > most) return false
  }
  return true
}
