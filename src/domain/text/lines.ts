/** One line of a text with the bytes that end it: `\n`, `\r\n`, or nothing for an unfinished last line. */
export interface Line {
  readonly text: string
  readonly end: '\n' | '\r\n' | ''
}

/** Splits so that joining `text + end` of every line gives the input back, byte for byte. An empty text has no line. */
export function toLines(content: string): Line[] {
  const lines: Line[] = []
  let start = 0
  while (start < content.length) {
    const feed = content.indexOf('\n', start)
    if (feed === -1) {
      lines.push({ text: content.slice(start), end: '' })
      break
    }
    const carriage = feed > start && content.charCodeAt(feed - 1) === 13
    lines.push({ text: content.slice(start, carriage ? feed - 1 : feed), end: carriage ? '\r\n' : '\n' })
    start = feed + 1
  }
  return lines
}

export function fromLines(lines: readonly Line[]): string {
  let content = ''
  for (const line of lines) content += line.text + line.end
  return content
}

/** How most lines of a text end; `\n` where no line says otherwise. */
export function toLineEnd(content: string): '\n' | '\r\n' {
  let crlf = 0
  let lf = 0
  for (let at = content.indexOf('\n'); at !== -1; at = content.indexOf('\n', at + 1)) {
    if (at > 0 && content.charCodeAt(at - 1) === 13) crlf++
    else lf++
  }
  return crlf > lf ? '\r\n' : '\n'
}

/** The same text with every line ended as asked. */
export function withLineEnd(text: string, end: '\n' | '\r\n'): string {
  const plain = text.replaceAll('\r\n', '\n')
  return end === '\n' ? plain : plain.replaceAll('\n', '\r\n')
}

/** The 1-based line that holds the character at `offset`. */
export function toLineNumber(content: string, offset: number): number {
  let line = 1
  for (let at = content.indexOf('\n'); at !== -1 && at < offset; at = content.indexOf('\n', at + 1)) line++
  return line
}
