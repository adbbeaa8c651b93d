import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import { askPolicy, WrittenQuestion } from '../ask-policy.ts'
import { openPolicyHere } from '../policy-here.ts'
import { print, whilePrinting } from '../print.ts'

export interface PolicyCheckOptions {
  readonly tool?: string
  readonly input?: string
  readonly action?: string
  readonly path?: readonly string[]
  readonly host?: string
  readonly unproven?: boolean
  readonly confidence?: number
  readonly grant?: readonly string[]
  readonly scope?: readonly string[]
  readonly at?: string
  readonly autonomy?: number
  readonly as?: string
  readonly repo?: string
}

const codes = { allow: exitCodes.proven, ask: exitCodes.waiting, deny: exitCodes['not-achieved'] } as const

/** `writ policy check`: one question, its answer as JSON. Nothing is run or recorded. */
export async function policyCheckCommand(options: PolicyCheckOptions): Promise<number> {
  const written = WrittenQuestion.safeParse(withoutUndefined({
    tool: options.tool, input: options.input === undefined ? undefined : toJson(options.input), action: options.action, paths: options.path, host: options.host, proven: options.unproven ? false : undefined,
    confidence: options.confidence, grants: options.grant, scope: options.scope, at: options.at, autonomy: options.autonomy, as: options.as,
  }))
  if (!written.success) throw new Fault('request-invalid', `the question does not fit: ${written.error.issues[0]?.path.join('.') ?? ''} ${written.error.issues[0]?.message ?? ''}`)
  const { record, opened } = await openPolicyHere(options.repo)
  const { decision, reading } = await askPolicy(opened.policy, written.data, record.clock.now())
  for (const note of opened.notes) process.stderr.write(`writ: ${note}\n`)
  return whilePrinting(async () => {
    await print(`${JSON.stringify({ ...decision, ...(reading ? { reading } : {}) }, undefined, 2)}\n`)
    return codes[decision.effect]
  })
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new Fault('request-invalid', `--input is not JSON: ${text.slice(0, 100)} (write it like '{"command":"npm publish"}')`)
  }
}

function withoutUndefined(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}
