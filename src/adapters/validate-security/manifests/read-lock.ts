import { toDependency, toFields, toList, toText, type Dependency, type Ecosystem, type Fields, type Lock } from './dependency.ts'
import { readNpmLock, toRanges } from './read-npm-lock.ts'
import { parseToml } from './read-manifest.ts'
import { readPnpmLock, readYarnLock } from './read-yarn-lock.ts'

type Reader = (text: string) => Lock | Promise<Lock>

/** By the name of the file: how it is read, and whose manifests it answers. */
const locks: Readonly<Record<string, { readonly read: Reader; readonly manifest: string }>> = {
  'package-lock.json': { read: readNpmLock, manifest: 'package.json' },
  'npm-shrinkwrap.json': { read: readNpmLock, manifest: 'package.json' },
  'pnpm-lock.yaml': { read: readPnpmLock, manifest: 'package.json' },
  'yarn.lock': { read: readYarnLock, manifest: 'package.json' },
  'bun.lock': { read: readBunLock, manifest: 'package.json' },
  'poetry.lock': { read: (text) => readTomlLock('pypi', text), manifest: 'pyproject.toml' },
  'uv.lock': { read: (text) => readTomlLock('pypi', text), manifest: 'pyproject.toml' },
  'pdm.lock': { read: (text) => readTomlLock('pypi', text), manifest: 'pyproject.toml' },
  'Pipfile.lock': { read: readPipfileLock, manifest: 'Pipfile' },
  'Cargo.lock': { read: (text) => readTomlLock('cargo', text), manifest: 'Cargo.toml' },
  'go.sum': { read: readGoSum, manifest: 'go.mod' },
  'composer.lock': { read: readComposerLock, manifest: 'composer.json' },
  'Gemfile.lock': { read: readGemfileLock, manifest: 'Gemfile' },
  'packages.lock.json': { read: readNugetLock, manifest: '' },
  'gradle.lockfile': { read: readGradleLock, manifest: '' },
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

export function isLock(path: string): boolean {
  return Object.hasOwn(locks, nameOf(path))
}

/** What a lockfile has. @throws Error where its text is broken */
export async function readLock(path: string, text: string): Promise<Lock> {
  return (await locks[nameOf(path)]?.read(text)) ?? { packages: [] }
}

/** The lockfiles that may answer a manifest, in its own folder first and then in those above: workspaces have one for all. */
export function findLocksOf(manifest: string): readonly string[] {
  const names = Object.entries(locks).filter(([, each]) => each.manifest === nameOf(manifest)).map(([name]) => name)
  const folders: string[] = []
  for (let folder = folderOf(manifest); ; folder = folderOf(folder.slice(0, -1))) {
    folders.push(folder)
    if (folder === '') break
  }
  return folders.flatMap((folder) => names.map((name) => `${folder}${name}`))
}

/** The manifest beside a lockfile; undefined where it has none of a fixed name. */
export function findManifestOf(lock: string): string | undefined {
  const manifest = locks[nameOf(lock)]?.manifest
  return manifest ? `${folderOf(lock)}${manifest}` : undefined
}

/** Cargo, poetry, uv, pdm: a list of packages, each with where it is from. */
async function readTomlLock(ecosystem: Ecosystem, text: string): Promise<Lock> {
  const entries = toList((await parseToml(text))['package']).map(toFields)
  return {
    owns: new Set(entries.filter((entry) => isOwn(ecosystem, entry)).map((entry) => String(entry['name']))),
    packages: entries.filter((entry) => !isOwn(ecosystem, entry)).flatMap((entry): Dependency[] => {
      const name = toText(entry['name'])
      return name === undefined ? [] : [toDependency(ecosystem, name, toText(entry['version']) ?? '', { resolved: toSource(entry['source']), integrity: toChecksum(entry) })]
    }),
  }
}

/** Cargo and uv list the project itself too. */
function isOwn(ecosystem: Ecosystem, entry: Fields): boolean {
  const source = toFields(entry['source'])
  return ['virtual', 'editable', 'directory', 'workspace'].some((kind) => source[kind] !== undefined) || (ecosystem === 'cargo' && entry['source'] === undefined)
}

function toSource(source: unknown): string | undefined {
  if (typeof source === 'string') return source.replace(/^(?:registry|sparse)\+/, '')
  const entry = toFields(source)
  const git = toText(entry['git']) ?? (entry['type'] === 'git' ? toText(entry['url']) : undefined)
  return git === undefined ? toText(entry['registry']) ?? toText(entry['url']) : `git+${git}`
}

function toChecksum(entry: Fields): string | undefined {
  if (typeof entry['checksum'] === 'string') return entry['checksum']
  const files = [...toList(entry['files']), ...toList(entry['wheels']), entry['sdist']].flatMap((file) => toText(toFields(file)['hash']) ?? [])
  return files.length === 0 ? undefined : files.toSorted().join(' ')
}

function readPipfileLock(text: string): Lock {
  const json = toFields(JSON.parse(text))
  return { packages: ['default', 'develop'].flatMap((group) => Object.entries(toFields(json[group])).map(([name, value]) => toDependency('pypi', name, (toText(toFields(value)['version']) ?? '').replace(/^==/, ''), { resolved: toText(toFields(value)['git']) }))) }
}

/** Text of bun: JSON with commas at the ends. */
function readBunLock(text: string): Lock {
  const json = toFields(JSON.parse(text.replaceAll(/,(\s*[}\]])/g, '$1')))
  const packages = Object.values(toFields(json['packages'])).flatMap((value): Dependency[] => {
    const [spec, from, , integrity] = toList(value)
    const match = /^((?:@[^/]+\/)?[^@]+)@(.+)$/.exec(typeof spec === 'string' ? spec : '')
    return match?.[1] && !/^(?:workspace|link|file):/.test(match[2] ?? '') ? [toDependency('npm', match[1], match[2] ?? '', { resolved: toText(from), integrity: toText(integrity) })] : []
  })
  const asked = new Map(Object.entries(toFields(json['workspaces'])).map(([folder, value]) => [folder, toRanges(toFields(value))]))
  return { packages, asked }
}

