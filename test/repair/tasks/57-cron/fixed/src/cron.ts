export interface Field {
  readonly min: number
  readonly max: number
}

const fields: readonly Field[] = [{ min: 0, max: 59 }, { min: 0, max: 23 }, { min: 1, max: 31 }, { min: 1, max: 12 }, { min: 0, max: 6 }]

/** One field of a cron line: `*`, `5`, `1-5`, `*` with a step, lists. */
export function parseField(text: string, { min, max }: Field): Set<number> {
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const [range = '', step = '1'] = part.split('/')
    const [from, to] = range === '*' ? [min, max] : range.includes('-') ? range.split('-').map(Number) : [Number(range), Number(range)]
    if (from === undefined || to === undefined || Number.isNaN(from) || Number.isNaN(to) || from < min || to > max) throw new RangeError(`not in ${min} to ${max}: ${part}`)
    for (let n = from; n <= to; n += Number(step)) values.add(n)
  }
  return values
}

export function matches(line: string, date: Date): boolean {
  const parts = line.trim().split(/\s+/)
  if (parts.length !== fields.length) throw new SyntaxError(`five fields, not ${parts.length}`)
  const now = [date.getUTCMinutes(), date.getUTCHours(), date.getUTCDate(), date.getUTCMonth() + 1, date.getUTCDay()]
  return parts.every((part, i) => parseField(part, fields[i]!).has(now[i]!))
}

export function next(line: string, after: Date, mostMinutes = 60 * 24 * 366): Date | undefined {
  const at = new Date(after)
  at.setUTCSeconds(0, 0)
  for (let n = 0; n < mostMinutes; n++) {
    at.setUTCMinutes(at.getUTCMinutes() + 1)
    if (matches(line, at)) return at
  }
  return undefined
}
