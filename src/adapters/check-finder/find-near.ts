import type { BaseFiles } from '../../engine/ports/workspace.ts'
import { isTestFile as isTest } from '../../domain/contract/test-places.ts'
import type { TestReport } from '../../protocol/evidence.ts'

const maxNear = 12
/** Test files whose imports are read, and modules between a test and a change. */
const maxRead = 400
const maxBytes = 200_000

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** `order-store`, for `order-store.test.ts`, `test_order_store.py` and `order-store.ts`. */
function stemOf(path: string): string {
  return lastPart(path)
    .replace(/\.[^.]+$/, '')
    .replace(/[._-](tests?|specs?)$/i, '')
    .replace(/^tests?[_-]/i, '')
    .replaceAll('_', '-')
    .toLowerCase()
}

function sharedFolders(a: string, b: string): number {
  const [one, two] = [a.split('/').slice(0, -1), b.split('/').slice(0, -1)]
  let n = 0
  while (n < one.length && one[n] === two[n]) n++
  return n
}

/** What a file imports, as paths without their endings (Python's dots become slashes). */
function importsOf(path: string, text: string): readonly string[] {
  const folder = path.split('/').slice(0, -1)
  const resolve = (relative: string): string => {
    const parts = [...folder]
    for (const part of relative.split('/')) {
      if (part === '..') parts.pop()
      else if (part !== '.' && part !== '') parts.push(part)
    }
    return parts.join('/').replace(/\.[cm]?[jt]sx?$/, '')
  }
  if (path.endsWith('.py')) {
    return [...text.matchAll(/^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+([\w, \t()*]+)|import[ \t]+([\w., \t]+))/gm)].flatMap((match) => {
      if (match[1] === undefined) return (match[3] ?? '').split(',').map((one) => one.trim().split(/\s/)[0]?.replaceAll('.', '/') ?? '')
      const dots = /^\.*/.exec(match[1])?.[0].length ?? 0
      const rest = match[1].slice(dots).replaceAll('.', '/')
      const origin = dots === 0 ? rest : [...folder.slice(0, folder.length - dots + 1), rest].filter((part) => part !== '').join('/')
      const names = (match[2] ?? '').split(/[,\s()]+/).filter((one) => one !== '')
      return [origin, ...names.map((one) => `${origin}/${one}`)]
    })
  }
  return [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)['"](\.[^'"]*)['"]/g)].map((match) => resolve(match[1] ?? ''))
}

/** Does one of these imports name the file? Python's may begin anywhere on the search path. */
function names(imports: readonly string[], path: string): boolean {
  const plain = path.replace(/\.[^./]+$/, '').replace(/\/(index|__init__)$/, '')
  return imports.some((one) => one === plain || one === `${plain}/index` || (path.endsWith('.py') && one !== '' && (plain === one || plain.endsWith(`/${one}`))))
}

async function readImports(source: Pick<BaseFiles, 'list' | 'read'>, paths: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const entries = await Promise.all(
    paths.map(async (path) => {
      const bytes = await source.read(path)
      return [path, bytes === undefined || bytes.length > maxBytes ? [] : importsOf(path, new TextDecoder().decode(bytes))] as const
    }),
  )
  return new Map(entries)
}

function scoreByName(test: string, changed: string): number {
  const [a, b] = [stemOf(test), stemOf(changed)]
  if (a === '' || b === '') return 0
  const near = sharedFolders(test, changed)
  if (a === b) return 100 + near
  return a.startsWith(`${b}-`) || a.endsWith(`-${b}`) || b.startsWith(`${a}-`) ? 30 + near : 0
}

/**
 * Test files likely to exercise the changed paths, most likely first, at most twelve: tests that were changed themselves,
 * then by name, by import, and by import of something that imports the change. Of equals, what failed last comes first.
 */
export async function findNearTests(source: Pick<BaseFiles, 'list' | 'read'>, changed: readonly string[], lastReport: TestReport | undefined): Promise<readonly string[]> {
  const files = await source.list()
  const tests = files.filter((file) => isTest(file) && !/(^|\/)node_modules\//.test(file))
  const scores = new Map<string, number>()
  const raise = (test: string, score: number): void => void scores.set(test, Math.max(scores.get(test) ?? 0, score))
  for (const path of changed) if (isTest(path)) raise(path, 1000)
  const work = changed.filter((path) => !isTest(path))
  for (const test of tests) for (const path of work) {
    const score = scoreByName(test, path)
    if (score > 0) raise(test, score)
  }
  const imports = await readImports(source, tests.slice(0, maxRead))
  for (const [test, own] of imports) if (work.some((path) => names(own, path))) raise(test, 80)
  const modules = files.filter((file) => /\.([cm]?[jt]sx?|py)$/.test(file) && !isTest(file) && !work.includes(file) && !/(^|\/)node_modules\//.test(file))
  const between = [...(await readImports(source, modules.slice(0, maxRead)))].filter(([, own]) => work.some((path) => names(own, path))).map(([path]) => path)
  for (const [test, own] of imports) if (between.some((path) => names(own, path))) raise(test, 40)
  const failed = new Set(lastReport?.cases.filter((one) => one.status === 'failed').map((one) => one.file))
  return [...scores]
    .toSorted(([a, x], [b, y]) => y - x || Number(failed.has(b)) - Number(failed.has(a)) || a.localeCompare(b))
    .slice(0, maxNear)
    .map(([test]) => test)
}
