import type { ValidationSettings } from '../domain/validation/settings.ts'

/** A rule of banned code that can be looked for nowhere. */
export interface PatternProblem {
  readonly rule: string
  /** A clause that names the rule. */
  readonly message: string
}

/** The rules of some settings that cannot be read. The engine for them is loaded only where there are rules. */
export async function findPatternProblems({ patterns }: Pick<ValidationSettings, 'patterns'>): Promise<readonly PatternProblem[]> {
  if (patterns.length === 0) return []
  const { explainPatternRule } = await import('../adapters/validate-security/patterns.ts')
  const problems: PatternProblem[] = []
  for (const rule of patterns) {
    const message = await explainPatternRule(rule)
    if (message !== undefined) problems.push({ rule: rule.id, message })
  }
  return problems
}
