import { Stage, type Finding, type Validation } from '../../protocol/evidence.ts'

/** In the order in which they run, cheapest first. */
export const stages: readonly Stage[] = Stage.options

/** Findings that a validation lists; `more` counts the rest. */
export const mostFindings = 200

/** Does this finding fail its stage? What seals a change away does, whatever else it is. */
export function isError(finding: Finding): boolean {
  return (finding.severity ?? 'error') === 'error' || finding.quarantine === true
}

/** The first stage that failed, in their order; undefined where none did. */
export function findFailedStage(validations: readonly Validation[]): Stage | undefined {
  return stages.find((stage) => validations.some((each) => each.stage === stage && each.status === 'failed'))
}

/** What could not be checked fails nothing and passes nothing: it is told. */
export function toVerdict(validations: readonly Validation[]): { readonly verdict: 'passed' | 'failed'; readonly stage: Stage | undefined } {
  const stage = findFailedStage(validations)
  return { verdict: stage ? 'failed' : 'passed', stage }
}

/** What a validator's new findings come to: the status, and the list within its bound, errors first. */
export function judgeFindings(fresh: readonly Finding[], notChecked: boolean): Pick<Validation, 'status' | 'findings' | 'more'> {
  const sorted = [...fresh].sort(byWeight)
  return {
    status: fresh.some(isError) ? 'failed' : notChecked ? 'not-checked' : 'passed',
    findings: sorted.slice(0, mostFindings),
    more: Math.max(0, sorted.length - mostFindings),
  }
}

const weights = { error: 0, warning: 1, note: 2 } as const

function byWeight(a: Finding, b: Finding): number {
  const weight = (each: Finding): number => (isError(each) ? 0 : weights[each.severity ?? 'error'])
  return weight(a) - weight(b) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) || (a.line ?? 0) - (b.line ?? 0)
}
