import { gitignoresFor, isIgnored, isLeaving } from '../../domain/contract/ignored-paths.ts'
import type { SyntaxTrees } from '../../engine/ports/syntax-trees.ts'
import type { Subject } from '../../engine/ports/validation.ts'
import type { Finding } from '../../protocol/evidence.ts'
import { findImports, javaScript, type Import } from './find-imports.ts'
import { createPlaces, toTargets, type Places } from './resolve-import.ts'

/** Files that are read because something was deleted that they may import, and bytes of one. */
const most = { files: 3000, bytes: 512 * 1024 }

interface Imported extends Import {
  readonly targets: readonly string[]
}

/**
 * Relative imports that lead to a file which the result does not have: of the changed files, and of those that import what was
 * deleted. What the base lacked too is old. Only what is certain counts, see `find-imports`; what git ignores may be made by a build.
 */
export async function findMissingImports(subject: Subject, trees: SyntaxTrees): Promise<readonly Finding[]> {
  const changes = subject.changes.filter(({ path, from }) => concerns(trees, path) || (from !== undefined && concerns(trees, from)))
  if (changes.length === 0) return []
  const files = await subject.files()
  const came = new Set(subject.changes.flatMap(({ path, kind }) => (kind === 'added' || kind === 'renamed' ? [path] : [])))
  const went = subject.changes.flatMap(({ path, from, kind }) => (kind === 'deleted' ? [path] : kind === 'renamed' && from !== undefined ? [from] : []))
  const now = createPlaces(files)
  const before = createPlaces([...files.filter((path) => !came.has(path)), ...went])
  if (await hasVirtualFolders(subject, files)) return []
  const findings: Finding[] = []
  const changed = new Map(subject.changes.filter(({ kind }) => kind !== 'deleted').map((change) => [change.path, change.from ?? change.path]))
  for (const [path, from] of changed) {
    if (!concerns(trees, path)) continue
    const old = new Set((await readImports(trees, from, await subject.readBase(from))).filter((one) => !isThere(before, one)).map(({ specifier }) => specifier))
    for (const one of await readImports(trees, path, await subject.read(path))) {
      if (!isThere(now, one) && !old.has(one.specifier) && !(await mayBeMade(subject, one))) findings.push(toFinding(path, one))
    }
  }
  for (const path of await findImporters(subject, trees, files, changed, went)) {
    for (const one of await readImports(trees, path, await subject.read(path))) if (!isThere(now, one) && isThere(before, one)) findings.push(toFinding(path, one))
  }
  return findings
}

function concerns(trees: SyntaxTrees, path: string): boolean {
  const language = trees.languageOf(path)
  return language !== undefined && (javaScript.has(language) || language === 'python')
}

function toFinding(path: string, { specifier, line }: Import): Finding {
  return { path, line, rule: 'missing-import', message: `imports a file that is not there: ${specifier}`, severity: 'error' }
}

function isThere(places: Places, { targets }: Imported): boolean {
  return targets.some((target) => places.has(target))
}

async function readImports(trees: SyntaxTrees, path: string, bytes: Uint8Array | undefined): Promise<readonly Imported[]> {
  if (bytes === undefined || bytes.length > most.bytes || bytes.includes(0)) return []
  const text = new TextDecoder().decode(bytes)
  const language = trees.languageOf(path) ?? ''
  const found = await trees.read(path, text, (root) => findImports(root, language))
  return (found ?? []).flatMap((one) => {
    const targets = toTargets(path, language, one)
    return targets === undefined ? [] : [{ ...one, targets }]
  })
}

/** With `rootDirs`, a relative import may lead into another folder. */
async function hasVirtualFolders(subject: Subject, files: readonly string[]): Promise<boolean> {
  for (const path of files.filter((file) => /(^|\/)tsconfig[^/]*\.json$/.test(file)).slice(0, 50)) {
    if (/"rootDirs"/.test(new TextDecoder().decode(await subject.read(path)))) return true
  }
  return false
}

/** Would git ignore it? Then a build may make it. */
async function mayBeMade(subject: Subject, { targets }: Imported): Promise<boolean> {
  for (const target of targets.flatMap((one) => [one, `${one}.ts`, `${one}.js`, `${one}.py`, `${one}/x`])) {
    if (isLeaving(target)) return true
    const texts = new Map<string, string>()
    for (const path of gitignoresFor(target)) {
      const bytes = await subject.read(path)
      if (bytes !== undefined) texts.set(path, new TextDecoder().decode(bytes))
    }
    if (texts.size > 0 && isIgnored(target, (path) => texts.get(path))) return true
  }
  return false
}

/** Unchanged files whose text speaks of something that was deleted. */
async function findImporters(subject: Subject, trees: SyntaxTrees, files: readonly string[], changed: ReadonlyMap<string, string>, went: readonly string[]): Promise<readonly string[]> {
  const stems = new Set(went.filter((path) => concerns(trees, path)).map((path) => {
    const parts = path.replace(/(\/(index|__init__))?\.[^/]+$/, '').split('/')
    return parts.at(-1) ?? ''
  }))
  if (stems.size === 0) return []
  const importers: string[] = []
  for (const path of files.filter((file) => concerns(trees, file) && !changed.has(file)).slice(0, most.files)) {
    const bytes = await subject.read(path)
    if (bytes === undefined || bytes.length > most.bytes) continue
    const text = new TextDecoder().decode(bytes)
    if ([...stems].some((stem) => text.includes(stem))) importers.push(path)
  }
  return importers
}
