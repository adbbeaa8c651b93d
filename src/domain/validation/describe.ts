import type { Finding, Validation } from '../../protocol/evidence.ts'
import { isError } from './verdict.ts'

/** Findings that are told to the solver; the record has up to 200 of each validator. */
const mostTold = 15

export function describeFinding({ path, line, rule, message, severity }: Finding): string {
  return `${path}${line ? `:${line}` : ''} ${severity === 'warning' ? 'warning ' : ''}${message} (${rule})`
}

/** What the stages found, for the solver: what failed first, then warnings; what was not checked is said only beside something else. */
export function describeValidation(validations: readonly Validation[]): string {
  const failed = validations.filter((each) => each.status === 'failed')
  const errors = failed.flatMap((each) => each.findings.filter(isError))
  const warnings = validations.flatMap((each) => each.findings.filter((finding) => finding.severity === 'warning'))
  if (failed.length === 0 && warnings.length === 0) return ''
  const hidden = failed.reduce((sum, each) => sum + each.more, 0)
  const head = failed.length > 0 ? [`Validation failed at the stage ${failed[0]?.stage ?? ''} (${failed.map((each) => each.validator).join(', ')}):`] : []
  const room = Math.max(0, mostTold - errors.length)
  return [
    ...head,
    ...errors.slice(0, mostTold).map((each) => `- ${describeFinding(each)}`),
    ...(errors.length + hidden > mostTold ? [`- and ${errors.length + hidden - Math.min(errors.length, mostTold)} more`] : []),
    ...(warnings.length > 0 && room > 0 ? ['Worth a look:', ...warnings.slice(0, room).map((each) => `- ${describeFinding(each)}`)] : []),
    ...(warnings.length > room && room > 0 ? [`- and ${warnings.length - room} more warnings`] : []),
  ].join('\n')
}
