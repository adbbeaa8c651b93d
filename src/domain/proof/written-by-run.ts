import type { Check } from '../../protocol/contract.ts'
import type { CheckOutcome } from '../../protocol/evidence.ts'
import { filesNamedIn, tidy } from '../contract/command-files.ts'
import { matchesAny } from '../contract/guarded.ts'
import { readLine } from '../contract/named-roles.ts'

/** Files that a check depends on and that the base did not have. */
export interface WrittenByRun {
  /** Tests that stay for this check, because it has nothing to run without them. */
  readonly tests: readonly string[]
  /** Scripts that it starts or compares with. */
  readonly scripts: readonly string[]
  /** Files that it names and that were taken out all the same, for they would steer the runner. */
  readonly takenOut: readonly string[]
}

/** What the run added. `tests`: its own test files; `takenOut`: what it added and may not have. */
export interface Additions {
  readonly added: readonly string[]
  readonly tests: readonly string[]
  readonly takenOut: readonly string[]
}

/**
 * A check may name a test that is yet to be written, or run all tests of a repository that has none: then the tests of the run
 * are all it can show. They stay for it, and count as any test of the run's own does (`judgeSelfMade`).
 * `baseline`: what the check showed on the base.
 */
export function findWritten({ command }: Pick<Check, 'command'>, baseline: CheckOutcome | undefined, { added, tests, takenOut }: Additions): WrittenByRun {
  const words = readLine(command).map((reading) => tidy(reading.word)).filter((word) => word !== '')
  const sawNone = (baseline?.tests?.cases.length ?? 0) === 0
  const named = tests.filter((path) => words.some((word) => isNamed(path, word) || (sawNone && isWithin(path, word))))
  const isWhole = baseline?.status === 'passed' && !sawNone
  const kept = isWhole ? [] : named.length === 0 && baseline?.tests && sawNone ? tests : named
  const scripts = filesNamedIn(command, new Set(added.filter((path) => !tests.includes(path) && !takenOut.includes(path))))
  return { tests: kept, scripts, takenOut: takenOut.filter((path) => words.some((word) => isNamed(path, word))) }
}

/** As a path, from whatever folder, or as one of Python's modules with what lies in it. */
function isNamed(path: string, word: string): boolean {
  const module = path.replace(/\.py$/, '').replaceAll('/', '.')
  return path === word || path.endsWith(`/${word}`) || (path.endsWith('.py') && `${word}.`.startsWith(`${module}.`))
}

function isWithin(path: string, word: string): boolean {
  return path.startsWith(`${word}/`) || (/[*?[]/.test(word) && matchesAny([word], path))
}
