import { z } from 'zod'
import { findChangedLines, findUnrunLines, isRunnable, type Uncovered } from '../../domain/validation/changed-lines.ts'
import { whyTest } from '../../domain/contract/test-places.ts'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { pythonTracer } from './python-tracer.ts'

const decoder = new TextDecoder()
const mostMs = 600_000
const V8 = z.looseObject({ result: z.array(z.looseObject({ url: z.string(), functions: z.array(z.looseObject({ ranges: z.array(z.looseObject({ startOffset: z.int(), endOffset: z.int(), count: z.int() })) })) })) })

/** Which of the changed lines the tests run: JavaScript and TypeScript by V8's own coverage, Python by a tracer of the standard library. */
export function createCoverageValidator(): ChangeValidator {
  return {
    id: 'coverage', stage: 'tests', version: '1', kind: 'change',
    look: async (subject) => {
      const files = subject.changes.filter((change) => change.kind !== 'deleted' && /\.([cm]?[jt]s|jsx|tsx|py)$/.test(change.path) && whyTest(change.path) === undefined)
      if (files.length === 0) return undefined
      const command = subject.contract?.checks[0]?.command ?? await findTestCommand(subject)
      if (command === undefined) return { findings: [], notChecked: 'no command that runs tests is known' }
      const measured = await measure(subject, command)
      if (typeof measured === 'string') return { findings: [], notChecked: measured }
      return judge(subject, files.map((change) => ({ path: change.path, from: change.from ?? change.path })), measured)
    },
  }
}

interface Measured {
  /** By path: ranges that never ran, of files that were loaded. */
  readonly javascript: ReadonlyMap<string, readonly Uncovered[]>
  /** By path: lines that ran. */
  readonly python: ReadonlyMap<string, ReadonlySet<number>>
}

async function findTestCommand(subject: Subject): Promise<string | undefined> {
  const text = decoder.decode((await subject.read('package.json')) ?? new Uint8Array())
  if (/"test"\s*:/.test(text)) return 'npm test'
  const files = await subject.files()
  return files.some((path) => /(^|\/)test_[^/]+\.py$|_test\.py$/.test(path)) ? 'python3 -m pytest -q' : undefined
}

/** Runs the tests with both ways of measuring on; what they leave is printed by the same command, for a sandbox keeps nothing. */
async function measure(subject: Subject, command: string): Promise<Measured | string> {
  const script = [
    'export NODE_V8_COVERAGE=/tmp/writ-v8 WRIT_TRACE_OUT=/tmp/writ-py PYTHONPATH="$PWD/.writ-tracer${PYTHONPATH:+:$PYTHONPATH}"',
    'mkdir -p /tmp/writ-v8 /tmp/writ-py', `( ${command} ) > /tmp/writ-out 2>&1`, 'code=$?', 'unset NODE_V8_COVERAGE',
    'printf "\\036WRIT %s\\n" "$code"', 'for f in /tmp/writ-v8/*.json; do [ -f "$f" ] && { printf "\\036V8\\n"; cat "$f"; }; done', 'for f in /tmp/writ-py/*; do [ -f "$f" ] && { printf "\\036PY\\n"; cat "$f"; }; done', 'true',
  ].join('\n')
  const result = await subject.run('result', { argv: ['bash', '-c', script], timeoutMs: mostMs, files: new Map([['.writ-tracer/sitecustomize.py', new TextEncoder().encode(pythonTracer)]]) })
  if (result.ended !== 'exited') return `the tests ended by ${result.ended}`
  const parts = decoder.decode(result.stdout).split('\u001E')
  if (result.droppedBytes > 0) return 'the tests load more files than can be measured'
  const javascript = new Map<string, readonly Uncovered[]>()
  const python = new Map<string, Set<number>>()
  for (const part of parts) {
    if (part.startsWith('V8\n')) addV8(part.slice(3), javascript)
    else if (part.startsWith('PY\n')) addPython(part.slice(3), python)
  }
  return { javascript, python }
}

