import type { Check, Contract } from '../../protocol/contract.ts'
import type { CheckOutcome } from '../../protocol/evidence.ts'
import { filesNamedIn, tidy } from '../contract/command-files.ts'
import { matchesAny } from '../contract/guarded.ts'
import { isGuarded } from '../contract/pins.ts'
import { isTestFile } from '../contract/test-places.ts'
import { readLine } from '../contract/named-roles.ts'

/** Files that a check depends on and that the base did not have. */
export interface WrittenByRun {
  /** Tests that stay for this check, because it has nothing to run without them. */
  readonly tests: readonly string[]
  /** Scripts that it starts or compares with. */
  readonly scripts: readonly string[]
  /** Files that it names and that nothing but a person may add, because runners are steered by them. */
  readonly barred: readonly string[]
}

/** What the run added, and its test files among that. */
export interface Additions {
  readonly added: readonly string[]
  readonly tests: readonly string[]
}

/**
 * A check may name a test that is yet to be written, or run all tests of a repository that has none: then the tests of the run
 * are all it can show. They stay for it, and count as any test of the run's own does (`judgeSelfMade`).
 * `baseline`: what the check showed on the base.
 */
export function findWritten({ command }: Pick<Check, 'command'>, baseline: CheckOutcome | undefined, contract: Pick<Contract, 'guarded' | 'pins'>, { added, tests }: Additions): WrittenByRun {
  const words = readLine(command).map((reading) => reading.word)
  const judges = contract.pins.map((pin) => pin.path)
  const named = tests.filter((path) => words.some((word) => isNamed(path, word) || (isWithin(path, word) && !judges.some((each) => isWithin(each, word)))))
  const isBare = baseline?.tests?.cases.length === 0 && !judges.some(isTestFile)
  // What passed on the base and saw tests there has all that it needs.
  const needsNone = baseline?.status === 'passed' && (baseline.tests?.cases.length ?? 0) > 0
  const kept = needsNone ? [] : named.length === 0 && isBare ? tests : named
  const scripts = filesNamedIn(command, new Set(added.filter((path) => !tests.includes(path))))
  const paths = [...new Set(command.split(/[\s"'`;|&()<>=]+/).map(tidy))]
  const barred = paths.filter((path) => path !== '' && !contract.pins.some((pin) => pin.path === path) && isGuarded(contract, path))
  return { tests: kept, scripts, barred }
}

/** As a path, from whatever folder, or as one of Python's modules with what lies in it. */
function isNamed(path: string, given: string): boolean {
  const word = tidy(given)
  const module = path.replace(/\.py$/, '').replaceAll('/', '.')
  return word !== '' && (path === word || path.endsWith(`/${word}`) || (path.endsWith('.py') && `${word}.`.startsWith(`${module}.`)))
}

/** In a folder or under a glob. A word without a slash may as well be a script: `npm test`. */
function isWithin(path: string, given: string): boolean {
  const word = tidy(given)
  return word !== '' && given.includes('/') && (path.startsWith(`${word}/`) || (/[*?[]/.test(word) && matchesAny([word], path)))
}
