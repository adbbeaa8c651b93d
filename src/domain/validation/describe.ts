import { Stage, type Finding, type Severity, type Validation } from '../../protocol/evidence.ts'
import { count, toLine } from '../report/words.ts'
import { measureValidations } from './metrics.ts'
import { findFailedStage, isError } from './verdict.ts'

export interface DescribeOptions {
  /** What was taken back because of it, as the end of “The change was rolled back: …”. */
  readonly rolledBack?: string
  /** Longest text in characters. */
  readonly maxChars?: number
}

const usual = { maxChars: 6_000 }
/** Findings that are told; the record has up to 200 of each validator. */
const mostTold = 15
const mostMessage = 300
const mostEvidence = 160

/**
 * What validation showed, for whoever has to act on it: the stage that failed first, each finding with its place, then what
 * could not be checked and why. Empty where there is nothing to act on; what could not be checked is said beside something else.
 */
export function describeValidation(validations: readonly Validation[], options: DescribeOptions = {}): string {
  const failed = findFailedStage(validations)
  const { old, errors, warnings } = measureValidations(validations)
  const unchecked = validations.filter((each) => each.status === 'not-checked')
  if (failed === undefined && errors + warnings === 0 && options.rolledBack === undefined) return ''
  const order = [...new Set([...(failed ? [failed] : []), ...Stage.options])]
  const sorted = order.flatMap((stage) => validations.filter((each) => each.stage === stage))
  const body = sorted.flatMap((each) => each.findings.filter((finding) => isError(finding) || finding.severity !== 'note').map((finding) => toFindingLines(each, finding)))
  const more = sorted.reduce((total, each) => total + each.more, 0)
  const tail = [
    ...(old > 0 ? [`Not counted: ${count(old, 'finding')} that the base has too.`] : []),
    ...unchecked.map((each) => `Not checked: ${each.validator}${each.notes.length > 0 ? ` (${toLine(each.notes.join('; '), mostMessage)})` : ''}.`),
    ...(failed ? laterStages(failed) : []),
    ...(options.rolledBack === undefined ? [] : [`The change was rolled back: ${toLine(options.rolledBack, mostMessage)}`]),
  ]
  const head = headline(validations, failed)
  const room = (options.maxChars ?? usual.maxChars) - [head, ...tail].join('\n').length - 60
  const shown = takeWhole(body.slice(0, mostTold), room)
  const left = body.length - shown.length + more
  return [head, ...shown.flat(), ...(left > 0 ? [`- and ${count(left, 'more finding')}`] : []), ...tail].join('\n')
}

function headline(validations: readonly Validation[], failed: Stage | undefined): string {
  const { errors, warnings } = measureValidations(failed ? validations.filter((each) => each.stage === failed) : validations)
  const counts = [...(errors > 0 ? [count(errors, 'error')] : []), ...(warnings > 0 ? [count(warnings, 'warning')] : [])].join(', ')
  if (failed) return `Validation failed at the stage ${failed}: ${counts}, new with this change.`
  return `Validation: no errors${counts ? `, ${counts}, new with this change` : ''}.`
}

function laterStages(failed: Stage): string[] {
  const later = Stage.options.slice(Stage.options.indexOf(failed) + 1)
  return later.length === 0 ? [] : [`Left out until this is mended: ${later.join(', ')}.`]
}

function toFindingLines(validation: Validation, finding: Finding): string[] {
  const evidence = finding.evidence ? toLine(finding.evidence, mostEvidence) : ''
  return [`- ${toPlace(finding)} ${toSeverity(finding)} ${toRuleName(validation, finding)}: ${toLine(finding.message, mostMessage)}${finding.quarantine ? ' [sealed away until a person has looked]' : ''}`, ...(evidence ? [`    ${evidence}`] : [])]
}

/** `src/app.ts:12`; `the change` where it is about no file. */
export function toPlace(finding: Finding): string {
  const path = toLine(finding.path, 300)
  return path === '' ? 'the change' : finding.line === undefined ? path : `${path}:${finding.line}`
}

/** `tsc/TS2345`; the validator's name alone where its rule says no more. */
export function toRuleName(validation: Pick<Validation, 'validator'>, finding: Finding): string {
  const rule = toLine(finding.rule, 200)
  if (rule.startsWith(`${validation.validator}/`)) return rule
  return rule === '' || rule === validation.validator ? validation.validator : `${validation.validator}/${rule}`
}

export function toSeverity(finding: Finding): Severity {
  return isError(finding) ? 'error' : (finding.severity ?? 'error')
}

/** Whole findings, as many as fit; at least one. */
function takeWhole(blocks: readonly (readonly string[])[], maxChars: number): readonly (readonly string[])[] {
  const taken: (readonly string[])[] = []
  let left = maxChars
  for (const block of blocks) {
    left -= block.join('\n').length + 1
    if (left < 0 && taken.length > 0) break
    taken.push(block)
  }
  return taken
}
