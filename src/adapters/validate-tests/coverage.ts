import { whyTest } from '../../domain/contract/test-places.ts'
import { digestOfJson } from '../../domain/digest.ts'
import { findChangedLines } from '../../domain/validation/changed-lines.ts'
import { toCodeLines } from '../../domain/validation/code-lines.ts'
import { isGenerated } from '../../domain/validation/generated.ts'
import { toLineRanges } from '../../domain/validation/line-ranges.ts'
import { findUnrunLines } from '../../domain/validation/unrun-lines.ts'
import type { CheckFinder } from '../../engine/ports/checks.ts'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { findTestChecks } from './find-test-checks.ts'
import { nameContent } from './name-content.ts'
import { runWithCoverage, type CoverageRun } from './run-with-coverage.ts'

const javaScript = /(?<!\.d)\.[cm]?[jt]sx?$/
const python = /\.py$/
/** Languages whose code runs too, but of which nothing here can tell which lines. */
const others = /\.(go|rs|java|kt|cs|c|cc|cpp|h|hpp|rb|php|swift|scala|vue|svelte)$/
const configuration = /(^|\/)([\w.-]+\.config\.[cm]?[jt]s|\.[\w.-]+\.[cm]?js|setup\.py|conftest\.py)$/
const most = { files: 200, bytes: 1024 * 1024 }

interface ChangedFile {
  readonly path: string
  readonly text: string
  /** Changed lines that say something. */
  readonly lines: readonly number[]
}

/** Which of the changed lines do the tests run? For JavaScript, TypeScript and Python. */
export function createCoverageValidator(checks: CheckFinder): ChangeValidator {
  return {
    kind: 'change', id: 'coverage', stage: 'tests', version: '2',
    async key(subject) {
      const [command] = await findTestChecks(checks, subject)
      if (command === undefined || !subject.changes.some(concerns)) return undefined
      return digestOfJson([await nameContent(subject), { command: command.command, timeoutMs: command.timeoutMs }, subject.settings.coverage])
    },
    async look(subject) {
      const files = await readChanged(subject)
      const foreign = subject.changes.filter(({ path, kind }) => kind !== 'deleted' && others.test(path) && whyTest(path) === undefined).map(({ path }) => path)
      const toForeign = foreign.length === 0 ? [] : [`which lines run is not known for ${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ` and ${foreign.length - 3} more` : ''}: it is learned for JavaScript, TypeScript and Python`]
      if (files.length === 0) return toForeign.length === 0 ? undefined : { findings: [], notChecked: toForeign[0] ?? '' }
      const [command] = await findTestChecks(checks, subject)
      if (command === undefined) return { findings: [], notChecked: 'no command runs the tests: the contract names none, and none was found' }
      const run = await runWithCoverage(subject, { command: command.command, timeoutMs: command.timeoutMs, paths: files.map(({ path }) => path) })
      if ('failed' in run) return { findings: [], notChecked: run.failed }
      // What a shell says of a program that is not there, or cannot be run: nothing was tested.
      if (run.exitCode === 126 || run.exitCode === 127) return { findings: [], notChecked: `the tests could not be started (${command.command.slice(0, 80)}): ${run.tail.trim().split('\n').at(-1)?.slice(-200) ?? ''}` }
      const said = judge(files, run, subject.settings.coverage.least)
      if (said.known === 0) return { findings: [], notChecked: said.unknown[0] ?? 'no changed line can run', notes: toForeign }
      const share = `${Math.floor((said.ran / said.known) * 100)} % of ${said.known} changed lines of code are run by the tests (${command.command.slice(0, 80)})`
      return { findings: said.findings, notes: [share, ...(run.exitCode === 0 ? [] : [`the tests ended with ${run.exitCode}: what they did not come to is not run`]), ...said.unknown, ...toForeign] }
    },
  }
}

function concerns({ path, kind, binary }: Subject['changes'][number]): boolean {
  return kind !== 'deleted' && !binary && (javaScript.test(path) || python.test(path)) && whyTest(path) === undefined && !configuration.test(path)
}

async function readChanged(subject: Subject): Promise<readonly ChangedFile[]> {
  const files: ChangedFile[] = []
  for (const { path, from } of subject.changes.filter(concerns).slice(0, most.files)) {
    const [bytes, before] = await Promise.all([subject.read(path), subject.readBase(from ?? path)])
    if (bytes === undefined || bytes.length > most.bytes) continue
    const text = new TextDecoder().decode(bytes)
    if (isGenerated(path, text) || isTypesOnly(path, text)) continue
    const changed = findChangedLines(before === undefined ? undefined : new TextDecoder().decode(before), text)
    const lines = toCodeLines(text).lines.filter((line) => changed.has(line))
    if (lines.length > 0) files.push({ path, text, lines })
  }
  return files
}

