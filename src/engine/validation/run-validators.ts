import { z } from 'zod'
import { Finding, type Validation } from '../../protocol/evidence.ts'
import type { Json } from '../../protocol/ids.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import { toMessage } from '../../protocol/fault.ts'
import { digestOf, digestOfJson } from '../../domain/digest.ts'
import { subtractFindings } from '../../domain/validation/subtract.ts'
import { isError, stages } from '../../domain/validation/verdict.ts'
import type { Clock } from '../ports/clock.ts'
import type { Sandbox } from '../ports/sandbox.ts'
import type { ChangeValidator, CommandValidator, FileValidator, ValidationCache, ValidationRequest, Validator, Validators } from '../ports/validation.ts'
import { openSubject, type OpenSubject } from './open-subject.ts'

/** Larger files, and files that are no text, are passed over by validators of files, in bytes. */
const largestFile = 1_000_000
/** Findings that are kept of one validator. */
const mostFindings = 200
/** Files that one validator looks at in one change. */
const mostFiles = 5000

export interface ValidatorsOptions {
  readonly validators: readonly Validator[]
  readonly cache: ValidationCache
  readonly sandbox: Sandbox
  readonly clock: Pick<Clock, 'elapsed'>
  /** Takes secrets out of what is kept and shown. */
  readonly mask: (text: string) => string
}

/** What one validator answered, before the framework makes a `Validation` of it. */
interface Looked {
  readonly findings: readonly Finding[]
  readonly old: number
  readonly files: number
  readonly cached: number
  readonly notes: readonly string[]
  readonly notChecked?: string
}

const Findings = z.array(Finding)
const nothing: Looked = { findings: [], old: 0, files: 0, cached: 0, notes: [] }

/**
 * Runs validators stage by stage:
 * 1. a stage with a new error is the last one; what comes after it is not run and not listed;
 * 2. what the base had too is counted and never blamed on the change;
 * 3. an unchanged content is not looked at again;
 * 4. a validator that breaks or takes too long has checked nothing, and says so: that is no pass and stops nothing else.
 */
export function createValidators(options: ValidatorsOptions): Validators {
  return {
    validate: async (request) => {
      const subject = openSubject(options.sandbox, request)
      const due = options.validators.filter((each) => (request.scope === 'task' || each.quick === true) && !request.settings.off.includes(each.id))
      const done: Validation[] = []
      try {
        for (const stage of stages) {
          const ofStage = await runStage(options, due.filter((each) => each.stage === stage), subject, request)
          done.push(...ofStage)
          request.onProgress?.(`validation: ${stage}`, done.length, due.length)
          if (ofStage.some((each) => each.status === 'failed')) break
        }
        return done
      } finally {
        await subject.dispose()
      }
    },
  }
}

/** Those that only read run side by side; programs run one after the other, since each takes all cores by itself. */
async function runStage(options: ValidatorsOptions, validators: readonly Validator[], subject: OpenSubject, request: ValidationRequest): Promise<Validation[]> {
  const readers = validators.filter((each) => each.kind === 'file')
  const found = new Map<string, Validation | undefined>()
  await Promise.all(readers.map(async (each) => found.set(each.id, await runOne(options, each, subject, request))))
  for (const each of validators) if (each.kind !== 'file') found.set(each.id, await runOne(options, each, subject, request))
  return validators.flatMap((each) => found.get(each.id) ?? [])
}

async function runOne(options: ValidatorsOptions, validator: Validator, subject: OpenSubject, request: ValidationRequest): Promise<Validation | undefined> {
  request.signal.throwIfAborted()
  const begun = options.clock.elapsed()
  let looked: Looked | undefined
  try {
    looked = await look(options, validator, subject, request)
  } catch (error) {
    if (request.signal.aborted) looked = { ...nothing, notChecked: 'it was stopped: the time was up' }
    else looked = { ...nothing, notChecked: `it broke: ${toMessage(error).slice(0, 300)}` }
  }
  if (looked === undefined) return undefined
  const findings = looked.findings.map((each) => withoutSecrets(each, options.mask)).toSorted((a, b) => Number(isError(b)) - Number(isError(a)))
  return {
    validator: validator.id, stage: validator.stage,
    status: looked.notChecked === undefined ? (findings.some(isError) ? 'failed' : 'passed') : 'not-checked',
    findings: findings.slice(0, mostFindings), more: Math.max(0, findings.length - mostFindings),
    old: looked.old, files: looked.files, cached: looked.cached,
    durationMs: Math.round((options.clock.elapsed() - begun) * 10) / 10,
    notes: [...looked.notes, ...(looked.notChecked === undefined ? [] : [`not checked: ${looked.notChecked}`])],
  }
}

function look(options: ValidatorsOptions, validator: Validator, subject: OpenSubject, request: ValidationRequest): Promise<Looked | undefined> {
  switch (validator.kind) {
    case 'file': return lookAtFiles(options, validator, subject, request)
    case 'command': return lookByCommand(options, validator, subject, request)
    case 'change': return lookAtChange(options, validator, subject, request)
  }
}

function withoutSecrets(finding: Finding, mask: (text: string) => string): Finding {
  const { evidence } = finding
  return { ...finding, message: mask(finding.message).slice(0, 500), ...(evidence === undefined ? {} : { evidence: mask(evidence).slice(0, 500) }) }
}

