import type { TestReport, TestStatus } from '../../../protocol/evidence.ts'
import { toCases, type SeenTest } from '../to-cases.ts'

interface Level {
  readonly indent: number
  /** Tests of deeper levels that wait for the line that names their parent. */
  readonly tests: SeenTest[]
  planned: number | undefined
  seen: number
}

function statusOf(ok: boolean, directive: string): TestStatus {
  if (/^(skip|todo)/i.test(directive)) return 'skipped'
  return ok ? 'passed' : 'failed'
}

/**
 * TAP 12 to 14 with indented subtests. Undefined where the text is not TAP.
 * Complete when the outermost plan is there and as many tests were seen as it names.
 */
export function parseTap(text: string): TestReport | undefined {
  const lines = text.split('\n')
  if (!lines.some((line) => /^TAP version 1[234]\s*$/.test(line))) return undefined
  const levels: Level[] = [{ indent: 0, tests: [], planned: undefined, seen: 0 }]
  let inYaml = false
  for (const line of lines) {
    const body = line.trimStart()
    const indent = line.length - body.length
    if (inYaml) {
      inYaml = body.trim() !== '...'
      continue
    }
    if (/^---\s*$/.test(body)) {
      inYaml = true
      continue
    }
    const plan = /^1\.\.(\d+)/.exec(body)
    const point = /^(not )?ok\b\s*(\d+)?\s*(?:- )?(.*)$/.exec(body)
    if (plan === null && point === null) continue
    const top = levels.at(-1)
    if (top !== undefined && indent > top.indent) levels.push({ indent, tests: [], planned: undefined, seen: 0 })
    const below: SeenTest[] = []
    while (levels.length > 1 && indent < (levels.at(-1)?.indent ?? 0)) below.unshift(...(levels.pop()?.tests ?? []))
    // A file whose first point lay deeper: its own level was never seen, and takes what is below it now.
    if (indent > (levels.at(-1)?.indent ?? 0)) levels.push({ indent, tests: [], planned: undefined, seen: 0 })
    const level = levels.at(-1)
    if (level === undefined) continue
    if (plan !== null) {
      level.planned = Number(plan[1])
      level.tests.push(...below)
      continue
    }
    level.seen++
    const [, not, , rest = ''] = point ?? []
    const [name = '', directive = ''] = rest.split(/\s+#\s*(?=skip|todo|time)/i)
    const title = name.trim() || `test ${level.seen}`
    level.tests.push(...below.map((test) => ({ ...test, path: [title, ...test.path] })))
    if (below.length === 0) level.tests.push({ file: undefined, path: [title], status: statusOf(not === undefined, directive), message: undefined, ms: undefined })
  }
  const [outer] = levels
  if (outer === undefined) return undefined
  return { runner: 'tap', cases: toCases(levels.flatMap((level) => level.tests)), complete: levels.length === 1 && outer.planned === outer.seen }
}
