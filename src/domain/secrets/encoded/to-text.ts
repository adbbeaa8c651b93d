const decoder = new TextDecoder('utf-16le', { ignoreBOM: true })
let wide = new Uint16Array(8_192)
/** For fewer characters the decoder costs more than it saves. */
const few = 24

/** Characters by their codes, one for one. */
export function toText(codes: Uint8Array | Uint16Array, from: number, to: number): string {
  if (to - from <= few) {
    let text = ''
    for (let at = from; at < to; at += 1) text += String.fromCharCode(codes[at] ?? 0)
    return text
  }
  if (codes instanceof Uint16Array) return decoder.decode(codes.subarray(from, to))
  if (wide.length < to - from) wide = new Uint16Array((to - from) * 2)
  wide.set(codes.subarray(from, to))
  return decoder.decode(wide.subarray(0, to - from))
}
