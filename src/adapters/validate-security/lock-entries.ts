import { freshOf, type ChangedManifest } from './changed-dependencies.ts'
import type { PackageFinding as Finding } from './dependency-lines.ts'
import { isFromAddress, type Dependency } from './manifests/dependency.ts'

/** New lockfiles: so many packages of one host make it the usual one. */
const enough = 10

/** What is wrong with what a lockfile says of single packages: where they come from, and by what they are known. */
export function findLockFaults(lock: ChangedManifest): readonly Finding[] {
  const fresh = new Set(freshOf(lock))
  return [...lookAtChecksums(lock), ...lookAtOrigins(lock, fresh)]
}

const toId = ({ name, version }: Dependency): string => `${name}@${version}`

function lookAtChecksums({ path, now, before }: ChangedManifest): Finding[] {
  const known = new Map(before.filter((each) => each.integrity !== undefined).map((each) => [toId(each), each]))
  const usual = before.length > 0 ? before : now
  const isUsual = usual.filter((each) => each.integrity !== undefined).length > usual.filter((each) => isFetched(each)).length / 2
  const old = new Set(before.map(toId))
  const seen = new Set<string>()
  return now.flatMap((each): Finding[] => {
    const id = toId(each)
    if (seen.has(id)) return []
    seen.add(id)
    const was = known.get(id)
    if (was !== undefined && each.integrity !== undefined) {
      return isSameChecksum(was.integrity ?? '', each.integrity) ? [] : [{ path, about: each.name, rule: 'dependencies/integrity-changed', severity: 'error', message: `has another checksum for ${id} than before: the same version is not the same any more`, evidence: `${shorten(was.integrity)} → ${shorten(each.integrity)}`, quarantine: true }]
    }
    if (was !== undefined) return [{ path, about: each.name, rule: 'dependencies/integrity-missing', severity: 'error', message: `lost the checksum of ${id}: nothing says any more that what is installed is what was meant` }]
    if (each.integrity !== undefined || old.has(id) || !isUsual || !isFetched(each) || isFromAddress(each.resolved ?? '') && !/^https?:/.test(each.resolved ?? '')) return []
    return [{ path, about: each.name, rule: 'dependencies/integrity-missing', severity: 'error', message: `has no checksum for ${id}, and the others have one: write the lockfile anew with the package manager` }]
  })
}

/** Do they share a checksum, or are they of different algorithms? A lockfile may come to know more of a package. */
function isSameChecksum(was: string, is: string): boolean {
  const [before, after] = [was.split(/\s+/), is.split(/\s+/)]
  if (before.some((each) => after.includes(each))) return true
  const algorithm = (text: string): string => /^([a-z0-9]+)[-:]/i.exec(text)?.[1] ?? String(text.length)
  return !before.some((each) => after.some((other) => algorithm(each) === algorithm(other)))
}

function shorten(text: string | undefined): string {
  return (text ?? '').slice(0, 20)
}

/** Does it come over the network from a registry? */
function isFetched({ resolved }: Dependency): boolean {
  return resolved === undefined || !/^(?:file:|git|\.|\/)/.test(resolved)
}

function lookAtOrigins({ path, now, before, isNew }: ChangedManifest, fresh: ReadonlySet<Dependency>): Finding[] {
  const usual = countHosts(isNew ? now : before)
  const most = Math.max(0, ...usual.values())
  return now.flatMap((each): Finding[] => {
    const { resolved } = each
    if (resolved === undefined || !fresh.has(each)) return movedOf(path, each, before)
    const host = hostOf(resolved)
    if (/^(?:git\+)?http:/.test(resolved) && !/^(?:git\+)?http:\/\/(?:localhost|127\.)/.test(resolved)) return [{ path, about: each.name, rule: 'dependencies/plain-http', severity: 'error', message: `takes ${toId(each)} over plain HTTP, where anybody in between can change it`, evidence: withoutUser(resolved) }]
    if (/^git[+:@]|\.git(?:#|$)/.test(resolved)) return [{ path, about: each.name, rule: 'dependencies/from-git', severity: 'warning', message: `takes ${toId(each)} from a git repository instead of a registry: make sure that it is meant`, evidence: withoutUser(resolved) }]
    if (host === undefined || most === 0) return []
    if (!isNew && !usual.has(host)) return [{ path, about: each.name, rule: 'dependencies/other-host', severity: 'error', message: `takes ${toId(each)} from ${host}, and nothing else came from there`, evidence: withoutUser(resolved) }]
    if (isNew && most >= enough && (usual.get(host) ?? 0) * 20 < most) return [{ path, about: each.name, rule: 'dependencies/other-host', severity: 'warning', message: `takes ${toId(each)} from ${host}, and nearly all others come from elsewhere`, evidence: withoutUser(resolved) }]
    return []
  })
}

/** The same version from another host than before. */
function movedOf(path: string, each: Dependency, before: readonly Dependency[]): Finding[] {
  const host = hostOf(each.resolved)
  if (host === undefined) return []
  const was = before.filter((one) => one.name === each.name && one.version === each.version)
  const hosts = new Set(before.flatMap((one) => hostOf(one.resolved) ?? []))
  if (hosts.has(host) || was.length === 0 || !was.some((one) => hostOf(one.resolved) !== undefined)) return []
  return [{ path, about: each.name, rule: 'dependencies/other-host', severity: 'error', message: `takes ${toId(each)} from ${host} now, and from ${hostOf(was[0]?.resolved) ?? 'elsewhere'} before`, evidence: withoutUser(each.resolved ?? '') }]
}

function countHosts(packages: readonly Dependency[]): ReadonlyMap<string, number> {
  const hosts = new Map<string, number>()
  for (const { resolved } of packages) {
    const host = hostOf(resolved)
    if (host !== undefined) hosts.set(host, (hosts.get(host) ?? 0) + 1)
  }
  return hosts
}

function hostOf(address: string | undefined): string | undefined {
  return /^(?:git\+)?[a-z]+:\/\/(?:[^@/]*@)?([^/:]+)/i.exec(address ?? '')?.[1]?.toLowerCase()
}

function withoutUser(address: string): string {
  return address.replace(/\/\/[^@/]*@/, '//').slice(0, 200)
}
