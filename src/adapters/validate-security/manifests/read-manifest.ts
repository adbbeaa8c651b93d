import { isFromAddress, toDependency, toFields, toList, toText, type Dependency, type Ecosystem, type Fields } from './dependency.ts'

type Reader = (text: string) => readonly Dependency[] | Promise<readonly Dependency[]>

/** By the name of the file. */
const readers: readonly (readonly [RegExp, Reader])[] = [
  [/^package\.json$/, readPackageJson],
  [/^(?:requirements|constraints)[\w.-]*\.(?:txt|in)$/, (text) => readRequirements(text.split('\n'))],
  [/^pyproject\.toml$/, readPyproject],
  [/^Pipfile$/, readPipfile],
  [/^Cargo\.toml$/, readCargo],
  [/^go\.mod$/, readGoMod],
  [/^pom\.xml$/, readPom],
  [/^build\.gradle(?:\.kts)?$/, readGradle],
  [/^libs\.versions\.toml$/, readCatalogue],
  [/\.(?:cs|fs|vb)proj$|^Directory\.Packages\.props$/, readProject],
  [/^composer\.json$/, readComposer],
  [/^Gemfile$/, readGemfile],
]

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export function isManifest(path: string): boolean {
  return readers.some(([pattern]) => pattern.test(nameOf(path)))
}

/** What a manifest asks for. @throws Error where its text is broken */
export async function readManifest(path: string, text: string): Promise<readonly Dependency[]> {
  return (await readers.find(([pattern]) => pattern.test(nameOf(path)))?.[1](text)) ?? []
}

export const npmGroups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

export function readPackageJson(text: string): Dependency[] {
  const json = toFields(JSON.parse(text.replace(/^\uFEFF/, '')))
  const optionalPeers = new Set(Object.entries(toFields(json['peerDependenciesMeta'])).flatMap(([name, meta]) => (toFields(meta)['optional'] === true ? [name] : [])))
  return npmGroups.flatMap((group) => Object.entries(toFields(json[group])).map(([name, value]) => {
    const range = typeof value === 'string' ? value : ''
    const aliased = /^npm:((?:@[^/@]+\/)?[^@]+)(?:@(.*))?$/.exec(range)
    return toDependency('npm', aliased?.[1] ?? name, aliased ? aliased[2] ?? '' : range, { alias: aliased ? name : undefined, isOptional: group === 'optionalDependencies' || (group === 'peerDependencies' && optionalPeers.has(name)) })
  }))
}

