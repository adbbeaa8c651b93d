import type { Json } from '../../protocol/ids.ts'

/** Where two JSON values differ, as `path: this instead of that`; at most `most` places. */
export function findDifferences(is: Json, was: Json, most: number, at = ''): readonly string[] {
  if (Object.is(is, was)) return []
  if (isBranch(is) && isBranch(was) && Array.isArray(is) === Array.isArray(was)) {
    const [now, then] = [is as Readonly<Record<string, Json>>, was as Readonly<Record<string, Json>>]
    const found: string[] = []
    for (const key of new Set([...Object.keys(then), ...Object.keys(now)])) {
      const place = Array.isArray(is) ? `${at}[${key}]` : `${at}${at === '' ? '' : '.'}${key}`
      if (!(key in now)) found.push(`${place} is gone`)
      else if (!(key in then)) found.push(`${place} was added`)
      else found.push(...findDifferences(now[key] ?? null, then[key] ?? null, most - found.length, place))
      if (found.length >= most) break
    }
    return found
  }
  return [`${at} is ${short(is)}, and ${short(was)} was attested`]
}

function isBranch(value: Json): boolean {
  return typeof value === 'object' && value !== null
}

function short(value: Json): string {
  const text = JSON.stringify(value)
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`
}
