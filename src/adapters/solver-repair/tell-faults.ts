import { isBuiltin } from 'node:module'
import { findMissingModule } from '../../domain/proof/load-errors.ts'
import type { Lab } from '../../engine/ports/solver.ts'
import type { CheckOutcome, TestCase } from '../../protocol/evidence.ts'
import { editDistance } from './syntax/vocabulary.ts'
import type { Lane, LaneJob, Survey } from './lane/lane.ts'
import type { Group } from './read-tests.ts'

/** Tests that a lane and the check agree on: those to be mended, and those that must go on passing. */
export interface Trusted {
  readonly targets: readonly string[]
  readonly keep: readonly string[]
}

/** Which tests the lane and the check agree on; undefined where the lane did not see the failure. */
export function findTrusted(group: Group, survey: Survey | undefined): Trusted | undefined {
  if (survey === undefined) return undefined
  const seen = new Map(survey.tests.map((test) => [test.name, test.status]))
  const targets = group.failing.map((test) => test.name).filter((name) => seen.get(name) === 'failed')
  const shown = new Set((group.outcome.tests?.cases ?? []).filter((test) => test.status === 'passed').map((test) => test.name))
  // A check that did not end has not come to all of its tests.
  const keep = survey.tests.filter((test) => test.status === 'passed' && (shown.has(test.name) || group.outcome.endless !== undefined)).map((test) => test.name)
  return targets.length === 0 ? undefined : { targets, keep }
}

/** A group without what no change of the code can mend, and sentences about what was left out. */
export interface Told {
  /** Undefined where nothing is left to mend. */
  readonly group: Group | undefined
  readonly said: readonly string[]
}

/** Checks that take longer are not run again to look for flaky tests, and not searched by where only time ends them. */
const longMs = 30_000
const shownNames = 3

const circumstances: readonly { readonly pattern: RegExp; readonly say: (what: string) => string }[] = [
  { pattern: /EADDRINUSE[^\n]*?(:\d+)?$|Address already in use/m, say: (port) => `the port${port === '' ? '' : ` ${port}`} that it listens on is taken` },
  { pattern: /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)|Temporary failure in name resolution|Name or service not known/, say: (host) => `it reaches out to ${host === '' ? 'another machine' : host}, and checks run without a network` },
  { pattern: /ECONNREFUSED(?: (\S+))?|ConnectionRefusedError/, say: (at) => `nothing answers${at === '' ? '' : ` at ${at}`}: a service that it needs is not running` },
  { pattern: /ENETUNREACH|Network is unreachable|^(?:TypeError: )?fetch failed/m, say: () => 'it needs a network, and checks run without one' },
  { pattern: /spawn (\S+) ENOENT|No such file or directory: '([\w.+-]+)'|([\w.+-]+): command not found/, say: (name) => `the program ${name} is not installed` },
  { pattern: /ENOSPC|No space left on device/, say: () => 'the disk is full' },
  { pattern: /EMFILE|Too many open files/, say: () => 'too many files are open' },
  { pattern: /Start directory is not importable/, say: () => 'unittest cannot begin in the folder that it is told (it has to be there, and with an __init__.py to be imported)' },
  { pattern: /^No tests found|no tests ran/im, say: () => 'the runner found no tests in it' },
]

/**
 * Tells what a change of the code can mend from what it cannot: the check could not run, tests that want something of the machine, and
 * flaky ones, which pass when they are run again on the same content. Costs a run of the check, narrowed to the failing tests by name
 * where its runner allows that; another one, narrowed to their files, where this does not show all of them failing.
 */
export async function tellFaults(group: Group, lab: Lab): Promise<Told> {
  const whole = ofCheck(group)
  if (whole !== undefined) return { group: undefined, said: [whole] }
  const known = await findNames(lab)
  const said: string[] = []
  const kept: TestCase[] = []
  const by = new Map<string, string[]>()
  for (const test of group.failing) {
    const why = ofTest(test, known)
    if (why === undefined) kept.push(test)
    else by.set(why, [...(by.get(why) ?? []), test.name])
  }
  for (const [why, names] of by) said.push(`${list(names)}: ${why}. No change of the code mends that`)
  // To run again what does not end shows nothing.
  if (kept.length === 0 || group.outcome.durationMs > longMs || group.outcome.endless !== undefined) return { group: narrowTo(group, kept), said }
  const { flaky, byName } = await runAgain({ ...group, failing: kept }, lab)
  if (flaky.size > 0) said.push(describeFlaky([...flaky]))
  const narrowed = narrowTo(group, kept.filter((test) => !flaky.has(test.name)))
  return { group: narrowed === undefined ? undefined : { ...narrowed, byName }, said }
}

