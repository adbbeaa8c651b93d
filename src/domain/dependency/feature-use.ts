/** Names that a source file takes from a package: imported, destructured, or read off what was imported. */
export function findUsedNames(text: string, name: string): string[] {
  const quoted = `['"]${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"]`
  const used = new Set<string>()
  const wholes = new Set<string>()
  const clause = new RegExp(`import\\s+(?:type\\s+)?([^;'"]+?)\\s+from\\s*${quoted}|(?:const|let|var)\\s+([^=;]+?)\\s*=\\s*(?:await\\s+import|require)\\(\\s*${quoted}\\s*\\)`, 'g')
  for (const match of text.matchAll(clause)) {
    const what = match[1] ?? match[2] ?? ''
    const braces = /\{([^}]*)\}/.exec(what)
    for (const part of (braces?.[1] ?? '').split(',')) {
      const taken = part.trim().replace(/^type\s+/, '').split(/\s+as\s+|\s*:\s*/)[0]?.trim()
      if (taken) used.add(taken)
    }
    const whole = what.replace(/\{[^}]*\}/, '').replaceAll(/\*\s+as\s+/g, '').split(',').map((part) => part.trim()).filter(Boolean)
    for (const each of whole) wholes.add(each)
  }
  for (const whole of wholes) for (const match of text.matchAll(new RegExp(`(?<![\\w$.])${whole.replaceAll('$', '\\$')}\\.([A-Za-z_$][\\w$]*)`, 'g'))) if (match[1]) used.add(match[1])
  return [...used].filter((each) => each !== 'default').toSorted()
}

/** Does a source file bring a package in at all? */
export function isImporting(text: string, name: string): boolean {
  const quoted = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?:from|import|require\\(|import\\()\\s*['"]${quoted}(?:/[^'"]*)?['"]`).test(text)
}

/** Used names that the newer version speaks of and the older one does not: they would be lost. By the packages' texts, so a guess. */
export function findLost(used: readonly string[], newer: string, older: string): string[] {
  const speaks = (text: string, name: string): boolean => new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(text)
  return used.filter((name) => speaks(newer, name) && !speaks(older, name))
}