function readGoSum(text: string): Lock {
  const packages = [...text.matchAll(/^(\S+) (v\S+?)(\/go\.mod)? (h1:\S+)/gm)].map((match) => ({ name: match[1] ?? '', version: match[2] ?? '', isMod: match[3] !== undefined, integrity: match[4] ?? '' }))
  const wholes = new Set(packages.filter((each) => !each.isMod).map((each) => `${each.name}@${each.version}`))
  return {
    packages: packages.filter((each) => !each.isMod).map((each) => toDependency('go', each.name, each.version, { integrity: each.integrity })),
    answers: new Set([...wholes, ...packages.map((each) => `${each.name}@${each.version}`)]),
  }
}

function readComposerLock(text: string): Lock {
  const json = toFields(JSON.parse(text))
  return {
    packages: ['packages', 'packages-dev'].flatMap((group) => toList(json[group]).map(toFields)).map((entry) => {
      const licences = toList(entry['license']).filter((each): each is string => typeof each === 'string')
      const dist = toFields(entry['dist'])
      return toDependency('composer', (toText(entry['name']) ?? '').toLowerCase(), toText(entry['version']) ?? '', { licence: licences.length === 0 ? undefined : licences.length === 1 ? licences[0] : `(${licences.join(' OR ')})`, resolved: toText(dist['url']), integrity: toText(dist['shasum']) })
    }),
  }
}

function readGemfileLock(text: string): Lock {
  const packages: Dependency[] = []
  let [section, remote] = ['', undefined as string | undefined]
  for (const line of text.split('\n')) {
    if (/^[A-Z][A-Z ]*$/.test(line.trimEnd())) [section, remote] = [line.trim(), undefined]
    remote = /^ {2}remote: (\S+)/.exec(line)?.[1] ?? remote
    const match = /^ {4}([\w.-]+) \(([^)]+)\)$/.exec(line.trimEnd())
    if (match?.[1] && section !== 'PATH') packages.push(toDependency('rubygems', match[1], match[2] ?? '', { resolved: section === 'GIT' && remote ? `git+${remote}` : remote }))
  }
  return { packages }
}

function readNugetLock(text: string): Lock {
  const frameworks = Object.values(toFields(toFields(JSON.parse(text))['dependencies'])).map(toFields)
  return { packages: frameworks.flatMap((each) => Object.entries(each).filter(([, value]) => toFields(value)['type'] !== 'Project').map(([name, value]) => toDependency('nuget', name, toText(toFields(value)['resolved']) ?? '', { integrity: toText(toFields(value)['contentHash']) }))) }
}

function readGradleLock(text: string): Lock {
  return { packages: [...text.matchAll(/^([\w.-]+:[\w.-]+):([^=\s]+)=/gm)].map((match) => toDependency('maven', match[1] ?? '', match[2] ?? '')) }
}