/** Types are gone before anything runs: no test can load a file that has nothing else. */
function isTypesOnly(path: string, text: string): boolean {
  return /\.[cm]?tsx?$/.test(path) && toCodeLines(text).lines.every((line) => /^(\s|(export\s+)?(declare\s+)?(type|interface)\b|[})\]|&>])/.test(text.split('\n')[line - 1] ?? ''))
}

interface Judged {
  readonly findings: readonly Finding[]
  readonly known: number
  readonly ran: number
  /** Why nothing can be said of some files. */
  readonly unknown: readonly string[]
}

function judge(files: readonly ChangedFile[], run: CoverageRun, least: number): Judged {
  const seen = files.map((file) => ({ file, lines: javaScript.test(file.path) ? judgeScript(file, run) : judgePython(file, run) }))
  const unknown = seen.flatMap(({ lines }) => (typeof lines === 'string' ? [lines] : []))
  const known = seen.flatMap(({ file, lines }) => (typeof lines === 'string' ? [] : [{ file, ...lines }]))
  const total = known.reduce((sum, { able }) => sum + able.length, 0)
  const ran = total - known.reduce((sum, { unrun }) => sum + unrun.length, 0)
  const isTooLittle = total > 0 && ran / total < least
  const findings = known.flatMap(({ file, able, unrun, isLoaded }): readonly Finding[] => {
    if (unrun.length === 0) return []
    const wanted = isTooLittle ? `; at least ${Math.round(least * 100)} % of the changed lines are wanted, ${Math.floor((ran / total) * 100)} % are run` : ''
    if (!isLoaded) return [{ path: file.path, line: unrun[0] ?? 1, rule: 'coverage', message: `no test loads this file: none of its ${able.length} changed lines of code is run${wanted}`, severity: isTooLittle ? 'error' : 'warning' }]
    const between = new Set(toCodeLines(file.text).lines)
    return toLineRanges(unrun, (line) => !between.has(line)).map(([from, to]) => ({
      path: file.path, line: from, rule: 'coverage', severity: isTooLittle ? 'error' : 'note',
      message: `${from === to ? `line ${from} is` : `lines ${from} to ${to} are`} run by no test${wanted}`,
      evidence: (file.text.split('\n')[from - 1] ?? '').trim().slice(0, 200),
    }))
  })
  return { findings, known: total, ran, unknown: [...new Set(unknown)] }
}

/** Changed lines that can run, and those that did not; a sentence where that is not known. */
type Lines = { readonly able: readonly number[]; readonly unrun: readonly number[]; readonly isLoaded: boolean } | string

function judgeScript({ path, text, lines }: ChangedFile, run: CoverageRun): Lines {
  if (run.nodeProcesses === 0) return 'no Node process told what it ran'
  const scripts = run.scripts.filter((script) => script.path === path)
  // A runner that transforms its files itself does not load them as Node would: that the file is not seen says nothing.
  if (scripts.length === 0) return transforms(run) ? `which lines of ${path} run is not known: the test runner transforms what it loads` : { able: lines, unrun: lines, isLoaded: false }
  const each = scripts.map((script) => findUnrunLines(text, script.url, script))
  const known = each.filter((one) => one !== undefined)
  if (known.length < each.length) return `which lines of ${path} run is not known: the test runner transforms it without a source map`
  return { able: lines, unrun: lines.filter((line) => known.every((one) => one.has(line))), isLoaded: true }
}

function transforms(run: CoverageRun): boolean {
  return /\b(vitest|jest|vite-node)\b/i.test(run.tail) || /^(PASS|FAIL) \S/m.test(run.tail) || /^\s*(Test Files|Test Suites:)\s/m.test(run.tail)
}

function judgePython({ path, lines }: ChangedFile, run: CoverageRun): Lines {
  const seen = run.python?.get(path)
  if (seen === undefined) return 'no Python process told what it ran'
  if (seen.executable === undefined) return `which lines of ${path} can run is not known: it does not compile`
  const { executable, ran } = seen
  const able = lines.filter((line) => executable.has(line))
  return { able, unrun: able.filter((line) => !ran.has(line)), isLoaded: ran.size > 0 }
}
