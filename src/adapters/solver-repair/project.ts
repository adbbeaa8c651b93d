import path from 'node:path'
import picomatch from 'picomatch'
import { isGuarded } from '../../domain/contract/pins.ts'
import type { Lab } from '../../engine/ports/solver.ts'
import type { Contract } from '../../protocol/contract.ts'
import type { Task } from '../../protocol/plan.ts'
import { findGrammar, loadParser } from './syntax/parser.ts'
import type { SyntaxParser } from './syntax/parser.ts'
import { importsOf } from './localise/imports.ts'
import { isFunction, parseSource, walk } from './syntax/node.ts'
import type { SourceFile } from './syntax/node.ts'

const foreign = /(^|\/)(node_modules|third_party|site-packages|\.venv|venv|\.git|\.tox|__pycache__)\//
/** Made or brought along where they lie at the root of a package; elsewhere folders of that name are the project's own. */
const made = /(?<=^|\/)(vendor|dist|build|out|coverage)\//g
/** Names of what tests are served by. */
const serving = /(^|[/_.-])(support|helpers?|mocks?|stubs?|fakes?|expected|expectations|samples?|cases|testdata|testing|test[_-]?utils?)([/_.-]|$)/i
const testLike = /(^|\/)(tests?|__tests__|specs?|fixtures)\/|\.(test|spec)\.[cm]?[jt]sx?$|(^|\/)(test_[^/]*|[^/]*_test|conftest|setup)\.py$|\.config\.[cm]?[jt]s$/

/** Larger files are not taken apart. */
const maxFileBytes = 400_000
const maxFiles = 400

export interface Project {
  readonly parser: SyntaxParser
  /** May be edited. */
  readonly sources: ReadonlyMap<string, SourceFile>
  /** Only read: tests and what they use. */
  readonly tests: ReadonlyMap<string, SourceFile>
}

/** May this file be edited at all under the contract? */
export function isEditable(file: string, contract: Contract, task: Pick<Task, 'scope'>): boolean {
  if (foreign.test(file) || testLike.test(file) || findGrammar(file) === undefined) return false
  if (contract.pins.some((pin) => pin.mode === 'whole' && pin.path === file)) return false
  if (isGuarded(contract, file)) return false
  return [contract.scope, task.scope].every((globs) => globs.length === 0 || picomatch.isMatch(file, [...globs], { dot: true }))
}

/** Reads and parses what belongs to the same language family as the failing tests, nearest to them first, bounded. */
export async function readProject(lab: Lab, family: 'script' | 'python', testFiles: readonly string[], options: { contract: Contract; task: Pick<Task, 'scope'>; untouched?: readonly string[]; wasmDir: string | undefined }): Promise<Project> {
  const ofFamily = (file: string): boolean => (findGrammar(file) === 'python') === (family === 'python')
  const all = await lab.files()
  const isForeign = createForeign(new Set(all))
  const listed = all.filter((file) => findGrammar(file) !== undefined && ofFamily(file) && !isForeign(file))
  const near = new Map(listed.map((file) => [file, distance(file, testFiles)]))
  const chosen = listed.toSorted((a, b) => (near.get(a) ?? 0) - (near.get(b) ?? 0) || (a < b ? -1 : 1)).slice(0, maxFiles)
  const grammars = chosen.flatMap((file) => findGrammar(file) ?? [])
  const parser = await loadParser(grammars, options.wasmDir)
  const sources = new Map<string, SourceFile>()
  const tests = new Map<string, SourceFile>()
  for (const file of chosen) {
    const text = await lab.read(file)
    const grammar = findGrammar(file)
    if (text === undefined || grammar === undefined || text.length > maxFileBytes) continue
    const source = parseSource(parser, file, grammar, text)
    if (source === undefined) continue
    if (options.untouched?.includes(file) !== true && isEditable(file, options.contract, options.task)) sources.set(file, source)
    else tests.set(file, source)
  }
  for (const file of findServing(sources, tests)) {
    sources.delete(file.path)
    tests.set(file.path, file)
  }
  return { parser, sources, tests }
}

/** Which paths are not the project's own work? */
export function createForeign(files: ReadonlySet<string>): (file: string) => boolean {
  const isRoot = (folder: string): boolean => folder === '' || ['package.json', 'pyproject.toml', 'setup.py'].some((name) => files.has(`${folder}${name}`))
  return (file) => foreign.test(file) || [...file.matchAll(made)].some(({ index }) => isRoot(file.slice(0, index)))
}

/** What only tests import says what is right, as they do, where it is named so or holds nothing but values; unless nothing else is left to mend. */
function findServing(sources: ReadonlyMap<string, SourceFile>, tests: ReadonlyMap<string, SourceFile>): SourceFile[] {
  const all = new Map([...sources, ...tests])
  const imported = (by: ReadonlyMap<string, SourceFile>): Set<string> => new Set([...by.values()].flatMap((file) => importsOf(file, all)))
  const [byTests, bySources] = [imported(tests), imported(sources)]
  const used = [...sources.values()].filter(({ path: file }) => byTests.has(file))
  const found = used.filter((file) => !bySources.has(file.path) && (serving.test(file.path) || holdsValuesOnly(file)))
  return found.length === used.length ? [] : found
}

function holdsValuesOnly(file: SourceFile): boolean {
  let works = false
  walk(file.root, (node) => {
    works ||= isFunction(node) || /^(class|for|while|if)/.test(node.type)
    return !works
  })
  return !works
}

/** Folders between a file and the nearest test file. */
function distance(file: string, testFiles: readonly string[]): number {
  return Math.min(...testFiles.map((test) => path.posix.relative(path.posix.dirname(test), path.posix.dirname(file)).split('/').length), 99)
}
