/** One dependency as a manifest or a lockfile names it. */
export interface Dependency {
  readonly ecosystem: 'npm' | 'pypi' | 'cargo' | 'go' | 'maven' | 'nuget' | 'composer' | 'rubygems'
  readonly name: string
  /** Exact in a lockfile; a range in a manifest; empty where none is given. */
  readonly version: string
  readonly licence?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly hasInstallScript?: boolean
}

type Json = Readonly<Record<string, unknown>>

function toJson(text: string): Json {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Json) : {}
  } catch {
    return {} // the stage of syntax says so
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

export const npmGroups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

/** Dependencies that a manifest asks for. Undefined for a file that is none. */
export function readManifest(path: string, text: string): readonly Dependency[] | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name === 'package.json') return npmGroups.flatMap((group) => entriesOf(toJson(text)[group]).map(([each, version]) => ({ ecosystem: 'npm' as const, name: each, version: typeof version === 'string' ? version : '' })))
  if (/^requirements.*\.(txt|in)$/.test(name)) return readRequirements(text)
  if (name === 'pyproject.toml') return readPyproject(text)
  if (name === 'Cargo.toml') return readTables(text, /^\[(?:target\..*\.)?(?:dev-|build-)?dependencies\]/, 'cargo')
  if (name === 'go.mod') return [...text.matchAll(/^\s*(?:require\s+)?([\w.-]+\.[\w./-]+)\s+(v[\w.+-]+)/gm)].map((match) => ({ ecosystem: 'go' as const, name: match[1] ?? '', version: match[2] ?? '' }))
  if (name === 'pom.xml') return [...text.matchAll(/<dependency>\s*<groupId>([^<]+)<\/groupId>\s*<artifactId>([^<]+)<\/artifactId>(?:\s*<version>([^<]*)<\/version>)?/g)].map((match) => ({ ecosystem: 'maven' as const, name: `${match[1] ?? ''}:${match[2] ?? ''}`, version: match[3] ?? '' }))
  if (name.endsWith('.csproj')) return [...text.matchAll(/<PackageReference\s+Include="([^"]+)"(?:\s+Version="([^"]*)")?/g)].map((match) => ({ ecosystem: 'nuget' as const, name: match[1] ?? '', version: match[2] ?? '' }))
  if (name === 'composer.json') return ['require', 'require-dev'].flatMap((group) => entriesOf(toJson(text)[group]).filter(([each]) => each.includes('/')).map(([each, version]) => ({ ecosystem: 'composer' as const, name: each, version: String(version) })))
  if (name === 'Gemfile') return [...text.matchAll(/^\s*gem\s+['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?/gm)].map((match) => ({ ecosystem: 'rubygems' as const, name: match[1] ?? '', version: match[2] ?? '' }))
  return undefined
}

function readRequirements(text: string): Dependency[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*([=<>!~].*?)?\s*(?:[;#].*)?$/.exec(line)
    return match?.[1] ? [{ ecosystem: 'pypi' as const, name: match[1].toLowerCase().replaceAll(/[-_.]+/g, '-'), version: (match[2] ?? '').trim() }] : []
  })
}

function readPyproject(text: string): Dependency[] {
  const lists = [...text.matchAll(/^\s*(?:dependencies|[\w-]+)\s*=\s*\[([^\]]*)\]/gm)].filter((match) => /^\s*(dependencies|dev|test|docs|lint)/.test(match[0]))
  const quoted = lists.flatMap((match) => [...(match[1] ?? '').matchAll(/["']([^"']+)["']/g)].map((each) => each[1] ?? ''))
  return [...readRequirements(quoted.join('\n')), ...readTables(text, /^\[tool\.poetry\.(?:group\.[\w-]+\.)?(?:dev-)?dependencies\]/, 'pypi').filter((each) => each.name !== 'python')]
}

/** `name = "1"` and `name = { version = "1" }` below a header. */
function readTables(text: string, header: RegExp, ecosystem: 'cargo' | 'pypi'): Dependency[] {
  const found: Dependency[] = []
  let inside = false
  for (const line of text.split('\n')) {
    if (/^\s*\[/.test(line)) inside = header.test(line.trim())
    const match = inside ? /^\s*"?([A-Za-z0-9][\w.-]*)"?\s*=\s*(?:"([^"]*)"|\{[^}]*?(?:version\s*=\s*"([^"]*)")?[^}]*\})/.exec(line) : null
    if (match?.[1]) found.push({ ecosystem, name: match[1], version: match[2] ?? match[3] ?? '' })
  }
  return found
}

