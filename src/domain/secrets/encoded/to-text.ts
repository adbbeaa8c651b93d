const wide = new TextDecoder('utf-16le', { ignoreBOM: true })
/** For fewer characters the decoder costs more than it saves. */
const few = 24

/** Characters by their codes, one for one. Of bytes it makes texts of bytes, which are read fastest. */
export function toText(codes: Uint8Array | Uint16Array, from: number, to: number): string {
  if (to - from <= few) {
    let text = ''
    for (let at = from; at < to; at += 1) text += String.fromCharCode(codes[at] ?? 0)
    return text
  }
  if (codes instanceof Uint16Array) return wide.decode(codes.subarray(from, to))
  return Buffer.from(codes.buffer, codes.byteOffset + from, to - from).toString('latin1')
}
