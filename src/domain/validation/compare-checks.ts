import type { CheckOutcome, Finding } from '../../protocol/evidence.ts'
import { combine, type TwiceSeen } from '../proof/named-results.ts'

/** One check: on the result, where it failed there once more, and then on the base. */
export interface ComparedCheck {
  readonly command: string
  readonly result: CheckOutcome
  readonly again: CheckOutcome | undefined
  readonly base: CheckOutcome | undefined
}

/** Most tests that are named one by one. */
const mostNamed = 50

/** What fails and did not on the base, with the tests' names where both sides tell them; what wavers is a warning. */
export function compareChecks({ command, result, again, base }: ComparedCheck): { readonly findings: readonly Finding[]; readonly notes: readonly string[] } {
  const short = command.slice(0, 80)
  if (result.status === 'passed') return { findings: [], notes: [result.tests === undefined ? `${short} passes` : sayPassing(result.tests.cases.filter((each) => each.status === 'passed').length, short)] }
  if (again?.status === 'passed') return { findings: [{ path: '.', rule: 'tests/flaky', severity: 'warning', message: `${short} failed once and passed the other time${nameWavering(result)}`, evidence: lastLine(result) }], notes: [] }
  const before = combine(base, undefined)
  const failing = [...combine(result, again)].filter(([name, seen]) => seen === 'failed' && !holdsFailing(name, result))
  if (before.size === 0 || failing.length === 0) return compareWhole(short, result, base)
  const broken = failing.filter(([name]) => before.get(name) !== 'failed')
  const cases = new Map(result.tests?.cases.map((each) => [each.name, each]))
  const findings = broken.slice(0, mostNamed).map(([name]): Finding => ({
    path: cases.get(name)?.file ?? '.', rule: 'tests/failing', severity: 'error',
    message: `${name} fails; ${describeBefore(before.get(name))}`, evidence: cases.get(name)?.message?.trim().split('\n')[0]?.slice(0, 200) ?? lastLine(result),
  }))
  const rest = broken.length - findings.length
  if (rest > 0) findings.push({ path: '.', rule: 'tests/failing', severity: 'error', message: `${rest} more test${rest === 1 ? ' fails' : 's fail'} that did not on the base (${short})` })
  const old = failing.length - broken.length
  return { findings, notes: old > 0 ? [`${old} of the tests that fail did on the base too (${short})`] : [] }
}

function sayPassing(passed: number, short: string): string {
  return `${passed} test${passed === 1 ? ' passes' : 's pass'} (${short})`
}

/** By the exit code alone. */
function compareWhole(short: string, result: CheckOutcome, base: CheckOutcome | undefined): { readonly findings: readonly Finding[]; readonly notes: readonly string[] } {
  if (base?.status !== 'passed') return { findings: [], notes: [`${short} ${describe(result)}, and ${base === undefined ? 'was not run on the base' : `on the base it ${describe(base)}`}`] }
  return { findings: [{ path: '.', rule: 'tests/failing', severity: 'error', message: `${short} ${describe(result)}; on the base it passes`, evidence: lastLine(result) }], notes: [] }
}

function describe({ status, exitCode, notes }: CheckOutcome): string {
  const why = notes[0] === undefined ? '' : ` (${notes[0].slice(0, 200)})`
  switch (status) {
    case 'passed': return 'passes'
    case 'failed': return `ends with ${exitCode ?? 'a signal'}`
    case 'timed-out': return `runs out of time${why}`
    case 'could-not-run': return `cannot be run${why}`
  }
}

function describeBefore(seen: TwiceSeen | undefined): string {
  return seen === 'passed' ? 'it passed on the base' : seen === undefined ? 'the base has no test of that name' : 'on the base it was skipped'
}

/** A file or suite fails because of what is in it: that is named itself. */
function holdsFailing(name: string, { tests }: CheckOutcome): boolean {
  return tests?.cases.some((each) => each.status === 'failed' && each.name.startsWith(`${name} › `)) === true
}

function nameWavering({ tests }: CheckOutcome): string {
  const names = tests?.cases.filter((each) => each.status === 'failed').map((each) => each.name) ?? []
  return names.length === 0 ? '' : `: ${names.slice(0, 3).join('; ')}${names.length > 3 ? '; …' : ''}`
}

function lastLine({ tail }: CheckOutcome): string {
  return tail.trim().split('\n').at(-1)?.trim().slice(0, 200) ?? ''
}
