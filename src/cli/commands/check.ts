import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { describeFinding } from '../../domain/validation/describe.ts'
import { readPolicySettings } from '../../domain/policy/settings.ts'
import { ValidationSettings } from '../../domain/validation/settings.ts'
import { isError, stages } from '../../domain/validation/verdict.ts'
import { toSarif } from '../../domain/validation/to-sarif.ts'
import { createValidators } from '../../engine/validation/run-validators.ts'
import type { Validator, ValidationCache } from '../../engine/ports/validation.ts'
import type { Stage, Validation } from '../../protocol/evidence.ts'
import type { Workspaces } from '../../engine/ports/workspace.ts'
import type { CommitId, RunId, TreeId } from '../../protocol/ids.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { findRoot, openRecord, openSandbox, openWorkspaces, type OpenRecord } from '../compose.ts'
import { openValidators } from '../compose-validators.ts'
import { openMasker } from '../compose-engine.ts'
import { readConfig } from '../config.ts'
import { openPolicyHere } from '../policy-here.ts'
import { print, whilePrinting } from '../print.ts'
import { painter } from '../render.ts'
import { findCheckBase } from '../check-base.ts'
import { version } from '../version.ts'

export interface CheckOptions {
  readonly base?: string
  readonly staged?: boolean
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly stage?: readonly Stage[]
  readonly format: 'text' | 'json' | 'sarif'
  readonly output?: string
  readonly settings?: string
  readonly strict?: boolean
  readonly cache?: boolean
  readonly list?: boolean
  readonly repo?: string
}

/** `writ check`: the stages on the working tree as it is. It works on a copy; nothing of the person's is touched. */
export async function checkCommand(options: CheckOptions): Promise<number> {
  const record = await openRecord()
  const root = await findRoot(options.repo ?? process.cwd())
  const settings = await readSettings(options, root)
  const validators = choose(await openValidators(settings), options)
  if (options.list) return list(validators)
  const { validations, base } = await runStages(record, root, settings, validators, options)
  const text = options.format === 'json' ? `${JSON.stringify({ base, validations }, undefined, 2)}\n` : options.format === 'sarif' ? `${JSON.stringify(toSarif(validations, version), undefined, 2)}\n` : toText(validations)
  if (options.output !== undefined) {
    try {
      await writeFile(options.output, text)
    } catch (error) {
      throw new Fault('request-invalid', `${options.output} cannot be written: ${toMessage(error)}`, { cause: error })
    }
  }
  const failed = validations.some((each) => each.status === 'failed') || (options.strict === true && validations.some((each) => each.status === 'not-checked' || each.findings.some((finding) => finding.severity === 'warning')))
  return whilePrinting(async () => {
    if (options.output === undefined) await print(text)
    return failed ? exitCodes['not-achieved'] : exitCodes.proven
  })
}

async function readSettings({ settings, repo }: CheckOptions, root: string): Promise<ValidationSettings> {
  if (settings === undefined) return readPolicySettings((await openPolicyHere(repo ?? root)).opened.policy.settings).validation
  let value: unknown
  try {
    value = parse(await readFile(settings, 'utf8'))
  } catch (error) {
    throw new Fault('request-invalid', `the settings ${settings} cannot be read: ${toMessage(error).split('\n')[0] ?? ''}`, { cause: error })
  }
  const parsed = ValidationSettings.safeParse(value ?? {})
  if (!parsed.success) throw new Fault('request-invalid', `the settings ${settings} do not fit: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`)
  return parsed.data
}

function choose(all: readonly Validator[], { only, skip = [], stage }: CheckOptions): readonly Validator[] {
  for (const id of [...(only ?? []), ...skip]) if (!all.some((each) => each.id === id)) throw new Fault('request-invalid', `there is no validator ${id}; there is ${all.map((each) => each.id).join(', ')}`)
  return all.filter((each) => (only === undefined || only.includes(each.id)) && !skip.includes(each.id) && (stage === undefined || stage.includes(each.stage)))
}

async function list(validators: readonly Validator[]): Promise<number> {
  return whilePrinting(async () => {
    for (const stage of stages) await print(validators.filter((each) => each.stage === stage).map((each) => `${stage.padEnd(12)} ${each.id.padEnd(16)} ${each.kind === 'file' ? 'looks at each changed file' : each.kind === 'command' ? 'runs where the repository uses it' : 'looks at the change as a whole'}${each.quick ? '; also after every edit of a run' : ''}\n`).join(''))
    return 0
  })
}

const noCache: ValidationCache = { get: async () => undefined, put: async () => undefined }

