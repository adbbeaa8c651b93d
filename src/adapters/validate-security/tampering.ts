import { isTestFile, whyTest } from '../../domain/contract/test-places.ts'
import { toChangeKind } from '../../domain/policy/change-kinds.ts'
import { count, countAssertions, countTests, findDroppedSteps, findLowered, weakenings, type Weakening } from '../../domain/validation/weakenings.ts'
import type { ChangeValidator, Subject } from '../../engine/ports/validation.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { describeLarge, lineTextAt, toLineFinder } from './text-places.ts'

/** Of larger files only the path is looked at, and they are named, in bytes. */
const largest = 4 * 2 ** 20
const decoder = new TextDecoder()
const code = /\.([cm]?[jt]sx?|vue|svelte|pyi?|go|rs|java|rb|php|cs|kts?|swift|scala|c|cc|cpp|h|hpp|sh|css|scss)$/
const hooks = /(^|\/)(\.husky|\.githooks|\.git\/hooks|git-hooks|hooks\/(pre|post|commit)-)(\/|$|[\w-]+$)|(^|\/)(\.pre-commit-config\.ya?ml|\.?lefthook(-local)?\.ya?ml|\.overcommit\.yml|\.lintstagedrc[\w.]*|lint-staged\.config\.\w+|\.simple-git-hooks\.\w+)$/
/** What checks leave out, by file. */
const ignoreFiles = /(^|\/)\.(eslintignore|prettierignore|coveragerc|nycrc[\w.]*|c8rc[\w.]*|stylelintignore|semgrepignore|gitleaksignore|trivyignore|secretlintignore)$/

/** A change that weakens what judges it: told, and sealed away where it goes for Writ's own settings or for hooks. */
export function createTamperingValidator(): ChangeValidator {
  return {
    id: 'tampering', stage: 'security', version: '3', kind: 'change', quick: true,
    look: async (subject) => {
      const findings: Finding[] = []
      const large: string[] = []
      for (const change of subject.changes) {
        const found = await lookAtText(subject, change)
        findings.push(...lookAtPath(change), ...(found ?? []))
        if (found === undefined) large.push(change.path)
      }
      return { findings: [...findings, ...await findMovedAway(subject, findings)], ...(large.length === 0 ? {} : { notChecked: describeLarge(large, largest) }) }
    },
  }
}

function lookAtPath({ path, from }: FileChange): Finding[] {
  const findings: Finding[] = []
  const paths = from === undefined ? [path] : [path, from]
  if (paths.some((each) => each === '.writ' || each.startsWith('.writ/'))) findings.push({ path, rule: 'tampering/writ', severity: 'error', message: 'changes what people set Writ up with: only they do', quarantine: true })
  if (paths.some((each) => hooks.test(each))) findings.push({ path, rule: 'tampering/hooks', severity: 'error', message: 'changes hooks that run on people’s machines: only they do', quarantine: true })
  return findings
}

/** Undefined where the file is too large to be looked at. */
async function lookAtText(subject: Subject, { path, from, kind, binary }: FileChange): Promise<Finding[] | undefined> {
  if (kind === 'mode' || !concerns(path)) return []
  const [bytes, base] = await Promise.all([kind === 'deleted' ? undefined : subject.read(path), subject.readBase(from ?? path)])
  const before = base === undefined || base.byteLength > largest || base.includes(0) ? undefined : decoder.decode(base)
  // A byte of zero makes every check take a source for a picture, and pass it over.
  if (bytes !== undefined && code.test(path) && bytes.includes(0) && (binary || bytes.indexOf(0) >= 0) && base?.includes(0) !== true) return [{ path, rule: 'tampering/hidden-from-checks', severity: 'error', message: 'has a zero byte in it, so that checks take it for no text and pass it over: write it as an escape', quarantine: true }]
  if (kind === 'deleted' && before !== undefined && toChangeKind(path) === 'ci' && findDroppedSteps(before, '').length > 0) return [{ path, rule: 'tampering/ci-removed', severity: 'error', message: 'takes away a file by which CI checks the project' }]
  if (bytes === undefined || bytes.includes(0)) return []
  if (bytes.byteLength > largest) return undefined
  const text = decoder.decode(bytes)
  return [...lookAtWeakenings(path, text, before), ...before === undefined ? [] : lookAtLosses(path, text, before)]
}

function concerns(path: string): boolean {
  return code.test(path) || whyTest(path) !== undefined || ignoreFiles.test(path) || isChecks(path) || toChangeKind(path) === 'ci'
}

/** Settings of what checks the project; package.json has many of them. */
function isChecks(path: string): boolean {
  return toChangeKind(path) === 'checks' || ignoreFiles.test(path) || /(^|\/)(package\.json|pyproject\.toml|setup\.cfg|\.oxlintrc\.json|Makefile|sonar-project\.properties)$/.test(path)
}

function isWhere(where: Weakening['where'], path: string): boolean {
  switch (where) {
    case 'test': return isTestFile(path)
    case 'ci': return toChangeKind(path) === 'ci'
    case 'code': return code.test(path)
    case 'checks': return isChecks(path)
  }
}

