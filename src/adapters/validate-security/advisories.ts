import { readdir, readFile, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { compareLoosely } from '../../domain/validation/semver.ts'
import { toMessage } from '../../protocol/fault.ts'
import type { Subject } from '../../engine/ports/validation.ts'
import { findEcosystem, type AdvisorySource } from './advisory-source.ts'
import { toPythonName, type Ecosystem } from './manifests/dependency.ts'
import { createOsvService, isServiceAddress } from './osv-service.ts'

const Osv = z.looseObject({
  id: z.string(),
  summary: z.string().optional(),
  withdrawn: z.string().optional(),
  affected: z.array(z.looseObject({
    package: z.looseObject({ ecosystem: z.string(), name: z.string() }),
    versions: z.array(z.string()).optional(),
    ranges: z.array(z.looseObject({ type: z.string(), events: z.array(z.looseObject({ introduced: z.string().optional(), fixed: z.string().optional(), last_affected: z.string().optional() })) })).optional(),
  })).default([]),
})
type Osv = z.infer<typeof Osv>
type Affected = Osv['affected'][number]

/** @param texts files in the form of OSV: one advisory each, or a list. @throws Error naming the file that is none */
export function createOsvSource(texts: ReadonlyMap<string, string>): AdvisorySource {
  const byPackage = new Map<string, { readonly osv: Osv; readonly affected: Affected }[]>()
  for (const [path, text] of texts) {
    for (const osv of readOsv(path, text)) {
      if (osv.withdrawn !== undefined) continue
      for (const affected of osv.affected) {
        const ecosystem = findEcosystem(affected.package.ecosystem)
        if (ecosystem === undefined) continue
        const key = toKey(ecosystem, affected.package.name)
        byPackage.set(key, [...byPackage.get(key) ?? [], { osv, affected }])
      }
    }
  }
  return {
    find: async (packages) => packages.map(({ ecosystem, name, version }) => (byPackage.get(toKey(ecosystem, name)) ?? []).filter(({ affected }) => isAffected(affected, version)).map(({ osv, affected }) => ({
      id: osv.id, summary: osv.summary ?? '', fixed: (affected.ranges ?? []).filter((range) => range.type !== 'GIT').flatMap((range) => range.events.flatMap((event) => event.fixed ?? [])),
    }))),
  }
}

function readOsv(path: string, text: string): readonly Osv[] {
  try {
    const json: unknown = JSON.parse(text)
    return z.array(Osv).parse(Array.isArray(json) ? json : [json])
  } catch (error) {
    throw new Error(`${path} is no advisory in the form of OSV: ${toMessage(error).slice(0, 160)}`, { cause: error })
  }
}

function toKey(ecosystem: Ecosystem, name: string): string {
  return `${ecosystem} ${ecosystem === 'pypi' ? toPythonName(name) : name.toLowerCase()}`
}

function isAffected({ versions = [], ranges = [] }: Affected, version: string): boolean {
  const plain = version.replace(/^v(?=\d)/, '')
  return versions.some((each) => each === version || each === plain) || ranges.some((range) => range.type !== 'GIT' && isWithinEvents(range.events, plain))
}

/** From each `introduced` up to the `fixed` or `last_affected` behind it. */
function isWithinEvents(events: NonNullable<Affected['ranges']>[number]['events'], version: string): boolean {
  const from = (text: string | undefined): boolean => text !== undefined && (text === '0' || compareLoosely(version, text) >= 0)
  const lastIntroduced = events.filter((event) => from(event.introduced)).length
  if (lastIntroduced === 0) return false
  const ended = events.filter((event) => from(event.fixed) || (event.last_affected !== undefined && compareLoosely(version, event.last_affected) > 0)).length
  return lastIntroduced > ended
}

/** Files of a folder that are read, and how large they may be together, in bytes. */
const mostFiles = 50_000
const mostBytes = 256 * 2 ** 20

/** Where a source that is named by a path in the repository is looked for. */
export interface AdvisoryFiles {
  files(): Promise<readonly string[]>
  read(path: string): Promise<Uint8Array | undefined>
}

/** What the settings name, as validation reads it: in the repository the base's files count, since a change does not say what is known against it. */
export async function openAdvisories(subject: Subject): Promise<AdvisorySource | { readonly why: string } | undefined> {
  return openAdvisoriesAt(subject.settings.dependencies.advisories, { files: () => subject.files(), read: async (path) => await subject.readBase(path) ?? subject.read(path) }, subject.signal)
}

/**
 * @param place a service, or a file or folder, on this machine or in the repository
 * @returns undefined where there is none; a sentence where it cannot be used
 */
export async function openAdvisoriesAt(place: string | undefined, repository: AdvisoryFiles, signal: AbortSignal): Promise<AdvisorySource | { readonly why: string } | undefined> {
  if (place === undefined) return undefined
  try {
    if (isServiceAddress(place)) return createOsvService(place, signal)
    const texts = isAbsolute(place) ? await readHere(place) : await readInRepository(repository, place)
    return texts.size === 0 ? { why: `${place} is not there, or has no .json file in it` } : createOsvSource(texts)
  } catch (error) {
    return { why: toMessage(error) }
  }
}

async function readHere(path: string): Promise<ReadonlyMap<string, string>> {
  if (!(await stat(path)).isDirectory()) return new Map([[path, await readFile(path, 'utf8')]])
  const texts = new Map<string, string>()
  let bytes = 0
  for (const name of (await readdir(path, { recursive: true })).filter((each) => each.endsWith('.json')).toSorted()) {
    const text = await readFile(join(path, name), 'utf8')
    bytes += text.length
    if (texts.size >= mostFiles || bytes > mostBytes) throw new Error(`${path} has more advisories than can be read at once (${mostFiles} files, ${mostBytes / 2 ** 20} MB)`)
    texts.set(join(path, name), text)
  }
  return texts
}

async function readInRepository(repository: AdvisoryFiles, path: string): Promise<ReadonlyMap<string, string>> {
  const plain = path.replace(/^\.\//, '').replace(/\/$/, '')
  const single = await repository.read(plain)
  if (single !== undefined) return new Map([[plain, new TextDecoder().decode(single)]])
  const texts = new Map<string, string>()
  for (const file of (await repository.files()).filter((each) => each.startsWith(`${plain}/`) && each.endsWith('.json')).slice(0, mostFiles)) {
    const bytes = await repository.read(file)
    if (bytes !== undefined) texts.set(file, new TextDecoder().decode(bytes))
  }
  return texts
}