/** A line counts as run where any process ran it: ranges that never ran are met across processes. */
function addV8(text: string, into: Map<string, readonly Uncovered[]>): void {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return // a process that was killed while it wrote its report
  }
  const parsed = V8.safeParse(json)
  if (!parsed.success) return
  for (const { url, functions } of parsed.data.result) {
    if (!url.startsWith('file://') || url.includes('/node_modules/')) continue
    const path = decodeURIComponent(url.slice('file://'.length))
    const ranges = functions.flatMap((each) => each.ranges.map(({ startOffset, endOffset, count }) => ({ from: startOffset, to: endOffset, count })))
    const zero = ranges.filter((range) => range.count === 0 && !ranges.some((inner) => inner.count > 0 && inner.from >= range.from && inner.to <= range.to && (inner.from > range.from || inner.to < range.to)))
    const before = into.get(path)
    into.set(path, before === undefined ? zero : before.filter((old) => zero.some((range) => range.from <= old.from && range.to >= old.to)))
  }
}

function addPython(text: string, into: Map<string, Set<number>>): void {
  for (const line of text.split('\n')) {
    const [path, numbers] = line.split('\t')
    if (!path || !numbers) continue
    const lines = into.get(path) ?? new Set<number>()
    for (const each of numbers.split(',')) lines.add(Number(each))
    into.set(path, lines)
  }
}

async function judge(subject: Subject, files: readonly { readonly path: string; readonly from: string }[], measured: Measured): Promise<{ findings: Finding[]; notes: string[] }> {
  const findings: Finding[] = []
  const least = subject.settings.coverage.least
  let changedLines = 0
  let runLines = 0
  const unknown: string[] = []
  for (const { path, from } of files) {
    const [now, base] = await Promise.all([subject.read(path), subject.readBase(from)])
    if (!now) continue
    const text = decoder.decode(now)
    const lines = text.split('\n')
    const changed = findChangedLines(base ? decoder.decode(base) : undefined, text).filter((n) => isRunnable(lines[n - 1] ?? ''))
    if (changed.length === 0) continue
    const unrun = findUnrun(path, text, changed, measured)
    if (unrun === undefined) {
      unknown.push(path)
      continue
    }
    changedLines += changed.length
    runLines += changed.length - unrun.length
    if (unrun.length > 0) findings.push({ path, line: unrun[0] as number, rule: 'coverage/changed-lines', severity: 'note', message: `no test runs ${unrun.length} of ${changed.length} changed lines: ${unrun.slice(0, 20).join(', ')}${unrun.length > 20 ? ' …' : ''}` })
  }
  const share = changedLines === 0 ? 1 : runLines / changedLines
  if (share < least) findings.unshift({ path: findings[0]?.path ?? '.', rule: 'coverage/least', severity: 'error', message: `tests run ${Math.round(share * 100)} % of the changed lines; ${Math.round(least * 100)} % are asked for` })
  return { findings, notes: [...(changedLines > 0 ? [`tests run ${runLines} of ${changedLines} changed lines`] : []), ...(unknown.length > 0 ? [`not checked, because no test loads them: ${unknown.slice(0, 5).join(', ')}`] : [])] }
}

/** Undefined where no test loaded the file at all and so nothing is known of it. */
function findUnrun(path: string, text: string, changed: readonly number[], { javascript, python }: Measured): number[] | undefined {
  const endsSo = (each: string): boolean => each === path || each.endsWith(`/${path}`)
  if (path.endsWith('.py')) {
    const ran = [...python].find(([each]) => endsSo(each))?.[1]
    return ran && changed.filter((n) => !ran.has(n))
  }
  const ranges = [...javascript].find(([each]) => endsSo(each))?.[1]
  if (!ranges) return undefined
  const unrun = findUnrunLines(text, ranges)
  return changed.filter((n) => unrun.has(n))
}