/** The lockfiles that belong to a manifest, in its own folder. */
export function locksOf(manifest: string): readonly string[] {
  const folder = manifest.includes('/') ? manifest.slice(0, manifest.lastIndexOf('/') + 1) : ''
  const name = manifest.slice(folder.length)
  const locks: Readonly<Record<string, readonly string[]>> = {
    'package.json': ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock'], 'pyproject.toml': ['poetry.lock', 'uv.lock', 'pdm.lock'], 'Cargo.toml': ['Cargo.lock'], 'go.mod': ['go.sum'], 'composer.json': ['composer.lock'], Gemfile: ['Gemfile.lock'],
  }
  return (locks[name] ?? []).map((lock) => `${folder}${lock}`)
}

/** What a lockfile has. Undefined for a file that is none. */
export function readLock(path: string, text: string): readonly Dependency[] | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name === 'package-lock.json' || name === 'npm-shrinkwrap.json') return readNpmLock(text)
  if (name === 'pnpm-lock.yaml') return [...text.matchAll(/^ {2}'?\/?((?:@[\w.-]+\/)?[\w.-]+)@([\w.+-]+)[^:\n]*'?:/gm)].map((match) => ({ ecosystem: 'npm' as const, name: match[1] ?? '', version: match[2] ?? '' }))
  if (name === 'yarn.lock') return [...text.matchAll(/^"?((?:@[\w.-]+\/)?[\w.-]+)@[^\n]*:\n\s+version:?\s+"?([\w.+-]+)"?/gm)].map((match) => ({ ecosystem: 'npm' as const, name: match[1] ?? '', version: match[2] ?? '' }))
  if (/^(poetry|uv|pdm)\.lock$/.test(name)) return [...text.matchAll(/\[\[package\]\]\nname = "([^"]+)"\nversion = "([^"]+)"/g)].map((match) => ({ ecosystem: 'pypi' as const, name: match[1] ?? '', version: match[2] ?? '' }))
  if (name === 'Cargo.lock') return [...text.matchAll(/\[\[package\]\]\nname = "([^"]+)"\nversion = "([^"]+)"/g)].map((match) => ({ ecosystem: 'cargo' as const, name: match[1] ?? '', version: match[2] ?? '' }))
  if (name === 'go.sum') return [...text.matchAll(/^(\S+) (v[\w.+-]+?)(?:\/go\.mod)? h1:/gm)].map((match) => ({ ecosystem: 'go' as const, name: match[1] ?? '', version: match[2] ?? '' }))
  if (name === 'composer.lock') return ['packages', 'packages-dev'].flatMap((group) => entriesOf(toJson(text)[group]).map(([, each]) => each as Json)).map((each) => ({ ecosystem: 'composer' as const, name: String(each.name ?? ''), version: String(each.version ?? ''), ...(Array.isArray(each.license) ? { licence: each.license.join(' OR ') } : {}) }))
  if (name === 'Gemfile.lock') return [...text.matchAll(/^ {4}([\w.-]+) \(([\w.-]+)\)$/gm)].map((match) => ({ ecosystem: 'rubygems' as const, name: match[1] ?? '', version: match[2] ?? '' }))
  return undefined
}

function readNpmLock(text: string): Dependency[] {
  const json = toJson(text)
  return entriesOf(json.packages).flatMap(([path, value]): Dependency[] => {
    const entry = value as Json
    const at = path.lastIndexOf('node_modules/')
    if (at < 0 || entry.link === true) return []
    const str = (name: string): string | undefined => (typeof entry[name] === 'string' ? (entry[name] as string) : undefined)
    const [licence, integrity, resolved] = [str('license'), str('integrity'), str('resolved')]
    return [{ ecosystem: 'npm', name: str('name') ?? path.slice(at + 'node_modules/'.length), version: str('version') ?? '', ...(licence ? { licence } : {}), ...(integrity ? { integrity } : {}), ...(resolved ? { resolved } : {}), ...(entry.hasInstallScript === true ? { hasInstallScript: true } : {}) }]
  })
}

/** What the root of an npm lockfile says its package.json asks for; undefined where it does not say. */
export function readNpmRoot(text: string): Readonly<Record<string, Readonly<Record<string, string>>>> | undefined {
  const packages = toJson(text).packages as Json | undefined
  const root = packages?.[''] as Json | undefined
  if (!root) return undefined
  return Object.fromEntries(npmGroups.map((group) => [group, Object.fromEntries(entriesOf(root[group]).map(([name, version]) => [name, String(version)]))]))
}