async function lookAtFiles(options: ValidatorsOptions, validator: FileValidator, subject: OpenSubject, request: ValidationRequest): Promise<Looked | undefined> {
  const changes = subject.changes.filter((change) => change.kind !== 'deleted' && validator.concerns(change.path))
  if (changes.length === 0) return undefined
  let cached = 0
  const lookAt = async (path: string, bytes: Uint8Array | undefined): Promise<readonly Finding[] | undefined> => {
    if (!bytes || bytes.byteLength > largestFile || bytes.includes(0)) return undefined
    return once(options.cache, [validator.id, validator.version, path, digestOf(bytes), digestOfJson(request.settings)], async () => validator.look({ path, text: new TextDecoder().decode(bytes) }, request.settings), () => { cached += 1 })
  }
  const findings: Finding[] = []
  let old = 0
  let passedOver = 0
  for (const change of changes.slice(0, mostFiles)) {
    const found = await lookAt(change.path, await subject.read(change.path))
    if (found === undefined) passedOver += 1
    if (!found || found.length === 0) continue
    const before = await lookAt(change.path, await subject.readBase(change.from ?? change.path)) ?? []
    const { fresh, old: known } = subtractFindings(found, before)
    findings.push(...fresh)
    old += known
  }
  const notes = [...(passedOver > 0 ? [`${passedOver} too large or no text, passed over`] : []), ...(changes.length > mostFiles ? [`${changes.length - mostFiles} files beyond ${mostFiles} passed over`] : [])]
  return { findings, old, files: Math.min(changes.length, mostFiles), cached, notes }
}

async function lookByCommand(options: ValidatorsOptions, validator: CommandValidator, subject: OpenSubject, request: ValidationRequest): Promise<Looked | undefined> {
  const command = await validator.find(subject)
  if (command === undefined) return undefined
  if ('missing' in command) return { ...nothing, notChecked: command.missing }
  let cached = 0
  const runOn = (on: 'result' | 'base'): Promise<readonly Finding[] | { readonly failed: string }> => {
    const key = [validator.id, validator.version, ...command.argv, on === 'result' ? request.tree : request.base]
    return onceUnlessFailed(options.cache, key, async () => {
      const result = await subject.run(on, { argv: command.argv, timeoutMs: command.timeoutMs })
      if (result.ended !== 'exited') return { failed: `${command.argv[0] ?? ''} ended by ${result.ended} after ${Math.round(result.durationMs / 1000)} s` }
      const read = command.read(result)
      return 'failed' in read ? read : read.findings.map((each) => ({ ...each, path: toRelative(each.path, request.workspace.home) }))
    }, () => { cached += 1 })
  }
  const found = await runOn('result')
  if ('failed' in found) return { ...nothing, notChecked: found.failed }
  if (found.length === 0) return { ...nothing, files: subject.changes.length, cached }
  const before = await runOn('base')
  if ('failed' in before) return { ...nothing, findings: found, files: subject.changes.length, cached, notes: [`on the base it did not work (${before.failed}), so nothing was taken off`] }
  const { fresh, old } = subtractFindings(found, before, toRenamed(subject.changes))
  return { findings: fresh, old, files: subject.changes.length, cached, notes: [] }
}

/** Programs name files by where they saw them. */
function toRelative(path: string, home: string): string {
  return path.startsWith(`${home}/`) ? path.slice(home.length + 1) : path
}

function toRenamed(changes: readonly FileChange[]): ReadonlyMap<string, string> {
  return new Map(changes.flatMap((change) => (change.from === undefined ? [] : [[change.path, change.from] as const])))
}

async function lookAtChange(options: ValidatorsOptions, validator: ChangeValidator, subject: OpenSubject, request: ValidationRequest): Promise<Looked | undefined> {
  const key = await validator.key?.(subject)
  let cached = 0
  const looked = async (): Promise<{ findings: readonly Finding[]; notes: readonly string[]; notChecked: string | undefined } | undefined> => {
    const found = await validator.look(subject)
    return found && { findings: found.findings, notes: found.notes ?? [], notChecked: found.notChecked }
  }
  if (key !== undefined) {
    const findings = await once(options.cache, [validator.id, validator.version, key, digestOfJson(request.settings)], async () => {
      const found = await looked()
      return found === undefined || found.notChecked !== undefined || found.notes.length > 0 ? undefined : found.findings
    }, () => { cached += 1 })
    if (findings) return { ...nothing, findings, files: subject.changes.length, cached }
  }
  const found = await looked()
  if (found === undefined) return undefined
  return { ...nothing, findings: found.findings, files: subject.changes.length, notes: found.notes, ...(found.notChecked === undefined ? {} : { notChecked: found.notChecked }) }
}

/** The findings under this key, looked for once. Undefined is not kept. */
async function once<T extends readonly Finding[] | undefined>(cache: ValidationCache, parts: readonly string[], make: () => Promise<T>, onHit: () => void): Promise<T | readonly Finding[]> {
  const key = digestOfJson(parts)
  const known = Findings.safeParse(await cache.get(key))
  if (known.success) {
    onHit()
    return known.data
  }
  const made = await make()
  if (made !== undefined) await cache.put(key, JSON.parse(JSON.stringify(made)) as Json)
  return made
}

async function onceUnlessFailed(cache: ValidationCache, parts: readonly string[], make: () => Promise<readonly Finding[] | { readonly failed: string }>, onHit: () => void): Promise<readonly Finding[] | { readonly failed: string }> {
  let failed: { readonly failed: string } | undefined
  const findings = await once(cache, parts, async () => {
    const made = await make()
    if (!('failed' in made)) return made
    failed = made
    return undefined
  }, onHit)
  return findings ?? failed ?? []
}

