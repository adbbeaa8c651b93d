import { readLock, readManifest, type Dependency } from '../../domain/validation/manifests.ts'
import type { Subject } from '../../engine/ports/validation.ts'

export interface ChangedManifest {
  readonly path: string
  readonly text: string
  readonly kind: 'manifest' | 'lock'
  readonly now: readonly Dependency[]
  readonly before: readonly Dependency[]
}

const decoder = new TextDecoder()
const largest = 20_000_000

/** Manifests and lockfiles of the change, read on both sides. */
export async function readChangedManifests(subject: Subject): Promise<readonly ChangedManifest[]> {
  const found: ChangedManifest[] = []
  for (const { path, kind, from } of subject.changes) {
    if (kind === 'deleted') continue
    const isManifest = readManifest(path, '') !== undefined
    if (!isManifest && readLock(path, '') === undefined) continue
    const [bytes, base] = await Promise.all([subject.read(path), subject.readBase(from ?? path)])
    if (!bytes || bytes.byteLength > largest) continue
    const read = (text: string): readonly Dependency[] => (isManifest ? readManifest(path, text) : readLock(path, text)) ?? []
    const text = decoder.decode(bytes)
    found.push({ path, text, kind: isManifest ? 'manifest' : 'lock', now: read(text), before: base ? read(decoder.decode(base)) : [] })
  }
  return found
}

/** Those that were not there in this version. */
export function freshOf({ now, before }: ChangedManifest): readonly Dependency[] {
  const known = new Set(before.map((each) => `${each.name}@${each.version}`))
  return now.filter((each) => !known.has(`${each.name}@${each.version}`))
}
