import { toDependency, toFields, toText, type Dependency, type Fields, type Lock } from './dependency.ts'

/** yarn.lock of both kinds: the first is a format of its own, the second YAML. @throws Error where it is neither */
export async function readYarnLock(text: string): Promise<Lock> {
  return /^__metadata:/m.test(text) ? readBerry(toFields(await parseYaml(text))) : readClassic(text)
}

function readClassic(text: string): Lock {
  const packages: Dependency[] = []
  const answers = new Set<string>()
  for (const block of text.split(/\n(?=\S)/)) {
    const [head = '', ...body] = block.split('\n')
    if (head.startsWith('#') || !head.trimEnd().endsWith(':')) continue
    const specs = head.trimEnd().slice(0, -1).split(',').map((spec) => spec.trim().replaceAll('"', ''))
    const field = (name: string): string | undefined => new RegExp(`^  ${name} "?([^"\\n]+)"?$`, 'm').exec(body.join('\n'))?.[1]
    specs.forEach((spec) => answers.add(spec))
    const name = nameOfSpec(specs[0] ?? '')
    if (name !== undefined) packages.push(toDependency('npm', name, field('version') ?? '', { resolved: field('resolved'), integrity: field('integrity') }))
  }
  return { packages, answers }
}

/** `name@range`, and `alias@npm:name@range`: the name of the package itself. */
function nameOfSpec(spec: string): string | undefined {
  return /@npm:((?:@[^/@]+\/)?[^@]+)@/.exec(spec)?.[1] ?? /^((?:@[^/@]+\/)?[^@]+)@/.exec(spec)?.[1]
}

function readBerry(yaml: Fields): Lock {
  const packages: Dependency[] = []
  const answers = new Set<string>()
  for (const [head, value] of Object.entries(yaml)) {
    if (head === '__metadata') continue
    const entry = toFields(value)
    for (const spec of head.split(/,\s*/)) answers.add(spec.replace('@npm:', '@'))
    const match = /^((?:@[^/@]+\/)?[^@]+)@(npm:)?(.*)$/.exec(toText(entry['resolution']) ?? '')
    if (match?.[1] && !/^(?:workspace|link|portal):/.test(match[3] ?? '')) packages.push(toDependency('npm', match[1], match[2] ? toText(entry['version']) ?? '' : match[3] ?? '', { integrity: toText(entry['checksum']), resolved: match[2] ? undefined : match[3] }))
  }
  return { packages, answers }
}

/** @throws Error where it is no YAML */
export async function readPnpmLock(text: string): Promise<Lock> {
  const yaml = toFields(await parseYaml(text))
  const packages = Object.entries(toFields(yaml['packages'])).flatMap(([key, value]): Dependency[] => {
    const entry = toFields(value)
    const resolution = toFields(entry['resolution'])
    const match = /^\/?((?:@[^/@]+\/)?[^@/]+)[@/]([^(_]+)/.exec(key)
    const resolved = toText(resolution['tarball']) ?? (resolution['repo'] === undefined ? undefined : `git+${String(resolution['repo'])}`)
    return match?.[1] ? [toDependency('npm', match[1], match[2] ?? '', { integrity: toText(resolution['integrity']), resolved, hasInstallScript: entry['requiresBuild'] === true })] : []
  })
  const importers = yaml['importers'] === undefined ? { '.': yaml } : toFields(yaml['importers'])
  const asked = new Map(Object.entries(importers).map(([folder, value]) => [folder === '.' ? '' : folder, readSpecifiers(toFields(value))]))
  return { packages, asked }
}

function readSpecifiers(importer: Fields): ReadonlyMap<string, string> {
  const listed = Object.entries(toFields(importer['specifiers'])).flatMap(([name, range]) => (typeof range === 'string' ? [[name, range] as const] : []))
  const beside = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((group) => Object.entries(toFields(importer[group])).flatMap(([name, value]) => {
    const range = toText(toFields(value)['specifier'])
    return range === undefined ? [] : [[name, range] as const]
  }))
  return new Map([...listed, ...beside])
}

async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml')
  return parse(text, { logLevel: 'silent', maxAliasCount: 100 })
}
