import type { Finding, Validation } from '../../protocol/evidence.ts'
import { digestOfJson } from '../digest.ts'

const levels = { error: 'error', warning: 'warning', note: 'note' } as const

/** A SARIF 2.1.0 log of new findings. Fingerprints leave the line out, so that a finding is the same after lines have moved. */
export function toSarif(validations: readonly Validation[], version: string): object {
  const rules = new Map<string, { id: string; shortDescription: { text: string } }>()
  const results = validations.flatMap((validation) => validation.findings.map((finding) => {
    if (!rules.has(finding.rule)) rules.set(finding.rule, { id: finding.rule, shortDescription: { text: `${validation.validator} (${validation.stage})` } })
    return toResult(finding, [...rules.keys()].indexOf(finding.rule))
  }))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'Writ', semanticVersion: version, rules: [...rules.values()] } },
      columnKind: 'utf16CodeUnits',
      invocations: [{
        executionSuccessful: true,
        toolExecutionNotifications: validations.flatMap((each) => each.notes.map((note) => ({ level: each.status === 'not-checked' ? 'warning' : 'note', message: { text: `${each.validator}: ${note}` } }))),
      }],
      results,
    }],
  }
}

function toResult(finding: Finding, ruleIndex: number): object {
  const { path, line, rule, message, severity = 'error', evidence } = finding
  return {
    ruleId: rule, ruleIndex, level: levels[severity], message: { text: message },
    locations: [{ physicalLocation: { artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' }, ...(line === undefined ? {} : { region: { startLine: line } }) } }],
    partialFingerprints: { 'writ/v1': digestOfJson([path, rule, message.replaceAll(/\d+/g, '#'), evidence ?? '']).slice(0, 32) },
  }
}