async function runStages(record: OpenRecord, root: string, settings: ValidationSettings, validators: readonly Validator[], options: CheckOptions): Promise<{ validations: readonly Validation[]; base: string }> {
  const controller = new AbortController()
  const stop = (): void => controller.abort(new Error('interrupted'))
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop)
  const run = record.ids.runId()
  const workspaces = await openWorkspaces(record.places)
  try {
    return await validateCopy(record, workspaces, { run, root, settings, validators, options, controller })
  } catch (error) {
    if (controller.signal.aborted) throw new Fault('cancelled', 'interrupted; nothing was changed', { cause: error })
    throw error
  } finally {
    await rm(join(record.places.state, 'runs', run), { recursive: true, force: true })
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop)
  }
}

interface CopyParts {
  readonly run: RunId
  readonly root: string
  readonly settings: ValidationSettings
  readonly validators: readonly Validator[]
  readonly options: CheckOptions
  readonly controller: AbortController
}

async function validateCopy(record: OpenRecord, workspaces: Workspaces, { run, root, settings, validators, options, controller }: CopyParts): Promise<{ validations: readonly Validation[]; base: string }> {
  const found = await workspaces.inspect(root, { run, includeDirty: true, ...(options.staged ? { staged: true } : {}) })
  const base = await findCheckBase(root, found, options)
  const sandbox = await openSandbox(record.places)
  await sandbox.ready()
  const workspace = await workspaces.create({ run, repository: root, base: found.base, branch: `writ/check-${run.slice(4)}` })
  try {
    const { createValidationCache } = await import('../../adapters/validation-cache/validation-cache.ts')
    const masker = openMasker(record.places, (await readConfig(record.places)).values)
    const at = base.commit as CommitId | TreeId
    const changes = await workspace.changes(at, found.base)
    process.stderr.write(`writ: ${changes.length} changed file${changes.length === 1 ? '' : 's'} against ${base.says}\n`)
    const engine = createValidators({ validators, sandbox, clock: record.clock, mask: (text) => masker.mask(text), cache: options.cache === false ? noCache : createValidationCache(record.places.state) })
    const isTty = process.stderr.isTTY === true
    const validations = await engine.validate({
      workspace, base: at, tree: found.base, changes, scope: 'task', contract: undefined, baseline: [], settings, signal: controller.signal,
      onProgress: (label, done, total) => void process.stderr.write(isTty ? `\r\u001B[K${label} ${done}/${total}` : ''),
    })
    if (isTty) process.stderr.write('\r\u001B[K')
    controller.signal.throwIfAborted()
    return { validations, base: base.commit }
  } finally {
    await workspace.dispose()
  }
}

function toText(validations: readonly Validation[]): string {
  const paint = painter(process.stdout)
  const lines: string[] = []
  for (const each of validations) {
    const mark = each.status === 'failed' ? paint('red', '✗') : each.status === 'passed' ? paint('green', '✓') : paint('yellow', '–')
    lines.push(`${mark} ${each.stage.padEnd(11)} ${each.validator}${each.old > 0 ? paint('dim', ` (${each.old} old)`) : ''}${each.notes.map((note) => paint('dim', `  ${note}`)).join('')}`)
    for (const finding of each.findings.filter((one) => one.severity !== 'note')) lines.push(`    ${isError(finding) ? paint('red', describeFinding(finding)) : describeFinding(finding)}${finding.evidence ? paint('dim', `  ${finding.evidence.split('\n')[0] ?? ''}`) : ''}`)
    for (const finding of each.findings.filter((one) => one.severity === 'note')) lines.push(paint('dim', `    ${describeFinding(finding)}`))
    if (each.more > 0) lines.push(`    and ${each.more} more`)
  }
  const all = validations.flatMap((each) => each.findings)
  const errors = all.filter(isError).length
  const warnings = all.filter((each) => each.severity === 'warning').length
  const skipped = validations.filter((each) => each.status === 'not-checked').map((each) => each.validator)
  const sum = (part: 'old' | 'cached'): number => validations.reduce((total, each) => total + each[part], 0)
  const reached = stages.findLastIndex((stage) => validations.some((each) => each.stage === stage))
  if (validations.some((each) => each.status === 'failed') && reached < stages.length - 1) lines.push(paint('dim', `  later stages wait until this one passes: ${stages.slice(reached + 1).join(', ')} (--stage runs one by itself)`))
  lines.push(`${errors} error${errors === 1 ? '' : 's'} and ${warnings} warning${warnings === 1 ? '' : 's'} are new; ${sum('old')} old not shown, ${sum('cached')} from the cache${skipped.length > 0 ? `; not checked: ${skipped.join(', ')}` : ''}.`)
  return `${lines.join('\n')}\n`
}
