import { z } from 'zod'
import type { CommandReading } from '../protocol/command.ts'
import { Contract } from '../protocol/contract.ts'
import { Fault } from '../protocol/fault.ts'
import type { Json } from '../protocol/ids.ts'
import type { PolicyDecision } from '../protocol/policy.ts'
import { toEffect } from '../domain/command/to-effect.ts'
import { toChangeKinds } from '../domain/policy/change-kinds.ts'
import { toSecrecy } from '../domain/text/secret-paths.ts'
import type { Circumstances, OtherQuestion, Policy } from '../engine/ports/policy.ts'

/** A question as people write it, on the command line or in cases.yaml. */
export const WrittenQuestion = z.strictObject({
  tool: z.string().optional(),
  input: z.json().optional(),
  action: z.enum(['integrate', 'deliver', 'amend', 'connect', 'delegate', 'approve', 'continue']).optional(),
  paths: z.array(z.string()).optional(),
  host: z.string().optional(),
  branch: z.string().optional(),
  proven: z.boolean().optional(),
  confidence: z.number().min(0).max(1).optional(),
  risk: z.enum(['low', 'medium', 'high']).optional(),
  wanted: z.boolean().optional(),
  role: z.string().optional(),
  quarantined: z.int().optional(),
  grants: z.array(z.string()).optional(),
  scope: z.array(z.string()).optional(),
  pinned: z.array(z.string()).optional(),
  at: z.string().optional(),
  autonomy: z.number().optional(),
  as: z.enum(['agent', 'specialist', 'hook', 'person']).optional(),
  depth: z.int().optional(),
  fan_out: z.int().optional(),
  calls_in_minute: z.int().optional(),
  calls_in_run: z.int().optional(),
})
export type WrittenQuestion = z.infer<typeof WrittenQuestion>

/** A bundle's `cases.yaml`: questions with the answers that they must get. */
export const CasesFile = z.array(z.strictObject({ name: z.string().min(1), question: WrittenQuestion, expect: z.enum(['allow', 'ask', 'deny']), rule: z.string().optional() }))
export type Cases = z.infer<typeof CasesFile>

export interface Asked {
  readonly decision: PolicyDecision
  readonly reading: CommandReading | undefined
}

const home = '/repository'

/** Puts a written question to a policy that is ready. @throws Fault `request-invalid` where it says too little. */
export async function askPolicy(policy: Policy, question: WrittenQuestion, now: number): Promise<Asked> {
  const at = question.at === undefined ? now : Date.parse(question.at)
  if (Number.isNaN(at)) throw new Fault('request-invalid', `“${question.at ?? ''}” is no instant; write one like 2026-05-01T12:00:00Z`)
  const contract = Contract.parse({
    version: 1, goal: 'a question', constraints: [], checks: [], scope: question.scope ?? [], dataLocations: [], budget: { maxTurns: 1, maxIdleTurns: 1 }, approvers: [], unknowns: [], network: question.grants ?? [],
    pins: (question.pinned ?? []).map((path) => ({ mode: 'whole', path, sha256: '0'.repeat(64), why: 'a question' })), guarded: [],
  })
  const circumstances: Circumstances = { contract, at, principal: { kind: question.as ?? 'agent', name: question.as ?? 'agent', depth: question.depth ?? 0 }, callsInMinute: question.calls_in_minute ?? 0, callsInRun: question.calls_in_run ?? 0, fanOut: question.fan_out ?? 0, autonomy: question.autonomy ?? 1 }
  if (question.action !== undefined) return { decision: askOther(policy, question, circumstances), reading: undefined }
  if (question.tool === undefined) throw new Fault('request-invalid', 'say what is asked about: --tool NAME --input JSON, or --action NAME')
  return askCall(policy, question.tool, question.input ?? {}, circumstances)
}

async function askCall(policy: Policy, name: string, input: Json, circumstances: Circumstances): Promise<Asked> {
  const { contract } = circumstances
  const [{ openTools }, { createCommandReader }] = await Promise.all([import('./compose-engine.ts'), import('../adapters/command-bash/command-reader.ts')])
  const tool = openTools(contract.network, {}).list.find((each) => each.name === name)
  const parsed = tool?.input.safeParse(input)
  if (tool && parsed && !parsed.success) throw new Fault('request-invalid', `the input does not fit ${name}: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`)
  const command = tool?.command?.(parsed?.data)
  const reading = command === undefined ? undefined : await createCommandReader().read(command, { home, env: {}, isSecret: (path) => toSecrecy(path) === 'yes', readFile: async () => undefined })
  const own = tool?.effect(parsed?.data) ?? 'irreversible'
  const effect = reading === undefined ? own : toEffect(reading, contract) === 'irreversible' ? 'irreversible' : own === 'irreversible' ? 'reversible' : own
  const paths = (tool?.paths(parsed?.data) ?? []).map(({ path, access }) => ({ path, access, outside: path.startsWith('/') || path.split('/').includes('..') }))
  return { decision: policy.decide({ tool: name, input, effect, paths, contract, circumstances, ...(reading ? { command: reading } : {}) }), reading }
}

function askOther(policy: Policy, question: WrittenQuestion, circumstances: Circumstances): PolicyDecision {
  const { action = 'amend', paths = [] } = question
  if (!policy.integrate || !policy.judge) throw new Fault('request-invalid', 'this policy is from before there were such questions')
  if (action === 'integrate') return policy.integrate({ paths, kinds: toChangeKinds(paths), risk: question.risk ?? 'low', confidence: question.confidence, warnings: 0, wanted: question.wanted ?? false, circumstances })
  return policy.judge(toOther(action, question, circumstances))
}

function toOther(action: Exclude<NonNullable<WrittenQuestion['action']>, 'integrate'>, question: WrittenQuestion, circumstances: Circumstances): OtherQuestion {
  switch (action) {
    case 'deliver': return { action, branch: question.branch ?? 'main', proven: question.proven ?? true, circumstances }
    case 'amend': return { action, parts: ['goal'], circumstances }
    case 'connect': return { action, host: question.host ?? '', circumstances }
    case 'delegate': return { action, role: question.role ?? 'coder', circumstances }
    case 'approve': return { action, kind: 'call', rules: [], requestedBy: 'agent', circumstances }
    case 'continue': return { action, rule: 'secrets/key', quarantined: question.quarantined ?? 1, circumstances }
  }
}
