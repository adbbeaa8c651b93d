import type { Lab, SolverTask } from '../../engine/ports/solver.ts'
import type { Check } from '../../protocol/contract.ts'
import type { CheckOutcome, TestCase } from '../../protocol/evidence.ts'
import { describeEndless } from '../../domain/proof/endless.ts'
import { findScript } from './lane/find-script.ts'

export type Family = 'script' | 'python'

/** Failing tests of one language with the check that shows them. */
export interface Group {
  readonly family: Family
  readonly check: Check
  readonly outcome: CheckOutcome
  readonly failing: readonly TestCase[]
  /** Files in which they stand, or by which they can be reached. */
  readonly files: readonly string[]
  /** Files that say what is right: no change of them counts. */
  readonly untouched: readonly string[]
  /** The failing tests fail on their own too, when the check is narrowed to them by name. */
  readonly byName?: boolean
  /** Of test files that a build makes: what they are made of. */
  readonly sources?: ReadonlyMap<string, string>
  /** The check is judged by its exit code alone, which this one file gives where it is nothing but that program. */
  readonly byExit?: { readonly name: string; readonly script: string | undefined }
}

/** Test files that stand for the tests of a check that names none. */
export const maxGuessed = 30
export const testLike = /(^|\/)(tests?|__tests__|specs?)\/|\.(test|spec)\.[cm]?[jt]sx?$|(^|\/)(test_[^/]*|[^/]*_test)\.py$/

export function fileOf(test: TestCase): string {
  return test.file ?? test.name.split(' › ')[0] ?? test.name
}

export function familyOf(test: TestCase): Family | undefined {
  return familyOfFile(fileOf(test))
}

export function familyOfFile(file: string): Family | undefined {
  return /\.[cm]?[jt]sx?$/.test(file) ? 'script' : file.endsWith('.py') ? 'python' : undefined
}

/** Whatever fails for a task, by check and language. A check that names no test is one test of its own: it passes where it exits with 0. */
export async function findGroups({ task, contract, outcomes }: Pick<SolverTask, 'contract' | 'outcomes'> & { readonly task: Pick<SolverTask['task'], 'tests' | 'checks'> }, lab: Lab): Promise<Group[]> {
  const wanted = new Set(task.tests)
  const groups: Group[] = []
  for (const outcome of outcomes) {
    const check = contract.checks.find((one) => one.id === outcome.checkId)
    if (check === undefined || (task.checks.length > 0 && !task.checks.includes(check.id))) continue
    const named = nameByExit(outcome)
    const red = (named.tests?.cases ?? []).filter((test) => test.status === 'failed' && (wanted.size === 0 || wanted.has(test.name)))
    for (const family of ['script', 'python'] as const) {
      const failing = red.filter((test) => familyOf(test) === family)
      const files = [...new Set(failing.map((test) => fileOf(test)))]
      if (failing.length > 0) groups.push({ family, check, outcome: named, failing, files, untouched: files })
    }
    const homeless = red.filter((test) => familyOf(test) === undefined)
    const place = homeless.length === 0 ? undefined : await guessPlace(check, outcome, lab)
    if (place === undefined) continue
    const byExit = homeless.some((test) => test.name === exitName(outcome)) ? { name: exitName(outcome), script: place.script } : undefined
    groups.push({ family: place.family, files: place.files, untouched: place.named, check, outcome: named, failing: homeless, ...(byExit === undefined ? {} : { byExit }) })
  }
  return groups
}

/** The plan's name for a check that fails without naming a test. */
export function exitName(outcome: Pick<CheckOutcome, 'checkId'>): string {
  return `check ${outcome.checkId}`
}

function nameByExit(outcome: CheckOutcome): CheckOutcome {
  const cases = outcome.tests?.cases ?? []
  if (cases.some((test) => test.status === 'failed')) return outcome
  const own: TestCase = { name: exitName(outcome), status: outcome.status === 'passed' ? 'passed' : 'failed', message: [...(outcome.endless ?? []).map(describeEndless), outcome.tail].join('\n') }
  return { ...outcome, tests: { runner: outcome.tests?.runner ?? 'exit-code', cases: [...cases, own], complete: cases.length === 0 || outcome.tests?.complete !== false } }
}

/** For a group that is judged by exit code: a lab whose outcomes name the check as a test. */
export function nameChecks(lab: Lab, group: Group): Lab {
  if (group.byExit === undefined) return lab
  return { ...bindLab(lab), tryFiles: async (files, check, { timeoutMs }) => nameByExit(await lab.tryFiles(files, check, { timeoutMs })) }
}

/** A lab's methods as a plain object, to put others beside them. */
export function bindLab(lab: Lab): Lab {
  return {
    home: lab.home, files: () => lab.files(), read: (path) => lab.read(path), tryFiles: (files, check, options) => lab.tryFiles(files, check, options),
    run: (argv, options) => lab.run(argv, options), recent: () => lab.recent(), findings: (paths, timeoutMs) => lab.findings(paths, timeoutMs), remainingMs: () => lab.remainingMs(), record: (event) => lab.record(event),
  }
}

/** Where to look when no test says where it stands: what the command names, else what the output names, else all that look like tests. */
export async function guessPlace(check: Check, outcome: Pick<CheckOutcome, 'tail'>, lab: Lab): Promise<{ family: Family; files: string[]; named: string[]; script: string | undefined } | undefined> {
  const files = (await lab.files()).filter((file) => familyOfFile(file) !== undefined && !/(^|\/)node_modules\//.test(file))
  const { script, command } = await findScript(check.command, lab)
  // A build tool prints the commands that it runs, and stack traces name files with their lines.
  const wordsOf = (text: string): Set<string> => new Set(text.split(/[\s"'`;&|()]+/).map((word) => word.replace(/^\.\//, '').replace(/(:\d+)+:?$/, '')))
  const [commanded, said] = [wordsOf(command), wordsOf(outcome.tail)]
  const started = new Set([...outcome.tail.matchAll(/^(?:[A-Za-z_]\w*=\S+ )*(?:node|tsx|python3?) (?:\.\/)?(\S+)/gm)].map((match) => match[1]))
  const named = files.filter((file) => file === script || commanded.has(file) || started.has(file))
  const printed = files.filter((file) => said.has(file) || outcome.tail.includes(`/${file}:`) || outcome.tail.includes(`/${file}"`))
  const first = named[0] ?? printed.find((file) => testLike.test(file)) ?? printed[0] ?? files.find((file) => testLike.test(file)) ?? files[0]
  const family = first === undefined ? undefined : familyOfFile(first)
  if (family === undefined) return undefined
  const ofFamily = (some: readonly string[]): string[] => some.filter((file) => familyOfFile(file) === family)
  const tests = ofFamily(files.filter((file) => testLike.test(file))).slice(0, maxGuessed)
  const places = [ofFamily(named), ofFamily(printed), tests].find((some) => some.length > 0) ?? ofFamily(files).slice(0, maxGuessed)
  return { family, files: [...new Set(places)], named, script }
}