const requirement = /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:@\s*(\S+)|\(?\s*((?:[=<>!~]=?|===)[^;#)]*)\)?)?\s*(?:[;#].*)?$/

/** Lines of PEP 508, as requirements files and lists of dependencies have them; options and files are passed over. */
function readRequirements(lines: readonly string[]): Dependency[] {
  return lines.flatMap((line) => {
    // An address without a name in front, with the name behind it.
    const egg = /^\s*(?:-e\s+|--editable\s+)?((?:git\+|https?:)\S+?)#(?:[^\s]*&)?egg=([\w.-]+)/.exec(line)
    if (egg?.[1] && egg[2]) return [toDependency('pypi', egg[2], egg[1])]
    const match = requirement.exec(line.replace(/\s+--hash=\S+|\s*\\$/g, ''))
    return match?.[1] ? [toDependency('pypi', match[1], (match[2] ?? match[3] ?? '').trim())] : []
  })
}

async function readPyproject(text: string): Promise<Dependency[]> {
  const toml = await parseToml(text)
  const project = toFields(toml['project'])
  const lists = [project['dependencies'], ...Object.values(toFields(project['optional-dependencies'])), ...Object.values(toFields(toml['dependency-groups']))]
  const toLines = (list: unknown): string[] => toList(list).filter((each): each is string => typeof each === 'string')
  // What builds the project is in no lockfile.
  const build = readRequirements(toLines(toFields(toml['build-system'])['requires'])).map((each) => ({ ...each, isOptional: true }))
  const poetry = toFields(toFields(toml['tool'])['poetry'])
  const tables = [poetry['dependencies'], poetry['dev-dependencies'], ...Object.values(toFields(poetry['group'])).map((group) => toFields(group)['dependencies'])]
  return [...readRequirements(lists.flatMap(toLines)), ...build, ...tables.flatMap((table) => readTable('pypi', toFields(table)).filter((each) => each.name !== 'python'))]
}

async function readPipfile(text: string): Promise<Dependency[]> {
  const toml = await parseToml(text)
  return ['packages', 'dev-packages'].flatMap((group) => readTable('pypi', toFields(toml[group])))
}

async function readCargo(text: string): Promise<Dependency[]> {
  const toml = await parseToml(text)
  const holders = [toml, toFields(toml['workspace']), ...Object.values(toFields(toml['target'])).map(toFields)]
  return holders.flatMap((holder) => ['dependencies', 'dev-dependencies', 'build-dependencies'].flatMap((group) => readTable('cargo', toFields(holder[group]))))
}

/** `name = "1"`, `name = { version = "1" }`, `name = { git = "…" }`. */
function readTable(ecosystem: Ecosystem, table: Fields): Dependency[] {
  return Object.entries(table).map(([name, value]) => {
    const entry = toFields(value)
    const address = toText(entry['git']) ?? toText(entry['url'])
    const folder = toText(entry['path'])
    const target = ecosystem === 'cargo' ? toText(entry['package']) : undefined
    const version = typeof value === 'string' ? value : toText(entry['version']) ?? ''
    return toDependency(ecosystem, target ?? name, address ?? (folder === undefined ? version : `file:${folder}`), { alias: target === undefined ? undefined : name, isOptional: entry['optional'] === true })
  })
}

function readGoMod(text: string): Dependency[] {
  const body = text.replaceAll(/\/\/.*$/gm, '')
  const lines = [...body.matchAll(/^\s*require\s+([^\s()]+)\s+(v\S+)/gm), ...[...body.matchAll(/^require\s*\(([^)]*)\)/gm)].flatMap((block) => [...(block[1] ?? '').matchAll(/^\s*(\S+)\s+(v\S+)/gm)])]
  return lines.map((match) => toDependency('go', match[1] ?? '', match[2] ?? ''))
}

function readPom(text: string): Dependency[] {
  return [...text.replaceAll(/<!--[\s\S]*?-->/g, '').matchAll(/<(?:dependency|plugin)>([\s\S]*?)<\/(?:dependency|plugin)>/g)].flatMap((block) => {
    const field = (name: string): string | undefined => new RegExp(`<${name}>\\s*([^<\\s]+)\\s*</${name}>`).exec(block[1] ?? '')?.[1]
    const [group, artifact] = [field('groupId'), field('artifactId')]
    return group && artifact ? [toDependency('maven', `${group}:${artifact}`, field('version') ?? '')] : []
  })
}

function readGradle(text: string): Dependency[] {
  return [...text.matchAll(/\b(?:api|implementation|compileOnly|runtimeOnly|testImplementation|testRuntimeOnly|annotationProcessor|kapt|classpath)\s*\(?\s*(?:platform\()?["']([\w.-]+:[\w.-]+)(?::([^"'@]*))?/g)].map((match) => toDependency('maven', match[1] ?? '', match[2] ?? ''))
}

async function readCatalogue(text: string): Promise<Dependency[]> {
  return Object.values(toFields((await parseToml(text))['libraries'])).flatMap((value) => {
    const entry = toFields(value)
    const name = typeof value === 'string' ? value.split(':').slice(0, 2).join(':') : toText(entry['module']) ?? (entry['group'] && entry['name'] ? `${String(entry['group'])}:${String(entry['name'])}` : undefined)
    return name === undefined ? [] : [toDependency('maven', name, typeof value === 'string' ? value.split(':')[2] ?? '' : toText(entry['version']) ?? '')]
  })
}

function readProject(text: string): Dependency[] {
  return [...text.replaceAll(/<!--[\s\S]*?-->/g, '').matchAll(/<(?:PackageReference|PackageVersion)\s([^>]*)>/g)].flatMap((match) => {
    const name = /(?:Include|Update)="([^"]+)"/.exec(match[1] ?? '')?.[1]
    return name ? [toDependency('nuget', name, /Version="([^"]*)"/.exec(match[1] ?? '')?.[1] ?? '')] : []
  })
}

function readComposer(text: string): Dependency[] {
  const json = toFields(JSON.parse(text))
  return ['require', 'require-dev'].flatMap((group) => Object.entries(toFields(json[group])).filter(([name]) => name.includes('/')).map(([name, version]) => toDependency('composer', name.toLowerCase(), toText(version) ?? '')))
}

function readGemfile(text: string): Dependency[] {
  return [...text.matchAll(/^\s*gem\s*\(?\s*["']([\w.-]+)["']([^\n#]*)/gm)].map((match) => {
    const rest = match[2] ?? ''
    const address = /\b(?:git|github):\s*["']([^"']+)["']/.exec(rest)?.[1]
    return toDependency('rubygems', match[1] ?? '', address === undefined ? /^\s*,\s*["']([^"']+)["']/.exec(rest)?.[1] ?? '' : isFromAddress(address) ? address : `git:${address}`)
  })
}

/** @throws Error where the text is no TOML */
export async function parseToml(text: string): Promise<Fields> {
  const { parse } = await import('smol-toml')
  return toFields(parse(text))
}
