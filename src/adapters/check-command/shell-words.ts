/** One simple command at the end of a shell line, with what comes before it kept as it was written. */
export interface LastCommand {
  /** Everything before it, with the operator that joins them (`npm run build && `). */
  readonly head: string
  /** `NAME=value` words in front of the program, as written. */
  readonly assignments: readonly string[]
  /** Program and arguments, unquoted. */
  readonly words: readonly string[]
}

interface Scan {
  readonly words: { text: string; raw: string }[]
  readonly start: number
}

/** Characters whose meaning we do not follow: a command that has them outside quotes is left alone. */
const beyondUs = new Set(['|', '>', '<', '(', ')', '`', '{', '}', '\n', '#'])

function scanWords(line: string): Scan | undefined {
  let words: Scan['words'] = []
  let start = 0
  let text = ''
  let raw = ''
  let quote = ''
  const push = (): void => {
    if (raw !== '') words.push({ text, raw })
    text = ''
    raw = ''
  }
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i)
    if (quote !== '') {
      raw += char
      if (char === quote) quote = ''
      else if (char === '\\' && quote === '"') {
        raw += line.charAt(++i)
        text += line.charAt(i)
      } else if (char === '$' && quote === '"') return undefined
      else text += char
      continue
    }
    if (char === '"' || char === "'") {
      quote = char
      raw += char
    } else if (char === '\\') {
      raw += char + line.charAt(++i)
      text += line.charAt(i)
    } else if (char === ' ' || char === '\t') push()
    else if (char === ';' || (char === '&' && line.charAt(i + 1) === '&')) {
      push()
      if (char === '&') i++
      words = []
      start = i + 1
    } else if (char === '&' || beyondUs.has(char)) return undefined
    else {
      raw += char
      text += char
    }
  }
  push()
  return quote === '' ? { words, start } : undefined
}

/** Undefined where the line ends in something other than one plain command (a pipe, a redirection, a substitution). */
export function findLastCommand(line: string): LastCommand | undefined {
  const scan = scanWords(line.trim())
  if (scan === undefined || scan.words.length === 0) return undefined
  const programAt = scan.words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word.raw))
  if (programAt === -1) return undefined
  const program = scan.words.slice(programAt)
  if (program.some((word) => /(^|[^\\])\$/.test(word.raw) && !word.raw.startsWith("'"))) return undefined
  const head = line.trim().slice(0, scan.start).trim()
  return {
    head: head === '' ? '' : `${head} `,
    assignments: scan.words.slice(0, programAt).map((word) => word.raw),
    words: program.map((word) => word.text),
  }
}

/** A word as bash reads it back. */
export function toShellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

export function toCommand(last: LastCommand): string {
  return last.head + [...last.assignments, ...last.words.map(toShellWord)].join(' ')
}
