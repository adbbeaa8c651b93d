import type { z } from 'zod'
import { payloads, type EventType, type StoredEvent } from '../../protocol/events/event.ts'
import { BlobRef } from '../../protocol/ids.ts'

/**
 * The blobs that an event refers to. Where they are is read off its schema: what a model or a tool wrote into a free field
 * may look like a reference and is none.
 */
export function findBlobRefs(event: StoredEvent): readonly BlobRef[] {
  const found: BlobRef[] = []
  for (const path of pathsOf(event.type)) collect(event.data, path, found)
  return found
}

/** A step into a payload: a member's name, or every item of a list. */
type Path = readonly (string | typeof each)[]
const each = Symbol('each')

const known = new Map<EventType, readonly Path[]>()

function pathsOf(type: EventType): readonly Path[] {
  const paths = known.get(type) ?? findPaths(payloads[type], [])
  known.set(type, paths)
  return paths
}

function findPaths(schema: z.core.$ZodType, at: Path): readonly Path[] {
  if (schema === BlobRef) return [at]
  const { def } = schema._zod as { def: z.core.$ZodTypes['_zod']['def'] }
  switch (def.type) {
    case 'object': return Object.entries(def.shape).flatMap(([name, member]) => findPaths(member, [...at, name]))
    case 'array': return findPaths(def.element, [...at, each])
    case 'optional':
    case 'nullable':
    case 'default': return findPaths(def.innerType, at)
    case 'union': return def.options.flatMap((option) => findPaths(option, at))
    default: return []
  }
}

function collect(value: unknown, [step, ...rest]: Path, found: BlobRef[]): void {
  if (value === undefined || value === null) return
  if (step === undefined) {
    // A member of another branch of a union may have the name and not the form.
    const ref = BlobRef.safeParse(value)
    if (ref.success) found.push(ref.data)
  } else if (step === each) {
    if (Array.isArray(value)) for (const item of value) collect(item, rest, found)
  } else if (typeof value === 'object') collect((value as Readonly<Record<string, unknown>>)[step], rest, found)
}