export function withoutFlaky(group: Group, flaky: readonly string[]): Group | undefined {
  return narrowTo(group, group.failing.filter((test) => !flaky.includes(test.name)))
}

function narrowTo(group: Group, failing: readonly TestCase[]): Group | undefined {
  if (failing.length === 0) return undefined
  if (failing.length === group.failing.length) return group
  const files = new Set(failing.flatMap((test) => test.file ?? []))
  return { ...group, failing, files: files.size === 0 ? group.files : group.files.filter((file) => files.has(file)) }
}

function ofCheck({ outcome, byExit }: Group): string | undefined {
  const { notes, status, command } = outcome
  if (status === 'could-not-run') return `\`${command}\` could not be run: ${notes[0] ?? 'its program is not there'}. No change of the code mends that`
  const none = notes.find((note) => /^the runner found no tests/.test(note))
  if (none !== undefined) return `\`${command}\`: ${none}: there is nothing to go by`
  if (status === 'timed-out' && outcome.endless === undefined && byExit !== undefined && outcome.durationMs > longMs) return `\`${command}\` ran into its time limit before it named a test: every change would take as long to try`
  return undefined
}

function ofTest(test: TestCase, names: Names): string | undefined {
  const message = test.message ?? ''
  if (test.file !== undefined && names.folders.has(test.file) && message.includes('Cannot find module')) return `node --test takes the folder ${test.file} for a file that is not there; its command needs files or a pattern, as in node --test "${test.file}/**/*.test.js"`
  const missing = findMissingModule(message)
  if (missing !== undefined && isInstallable(missing, names)) return `there is no module ${missing} here; install what is missing`
  for (const { pattern, say } of circumstances) {
    const match = pattern.exec(message)
    if (match !== null) return say(match.slice(1).find((part) => part !== undefined) ?? '')
  }
  return undefined
}

interface Names {
  /** Of the project's own folders and modules, and of some of the standard library's. */
  readonly own: ReadonlySet<string>
  /** In manifests. */
  readonly declared: ReadonlySet<string>
  /** Paths of folders. */
  readonly folders: ReadonlySet<string>
}

/** A name that is nearly one that is there is a slip of the code; one that is declared, or like nothing, has to be installed. */
function isInstallable(name: string, { own, declared }: Names): boolean {
  const top = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split(/[/.]/)[0] ?? name)
  if (own.has(top) || isBuiltin(name)) return false
  return declared.has(top) || ![...own, ...declared].some((known) => editDistance(known, top) <= (top.length > 5 ? 2 : 1))
}

const standardPython = ['collections', 'dataclasses', 'datetime', 'decimal', 'functools', 'itertools', 'json', 'logging', 'math', 'os', 'pathlib', 'random', 're', 'statistics', 'string', 'subprocess', 'sys', 'time', 'typing', 'unittest']
const manifest = /^(package\.json|pyproject\.toml|setup\.(cfg|py)|Pipfile|[\w-]*requirements[\w.-]*\.txt)$/

async function findNames(lab: Lab): Promise<Names> {
  const own = new Set(standardPython)
  const declared = new Set<string>()
  const folders = new Set<string>()
  for (const path of await lab.files()) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.add(path.slice(0, at))
    for (const part of path.split('/')) own.add(part.replace(/\.([cm]?[jt]sx?|py)$/, ''))
    if (!manifest.test(path)) continue
    for (const match of ((await lab.read(path)) ?? '').matchAll(/(?:^|["'\s])(@?[A-Za-z][\w.-]*(?:\/[\w.-]+)?)(?=["'\s]*(?:[:=<>~!;[\n,\]"']|$))/gm)) {
      const name = match[1] ?? ''
      declared.add(name).add(name.replaceAll('-', '_'))
    }
  }
  return { own, declared, folders }
}

