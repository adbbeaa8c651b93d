import type { z } from 'zod'
import { describeIssue } from './describe-issue.ts'

/** Faults that are named; the rest are counted. */
const mostFaults = 50

/** What is wrong at one place of a file that a person wrote. */
export interface FileFault {
  /** From 1; undefined where it is about all of it, or the lines are not known. */
  readonly line: number | undefined
  readonly text: string
}

/** A YAML document, as far as places are looked up in it. */
export interface PlacedDocument {
  readonly contents: unknown
  getIn(path: readonly unknown[], keepScalar?: boolean): unknown
}

export type FieldPath = readonly (string | number)[]
export type Locate = (path: FieldPath) => number | undefined

export interface Explaining {
  /** Fields that may be there are looked up in it, for a key that is spelt almost as one of them. */
  readonly schema: z.ZodType
  readonly issues: readonly Issue[]
  /** What was parsed: of several forms that something may have, the one is meant that it looks like. */
  readonly value: unknown
  readonly at?: Locate
}

type Issue = z.core.$ZodIssue

/** Every fault with its line, in their order: what was found there, what belongs there, and for an unknown field the one that is meant, perhaps. */
export function explainIssues({ schema, issues, value, at = () => undefined }: Explaining): readonly FileFault[] {
  return issues.flatMap((issue) => explain(issue, { schema, value, at }, [])).toSorted((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || 0)
}

/** After a colon: one fault on the same line, several below it, each as `line 3: what is wrong`. */
export function toFaultText(faults: readonly FileFault[]): string {
  const said = faults.slice(0, mostFaults).map(({ line, text }) => `${line === undefined ? '' : `line ${line}: `}${text}`)
  if (said.length === 1) return ` ${said.join('')}`
  return `\n${said.map((each) => `  - ${each}`).join('\n')}${faults.length > mostFaults ? `\n  - and ${faults.length - mostFaults} more` : ''}`
}

function explain(issue: Issue, about: Required<Omit<Explaining, 'issues'>>, base: FieldPath): readonly FileFault[] {
  const path = [...base, ...issue.path.map((each) => (typeof each === 'number' ? each : String(each)))]
  if (issue.code === 'invalid_union') {
    const found = valueAt(about.value, path)
    const branch = issue.errors.at(typeof found === 'object' && found !== null ? -1 : 0) ?? []
    if (branch.length > 0) return branch.flatMap((each) => explain(each, about, path))
  }
  const where = path.join('.')
  const say = (place: FieldPath, text: string): FileFault => ({ line: about.at(place), text: `${where ? `${where}: ` : ''}${text}` })
  if (issue.code !== 'unrecognized_keys') return [say(path, describeIssue({ ...issue, path }))]
  const fields = fieldsAt(about.schema, path)
  return issue.keys.map((key) => {
    const meant = findMeant(key, fields)
    return say([...path, key], `there is no field ${key}${meant ? `; ${meant} is meant, perhaps` : ''}`)
  })
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[key] : undefined), value)
}

/** The names of fields that may be at a place, whichever form it has. */
function fieldsAt(schema: z.core.$ZodType, path: FieldPath): readonly string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'lazy': return fieldsAt(def.getter(), path)
    case 'optional': case 'nullable': case 'default': case 'prefault': case 'readonly': case 'nonoptional': case 'catch': return fieldsAt(def.innerType, path)
    case 'pipe': return fieldsAt(def.in, path)
    case 'union': return [...new Set(def.options.flatMap((option) => fieldsAt(option, path)))]
    case 'array': return path.length === 0 ? [] : fieldsAt(def.element, path.slice(1))
    case 'record': return path.length === 0 ? [] : fieldsAt(def.valueType, path.slice(1))
    case 'object': {
      const [first, ...rest] = path
      if (first === undefined) return Object.keys(def.shape)
      const inner = def.shape[first]
      return inner === undefined ? [] : fieldsAt(inner, rest)
    }
    default: return []
  }
}

function findMeant(key: string, fields: readonly string[]): string | undefined {
  const near = (name: string): number => (name === `${key}s` || `${name}s` === key ? 0 : editDistance(key.toLowerCase().replaceAll('-', '_'), name))
  return fields.map((name) => ({ name, distance: near(name) })).filter(({ name, distance }) => distance <= Math.min(2, Math.floor(name.length / 2))).toSorted((a, b) => a.distance - b.distance)[0]?.name
}

/** Letters to put in, take out or change (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length] ?? 0
}

/** The line of what stands at a path, or of the nearest around it. `toLine` counts from 1. */
export function createLocator(document: PlacedDocument, toLine: (offset: number) => number): Locate {
  return (path) => {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const offset = findOffset(document, path.slice(0, depth))
      if (offset !== undefined) return toLine(offset)
    }
    return undefined
  }
}

/** Of a field, where its name stands: its value may be on the next line. */
function findOffset(document: PlacedDocument, path: FieldPath): number | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const last = path.at(-1)
  if (typeof parent !== 'object' || parent === null || !('items' in parent) || !Array.isArray(parent.items)) return undefined
  const items = parent.items as readonly unknown[]
  const item = typeof last === 'number' ? items[last] : items.map((each) => (typeof each === 'object' && each !== null && 'key' in each ? each.key : undefined)).find((key) => toKey(key) === last)
  return typeof item === 'object' && item !== null && 'range' in item && Array.isArray(item.range) ? Number(item.range[0]) : undefined
}

function toKey(key: unknown): unknown {
  return typeof key === 'object' && key !== null && 'value' in key ? key.value : key
}
