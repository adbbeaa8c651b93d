import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Fault, toMessage } from '../protocol/fault.ts'
import { HookTable } from '../protocol/hooks.ts'
import { MergeStrategy } from '../protocol/integration.ts'
import { NotifyChannels } from '../protocol/notify.ts'
import type { Places } from './places.ts'
import { parseYaml } from './yaml-file.ts'

const ModelName = z.string().regex(/^[^/\s]+\/\S+$/, 'it is written provider/model')

/** `$XDG_CONFIG_HOME/writ/config.yaml`. Flags win over it, it wins over the defaults. */
export const ConfigFile = z.lazy(() => z.strictObject({
  model: ModelName.optional(),
  /** What specialists mean by a small and a large model; where one is not named, it is the run's (docs/specialists.md). */
  models: z.strictObject({ small: ModelName.optional(), large: ModelName.optional() }).optional(),
  /** Who works: a model, the built-in repair engine, or it first and then the model (docs/repair.md). */
  solver: z.enum(['auto', 'model', 'repair']).optional(),
  repair: z.strictObject({
    /** Most candidates that the built-in repair engine tries at a time (docs/repair.md). */
    workers: z.int().positive().max(256).optional(),
  }).optional(),
  effort: z.enum(['low', 'medium', 'high', 'xhigh']).optional(),
  max_turns: z.int().positive().max(10_000).optional(),
  max_budget_usd: z.number().nonnegative().optional(),
  sandbox: z.strictObject({
    memory_mb: z.int().min(64).optional(),
    timeout_seconds: z.int().positive().max(3600).optional(),
    pids: z.int().min(16).optional(),
  }).optional(),
  /** What `writ clean` prunes of runs that were accepted or rejected. */
  retention: z.strictObject({
    days: z.number().positive().max(36_500).optional(),
    max_gb: z.number().positive().optional(),
  }).optional(),
  /** What is secret beside what is known to be: names of variables, and paths or globs of files below the repository. */
  secrets: z.strictObject({
    variables: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'it is the name of a variable')).max(200).optional(),
    files: z.array(z.string().min(1).regex(/^(?!\/|.*(?:^|\/)\.\.(?:\/|$))/, 'it is a path or glob below the repository')).max(200).optional(),
  }).optional(),
  /** Programs that are told what a run does and may say no (docs/hooks.md). */
  hooks: HookTable.optional(),
  /** Where a person is told what happens (docs/hooks.md). */
  notify: NotifyChannels.optional(),
  record: z.strictObject({
    /** Most that the outputs of one run may take on the disk, in MB. */
    max_mb: z.int().min(1).max(1_000_000).optional(),
  }).optional(),
  /** What to do where two tasks of a run changed the same path; the first that names it, before what is built in (docs/parallel.md). */
  merge: z.array(MergeStrategy).max(100).optional(),
  plan: z.strictObject({
    /** A person agrees to each plan of tasks before it is carried out (docs/plans.md). */
    confirm: z.boolean().optional(),
  }).optional(),
}))
export type ConfigFile = z.infer<typeof ConfigFile>

/** Bounds of what a run keeps. */
export const recordDefaults = { maxMb: 160 }

export interface Config {
  readonly path: string
  readonly present: boolean
  readonly values: ConfigFile
}

/** @throws Fault `request-invalid` naming the file and what does not fit. A missing file is an empty one. */
export async function readConfig(places: Places): Promise<Config> {
  const path = join(places.config, 'config.yaml')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { path, present: false, values: {} }
    throw new Fault('request-invalid', `the configuration ${path} cannot be read: ${toMessage(error)}`, { cause: error })
  }
  return { path, present: true, values: await parseYaml(text, path, { what: 'the configuration', schema: ConfigFile, published: 'schemas/config.schema.json', empty: {} }) }
}
