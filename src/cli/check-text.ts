import { Stage, type Finding, type Validation } from '../protocol/evidence.ts'
import { toRuleName, toSeverity } from '../domain/validation/describe.ts'
import { measureValidations } from '../domain/validation/metrics.ts'
import { count } from '../domain/report/words.ts'
import { oneLine, type painter } from './render.ts'

type Paint = ReturnType<typeof painter>

const styles = { error: 'red', warning: 'yellow', note: 'dim' } as const

/** The answer of `writ check` for people (`behind`: stages that one in front of them left out): findings by stage and file, then what was not checked, then one line of sums. */
export function toCheckText(validations: readonly Validation[], behind: readonly Stage[], paint: Paint): string {
  const blocks = Stage.options.flatMap((stage) => toStageBlock(stage, validations.filter((each) => each.stage === stage), paint))
  const unchecked = validations.filter((each) => each.status === 'not-checked').map((each) => paint('yellow', `Not checked: ${each.validator}: ${oneLine(each.notes.join('; ') || 'it could not look', 500)}`))
  const told = validations.filter((each) => each.status !== 'not-checked').flatMap((each) => each.notes.map((note) => paint('dim', `${each.validator}: ${oneLine(note, 500)}`)))
  return [...blocks, ...told, ...unchecked, toSummary(validations, behind, paint)].join('\n')
}

function toStageBlock(stage: Stage, validations: readonly Validation[], paint: Paint): string[] {
  const shown = validations.flatMap((validation) => validation.findings.map((finding) => ({ validation, finding })))
  if (shown.length === 0) return []
  const files = Map.groupBy(shown, ({ finding }) => finding.path)
  const more = validations.reduce((total, each) => total + each.more, 0)
  return [
    paint('bold', stage),
    ...[...files].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([path, some]) => [
      `  ${path === '' ? 'the change' : paint('cyan', oneLine(path, 300))}`,
      ...some.sort((a, b) => (a.finding.line ?? 0) - (b.finding.line ?? 0)).flatMap(({ validation, finding }) => toLines(validation, finding, paint)),
    ]),
    ...(more > 0 ? [`  and ${count(more, 'more finding')}`] : []),
    '',
  ]
}

function toLines(validation: Validation, finding: Finding, paint: Paint): string[] {
  const severity = toSeverity(finding)
  const line = finding.line === undefined ? '' : String(finding.line)
  const sealed = finding.quarantine ? paint('red', ' [a person must look at this]') : ''
  return [
    `  ${line.padStart(5)}  ${paint(styles[severity], severity.padEnd(7))}  ${oneLine(finding.message, 500)}  ${paint('dim', oneLine(toRuleName(validation, finding), 120))}${sealed}`,
    ...(finding.evidence ? [paint('dim', `         ${oneLine(finding.evidence, 200)}`)] : []),
  ]
}

function toSummary(validations: readonly Validation[], behind: readonly Stage[], paint: Paint): string {
  const { findings, errors, warnings, notes, old, cached, failedStage } = measureValidations(validations)
  const unchecked = validations.filter((each) => each.status === 'not-checked').map((each) => each.validator)
  const unlisted = validations.reduce((total, each) => total + each.more, 0)
  const kinds = [count(errors, 'error'), count(warnings, 'warning'), ...(notes > 0 ? [count(notes, 'note')] : []), ...(unlisted > 0 ? [`${unlisted} not listed`] : [])].join(', ')
  const parts = [
    `${count(findings, 'new finding')}${findings > 0 ? ` (${kinds})` : ''}`,
    `${old} old not shown`,
    `${cached} from cache`,
    ...(unchecked.length > 0 ? [`not checked: ${unchecked.join(', ')}`] : []),
  ].join(', ')
  return [
    ...(behind.length > 0 ? [`The stage ${failedStage} failed; left out until it is mended: ${behind.join(', ')}`] : []),
    paint(failedStage ? 'red' : warnings > 0 || unchecked.length > 0 ? 'yellow' : 'green', parts),
  ].join('\n')
}
