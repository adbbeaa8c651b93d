import type { Finding, Stage, Validation } from '../../protocol/evidence.ts'

/** In the order in which they run, cheapest first. */
export const stages: readonly Stage[] = ['change', 'static', 'security', 'shape', 'tests', 'performance']

export function isError(finding: Finding): boolean {
  return finding.severity === undefined || finding.severity === 'error'
}

/** The first stage that failed. What could not be checked fails nothing and passes nothing: it is told. */
export function toVerdict(validations: readonly Validation[]): { readonly verdict: 'passed' | 'failed'; readonly stage: Stage | undefined } {
  const stage = stages.find((each) => validations.some((validation) => validation.stage === each && validation.status === 'failed'))
  return { verdict: stage ? 'failed' : 'passed', stage }
}
