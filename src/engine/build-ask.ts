import type { Act } from '../protocol/command.ts'
import type { Ask, PolicyDecision } from '../protocol/policy.ts'
import { toApproverSteps } from '../domain/approval/approver-steps.ts'
import { findStandingUntil } from '../domain/approval/asked.ts'
import { describeEdits } from '../domain/approval/describe-edits.ts'
import { toRememberable } from '../domain/approval/remembered.ts'
import { asksPlainly, keepsQuestions } from '../domain/decisions.ts'
import { readPolicySettings, toMs } from '../domain/policy/settings.ts'
import { describeReading } from '../domain/command/describe-reading.ts'
import type { Judged } from './choke-point.ts'
import { contractOf } from './circumstances.ts'
import type { RunContext } from './record.ts'

/** Longest text that a question shows, in characters; the record has the rest. */
const longestShown = 20_000
const longestWhy = 1000

/** What every question has: who may answer it, until when, and why it is asked. */
export function toAsk(run: RunContext, decision: PolicyDecision, paths: readonly string[], about: Pick<Ask, 'kind' | 'does' | 'shows' | 'risk' | 'undo' | 'remember' | 'choices'> & { readonly gate: string; readonly why?: string }): Ask {
  const { policy } = run.ports
  const routed = policy.approversFor?.(paths) ?? { steps: [], escalateMs: 0 }
  const { remember, why, gate, ...rest } = about
  return {
    ...rest,
    shows: about.shows.length > longestShown ? `${about.shows.slice(0, longestShown)}\n[cut: ${about.shows.length - longestShown} more characters]` : about.shows,
    why: (why ?? wordsOfSolver(run)).slice(0, longestWhy),
    rules: decision.rules,
    ...(asksPlainly(run.state) ? { reason: decision.reason, risk: toGraver(rest.risk, decision.risk) } : {}),
    expiresAt: toExpiry(run, gate),
    approvers: toApproverSteps(contractOf(run).approvers, routed.steps),
    escalateMs: routed.escalateMs,
    ...(remember ? { remember } : {}),
  }
}

/** One that is put again, because nobody answered before the run stopped, stands as long as it did. */
function toExpiry(run: RunContext, gate: string): string {
  const { state, ports: { policy } } = run
  const standing = keepsQuestions(state) ? findStandingUntil(state.past, gate, state.at) : undefined
  return standing ?? new Date(state.at + toMs(readPolicySettings(policy.settings).gates.approval_expires)).toISOString()
}

/** A call that a person has to allow. */
export function toCallAsk(run: RunContext, judged: Judged): Ask {
  const { pending: { call }, effect, decision, reading, paths } = judged
  const plainly = asksPlainly(run.state)
  const kinds = new Set((reading?.acts ?? []).flatMap((act: Act) => act.kinds))
  const remember = toRememberable(reading, paths)
  return toAsk(run, decision, paths.map(({ path }) => path), {
    kind: 'call', gate: call.callId,
    does: reading ? describeReading(reading) : plainly && paths.length > 0 ? `${call.name} ${paths.map(({ path }) => path).join(', ').slice(0, 300)}` : `${call.name} ${JSON.stringify(call.input).slice(0, 300)}`,
    shows: (plainly ? describeEdits(call.input) : undefined) ?? (typeof call.input === 'object' && call.input !== null && 'command' in call.input && typeof call.input.command === 'string' ? call.input.command : JSON.stringify(call.input, undefined, 2)),
    risk: isGrave(kinds) ? 'high' : effect === 'irreversible' ? 'medium' : 'low',
    undo: effect === 'irreversible' ? 'What it does outside of this machine cannot be taken back by Writ; its files can.' : 'The workspace goes back to the snapshot before it.',
    ...(remember ? { remember } : {}),
  })
}

const gravity: readonly Ask['risk'][] = ['low', 'medium', 'high']

/** A rule that calls something risky knows more than what can be told from the call. */
function toGraver(ours: Ask['risk'], ruled: Ask['risk'] | undefined): Ask['risk'] {
  return ruled !== undefined && gravity.indexOf(ruled) > gravity.indexOf(ours) ? ruled : ours
}

function isGrave(kinds: ReadonlySet<string>): boolean {
  return ['force-push', 'history-rewrite', 'database-drop', 'deploy', 'publish', 'remote-shell', 'privilege', 'secret-read', 'registry'].some((kind) => kinds.has(kind))
}

/** What the solver said beside the call: a claim, and shown as one. */
function wordsOfSolver(run: RunContext): string {
  const last = run.state.messages.findLast((message) => message.role === 'assistant')
  return last?.role === 'assistant' ? last.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n').trim() : ''
}
