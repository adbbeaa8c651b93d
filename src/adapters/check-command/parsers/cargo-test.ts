import type { TestReport, TestStatus } from '../../../protocol/evidence.ts'
import { toCases, type SeenTest } from '../to-cases.ts'

const statuses: Readonly<Record<string, TestStatus>> = { ok: 'passed', FAILED: 'failed', ignored: 'skipped' }

/** What `cargo test` prints. Complete when each binary that announced its tests also closed with a result line of that many. */
export function parseCargoTest(text: string): TestReport | undefined {
  const tests: SeenTest[] = []
  let binary: string | undefined
  let announced = 0
  let closed = 0
  let binaries = 0
  for (const line of text.split('\n')) {
    const running = /^\s+Running (?:unittests )?(\S+)|^\s+Doc-tests (\S+)/.exec(line)
    if (running !== null) binary = running[1] ?? `doc-tests ${running[2]}`
    const count = /^running (\d+) tests?$/.exec(line)
    if (count !== null) {
      announced += Number(count[1])
      binaries++
    }
    const test = /^test (.+?) \.\.\. (ok|FAILED|ignored)\b/.exec(line)
    if (test !== null) {
      const name = (test[1] ?? '').replace(/ - should panic$/, '')
      tests.push({ file: binary, path: name.split('::'), status: statuses[test[2] ?? ''] ?? 'failed', message: findPanic(text, name), ms: undefined })
    }
    if (line.startsWith('test result: ')) closed++
  }
  if (binaries === 0) return undefined
  return { runner: 'cargo-test', cases: toCases(tests), complete: closed === binaries && announced === tests.length }
}

function findPanic(text: string, name: string): string | undefined {
  const at = text.indexOf(`---- ${name} stdout ----`)
  return at === -1 ? undefined : text.slice(at, at + 2000).split(/\n\n(?=----|failures:)/)[0]
}
