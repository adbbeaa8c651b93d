import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Fault, toMessage } from '../protocol/fault.ts'
import type { PlanFile } from '../protocol/plan-file.ts'
import { toPlanYaml } from './plan-yaml.ts'
import { oneLine } from './render.ts'

export interface WritePlan {
  /** Where to; `-` is standard output, which is not this function's. */
  readonly path: string
  readonly run: string
  readonly revision: number
  readonly force: boolean
}

/** Before anything is spent: what a person may have edited is not written over. @throws Fault `request-invalid`. */
export function requireFree(path: string | undefined, force: boolean): void {
  if (path === undefined || path === '-' || force || !existsSync(path)) return
  throw new Fault('request-invalid', `${path} is there already: give -o another name, or --force to write over it`)
}

/** Writes the plan as a file that a person can edit. Never over another one, unless that is wanted. */
export async function writePlanFile(file: PlanFile, { path, run, revision, force }: WritePlan): Promise<void> {
  const text = await toPlanYaml(file, { schema: toSchemaPath(path), about: toAbout(run, revision, path) })
  try {
    await mkdir(dirname(resolve(path)), { recursive: true })
    await writeFile(path, text, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    throw new Fault('request-invalid', `the plan cannot be written to ${path}: ${toMessage(error)}; write it elsewhere with writ plan show ${run} -o FILE`, { cause: error })
  }
}

export function toAbout(run: string, revision: number, path: string): readonly string[] {
  const name = path === '-' ? 'FILE' : path
  return [`The plan of ${run}, revision ${revision}. Edit it, then:`, ...['plan check', 'plan schedule', 'run --plan'].map((command) => `  writ ${command} ${oneLine(name, 300)}`), 'docs/plans.md describes every field. What is left out has its usual value.', 'An estimate marked `from: record` is what past tasks say, and is made anew in each run: take the mark out of one that you change.']
}

/** From the file to the schema that this installation brings, for an editor on this machine. */
export function toSchemaPath(path: string): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const schema = ['..', '../..', '../../..'].map((up) => join(here, up, 'schemas', 'plan.schema.json')).find((each) => existsSync(each))
  return schema === undefined || path === '-' ? 'schemas/plan.schema.json' : relative(dirname(resolve(path)), schema)
}
