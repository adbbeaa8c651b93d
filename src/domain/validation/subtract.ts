import type { Finding } from '../../protocol/evidence.ts'

/** What is said of a finding wherever it stands: lines move with every edit above them. */
export function toFindingKey(finding: Finding): string {
  return JSON.stringify([finding.path, finding.rule, withoutPlaces(finding.message), withoutPlaces(finding.evidence ?? '')])
}

/** Messages name places too: `already declared on line 12`, `app.ts:3:7`. */
function withoutPlaces(text: string): string {
  return text.replaceAll(/\b(lines?|ln|columns?|col|rows?|position|offset|characters?)(\s*[:=]?\s*)\d+/gi, '$1$2#').replaceAll(/:\d+(?::\d+)?\b/g, ':#').replaceAll(/\s+/g, ' ').trim()
}

export interface Subtracted {
  /** What the change brought, in the order in which it was found. */
  readonly fresh: readonly Finding[]
  /** How many of the findings were there before. */
  readonly old: number
}

/**
 * Takes the findings of the base off those of the result: as often as the same was said before, it is old. Paths of the base
 * are those of the result (see `moveFindings`). Where some of several equal ones are new, those on touched lines are.
 * @param touched lines of the result that the change wrote, by path, for the paths of `findAmbiguous`
 */
export function subtract(result: readonly Finding[], base: readonly Finding[], touched?: ReadonlyMap<string, ReadonlySet<number>>): Subtracted {
  const left = countKeys(base)
  const isTouched = (finding: Finding): boolean => finding.line !== undefined && touched?.get(finding.path)?.has(finding.line) === true
  const old = new Set<Finding>()
  for (const finding of [...result.filter((each) => !isTouched(each)), ...result.filter(isTouched)]) {
    const key = toFindingKey(finding)
    const count = left.get(key) ?? 0
    if (count === 0) continue
    left.set(key, count - 1)
    old.add(finding)
  }
  return { fresh: result.filter((each) => !old.has(each)), old: old.size }
}

/** Paths with equal findings of which some are new and some are not: there it takes the lines to tell which. */
export function findAmbiguous(result: readonly Finding[], base: readonly Finding[]): readonly string[] {
  const before = countKeys(base)
  const now = countKeys(result)
  return [...new Set(result.filter((each) => {
    const key = toFindingKey(each)
    const count = before.get(key) ?? 0
    return count > 0 && count < (now.get(key) ?? 0)
  }).map((each) => each.path))]
}

/** Findings of the base under the names that files have in the result. */
export function moveFindings(findings: readonly Finding[], renamed: ReadonlyMap<string, string>): readonly Finding[] {
  return renamed.size === 0 ? findings : findings.map((each) => ({ ...each, path: renamed.get(each.path) ?? each.path }))
}

function countKeys(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const each of findings) counts.set(toFindingKey(each), (counts.get(toFindingKey(each)) ?? 0) + 1)
  return counts
}
