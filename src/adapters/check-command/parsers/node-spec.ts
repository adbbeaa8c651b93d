import type { TestReport, TestStatus } from '../../../protocol/evidence.ts'
import { toCases, type SeenTest } from '../to-cases.ts'

const marks: Readonly<Record<string, TestStatus>> = { '✔': 'passed', '✖': 'failed', '﹣': 'skipped', '⚠': 'skipped' }

/**
 * What node:test prints with its `spec` reporter, for runs that our own reporter could not join.
 * Complete when the closing count agrees with what was seen to pass.
 */
export function parseNodeSpec(text: string): TestReport | undefined {
  const total = /^ℹ pass (\d+)$/m.exec(text)
  if (total === null && !/^\s*[✔✖▶] .*\(\d+(\.\d+)?ms\)/m.test(text)) return undefined
  const upToSummary = text.split(/^ℹ tests \d+$/m)[0] ?? text
  const tests: SeenTest[] = []
  const suites: string[] = []
  for (const line of upToSummary.split('\n')) {
    const parent = /^(\s*)▶ (.*?)(?: \(\d[\d.]*ms\))?$/.exec(line)
    const one = /^(\s*)([✔✖﹣⚠]) (.*?) \((\d[\d.]*)ms\)(?: # .*)?$/.exec(line)
    const depth = ((one ?? parent)?.[1]?.length ?? 0) / 2
    if (parent !== null) {
      suites.length = depth
      suites[depth] = parent[2] ?? ''
      continue
    }
    if (one === null) continue
    const name = one[3] ?? ''
    // The line that closes a suite repeats its name one level up.
    if (suites.length > depth && suites[depth] === name) {
      suites.length = depth
      continue
    }
    tests.push({ file: undefined, path: [...suites.slice(0, depth), name], status: marks[one[2] ?? ''] ?? 'failed', message: undefined, ms: Number(one[4]) })
  }
  if (tests.length === 0) return undefined
  const passed = tests.filter((test) => test.status === 'passed').length
  return { runner: 'node-spec', cases: toCases(tests), complete: total !== null && Number(total[1]) >= passed }
}
