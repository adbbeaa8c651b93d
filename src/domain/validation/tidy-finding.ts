import type { Finding } from '../../protocol/evidence.ts'

const most = { path: 1_000, rule: 200, message: 2_000, evidence: 500 }
/** What is searched for secrets at all: the rest is cut off anyway. */
const mostSearched = 20_000

/** A finding as it may be kept and shown: within its bounds, and without secrets. */
export function tidyFinding(finding: Finding, mask: (text: string) => string): Finding {
  const toText = (text: string, length: number): string => cut(mask(text.slice(0, mostSearched)).toWellFormed(), length)
  const line = finding.line !== undefined && Number.isSafeInteger(finding.line) && finding.line > 0 ? finding.line : undefined
  return {
    path: finding.path.replace(/^(?:\.\/)+/, '').slice(0, most.path),
    ...(line === undefined ? {} : { line }),
    rule: finding.rule.slice(0, most.rule),
    message: toText(finding.message, most.message),
    severity: finding.severity ?? 'error',
    ...(finding.evidence === undefined ? {} : { evidence: toText(finding.evidence, most.evidence) }),
    ...(finding.quarantine === true ? { quarantine: true } : {}),
  }
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
