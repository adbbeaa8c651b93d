import type { CheckOutcome, SelfMadeTest, TestCase } from '../../protocol/evidence.ts'

/** The agent's own test files, run by the harness on the base (with those files added) and on the result. */
export interface SelfMadeRuns {
  readonly files: readonly string[]
  readonly onBase: readonly CheckOutcome[]
  readonly onResult: readonly CheckOutcome[]
  readonly onResultAgain: readonly CheckOutcome[]
}

function casesOf(outcomes: readonly CheckOutcome[], file: string): readonly TestCase[] {
  return outcomes.flatMap((outcome) => outcome.tests?.cases ?? []).filter((one) => one.file === file || one.name === file || one.name.startsWith(`${file} › `))
}

function statusIn(cases: readonly TestCase[], name: string, file: string): string {
  const found = cases.filter((one) => one.name === name)
  if (found.some((one) => one.status === 'failed')) return 'failed'
  if (found[0] !== undefined) return found[0].status
  return cases.some((one) => one.name === file && one.status === 'failed') ? 'failed: its file could not be loaded' : 'not seen'
}

/**
 * A test of the agent's own is evidence only when the harness saw it fail on the base and pass on the result, twice.
 * Every one of its file must pass then, or none of the file counts.
 */
export function judgeSelfMade(runs: SelfMadeRuns | undefined): readonly SelfMadeTest[] {
  if (runs === undefined) return []
  return runs.files.flatMap((file) => {
    const base = casesOf(runs.onBase, file)
    const result = casesOf(runs.onResult, file)
    const again = casesOf(runs.onResultAgain, file)
    const whole = [...runs.onResult, ...runs.onResultAgain].filter((outcome) => outcome.tests?.cases.some((one) => one.file === file))
    const sound = whole.length >= 2 && whole.every((outcome) => outcome.status === 'passed' && outcome.tests?.complete === true)
      && ![...result, ...again].some((one) => one.status === 'failed')
    const names = [...new Set(result.map((one) => one.name))]
    if (names.length === 0) return [{ name: file, file, onBase: statusIn(base, file, file), onResult: 'not seen', evidence: false }]
    return names.map((name) => {
      const onBase = statusIn(base, name, file)
      const onResult = statusIn(result, name, file)
      const passes = onResult === 'passed' && statusIn(again, name, file) === 'passed'
      // A file without named tests can be made to fail and pass by anything: it is shown, not counted.
      return { name, file, onBase, onResult, evidence: sound && passes && onBase.startsWith('failed') && name !== file }
    })
  })
}
