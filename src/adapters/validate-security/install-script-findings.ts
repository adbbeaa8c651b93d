import { count } from '../../domain/report/words.ts'
import { findMisdeeds, findScriptFiles, installHooks } from '../../domain/validation/install-scripts.ts'
import type { Subject } from '../../engine/ports/validation.ts'
import { freshOf, type ChangedManifest } from './changed-dependencies.ts'
import type { PackageFinding as Finding } from './dependency-lines.ts'
import { readInstalled } from './installed.ts'
import { toFields, type Dependency } from './manifests/dependency.ts'
import { lineAt } from './text-places.ts'

/** Packages whose scripts are read in one change. */
const mostPackages = 100
const decoder = new TextDecoder()

/** Scripts that new packages run when they are installed: named, and read where they are installed. */
export async function findInstallScripts(subject: Subject, locks: readonly ChangedManifest[]): Promise<{ readonly findings: readonly Finding[]; readonly notes: readonly string[] }> {
  const fresh = locks.flatMap((lock) => freshOf(lock).filter((each) => each.ecosystem === 'npm').map((each) => ({ lock, each })))
  const running = fresh.filter(({ each }) => each.hasInstallScript === true)
  const due = running.slice(0, mostPackages)
  if (due.length === 0) return { findings: [], notes: [] }
  const manifests = await readInstalled(subject, due.map(({ lock, each }) => `${placeOf(lock, each)}/package.json`))
  const scripts = new Map(due.map(({ lock, each }) => [each, readHooks(manifests?.get(`${placeOf(lock, each)}/package.json`), each)] as const))
  const files = await readInstalled(subject, due.flatMap(({ lock, each }) => findScriptFiles(scripts.get(each)?.join('\n') ?? '').map((file) => `${placeOf(lock, each)}/${file}`)))
  const unread: string[] = []
  const findings = due.flatMap(({ lock, each }): Finding[] => {
    const id = `${each.name}@${each.version}`
    const hooks = scripts.get(each)
    if (hooks === undefined) unread.push(id)
    const texts = [...hooks ?? [], ...findScriptFiles(hooks?.join('\n') ?? '').flatMap((file) => files?.get(`${placeOf(lock, each)}/${file}`) ?? [])]
    const misdeeds = [...new Set(texts.flatMap((text) => findMisdeeds(text).map(({ what }) => what)))]
    if (misdeeds.length > 0) return [{ path: lock.path, about: each.name, rule: 'dependencies/malware-like', severity: 'error', message: `brings ${id}, whose script at installing ${misdeeds.join(', ')}: do not install it before somebody has read it`, evidence: (hooks ?? []).join(' ; ').slice(0, 200), quarantine: true }]
    return [{ path: lock.path, about: each.name, rule: 'dependencies/install-script', severity: subject.settings.dependencies.install_scripts, message: `brings ${id}, which runs a script when it is installed`, ...(hooks === undefined ? {} : { evidence: hooks.join(' ; ').slice(0, 200) }) }]
  })
  const notes = unread.length === 0 ? [] : [`install scripts not read, because the packages are not installed here: ${listSome(unread)}`]
  return { findings, notes: running.length > due.length ? [...notes, `install scripts of ${count(running.length - due.length, 'more package')} were not read`] : notes }
}

export function listSome(names: readonly string[]): string {
  return `${names.slice(0, 10).join(', ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`
}

function placeOf(lock: ChangedManifest, { at, name }: Dependency): string {
  return `${lock.path.slice(0, lock.path.lastIndexOf('/') + 1)}${at ?? `node_modules/${name}`}`
}

/** Undefined where what is installed is not that version, or nothing is. */
function readHooks(text: string | undefined, { version }: Dependency): readonly string[] | undefined {
  if (text === undefined) return undefined
  try {
    const json = toFields(JSON.parse(text))
    return json['version'] === version ? hooksOf(json['scripts']) : undefined
  } catch {
    return undefined // said to be not read
  }
}

function hooksOf(scripts: unknown): readonly string[] {
  const fields = toFields(scripts)
  return installHooks.flatMap((name) => (typeof fields[name] === 'string' ? [fields[name]] : []))
}

/** Files of a repository that run when it is installed or built. */
const building = /(^|\/)(?:setup\.py|conftest\.py|build\.rs|extconf\.rb|binding\.gyp|\.pnpmfile\.cjs|conanfile\.py|sitecustomize\.py|usercustomize\.py)$/

/** Scripts of the repository itself that run when it is installed or built, as far as the change makes them worse. */
export async function findOwnScripts(subject: Subject): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const hooked = new Set<string>()
  for (const { path, kind, from } of subject.changes) {
    if (kind === 'deleted' || !path.endsWith('package.json') || path.includes('node_modules/')) continue
    const [now, before] = [hooksIn(await subject.read(path)), hooksIn(await subject.readBase(from ?? path))]
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    for (const hook of now) for (const file of findScriptFiles(hook)) hooked.add(`${folder}${file}`)
    const added = now.filter((each) => !before.includes(each))
    const misdeeds = findMisdeeds(added.join('\n'))
    if (misdeeds.length > 0) findings.push(toMalware(path, misdeeds[0]?.what ?? '', added.join(' ; ')))
    else if (added.length > 0) findings.push({ path, rule: 'dependencies/own-install-script', severity: 'warning', message: 'runs something else than before when it is installed: make sure that it is meant', evidence: added.join(' ; ').slice(0, 200) })
  }
  for (const { path, kind, from } of subject.changes) {
    if (kind === 'deleted' || !(building.test(path) || hooked.has(path))) continue
    const [text, base] = [decoder.decode(await subject.read(path)), decoder.decode(await subject.readBase(from ?? path))]
    const known = new Set(findMisdeeds(base).map(({ what }) => what))
    const fresh = findMisdeeds(text).find(({ what }) => !known.has(what))
    if (fresh !== undefined) findings.push({ ...toMalware(path, fresh.what, text.slice(fresh.at, fresh.at + 80).split('\n')[0] ?? ''), line: lineAt(text, fresh.at) })
  }
  return findings
}

function toMalware(path: string, what: string, evidence: string): Finding {
  return { path, rule: 'dependencies/malware-like', severity: 'error', message: `has a script that runs at installing or building and ${what}`, evidence: evidence.slice(0, 200), quarantine: true }
}

function hooksIn(bytes: Uint8Array | undefined): readonly string[] {
  if (bytes === undefined) return []
  try {
    return hooksOf(toFields(JSON.parse(decoder.decode(bytes)))['scripts'])
  } catch {
    return [] // the stage of syntax says so
  }
}
