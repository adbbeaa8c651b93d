import type { Finding, TestReport } from '../../protocol/evidence.ts'

/** What the solver is told after an edit; empty where there is nothing worth a word. */
export function describeEdit(findings: readonly Finding[], near: TestReport | undefined, base: TestReport | undefined): string {
  if (findings.length > 0) {
    return ['Fast checks: this does not parse.', ...findings.slice(0, 10).map((each) => `- ${each.path}${each.line ? `:${each.line}` : ''}: ${each.message}`)].join('\n')
  }
  if (!near || near.cases.length === 0) return ''
  const before = new Map(base?.cases.map((each) => [each.name, each.status]) ?? [])
  const failing = near.cases.filter((each) => each.status === 'failed')
  const fixed = near.cases.filter((each) => each.status === 'passed' && before.get(each.name) === 'failed')
  const lines = [`Tests near the change: ${near.cases.length - failing.length} pass, ${failing.length} fail.`]
  if (fixed.length > 0) lines.push(`Mended: ${fixed.slice(0, 10).map((each) => each.name).join('; ')}${fixed.length > 10 ? ` and ${fixed.length - 10} more` : ''}`)
  for (const each of failing.slice(0, 10)) {
    const news = before.get(each.name) === 'passed' ? 'BROKEN by this change: ' : ''
    lines.push(`- ${news}${each.name}${each.message ? `: ${each.message.replaceAll(/\s+/g, ' ').slice(0, 300)}` : ''}`)
  }
  if (failing.length > 10) lines.push(`- and ${failing.length - 10} more`)
  return lines.join('\n')
}
