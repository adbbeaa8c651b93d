import { readFile } from 'node:fs/promises'
import type { Document } from 'yaml'
import type { PlanFault } from '../domain/plan/check-plan.ts'
import { createLocator, explainIssues, toFaultText, type FileFault } from '../domain/text/explain-issues.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import { PlanFile } from '../protocol/plan-file.ts'

/** Larger files are none that a person wrote, in bytes. */
const largest = 16 * 1024 * 1024

export interface OpenPlanFile {
  readonly file: PlanFile
  /** Where in the file this is, from 1; undefined where it is about all of it. */
  lineOf(fault: Pick<PlanFault, 'task' | 'field'>): number | undefined
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
  const at = createLocator(document, (offset) => lineCounter.linePos(offset).line)
  if (!parsed.success) return { what: 'does not fit its format, schemas/plan.schema.json', faults: explainIssues({ schema: PlanFile, issues: parsed.error.issues, value, at }) }
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
  return new Fault('request-invalid', `the plan ${path} ${what}:${toFaultText(faults)}`)
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
