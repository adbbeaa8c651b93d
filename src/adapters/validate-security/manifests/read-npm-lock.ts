import { toDependency, toFields, toText, type Dependency, type Fields, type Lock } from './dependency.ts'

/** package-lock.json in its versions 1 to 3. @throws Error where it is no JSON */
export function readNpmLock(text: string): Lock {
  const json = toFields(JSON.parse(text.replace(/^\uFEFF/, '')))
  if (json['packages'] === undefined) return { packages: [...readNested(toFields(json['dependencies']))] }
  const packages: Dependency[] = []
  const asked = new Map<string, ReadonlyMap<string, string>>()
  const links = new Set<string>()
  for (const [path, value] of Object.entries(toFields(json['packages']))) {
    const entry = toFields(value)
    const at = path.lastIndexOf('node_modules/')
    // What lies outside of node_modules is the repository's own: the root and its workspaces.
    if (at < 0) asked.set(path, toRanges(entry))
    else if (entry['link'] === true) links.add(path)
    else packages.push(readPackage(path, path.slice(at + 'node_modules/'.length), entry))
  }
  return { packages, asked, links }
}

function readPackage(path: string, name: string, entry: Fields): Dependency {
  return toDependency('npm', toText(entry['name']) ?? name, toText(entry['version']) ?? '', {
    at: path, licence: toLicence(entry), integrity: toText(entry['integrity']) ?? (entry['inBundle'] === true ? 'in the bundle' : undefined), resolved: toText(entry['resolved']),
    hasInstallScript: entry['hasInstallScript'] === true, isOptional: entry['optional'] === true,
  })
}

/** A licence as package.json and lockfiles of npm's kind give it, old forms too. */
export function toLicence(entry: Fields): string | undefined {
  const one = (value: unknown): string | undefined => toText(value) ?? toText(toFields(value)['type'])
  const single = one(entry['license'])
  if (single !== undefined) return single
  const listed = (Array.isArray(entry['licenses']) ? entry['licenses'] : []).flatMap((each: unknown) => one(each) ?? [])
  return listed.length > 1 ? `(${listed.join(' OR ')})` : listed[0]
}

/** The ranges of all groups of a manifest's entry; a later group wins as it does with npm. */
export function toRanges(entry: Fields): ReadonlyMap<string, string> {
  return new Map(['peerDependencies', 'devDependencies', 'dependencies', 'optionalDependencies'].flatMap((group) => Object.entries(toFields(entry[group])).flatMap(([name, range]) => (typeof range === 'string' ? [[name, range] as const] : []))))
}

function* readNested(dependencies: Fields, depth = 0): Generator<Dependency> {
  for (const [name, value] of Object.entries(dependencies)) {
    const entry = toFields(value)
    const version = toText(entry['version']) ?? ''
    const isAddress = /^(?:git|https?|file)[+:]/.test(version)
    yield toDependency('npm', name, version, { integrity: toText(entry['integrity']) ?? (entry['bundled'] === true ? 'in the bundle' : undefined), resolved: toText(entry['resolved']) ?? (isAddress ? version : undefined) })
    // No lockfile nests deeper; one that does was not written by npm.
    if (depth < 40) yield* readNested(toFields(entry['dependencies']), depth + 1)
  }
}
