const units: readonly (readonly [string, number])[] = [['d', 86_400], ['h', 3600], ['m', 60], ['s', 1]]

/** `1h30m` → 5400 */
export function parseDuration(text: string): number {
  let seconds = 0
  let rest = text.trim()
  if (rest === '') throw new SyntaxError('no duration')
  while (rest !== '') {
    const match = /^(\d+(?:\.\d+)?)\s*([dhms])\s*/.exec(rest)
    if (match === null) throw new SyntaxError(`no duration: ${text}`)
    const unit = units.find(([name]) => name === match[2])
    seconds += Number(match[1]) * (unit?.[1] ?? 0)
    rest = rest.slice(match[0].length)
  }
  return seconds
}

export function formatDuration(seconds: number): string {
  if (seconds === 0) return '0s'
  const parts: string[] = []
  let rest = Math.round(Math.abs(seconds))
  for (const [name, size] of units) {
    const n = Math.floor(rest / size)
    rest -= size
    if (n > 0) parts.push(`${n}${name}`)
  }
  return (seconds < 0 ? '-' : '') + parts.join(' ')
}

export function clock(seconds: number): string {
  const pad = (n: number): string => String(n).padStart(2, '0')
  return `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
}
