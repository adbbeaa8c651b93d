/** The lines of a file that say something, as they are compared: without indentation, comments, imports and lone brackets. */
export interface CodeLines {
  readonly texts: readonly string[]
  /** From 1, by index in `texts`. */
  readonly lines: readonly number[]
}

const comment = /^(\/\/|\/\*|\*|#(?!\s*(if|ifdef|define|else|end)\b)|--|;;|<!--|%)/
const imports = /^(import\b|from\s+\S+\s+import\b|export\s+(\*|\{[^}]*\})\s+from\b|use\s|using\s|#\s*include\b|package\s|require(_once|_relative)?\b|include(_once)?\b|(const|let|var)\s+[\w{},\s:]+=\s*require\()/

export function toCodeLines(text: string): CodeLines {
  const texts: string[] = []
  const lines: number[] = []
  let isComment = false
  let isImport = false
  for (const [n, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (isComment) {
      isComment = !line.includes('*/')
      continue
    }
    if (isImport) {
      isImport = !/\bfrom\b|[);]/.test(line)
      continue
    }
    if (line.startsWith('/*')) isComment = !line.includes('*/')
    if (comment.test(line)) continue
    if (imports.test(line)) {
      isImport = /[({]\s*$/.test(line)
      continue
    }
    if (!/\w.*\w/.test(line)) continue
    texts.push(line.replaceAll(/\s+/g, ' '))
    lines.push(n + 1)
  }
  return { texts, lines }
}
