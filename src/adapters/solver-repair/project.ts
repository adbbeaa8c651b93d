import path from 'node:path'
import picomatch from 'picomatch'
import { isGuarded } from '../../domain/contract/pins.ts'
import type { Lab } from '../../engine/ports/solver.ts'
import type { Contract } from '../../protocol/contract.ts'
import type { Task } from '../../protocol/plan.ts'
import { findGrammar, loadParser } from './syntax/parser.ts'
import type { SyntaxParser } from './syntax/parser.ts'
import { parseSource } from './syntax/node.ts'
import type { SourceFile } from './syntax/node.ts'

const foreign = /(^|\/)(node_modules|vendor|third_party|dist|build|out|coverage|site-packages|\.venv|venv|\.git|\.tox|__pycache__)\//
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
  const listed = (await lab.files()).filter((file) => findGrammar(file) !== undefined && ofFamily(file) && !foreign.test(file))
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
  return { parser, sources, tests }
}

/** Folders between a file and the nearest test file. */
function distance(file: string, testFiles: readonly string[]): number {
  return Math.min(...testFiles.map((test) => path.posix.relative(path.posix.dirname(test), path.posix.dirname(file)).split('/').length), 99)
}
