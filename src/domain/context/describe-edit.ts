import type { Finding, TestCase, TestReport } from '../../protocol/evidence.ts'

const mostShown = 10
const mostOldShown = 3

/** What the solver is told after an edit; empty where there is nothing worth a word. `base`: what the same check showed before. */
export function describeEdit(findings: readonly Finding[], near: TestReport | undefined, base: TestReport | undefined): string {
  if (findings.length > 0) {
    return ['Fast checks: this does not parse.', ...findings.slice(0, 10).map((each) => `- ${each.path}${each.line ? `:${each.line}` : ''}: ${each.message}`)].join('\n')
  }
  if (!near || near.cases.length === 0) return ''
  const before = new Map(base?.cases.map((each) => [each.name, each.status]) ?? [])
  const counted = (status: TestCase['status']): readonly TestCase[] => near.cases.filter((each) => each.status === status)
  const failing = counted('failed')
  const skipped = counted('skipped').length
  const fixed = counted('passed').filter((each) => before.get(each.name) === 'failed')
  const broken = failing.filter((each) => before.get(each.name) === 'passed')
  const old = failing.filter((each) => before.get(each.name) === 'failed')
  const fresh = failing.filter((each) => !broken.includes(each) && !old.includes(each))
  const lines = [`Tests near the change: ${counted('passed').length} pass, ${failing.length} fail${skipped > 0 ? `, ${skipped} skipped` : ''}${old.length > 0 && old.length === failing.length ? ' (as before)' : ''}.`]
  if (fixed.length > 0) lines.push(`Mended: ${fixed.slice(0, mostShown).map((each) => each.name).join('; ')}${fixed.length > mostShown ? ` and ${fixed.length - mostShown} more` : ''}`)
  lines.push(...listed(broken, 'BROKEN by this change: '), ...listed(fresh, base ? 'fails, not seen before this change: ' : ''))
  if (old.length > 0) lines.push(`Failed before too: ${old.length} (${old.slice(0, mostOldShown).map((each) => each.name).join('; ')}${old.length > mostOldShown ? '; …' : ''})`)
  return lines.join('\n')
}

function listed(cases: readonly TestCase[], news: string): string[] {
  const lines = cases.slice(0, mostShown).map((each) => `- ${news}${each.name}${each.message ? `: ${each.message.replaceAll(/\s+/g, ' ').slice(0, 300)}` : ''}`)
  return cases.length > mostShown ? [...lines, `- ${news}${cases.length - mostShown} more`] : lines
}
