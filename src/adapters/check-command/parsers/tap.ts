import type { TestReport, TestStatus } from '../../../protocol/evidence.ts'
import { toCases, type SeenTest } from '../to-cases.ts'

interface Point extends SeenTest {
  /** A subtest that nothing was seen in, not an assertion. */
  readonly empty: boolean
}

interface Level {
  readonly indent: number
  /** Tests of deeper levels that wait for the line that names their parent. */
  readonly tests: Point[]
  planned: number | undefined
  seen: number
}

function statusOf(ok: boolean, directive: string): TestStatus {
  if (/^(skip|todo)/i.test(directive)) return 'skipped'
  return ok ? 'passed' : 'failed'
}

const maxMessage = 1800

/** Puts what a failed point's block says to it: what was compared, and where. */
function explain(levels: readonly Level[], yaml: readonly string[]): void {
  const tests = levels.at(-1)?.tests
  const last = tests?.at(-1)
  if (tests === undefined || last === undefined || last.status !== 'failed' || last.message !== undefined) return
  const indent = Math.min(...yaml.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length))
  const text = yaml.map((line) => line.slice(indent)).join('\n')
  // Where an assertion stands is told in parts: joined, it reads like a line of a stack.
  const at = /^ *fileName: (.+)\n *lineNumber: (\d+)/m.exec(text)
  const block = /^(?:source|at): *[|>]?-?\n(?:(?: .*)?\n)*/gm
  const message = [last.path.at(-1), text.replaceAll(block, '').replaceAll(/^( *)([-+])(?=[^\s+-])/gm, '$1$2 '), ...(at === null ? [] : [`at ${at[1]}:${at[2]}`])].join('\n')
  tests[tests.length - 1] = { ...last, message: message.slice(0, maxMessage) }
}

/** What stands in a file outside of all subtests is one test; in a stream without files every point is one. */
function testAround({ path, empty }: Point): readonly string[] {
  if (empty || path.length === 1) return path
  return path.length === 2 ? [...path.slice(0, 1), 'top level'] : path.slice(0, -1)
}

/** Assertions by the subtest around them, in the order in which each began. */
function joinAssertions(points: readonly Point[]): SeenTest[] {
  const groups = Map.groupBy(points, (point) => JSON.stringify(testAround(point)))
  return [...groups.values()].map((group): SeenTest => {
    const bad = group.filter((point) => point.status === 'failed')
    const status = bad.length > 0 ? 'failed' : group.every((point) => point.status === 'skipped') ? 'skipped' : 'passed'
    const path = group[0] === undefined ? [] : testAround(group[0])
    const file = /\.[cm]?[jt]sx?$/.test(path[0] ?? '') ? path[0] : undefined
    return { file, path: file === undefined ? path : path.slice(1), status, message: bad.length === 0 ? undefined : bad.map((point) => point.message ?? point.path.at(-1)).join('\n'), ms: undefined }
  })
}

/**
 * TAP 12 to 14 with indented subtests. Undefined where the text is not TAP.
 * Complete when the outermost plan is there and as many tests were seen as it names.
 * With `subtest` as the unit, as in the `tap` runner, the assertions of a subtest are one test: what they say is no name to go by.
 */
export function parseTap(text: string, { unit = 'point' }: { unit?: 'point' | 'subtest' } = {}): TestReport | undefined {
  const lines = text.split('\n')
  if (!lines.some((line) => /^TAP version 1[234]\s*$/.test(line))) return undefined
  const levels: Level[] = [{ indent: 0, tests: [], planned: undefined, seen: 0 }]
  let yaml: string[] | undefined
  for (const line of lines) {
    const body = line.trimStart()
    const indent = line.length - body.length
    if (yaml !== undefined) {
      if (body.trim() === '...') {
        explain(levels, yaml)
        yaml = undefined
      } else yaml.push(line)
      continue
    }
    if (/^---\s*$/.test(body)) {
      yaml = []
      continue
    }
    const plan = /^1\.\.(\d+)/.exec(body)
    const point = /^(not )?ok\b\s*(\d+)?\s*(?:- )?(.*)$/.exec(body)
    if (plan === null && point === null) continue
    const top = levels.at(-1)
    if (top !== undefined && indent > top.indent) levels.push({ indent, tests: [], planned: undefined, seen: 0 })
    const below: Point[] = []
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
    if (below.length === 0) level.tests.push({ file: undefined, path: [title], status: statusOf(not === undefined, directive), message: undefined, ms: undefined, empty: / #\s*time=/.test(rest) })
  }
  const [outer] = levels
  if (outer === undefined) return undefined
  const points = levels.flatMap((level) => level.tests)
  return { runner: 'tap', cases: toCases(unit === 'point' ? points : joinAssertions(points)), complete: levels.length === 1 && outer.planned === outer.seen }
}
