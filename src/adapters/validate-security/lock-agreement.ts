import { isWithin } from '../../domain/contract/scope.ts'
import { isInRange } from '../../domain/validation/semver.ts'
import { subtract } from '../../domain/validation/subtract.ts'
import type { Subject } from '../../engine/ports/validation.ts'
import { findLock, type ChangedManifest } from './changed-dependencies.ts'
import type { PackageFinding as Finding } from './dependency-lines.ts'
import { isLocal, toFields, toList, type Dependency, type Fields, type Lock } from './manifests/dependency.ts'
import { toRanges } from './manifests/read-npm-lock.ts'
import { findLocksOf, findManifestOf } from './manifests/read-lock.ts'
import { parseToml, readManifest } from './manifests/read-manifest.ts'

/** Manifests that are compared in one change: a monorepo may have more. */
const mostManifests = 200
const mostFindings = 20

interface Manifest {
  readonly path: string
  readonly folder: string
  readonly dependencies: readonly Dependency[]
  /** Of package.json: as it is written. */
  readonly json: Fields
  /** The project's own name, where it says so. */
  readonly own: string | undefined
}

/** Do manifests and lockfiles agree as far as the change touches one of them? What the base disagreed about too is left out. */
export async function findDisagreements(subject: Subject, changed: readonly ChangedManifest[]): Promise<readonly Finding[]> {
  const paths = new Set(changed.flatMap(({ path, kind }) => (kind === 'manifest' ? [path] : findManifestOf(path) ?? [])))
  for (const lock of changed.filter((each) => each.kind === 'lock')) {
    const folder = lock.path.slice(0, lock.path.lastIndexOf('/') + 1)
    for (const below of (await findLock(subject.read, lock.path))?.asked?.keys() ?? []) if (below !== '') paths.add(`${folder}${below}/package.json`)
  }
  const findings: Finding[] = []
  for (const path of [...paths].slice(0, mostManifests)) {
    const now = await compareAt(subject.read, path)
    if (now.length > 0) findings.push(...subtract(now, await compareAt(subject.readBase, path)).fresh.slice(0, mostFindings))
  }
  return findings
}

async function compareAt(read: Subject['read'], path: string): Promise<readonly Finding[]> {
  const manifest = await openManifest(read, path)
  if (manifest === undefined) return []
  const findings: Finding[] = []
  let answeredIn: string | undefined
  for (const lockPath of findLocksOf(path)) {
    const folder = lockPath.slice(0, lockPath.lastIndexOf('/') + 1)
    if (answeredIn !== undefined && folder !== answeredIn) break
    const lock = await findLock(read, lockPath)
    if (lock === undefined) continue
    const found = await compare(read, manifest, { lock, lockPath, folder })
    if (found === undefined) continue
    answeredIn = folder
    findings.push(...found)
  }
  return findings
}

async function openManifest(read: Subject['read'], path: string): Promise<Manifest | undefined> {
  const bytes = await read(path)
  if (bytes === undefined) return undefined
  const text = new TextDecoder().decode(bytes)
  try {
    const json = path.endsWith('package.json') ? toFields(JSON.parse(text)) : {}
    const toml = path.endsWith('.toml') ? await parseToml(text) : {}
    const own = toFields(toml['package'])['name'] ?? toFields(toml['project'])['name']
    return { path, folder: path.slice(0, path.lastIndexOf('/') + 1), dependencies: await readManifest(path, text), json, own: typeof own === 'string' ? own : undefined }
  } catch {
    return undefined // told by readChangedManifests where the change touches it
  }
}

interface Against {
  readonly lock: Lock
  readonly lockPath: string
  readonly folder: string
}

/** Undefined where the lockfile is not about this manifest. */
async function compare(read: Subject['read'], manifest: Manifest, against: Against): Promise<readonly Finding[] | undefined> {
  const { lock, folder } = against
  const below = manifest.folder.slice(folder.length).replace(/\/$/, '')
  if (lock.asked !== undefined) {
    const asked = lock.asked.get(below)
    return asked === undefined ? undefined : [...compareAsked(manifest, asked, against), ...findUnsatisfied(manifest, asked, below, against)]
  }
  if (below !== '' && !(await isMember(read, manifest, against, below))) return undefined
  const replaced = namesReplaced(manifest)
  const due = manifest.dependencies.filter((each) => !isLocal(each.version) && each.isOptional !== true && each.name !== manifest.own && !replaced.has(each.alias ?? each.name))
  return lock.answers === undefined ? compareNames(manifest, due, against) : compareAnswers(manifest, due, lock.answers, against)
}

/** Does a lockfile further up speak for this manifest? */
async function isMember(read: Subject['read'], manifest: Manifest, { lock, folder }: Against, below: string): Promise<boolean> {
  if (manifest.own !== undefined) return lock.owns?.has(manifest.own) === true
  if (!manifest.path.endsWith('package.json')) return false
  const root = await openManifest(read, `${folder}package.json`)
  const { workspaces } = root?.json ?? {}
  const globs = [...toList(workspaces), ...toList(toFields(workspaces)['packages'])].filter((each): each is string => typeof each === 'string')
  return globs.length > 0 && isWithin(below, globs)
}

