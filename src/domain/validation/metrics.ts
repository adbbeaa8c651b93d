import type { Stage, Validation } from '../../protocol/evidence.ts'
import { findFailedStage, isError } from './verdict.ts'

export interface ValidationMetrics {
  readonly validators: number
  readonly failed: number
  readonly notChecked: number
  /** New findings, those beyond the listed ones included. */
  readonly findings: number
  /** Of those that are listed. */
  readonly errors: number
  readonly warnings: number
  readonly notes: number
  /** Was there before the change. */
  readonly old: number
  readonly files: number
  readonly cached: number
  readonly durationMs: number
  readonly failedStage: Stage | undefined
}

/** What validations come to in numbers: of one pass over the stages, or of all that a run made. */
export function measureValidations(validations: readonly Validation[]): ValidationMetrics {
  const sum = (of: (each: Validation) => number): number => validations.reduce((total, each) => total + of(each), 0)
  const counted = (is: (finding: Validation['findings'][number]) => boolean): number => sum((each) => each.findings.filter(is).length)
  return {
    validators: new Set(validations.map((each) => each.validator)).size,
    failed: sum((each) => (each.status === 'failed' ? 1 : 0)),
    notChecked: sum((each) => (each.status === 'not-checked' ? 1 : 0)),
    findings: sum((each) => each.findings.length + each.more),
    errors: counted(isError),
    warnings: counted((each) => !isError(each) && each.severity === 'warning'),
    notes: counted((each) => !isError(each) && each.severity === 'note'),
    old: sum((each) => each.old),
    files: sum((each) => each.files),
    cached: sum((each) => each.cached),
    durationMs: sum((each) => each.durationMs),
    failedStage: findFailedStage(validations),
  }
}
