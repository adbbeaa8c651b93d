import { toMessage } from '../../protocol/fault.ts'
import type { Subject } from '../../engine/ports/validation.ts'
import type { Dependency, Lock } from './manifests/dependency.ts'
import { isLock, readLock } from './manifests/read-lock.ts'
import { isManifest, readManifest } from './manifests/read-manifest.ts'

export interface ChangedManifest {
  readonly path: string
  readonly kind: 'manifest' | 'lock'
  readonly now: readonly Dependency[]
  readonly before: readonly Dependency[]
  /** Was it there before the change? */
  readonly isNew: boolean
}

export interface ChangedManifests {
  readonly changed: readonly ChangedManifest[]
  /** What could not be read, and so was not checked. */
  readonly notes: readonly string[]
}

const decoder = new TextDecoder()
/** Larger files are no manifests that anybody reads, in bytes. */
const largest = 32 * 2 ** 20

/** Manifests and lockfiles of the change, read on both sides. */
export async function readChangedManifests(subject: Subject): Promise<ChangedManifests> {
  const changed: ChangedManifest[] = []
  const notes: string[] = []
  for (const { path, kind, from } of subject.changes) {
    if (kind === 'deleted' || isForeign(path) || !(isManifest(path) || isLock(path))) continue
    const [bytes, base] = await Promise.all([subject.read(path), subject.readBase(from ?? path)])
    if (bytes === undefined) continue
    const now = await readOne(path, bytes)
    if ('unreadable' in now) notes.push(`not checked: ${path} cannot be read (${now.unreadable})`)
    else {
      const before = base === undefined ? undefined : await readOne(from ?? path, base)
      changed.push({ path, kind: isLock(path) ? 'lock' : 'manifest', now: now.dependencies, before: before === undefined || 'unreadable' in before ? [] : before.dependencies, isNew: base === undefined })
    }
  }
  return { changed, notes }
}

async function readOne(path: string, bytes: Uint8Array): Promise<{ readonly dependencies: readonly Dependency[] } | { readonly unreadable: string }> {
  if (bytes.byteLength > largest) return { unreadable: 'it is larger than 32 MB' }
  const text = decoder.decode(bytes)
  try {
    return { dependencies: isLock(path) ? (await readLock(path, text)).packages : await readManifest(path, text) }
  } catch (error) {
    return { unreadable: toMessage(error).slice(0, 120) }
  }
}

/** The lockfile at a path; undefined where there is none, or none that can be read: then nothing can be held against it. */
export async function findLock(read: Subject['read'], path: string): Promise<Lock | undefined> {
  const bytes = await read(path)
  if (bytes === undefined || bytes.byteLength > largest) return undefined
  try {
    return await readLock(path, decoder.decode(bytes))
  } catch {
    return undefined // told by readChangedManifests where the change touches it
  }
}

/** Manifests in folders of what others wrote, and samples that nobody installs. */
function isForeign(path: string): boolean {
  return /(^|\/)(node_modules|vendor|third[_-]?party|site-packages|__?fixtures?__?|fixtures|testdata)\//.test(path)
}

/** Those that were not there in this version. */
export function freshOf({ now, before }: ChangedManifest): readonly Dependency[] {
  const known = new Set(before.map((each) => `${each.name}@${each.version}`))
  const seen = new Set<string>()
  return now.filter(({ name, version }) => {
    const key = `${name}@${version}`
    if (known.has(key) || seen.has(key)) return false
    seen.add(key)
    return true
  })
}