/** Versions of these are forced: the range of the manifest does not say what is installed. */
function namesReplaced({ json }: Manifest): ReadonlySet<string> {
  const names = new Set<string>()
  const add = (fields: Fields, depth: number): void => {
    for (const [key, value] of Object.entries(fields)) {
      names.add(key.replace(/^.*[>/](?=[^/]+\/?[^/]*$)(?!@)/, '').replace(/(?<=.)@.*$/, ''))
      names.add(key)
      if (depth < 10) add(toFields(value), depth + 1)
    }
  }
  for (const fields of [json['overrides'], json['resolutions'], toFields(json['pnpm'])['overrides']]) add(toFields(fields), 0)
  return names
}

function missing(path: string, name: string, lockPath: string): Finding {
  return { path, about: name, rule: 'dependencies/lock-missing', severity: 'error', message: `asks for ${name}, which ${lockPath} does not have; install, so that the lockfile is written anew` }
}

function compareAsked({ path, json }: Manifest, asked: ReadonlyMap<string, string>, { lockPath }: Against): Finding[] {
  const wanted = toRanges(json)
  const peers = toFields(json['peerDependencies'])
  // pnpm and bun do not say again what a package leaves to those who use it.
  const isPeerOnly = (name: string): boolean => name in peers && !['dependencies', 'devDependencies', 'optionalDependencies'].some((group) => name in toFields(json[group]))
  const findings: Finding[] = []
  for (const [name, range] of wanted) {
    const locked = asked.get(name)
    if (locked === undefined && !isPeerOnly(name)) findings.push(missing(path, name, lockPath))
    else if (locked !== undefined && locked !== range) findings.push({ path, about: name, rule: 'dependencies/lock-differs', severity: 'error', message: `asks for ${name} ${range}, and ${lockPath} was written for ${locked}; install, so that it is written anew` })
  }
  for (const name of asked.keys()) if (!wanted.has(name)) findings.push({ path: lockPath, about: name, rule: 'dependencies/lock-left-over', severity: 'warning', message: `still has ${name}, which ${path} does not ask for any more` })
  return findings
}

/** npm says where each package lies: is there one for every name, and of a version that was asked for? */
function findUnsatisfied(manifest: Manifest, asked: ReadonlyMap<string, string>, below: string, { lock, lockPath }: Against): Finding[] {
  const places = new Map(lock.packages.flatMap((each) => (each.at === undefined ? [] : [[each.at, each] as const])))
  // Only npm's kind of lockfile names places.
  if (lock.links === undefined) return []
  const replaced = namesReplaced(manifest)
  const optional = new Set(manifest.dependencies.filter((each) => each.isOptional === true).map((each) => each.alias ?? each.name))
  const peers = toFields(manifest.json['peerDependencies'])
  return [...asked].flatMap(([name, range]): Finding[] => {
    const folders = below === '' ? [''] : below.split('/').map((_, n, parts) => `${parts.slice(0, parts.length - n).join('/')}/`).concat('')
    const at = folders.map((folder) => `${folder}node_modules/${name}`).find((place) => places.has(place) || lock.links?.has(place))
    if (at === undefined) return optional.has(name) || name in peers ? [] : [missing(manifest.path, name, lockPath)]
    const installed = places.get(at)
    const target = /^npm:(?:@[^/@]+\/)?[^@]+@(.*)$/.exec(range)?.[1] ?? range
    if (installed === undefined || replaced.has(name) || isInRange(installed.version, target) !== false) return []
    return [{ path: lockPath, about: name, rule: 'dependencies/lock-unsatisfied', severity: 'error', message: `has ${name}@${installed.version}, which is not what ${manifest.path} asks for (${range})` }]
  })
}

function compareNames({ path }: Manifest, due: readonly Dependency[], { lock, lockPath }: Against): Finding[] {
  const locked = new Set([...lock.packages.map((each) => each.name), ...lock.owns ?? []])
  return due.filter((each) => !locked.has(each.name)).map((each) => missing(path, each.name, lockPath))
}

function compareAnswers(manifest: Manifest, due: readonly Dependency[], answers: ReadonlySet<string>, { lock, lockPath }: Against): Finding[] {
  const locked = new Set(lock.packages.map((each) => each.name))
  const peers = toFields(manifest.json['peerDependencies'])
  const ranges = toRanges(manifest.json)
  return due.flatMap((each): Finding[] => {
    const name = each.alias ?? each.name
    const range = ranges.get(name) ?? each.version
    if (name in peers || answers.has(`${name}@${range}`)) return []
    if (!locked.has(each.name)) return [missing(manifest.path, name, lockPath)]
    // Addresses are written in many ways.
    if (/[:/]/.test(range.replace(/^npm:/, ''))) return []
    return [{ path: manifest.path, about: name, rule: 'dependencies/lock-differs', severity: 'error', message: `asks for ${name} ${range}, and ${lockPath} was written for something else; install, so that it is written anew` }]
  })
}
