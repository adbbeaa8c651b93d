import type { z } from 'zod'
import { payloads, type EventType, type StoredEvent } from '../../protocol/events/event.ts'
import { BlobRef, CommitId, Json, TreeId } from '../../protocol/ids.ts'

/**
 * What an event refers to outside of the rollout. Where references are is read off its schema: what a model or a tool wrote
 * into a free field may look like one and is none.
 */
export function findBlobRefs(event: StoredEvent): readonly BlobRef[] {
  return findValues(event, 'blobs').flatMap((value) => {
    // A member of another branch of a union may have the name and not the form.
    const ref = BlobRef.safeParse(value)
    return ref.success ? [ref.data] : []
  })
}

/** Ids of git objects: commits and trees. */
export function findGitIds(event: StoredEvent): readonly string[] {
  return findValues(event, 'git').flatMap((value) => (typeof value === 'string' && TreeId.safeParse(value).success ? [value] : []))
}

type Kind = 'blobs' | 'git'
const targets: Record<Kind, readonly z.core.$ZodType[]> = { blobs: [BlobRef], git: [CommitId, TreeId] }

/** A step into a payload: a member's name, or every item of a list. */
type Path = readonly (string | typeof each)[]
const each = Symbol('each')

const known = new Map<string, readonly Path[]>()

function findValues(event: StoredEvent, kind: Kind): readonly unknown[] {
  const found: unknown[] = []
  for (const path of pathsOf(event.type, kind)) collect(event.data, path, found)
  return found
}

function pathsOf(type: EventType, kind: Kind): readonly Path[] {
  const key = `${kind} ${type}`
  const paths = known.get(key) ?? findPaths(payloads[type], targets[kind], [])
  known.set(key, paths)
  return paths
}

/** Types of schema that hold no others. Free values count among them: what is in a record or in `Json` is not ours. */
const leaves: readonly string[] = ['string', 'number', 'int', 'boolean', 'null', 'literal', 'enum', 'record', 'any', 'unknown']

function findPaths(schema: z.core.$ZodType, wanted: readonly z.core.$ZodType[], at: Path): readonly Path[] {
  if (wanted.includes(schema)) return [at]
  if (schema === Json) return []
  const { def } = schema._zod as { def: z.core.$ZodTypes['_zod']['def'] }
  switch (def.type) {
    case 'object': return Object.entries(def.shape).flatMap(([name, member]) => findPaths(member, wanted, [...at, name]))
    case 'array': return findPaths(def.element, wanted, [...at, each])
    case 'optional':
    case 'nullable':
    case 'default': return findPaths(def.innerType, wanted, at)
    case 'lazy': return findPaths(def.getter(), wanted, at)
    case 'union': return def.options.flatMap((option) => findPaths(option, wanted, at))
    default:
      // A type that is passed over would leave what it refers to out of every attestation.
      if (!leaves.includes(def.type)) throw new TypeError(`references: nothing is known of schemas of the type ${def.type}`)
      return []
  }
}

function collect(value: unknown, [step, ...rest]: Path, found: unknown[]): void {
  if (value === undefined || value === null) return
  if (step === undefined) found.push(value)
  else if (step === each) {
    if (Array.isArray(value)) for (const item of value) collect(item, rest, found)
  } else if (typeof value === 'object') collect((value as Readonly<Record<string, unknown>>)[step], rest, found)
}
