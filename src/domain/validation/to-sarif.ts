import type { Json } from '../../protocol/ids.ts'
import type { Finding, Severity, Validation } from '../../protocol/evidence.ts'
import { digestOf } from '../digest.ts'
import { replacePlaceholders } from '../secrets/placeholder.ts'
import { toRuleName, toSeverity } from './describe.ts'
import { toFindingKey } from './subtract.ts'

/** OASIS Standard, 2020-03-27. */
const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

/**
 * The validations as one SARIF 2.1.0 log: only what is new, so that a dashboard blames a change for nothing else. What could
 * not be checked is a notification, never a silence.
 * @param version of Writ
 */
export function toSarif(validations: readonly Validation[], version: string): Json {
  const found = validations.flatMap((validation) => [...validation.findings].sort(byPlace).map((finding) => ({ validation, finding, ruleId: toRuleName(validation, finding) })))
  const rules = [...new Map(found.map((each) => [each.ruleId, each])).values()].sort((a, b) => (a.ruleId < b.ruleId ? -1 : 1))
  const places = new Map(rules.map(({ ruleId }, index) => [ruleId, index]))
  const seen = new Map<string, number>()
  const toFingerprint = (ruleId: string, finding: Finding): string => {
    // Without the line, which every edit above moves, and without what stands for a secret, which differs from machine to
    // machine; equal ones are counted from the top of the file.
    const key = replacePlaceholders(`${ruleId}\n${toFindingKey(finding)}`, ({ text, mark }) => text.replace(mark, ''))
    const nth = seen.get(key) ?? 0
    seen.set(key, nth + 1)
    return digestOf(`${key}\n${nth}`).slice(0, 32)
  }
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [{
      tool: {
        driver: {
          name: 'Writ', semanticVersion: toSemanticVersion(version),
          rules: rules.map(({ validation, finding, ruleId }) => ({
            id: ruleId, shortDescription: { text: `${validation.validator}: ${finding.rule || validation.validator}` },
            defaultConfiguration: { level: toSeverity(finding) }, properties: { tags: [validation.stage], validator: validation.validator },
          })),
        },
      },
      invocations: [{ executionSuccessful: true, toolExecutionNotifications: validations.flatMap(toNotifications) }],
      columnKind: 'utf16CodeUnits',
      results: found.map(({ finding, ruleId }) => toResult(finding, ruleId, places.get(ruleId) ?? -1, toFingerprint(ruleId, finding))),
    }],
  }
}

function byPlace(a: Finding, b: Finding): number {
  return (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) || (a.line ?? 0) - (b.line ?? 0)
}

const levels: Record<Severity, string> = { error: 'error', warning: 'warning', note: 'note' }

function toResult(finding: Finding, ruleId: string, ruleIndex: number, fingerprint: string): Json {
  return {
    ruleId, ruleIndex, kind: 'fail', level: levels[toSeverity(finding)],
    message: { text: finding.message === '' ? ruleId : finding.message },
    ...(finding.path === '' ? {} : { locations: [toLocation(finding)] }),
    partialFingerprints: { 'findingHash/v1': fingerprint },
    ...(finding.quarantine ? { properties: { quarantine: true } } : {}),
  }
}

function toLocation(finding: Finding): Json {
  return {
    physicalLocation: {
      artifactLocation: { uri: finding.path.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' },
      ...(finding.line === undefined ? {} : { region: { startLine: finding.line, ...(finding.evidence ? { snippet: { text: finding.evidence } } : {}) } }),
    },
  }
}

function toNotifications(validation: Validation): Json[] {
  const { validator, status, notes, more } = validation
  const notify = (level: string, text: string): Json => ({ level, message: { text }, descriptor: { id: validator } })
  return [
    ...(status === 'not-checked' ? [notify('warning', `${validator} was not checked: ${notes.join('; ') || 'it could not look'}`)] : notes.map((note) => notify('note', `${validator}: ${note}`))),
    ...(more > 0 ? [notify('warning', `${validator} found ${more} more than are listed`)] : []),
  ]
}

/** SARIF wants a semantic version there, or nothing. */
function toSemanticVersion(version: string): string {
  return /^\d+\.\d+\.\d+/.test(version) ? version : `0.0.0-${version.replaceAll(/[^0-9A-Za-z-]/g, '-') || 'unknown'}`
}
