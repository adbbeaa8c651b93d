/** A line that may be a piece of something wrapped: it ends with a run, it is a dump's, or it has hardly anything in it. */
const isPiece = /(?:[A-Za-z0-9+/_%-]{16,}={0,2}|[A-Za-z0-9+/]={1,2})\r?$|^\s*(?:0x)?[0-9a-f]{4,16}:?\s|^[\s,:;|[\]{}"']*(?:(?:0x)?[0-9a-f]{1,4}[\s,:;|[\]{}"']+){4}|^.{0,2}\r?$/i

/** Of longer lines only so much of the end is looked at. */
const longestLine = 600

/** Where the block of such lines begins that ends at `end`. */
export function toBlockStart(text: string, end: number): number {
  let start = end
  for (let lineEnd = text.lastIndexOf('\n', end - 1); lineEnd !== -1; ) {
    const before = lineEnd === 0 ? -1 : text.lastIndexOf('\n', lineEnd - 1)
    if (!isPiece.test(text.slice(Math.max(before + 1, lineEnd - longestLine), lineEnd))) break
    start = before + 1
    lineEnd = before
  }
  return start
}

/** Where the block ends that goes on at `from`; `from` where it does not. */
export function toBlockEnd(text: string, from: number): number {
  let end = from
  for (let next = text.indexOf('\n', end); next !== -1; next = text.indexOf('\n', end)) {
    if (!isPiece.test(text.slice(Math.max(end, next - longestLine), next))) break
    end = next + 1
  }
  return end
}

const isNumber = /^(?:0x)?[0-9a-f]{1,8}[,;:|]?$|^.$/i
const longestList = 8_192

/** Where the list of numbers, or of single letters, begins that ends at `end`; one number may be its beginning. */
export function toListStart(text: string, end: number): number {
  let start = end
  for (;;) {
    const last = text.slice(Math.max(0, start - 16), start).trimEnd().length - Math.min(16, start) + start
    const from = Math.max(text.lastIndexOf(' ', last - 1), text.lastIndexOf('\n', last - 1)) + 1
    if (last <= 0 || end - start > longestList || last - from > 12 || !isNumber.test(text.slice(from, last))) return start
    start = from
  }
}