function lookAtWeakenings(path: string, text: string, before: string | undefined): Finding[] {
  const toLine = toLineFinder(text)
  return weakenings.filter(({ where }) => isWhere(where, path)).flatMap(({ rule, pattern, severity, message, where }): Finding[] => {
    // A new file of settings switches off what it likes: nothing was on before.
    if (where === 'checks' && before === undefined) return []
    const added = count(text, pattern) - (before === undefined ? 0 : count(before, pattern))
    if (added <= 0) return []
    const at = findFresh(text, before, pattern)
    return [{ path, line: toLine(at), rule: `tampering/${rule}`, severity, message: added === 1 ? message : `${message} (${added} times)`, evidence: lineTextAt(text, at).trim().slice(0, 160) }]
  })
}

/** The first match whose line was not there before. */
function findFresh(text: string, before: string | undefined, pattern: RegExp): number {
  const known = new Set(before?.split('\n').map((line) => line.trim()))
  let last = 0
  for (const match of text.matchAll(pattern)) {
    last = match.index + (match[0].length - match[0].trimStart().length)
    if (!known.has(lineTextAt(text, last).trim())) return last
  }
  return last
}

function lookAtLosses(path: string, text: string, before: string): Finding[] {
  const findings: Finding[] = []
  const times = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
  if (isTestFile(path)) {
    const [tests, assertions] = [countTests(before) - countTests(text), countAssertions(before) - countAssertions(text)]
    if (tests > 0) findings.push({ path, rule: 'tampering/fewer-tests', severity: 'warning', message: `has ${times(tests, 'test')} less than before` })
    else if (assertions > 0) findings.push({ path, rule: 'tampering/fewer-assertions', severity: 'warning', message: `has ${times(assertions, 'assertion')} less than before` })
  }
  if (toChangeKind(path) === 'ci') {
    const dropped = findDroppedSteps(before, text)
    if (dropped.length > 0) findings.push({ path, rule: 'tampering/ci-step-removed', severity: 'error', message: 'takes away a step by which CI checks the project', evidence: dropped.slice(0, 3).join(' ; ').slice(0, 200) })
  }
  if (isChecks(path) || toChangeKind(path) === 'ci') {
    const toLine = toLineFinder(text)
    for (const { key, from, to, at } of findLowered(before, text)) findings.push({ path, line: toLine(at), rule: 'tampering/threshold-lowered', severity: 'error', message: `asks for less than before: ${key} was ${from} and is ${to}` })
  }
  if (ignoreFiles.test(path)) {
    const known = new Set(before.split('\n').map((line) => line.trim()))
    const added = text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('!') && !known.has(line))
    if (added.length > 0) findings.push({ path, rule: 'tampering/check-widened-out', severity: 'warning', message: 'leaves more out of what is checked', evidence: added.slice(0, 5).join(' ').slice(0, 160) })
  }
  if (path.endsWith('package.json')) findings.push(...lookAtScripts(path, text, before))
  return findings
}

/** Scripts of package.json that check something and now do nothing. */
function lookAtScripts(path: string, text: string, before: string): Finding[] {
  const [old, now] = [readScripts(before), readScripts(text)]
  return Object.entries(old).flatMap(([name, script]): Finding[] => {
    if (!/test|lint|check|type|verify|coverage|audit/.test(name) || isNothing(script)) return []
    const is = now[name]
    if (is === undefined) return [{ path, rule: 'tampering/script-removed', severity: 'warning', message: `takes away the script ${name}, which checks the project`, evidence: script.slice(0, 120) }]
    if (isNothing(is) || (/\|\|\s*(?:true|:|exit 0)|;\s*(?:true|exit 0)\s*$/.test(is) && !/\|\|\s*(?:true|:|exit 0)|;\s*(?:true|exit 0)\s*$/.test(script))) return [{ path, rule: 'tampering/script-emptied', severity: 'error', message: `makes the script ${name} pass whatever it finds`, evidence: is.slice(0, 120) }]
    return []
  })
}

function isNothing(script: string): boolean {
  return /^\s*(?:true|:|exit 0|echo\b[^&|;]*)?\s*$/.test(script)
}

function readScripts(text: string): Readonly<Record<string, string>> {
  try {
    const { scripts } = JSON.parse(text) as { readonly scripts?: unknown }
    return typeof scripts === 'object' && scripts !== null ? Object.fromEntries(Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === 'string')) : {}
  } catch {
    return {} // the stage of syntax says so
  }
}

/** Test files that are gone, unless what they had stands in another file of the change. */
async function findMovedAway(subject: Subject, told: readonly Finding[]): Promise<Finding[]> {
  const gone = subject.changes.filter(({ path, kind }) => kind === 'deleted' && isTestFile(path) && !told.some((each) => each.path === path))
  if (gone.length === 0) return []
  let spare = 0
  for (const { path, kind, from } of subject.changes) {
    if (kind === 'deleted' || !isTestFile(path)) continue
    const [now, before] = await Promise.all([subject.read(path), subject.readBase(from ?? path)])
    spare += Math.max(0, countTests(decoder.decode(now)) - countTests(decoder.decode(before)))
  }
  const findings: Finding[] = []
  for (const { path } of gone) {
    const tests = countTests(decoder.decode(await subject.readBase(path)))
    if (tests > 0 && spare >= tests) spare -= tests
    else findings.push({ path, rule: 'tampering/deleted-test', severity: 'warning', message: tests > 0 ? `is a test file that is gone, with ${tests} test${tests === 1 ? '' : 's'} in it` : 'is a test file that is gone' })
  }
  return findings
}