/** Runs of the base in a lane that look for flaky tests, and the most that one may take to be worth it, in milliseconds. */
const steadyRuns = 6
const steadyMs = 1500

/** Names of tests that showed the same in every run of an earlier look, by their check. */
export type Steady = Set<string>

/** What of `trusted` shows the same in every run of the base as it stands; a quick lane shows it at little cost. `base` is any file of it. */
export async function keepSteady(trusted: Trusted | undefined, { lane, survey, base, steady }: { lane: Lane; survey: Survey | undefined; base: { path: string; text: string } | undefined; /** Those are not looked at again, and those that are found join them. */ steady: Steady }): Promise<{ trusted: Trusted | undefined; flaky: readonly string[] }> {
  if (trusted === undefined || survey === undefined) return { trusted, flaky: [] }
  const known = new Set([...trusted.targets, ...trusted.keep.filter((name) => !steady.has(name))])
  const tests = survey.tests.filter((test) => known.has(test.name) && test.endless === undefined)
  const oneMs = survey.loadMs + tests.reduce((sum, test) => sum + test.ms, 0)
  if (base === undefined || oneMs > steadyMs) return { trusted, flaky: [] }
  if (tests.length === 0) return { trusted, flaky: [] }
  const names = tests.map((test) => test.name)
  const files = [...new Set(tests.map((test) => test.file))]
  const jobs = Array.from({ length: steadyRuns }, (_, id): LaneJob => ({ id, path: base.path, text: base.text, only: names, files, perMs: Math.round(1000 + 4 * oneMs) }))
  const verdicts = (await lane.tryAll(jobs, { keep: [], budgetMs: steadyRuns * steadyMs, all: true })).filter((verdict) => verdict.ended === 'done')
  // What no run came to the end of says nothing of what is steady.
  if (verdicts.length === 0) return { trusted, flaky: [] }
  const flaky = trusted.targets.filter((name) => verdicts.some((verdict) => verdict.passed.has(name)))
  const targets = trusted.targets.filter((name) => !flaky.includes(name))
  const keep = trusted.keep.filter((name) => steady.has(name) || verdicts.every((verdict) => verdict.passed.has(name)))
  for (const name of keep) steady.add(name)
  return {
    trusted: targets.length === 0 ? undefined : { targets, keep },
    flaky,
  }
}

/** `byName`: the failing tests fail on their own too, without the others of their files. */
async function runAgain(group: Group, lab: Lab): Promise<{ flaky: ReadonlySet<string>; byName: boolean }> {
  const timeoutMs = 3 * group.outcome.durationMs + 2000
  const only = group.byExit === undefined && group.files.length > 0 ? group.files : undefined
  const names = group.failing.map((test) => test.name)
  const first = await lab.tryFiles(new Map(), group.check, { ...(only === undefined ? {} : { only, names }), timeoutMs })
  const isAlone = only !== undefined && !(first.tests?.cases ?? []).some((test) => test.status !== 'skipped' && !names.includes(test.name))
  const failed = namesOf(first, 'failed')
  if (isAlone && names.every((name) => failed.has(name))) return { flaky: new Set(), byName: true }
  // One that passes alone may only lack what the others leave behind.
  const passed = namesOf(isAlone ? await lab.tryFiles(new Map(), group.check, { only, timeoutMs }) : first, 'passed')
  return { flaky: new Set(names.filter((name) => passed.has(name))), byName: false }
}

function namesOf(outcome: CheckOutcome, status: TestCase['status']): ReadonlySet<string> {
  return new Set((outcome.tests?.cases ?? []).filter((test) => test.status === status).map((test) => test.name))
}

export function describeFlaky(names: readonly string[]): string {
  return `${list(names)}: failed, and passed when it was run again on the same content, so it is flaky: that it passes after a change would show nothing`
}

function list(names: readonly string[]): string {
  return names.length <= shownNames ? names.join('; ') : `${names.slice(0, shownNames).join('; ')} and ${names.length - shownNames} more`
}
