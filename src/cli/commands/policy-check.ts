import { isAbsolute, relative, resolve } from 'node:path'
import { decideQuestion, toCaseContract, toCircumstances, toPolicyQuestion, type PolicyQuestion } from '../../adapters/policy-cedar/case-question.ts'
import type { CommandReading, TouchedPath } from '../../protocol/command.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { Json } from '../../protocol/ids.ts'
import { CaseQuestion } from '../../protocol/policy-bundle.ts'
import type { EffectClass, PolicyDecision } from '../../protocol/policy.ts'
import { toSecrecy } from '../../domain/text/secret-paths.ts'
import { findRepositoryOf } from '../find-repository.ts'
import { openCommands } from '../open-commands.ts'
import { openPolicy } from '../open-policy.ts'
import { getPlaces } from '../places.ts'
import { print, whilePrinting } from '../print.ts'

export interface PolicyCheckOptions {
  readonly tool?: string
  readonly input?: string
  readonly path?: readonly string[]
  readonly effect?: EffectClass
  readonly integrate?: readonly string[]
  readonly risk?: 'low' | 'medium' | 'high'
  readonly confidence?: number
  readonly wanted?: boolean
  readonly action?: 'deliver' | 'amend' | 'connect' | 'delegate' | 'approve' | 'continue'
  readonly proven?: boolean
  readonly branch?: string
  readonly host?: string
  readonly quarantined?: number
  readonly grant?: readonly string[]
  readonly scope?: readonly string[]
  readonly as?: 'agent' | 'specialist' | 'hook' | 'person'
  readonly name?: string
  readonly depth?: number
  readonly fanOut?: number
  readonly autonomy?: number
  readonly callsInMinute?: number
  readonly at?: string
  readonly repo?: string
}

const exits: Readonly<Record<PolicyDecision['effect'], number>> = { allow: 0, ask: exitCodes.waiting, deny: exitCodes['not-achieved'] }

/** `writ policy check`: asks the policy one question. Nothing is run, and nothing is recorded. */
export async function policyCheckCommand(options: PolicyCheckOptions): Promise<number> {
  const kinds = [options.tool, options.integrate, options.action].filter((kind) => kind !== undefined)
  if (kinds.length !== 1) throw new Fault('request-invalid', 'ask one thing: --tool NAME with --input JSON, or --integrate PATH…, or --action ACTION (writ policy check --help has examples)')
  const repository = await findRepositoryOf(options.repo)
  const { policy, notes } = await openPolicy({ places: getPlaces(process.env), env: process.env, repository, now: Date.now() })
  const [asked] = await Promise.all([toQuestion(options, repository ?? process.cwd()), policy.ready?.()])
  const decision = decideQuestion(policy, asked)
  const reading = asked.kind === 'call' ? asked.question.command : undefined
  return whilePrinting(async () => {
    await print(`${JSON.stringify({ ...decision, ...(asked.kind === 'call' ? { class: asked.question.effect } : {}), ...(asked.kind === 'integrate' ? { kinds: asked.question.kinds } : {}), ...(reading === undefined ? {} : { reading }), bundles: policy.bundles, notes }, undefined, 2)}\n`)
    return exits[decision.effect]
  })
}

async function toQuestion(options: PolicyCheckOptions, root: string): Promise<PolicyQuestion> {
  const { as, name, depth, fanOut, autonomy, callsInMinute, grant, scope } = options
  const around = drop({ as, name, depth, fan_out: fanOut, autonomy, calls_in_minute: callsInMinute, grants: grant, scope, at: toInstant(options.at) })
  if (options.tool !== undefined) return toCall(options, options.tool, around, root)
  const { integrate, risk, confidence, wanted, action, branch, host, quarantined } = options
  const asked = integrate !== undefined
    ? { integrate: integrate.map((path) => toTouched(path, 'write', root).path), ...drop({ risk, confidence, wanted }) }
    : { action, ...(action === 'deliver' ? drop({ proven: options.proven ?? false, branch }) : action === 'connect' ? { host } : action === 'continue' ? { quarantined: quarantined ?? 0 } : {}) }
  if (action === 'connect' && host === undefined) throw new Fault('request-invalid', 'connect to which host? say so with --host HOST:PORT')
  const parsed = CaseQuestion.safeParse({ ...asked, ...around })
  if (!parsed.success) throw new Fault('request-invalid', `the question does not fit: ${parsed.error.issues[0]?.message ?? ''}`)
  return toPolicyQuestion(parsed.data, async () => ({ acts: [], unknown: [] }))
}

