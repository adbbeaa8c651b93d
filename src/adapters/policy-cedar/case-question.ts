import { toChangeKinds } from '../../domain/policy/change-kinds.ts'
import type { CallQuestion, Circumstances, IntegrateQuestion, OtherQuestion, Policy } from '../../engine/ports/policy.ts'
import type { CommandReading } from '../../protocol/command.ts'
import { Contract } from '../../protocol/contract.ts'
import type { CaseQuestion } from '../../protocol/policy-bundle.ts'
import type { Json } from '../../protocol/ids.ts'
import type { PolicyDecision } from '../../protocol/policy.ts'

/** A question as the engine would ask it. */
export type PolicyQuestion =
  | { readonly kind: 'call'; readonly question: CallQuestion }
  | { readonly kind: 'integrate'; readonly question: IntegrateQuestion }
  | { readonly kind: 'other'; readonly question: OtherQuestion }

type Around = Pick<CaseQuestion, 'as' | 'name' | 'depth' | 'at' | 'grants' | 'autonomy' | 'calls_in_minute' | 'calls_in_run' | 'fan_out' | 'scope' | 'pinned' | 'guarded'>

/** The moment at which a case is asked that names none: a Wednesday, 12:00 UTC. */
const someTime = Date.parse('2026-01-07T12:00:00Z')

/** A contract of which only what rules look at matters. */
export function toCaseContract(around: Around): Contract {
  return Contract.parse({
    version: 1, goal: 'a case', constraints: [], checks: [], scope: around.scope ?? [], dataLocations: [], budget: { maxTurns: 1, maxIdleTurns: 1 },
    approvers: [], unknowns: [], network: around.grants ?? [], guarded: around.guarded ?? [],
    pins: (around.pinned ?? []).map((path) => ({ mode: 'whole', path, sha256: '0'.repeat(64), why: 'a case' })),
  })
}

export function toCircumstances(around: Around, contract = toCaseContract(around)): Circumstances {
  const kind = around.as ?? 'agent'
  return {
    contract, principal: { kind, name: around.name ?? kind, depth: around.depth ?? (kind === 'specialist' ? 1 : 0) },
    at: around.at === undefined ? someTime : Date.parse(around.at),
    callsInMinute: around.calls_in_minute ?? 0, callsInRun: around.calls_in_run ?? 0, fanOut: around.fan_out ?? 0, autonomy: around.autonomy ?? 1,
  }
}

/** How a command is read as what it would do. */
export type ReadCommand = (command: string) => Promise<CommandReading | undefined>

export async function toPolicyQuestion(asked: CaseQuestion, read: ReadCommand): Promise<PolicyQuestion> {
  const circumstances = toCircumstances(asked)
  const { contract } = circumstances
  if ('tool' in asked) {
    const said: CommandReading | undefined = asked.acts === undefined && asked.unknown === undefined ? undefined : { acts: asked.acts ?? [], unknown: (asked.unknown ?? []).map((text) => ({ text, why: 'the case says so' })) }
    const command = said ?? (asked.command === undefined ? undefined : await read(asked.command))
    const input = asked.input ?? (asked.command === undefined ? {} : { command: asked.command })
    const effect = asked.effect ?? (asked.tool === 'read' || asked.tool === 'list' || asked.tool === 'search' || asked.tool === 'finish' ? 'read' : 'reversible')
    return { kind: 'call', question: { tool: asked.tool, input: input as Json, effect, paths: asked.paths ?? [], contract, circumstances, ...(command === undefined ? {} : { command }) } }
  }
  if ('integrate' in asked) {
    const { integrate: paths, kinds, risk = 'low', confidence, warnings = 0, wanted = false } = asked
    return { kind: 'integrate', question: { paths, kinds: kinds ?? toChangeKinds(paths), risk, confidence, warnings, wanted, circumstances } }
  }
  return { kind: 'other', question: toOther(asked, circumstances) }
}

function toOther(asked: Extract<CaseQuestion, { action: string }>, circumstances: Circumstances): OtherQuestion {
  switch (asked.action) {
    case 'deliver': return { action: 'deliver', branch: asked.branch, proven: asked.proven, circumstances }
    case 'amend': return { action: 'amend', parts: asked.parts, circumstances }
    case 'connect': return { action: 'connect', host: asked.host, circumstances }
    case 'delegate': return { action: 'delegate', role: asked.role, circumstances }
    case 'approve': return { action: 'approve', kind: asked.kind, rules: asked.rules, requestedBy: asked.requested_by, circumstances }
    case 'continue': return { action: 'continue', rule: asked.rule, quarantined: asked.quarantined, circumstances }
  }
}

/** Asks a policy whatever was asked. A policy from before has no answer to some questions: then nothing is asked of anybody. */
export function decideQuestion(policy: Policy, asked: PolicyQuestion): PolicyDecision {
  const unasked: PolicyDecision = { effect: 'allow', rules: [], policy: policy.hash, reason: 'The policy has no rules about this.' }
  switch (asked.kind) {
    case 'call': return policy.decide(asked.question)
    case 'integrate': return policy.integrate?.(asked.question) ?? unasked
    case 'other': return policy.judge?.(asked.question) ?? unasked
  }
}
