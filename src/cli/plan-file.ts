import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import type { Document, LineCounter } from 'yaml'
import type { PlanFault } from '../domain/plan/check-plan.ts'
import { describeIssue } from './issue-text.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import { CapacityFile, EstimateFile, PlanFile, TaskFile } from '../protocol/plan-file.ts'

/** Larger files are none that a person wrote, in bytes. */
const largest = 16 * 1024 * 1024
/** Faults that are named; the rest are counted. */
const mostFaults = 50

export interface OpenPlanFile {
  readonly file: PlanFile
  /** Where in the file this is, from 1; undefined where it is about all of it. */
  lineOf(fault: Pick<PlanFault, 'task' | 'field'>): number | undefined
}

export interface FileFault {
  readonly line: number | undefined
  readonly text: string
}

/** What is in the file, or all that keeps it from being a plan. @throws Fault `request-invalid` where it cannot be read at all. */
export async function examinePlanFile(path: string): Promise<OpenPlanFile | { readonly what: string; readonly faults: readonly FileFault[] }> {
  const text = await readText(path)
  const { LineCounter, parseDocument } = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  if (document.errors.length > 0) return { what: 'is not valid YAML', faults: document.errors.map((error) => ({ line: lineCounter.linePos(error.pos[0]).line, text: error.message.split('\n')[0] ?? '' })) }
  const value = toValue(document, path)
  if (value === null || value === undefined) return { what: 'is empty', faults: [{ line: undefined, text: 'give it a goal, and tasks that each have an id, a subgoal and checks; writ plan "<goal>" -o FILE writes one to begin with' }] }
  const parsed = PlanFile.safeParse(value)
  const at = createLocator(document, lineCounter)
  if (!parsed.success) return { what: 'does not fit its format, schemas/plan.schema.json', faults: parsed.error.issues.flatMap((issue) => explainIssue(issue, document, at)) }
  const file = parsed.data
  return {
    file,
    lineOf: ({ task, field }) => {
      // Of two with one id it is the second that is wrong.
      const index = file.tasks.findLastIndex((each) => each.id === task)
      return task === undefined || index < 0 ? undefined : at(['tasks', index, ...(field === undefined ? [] : [field])])
    },
  }
}

/** A plan that a person gives. @throws Fault `request-invalid` that names the file and all that is wrong in it, each with its line. */
export async function openPlanFile(path: string): Promise<OpenPlanFile> {
  const found = await examinePlanFile(path)
  if ('file' in found) return found
  throw toPlanFault(path, found.what, found.faults)
}

export function toPlanFault(path: string, what: string, faults: readonly FileFault[]): Fault {
  const said = faults.slice(0, mostFaults).map(({ line, text }) => `${line === undefined ? '' : `line ${line}: `}${text}`)
  if (said.length === 1) return new Fault('request-invalid', `the plan ${path} ${what}: ${said.join('')}`)
  const lines = said.map((each) => `  - ${each}`)
  return new Fault('request-invalid', `the plan ${path} ${what}:\n${lines.join('\n')}${faults.length > mostFaults ? `\n  - and ${faults.length - mostFaults} more` : ''}`)
}

/** The same, where nothing but the plan is wanted. */
export async function readPlanFile(path: string): Promise<PlanFile> {
  return (await openPlanFile(path)).file
}

export function toFileFault({ lineOf }: OpenPlanFile, fault: PlanFault): FileFault {
  return { line: lineOf(fault), text: fault.text }
}

async function readText(path: string): Promise<string> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new Fault('request-invalid', `the plan ${path} cannot be read: ${toMessage(error)}`, { cause: error })
  }
  if (text.length > largest) throw new Fault('request-invalid', `the plan ${path} is larger than ${largest / 2 ** 20} MiB`)
  return text
}

function toValue(document: Document, path: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    // Aliases that stand for more than any person writes.
    throw new Fault('request-invalid', `the plan ${path} cannot be read: ${toMessage(error)}`, { cause: error })
  }
}

type Path = readonly (string | number)[]
type Locate = (path: Path) => number | undefined

/** The line of what stands at a path, or of the nearest around it. */
function createLocator(document: Document, lineCounter: LineCounter): Locate {
  return (path) => {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const offset = findOffset(document, path.slice(0, depth))
      if (offset !== undefined) return lineCounter.linePos(offset).line
    }
    return undefined
  }
}

/** Of a field, where its name stands: its value may be on the next line. */
function findOffset(document: Document, path: Path): number | undefined {
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

type Issue = z.core.$ZodIssue

function explainIssue(issue: Issue, document: Document, at: Locate, base: Path = []): readonly FileFault[] {
  const path = [...base, ...issue.path.map((each) => (typeof each === 'number' ? each : String(each)))]
  if (issue.code === 'invalid_union') {
    // Of the forms that it may have, the one that it looks like.
    const isObject = typeof document.getIn(path) === 'object'
    const branch = issue.errors.at(isObject ? -1 : 0) ?? []
    return branch.flatMap((each) => explainIssue(each, document, at, path))
  }
  const where = path.join('.')
  if (issue.code !== 'unrecognized_keys') return [{ line: at(path), text: `${where ? `${where}: ` : ''}${describeIssue({ ...issue, path })}` }]
  return issue.keys.map((key) => {
    const meant = findMeant(key, path)
    return { line: at([...path, key]), text: `${where ? `${where}: ` : ''}there is no field ${key}${meant ? `; ${meant} is meant, perhaps` : ''}` }
  })
}

function findMeant(key: string, path: Path): string | undefined {
  const last = path.at(-1)
  const shape = last === undefined ? PlanFile.unwrap().shape : last === 'estimate' ? EstimateFile.unwrap().shape : last === 'capacity' ? CapacityFile.unwrap().shape : TaskFile.unwrap().shape
  return Object.keys(shape).map((name) => ({ name, distance: editDistance(key.toLowerCase().replaceAll('-', '_'), name) })).filter(({ distance }) => distance <= 2).toSorted((a, b) => a.distance - b.distance)[0]?.name
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
