import type { Finding } from '../../protocol/evidence.ts'

/** What makes two findings the same although lines have moved. Numbers in a message (positions, counts) do not. */
function toKey({ path, rule, message, evidence }: Finding, renamed: ReadonlyMap<string, string>): string {
  return [renamed.get(path) ?? path, rule, message.replaceAll(/\d+/g, '#'), evidence ?? ''].join('\u0000')
}

/**
 * Takes off what the base had too: each of its findings excuses one that is the same, wherever its line is now.
 * `renamed`: by a path of the result, its path on the base.
 */
export function subtractFindings(found: readonly Finding[], base: readonly Finding[], renamed: ReadonlyMap<string, string> = new Map()): { readonly fresh: readonly Finding[]; readonly old: number } {
  const left = new Map<string, number>()
  for (const each of base) left.set(toKey(each, new Map()), (left.get(toKey(each, new Map())) ?? 0) + 1)
  const fresh = found.filter((each) => {
    const key = toKey(each, renamed)
    const count = left.get(key) ?? 0
    if (count > 0) left.set(key, count - 1)
    return count === 0
  })
  return { fresh, old: found.length - fresh.length }
}
