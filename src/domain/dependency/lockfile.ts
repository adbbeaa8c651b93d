import { z } from 'zod'

const Names = z.lazy(() => z.record(z.string(), z.string()))
const Entry = z.lazy(() => z.looseObject({ version: z.string().optional(), resolved: z.string().optional(), link: z.boolean().optional(), dependencies: Names.optional(), optionalDependencies: Names.optional(), peerDependencies: Names.optional() }))
const Lock = z.lazy(() => z.looseObject({ lockfileVersion: z.int(), packages: z.record(z.string(), Entry) }))
/** A `package-lock.json` of version 2 or 3: packages by the folder that they are installed in. */
export type Lock = z.infer<typeof Lock>

/** What a package became between two lockfiles; a version is left out where it was not there. */
export interface VersionChange {
  readonly name: string
  readonly from?: string
  readonly to?: string
}

/** The lockfile, or why nothing can be said of it. */
export function readLock(text: string): Lock | { readonly unknown: string } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { unknown: 'package-lock.json is not JSON' }
  }
  const parsed = Lock.safeParse(json)
  if (!parsed.success) return { unknown: 'package-lock.json has no packages: it is of version 1, which is not known here (npm 7 and newer write it anew)' }
  return parsed.data.lockfileVersion === 2 || parsed.data.lockfileVersion === 3 ? parsed.data : { unknown: `package-lock.json is of version ${parsed.data.lockfileVersion}; 2 and 3 are known` }
}

const placeOf = (name: string): string => `node_modules/${name}`

/** Packages at the top of `node_modules` whose version or source differs, by name. Links into the repository are none. */
export function compareLocks(before: Lock, after: Lock): VersionChange[] {
  const places = new Set([...Object.keys(before.packages), ...Object.keys(after.packages)])
  return [...places].filter((place) => place.startsWith('node_modules/') && !place.includes('/node_modules/')).toSorted().flatMap((place) => {
    const [old, now] = [before.packages[place], after.packages[place]]
    if ((old?.link ?? false) || (now?.link ?? false) || (old?.version === now?.version && old?.resolved === now?.resolved && old?.['integrity'] === now?.['integrity'])) return []
    return [{ name: place.slice('node_modules/'.length), ...(old?.version ? { from: old.version } : {}), ...(now?.version ? { to: now.version } : {}) }]
  })
}

/** The newer lockfile with one package, and what is installed below it, as in the older one. */
export function takeBack(now: Lock, old: Lock, name: string): Lock {
  const place = placeOf(name)
  const isOf = (at: string): boolean => at === place || at.startsWith(`${place}/node_modules/`)
  const kept = Object.entries(now.packages).filter(([at]) => !isOf(at))
  const taken = Object.entries(old.packages).filter(([at]) => isOf(at))
  const [root, oldRoot] = [now.packages[''], old.packages['']]
  const packages = Object.fromEntries([...kept, ...taken].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  if (root && oldRoot) packages[''] = Entry.parse(takeRange(root, oldRoot, name))
  // Version 2 repeats itself in `dependencies` for npm 6; it is made anew by npm and not read here.
  const { dependencies: _old, ...rest } = now
  return { ...rest, lockfileVersion: 3, packages }
}

const groups = ['dependencies', 'devDependencies', 'optionalDependencies'] as const

/** A manifest (or a lockfile's root) with the older one's range for a package, in whichever group it stands. */
export function takeRange(now: Readonly<Record<string, unknown>>, old: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const result: Record<string, unknown> = { ...now }
  for (const group of groups) {
    const [mine, theirs] = [Names.safeParse(now[group]).data, Names.safeParse(old[group]).data]
    const range = theirs?.[name]
    if (mine?.[name] !== undefined && range !== undefined) result[group] = { ...mine, [name]: range }
  }
  return result
}

/** A manifest with all of the older one's ranges. */
export function takeRanges(now: Readonly<Record<string, unknown>>, old: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...now }
  for (const group of groups) {
    if (old[group] === undefined) delete result[group]
    else result[group] = old[group]
  }
  return result
}

/** Who else in the lockfile needs a package: names, the repository itself left out. */
export function findDependents(lock: Lock, name: string): string[] {
  return Object.entries(lock.packages).flatMap(([place, entry]) => {
    const needs = [entry.dependencies, entry.optionalDependencies, entry.peerDependencies].some((group) => group?.[name] !== undefined)
    return needs && place.includes('node_modules/') ? [place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)] : []
  }).toSorted()
}
