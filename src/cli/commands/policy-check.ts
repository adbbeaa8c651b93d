import { explain } from '../../adapters/policy-cedar/read-bundle.ts'
import { decideQuestion } from '../../adapters/policy-cedar/case-question.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { Json } from '../../protocol/ids.ts'
import { CaseQuestion } from '../../protocol/policy-bundle.ts'
import type { EffectClass, PolicyDecision } from '../../protocol/policy.ts'
import { listTools, toQuestion } from '../ask-policy.ts'
import { openPolicyHere } from '../policy-here.ts'
import { print, whilePrinting } from '../print.ts'

export interface PolicyCheckOptions {
  /** All of it at once, in the form of a case. */
  readonly question?: string
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
  const kinds = [options.tool, options.integrate, options.action, options.question].filter((kind) => kind !== undefined)
  if (kinds.length !== 1) throw new Fault('request-invalid', 'ask one thing: --tool NAME with --input JSON, or --integrate PATH…, or --action ACTION, or --question JSON (writ policy check --help has examples)')
  const written = CaseQuestion.safeParse(options.question === undefined ? toWritten(options) : readQuestion(options.question, options))
  if (!written.success) throw new Fault('request-invalid', `the question does not fit: ${explain(written.error)}`)
  const { data } = written
  const own = 'tool' in data ? await aboutTool(data.tool, options.question === undefined ? [options.input, options.effect, options.path] : [data.input, data.effect, data.paths, data.command, data.acts, data.unknown]) : []
  const { root, base, opened: { policy, notes: found } } = await openPolicyHere(options.repo)
  const unread: string[] = []
  const asked = await toQuestion(data, {
    root: root ?? process.cwd(),
    readFile: async (path) => (base === undefined ? void unread.push(path) : (await base()).read(path)),
  })
  const notes = [...own, ...found, ...(unread.length > 0 ? [`There is no repository here, so scripts were not read: ${unread.join(', ')}`] : [])]
  const decision = decideQuestion(policy, asked)
  const reading = asked.kind === 'call' ? asked.question.command : undefined
  return whilePrinting(async () => {
    await print(`${JSON.stringify({ ...decision, ...(asked.kind === 'call' ? { class: asked.question.effect } : {}), ...(asked.kind === 'integrate' ? { kinds: asked.question.kinds } : {}), ...(reading === undefined ? {} : { reading }), bundles: policy.bundles, notes }, undefined, 2)}\n`)
    return exits[decision.effect]
  })
}

/**
 * What is to be known of the tool that was named. A slip in a name or a tool without its input would be answered, and the answer
 * would be about something else. @throws Fault `request-invalid` for a tool of Writ's without anything that says what it is asked to do
 */
async function aboutTool(name: string, said: readonly unknown[]): Promise<readonly string[]> {
  const names = (await listTools()).map((tool) => tool.name)
  if (!names.includes(name)) return [`Writ has no tool named ${name}: it was judged as one that Writ does not know. Its own are ${names.join(', ')}`]
  if (said.every((each) => each === undefined)) throw new Fault('request-invalid', `what is ${name} to do? say so with --input JSON, as the tool is called`)
  return []
}

/** Options that say a part of a question. */
const parts = ['input', 'path', 'effect', 'risk', 'confidence', 'wanted', 'proven', 'branch', 'host', 'quarantined', 'grant', 'scope', 'name', 'depth', 'fanOut', 'autonomy', 'callsInMinute', 'at'] as const

/** `--question`: what a case has under that name. It says all that there is to say, but for the time, which is now. */
function readQuestion(text: string, options: PolicyCheckOptions): unknown {
  const beside = [...parts.filter((name) => options[name] !== undefined), ...(options.as === undefined || options.as === 'agent' ? [] : ['as'])].map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`)
  if (beside.length > 0) throw new Fault('request-invalid', `--question says all of it: put ${beside.join(', ')} into it (docs/policy.md, Cases)`)
  const question = parseJson(text, '--question', '{"action":"approve","kind":"deliver","requested_by":"ada"}')
  return typeof question === 'object' && question !== null && !Array.isArray(question) ? { at: new Date().toISOString(), ...question } : question
}

/** In the form of a case. */
function toWritten(options: PolicyCheckOptions): Record<string, unknown> {
  const { tool, integrate, action, as, name, depth, fanOut, autonomy, callsInMinute, grant, scope, risk, confidence, wanted, branch, host, quarantined, effect } = options
  const around = { as, name, depth, fan_out: fanOut, autonomy, calls_in_minute: callsInMinute, grants: grant, scope, at: toInstant(options.at) }
  if (tool !== undefined) {
    const paths = options.path?.map((path) => (path.startsWith('read:') ? { path: path.slice(5), access: 'read' } : path))
    return drop({ tool, input: options.input === undefined ? undefined : parseJson(options.input, '--input', '{"command":"npm test"}'), effect: effect ?? (options.input === undefined ? 'irreversible' : undefined), paths, ...around })
  }
  if (integrate !== undefined) return drop({ integrate, risk, confidence, wanted, ...around })
  switch (action) {
    case 'deliver': return drop({ action, proven: options.proven ?? false, branch, ...around })
    case 'connect': {
      if (host === undefined) throw new Fault('request-invalid', 'connect to which host? say so with --host HOST:PORT')
      return drop({ action, host, ...around })
    }
    case 'continue': return drop({ action, quarantined: quarantined ?? 0, ...around })
    default: return drop({ action, ...around })
  }
}

function parseJson(text: string, option: string, example: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (thrown) {
    throw new Fault('request-invalid', `${option} is not JSON: ${toMessage(thrown)}. Write it like '${example}'`, { cause: thrown })
  }
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