/** A call as the choke point would ask about it: with the tool's own effect and paths, and what a command would do. */
async function toCall(options: PolicyCheckOptions, name: string, around: object, root: string): Promise<PolicyQuestion> {
  const parsed = CaseQuestion.safeParse({ tool: name, ...around })
  if (!parsed.success) throw new Fault('request-invalid', `the question does not fit: ${parsed.error.issues[0]?.message ?? ''}`)
  const contract = toCaseContract(parsed.data)
  const circumstances = toCircumstances(parsed.data, contract)
  const input = parseInput(options.input)
  const known = await readTool(name, input, contract.network)
  if (known !== undefined && (options.effect !== undefined || options.path !== undefined)) throw new Fault('request-invalid', `${name} says itself what it does and touches; --effect and --path are for tools that this version does not know`)
  const written = known?.paths ?? (options.path ?? []).map((path) => (path.startsWith('read:') ? { path: path.slice(5), access: 'read' as const } : { path, access: 'write' as const }))
  const paths = written.map(({ path, access }) => toTouched(path, access, root))
  const command = typeof input === 'object' && input !== null && !Array.isArray(input) ? input.command : undefined
  const reading = name === 'shell' && typeof command === 'string' ? await readCommand(command) : undefined
  return { kind: 'call', question: { tool: name, input, effect: known?.effect ?? options.effect ?? 'irreversible', paths, contract, circumstances, ...(reading === undefined ? {} : { command: reading }) } }
}

async function readCommand(command: string): Promise<CommandReading> {
  const reader = await openCommands()
  return reader.read(command, { home: '/work', env: {}, isSecret: (path) => toSecrecy(path) === 'yes', readFile: async () => undefined })
}

function parseInput(text: string | undefined): Json {
  if (text === undefined) return {}
  try {
    return JSON.parse(text) as Json
  } catch (thrown) {
    throw new Fault('request-invalid', `--input is not JSON: ${toMessage(thrown)}. Give what the tool is called with, like '{"command":"npm test"}'`, { cause: thrown })
  }
}

/** What a tool of this version says of a call; undefined for a tool that it does not know. @throws Fault `request-invalid` for input that does not fit. */
async function readTool(name: string, input: Json, network: readonly string[]) {
  const { openTools } = await import('../compose-engine.ts')
  const tool = openTools(network, {}).list.find((each) => each.name === name)
  if (tool === undefined) return undefined
  const parsed = tool.input.safeParse(input)
  if (parsed.success) return { effect: tool.effect(parsed.data), paths: tool.paths(parsed.data) }
  const [issue] = parsed.error.issues
  throw new Fault('request-invalid', `--input does not fit ${name}: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}`)
}

/** By its words alone: what is not there yet has no links to follow. */
function toTouched(path: string, access: 'read' | 'write', root: string): TouchedPath {
  const below = relative(root, resolve(root, path))
  const outside = below === '..' || below.startsWith('../') || isAbsolute(below)
  return { path: outside ? path : below === '' ? '.' : below, access, outside }
}

function toInstant(at: string | undefined): string {
  if (at === undefined) return new Date().toISOString()
  const ms = Date.parse(at)
  if (Number.isNaN(ms)) throw new Fault('request-invalid', `--at takes an instant like 2026-12-24T12:00:00+01:00, not '${at}'`)
  return new Date(ms).toISOString()
}

function drop(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
