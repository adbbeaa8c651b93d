import type { Waiting } from '../domain/approval/waiting.ts'
import type { OtherQuestion, Policy } from '../engine/ports/policy.ts'
import { Fault } from '../protocol/fault.ts'
import type { Ask } from '../protocol/policy.ts'
import type { RunId } from '../protocol/ids.ts'
import { openWorkspaces, type OpenRecord } from './compose.ts'
import { openPolicyFor } from './open-policy.ts'
import { readRun } from './read-run.ts'
import type { RunState } from '../domain/run-state.ts'

/** The policy that is in force now where a run was started. @throws Fault `policy-refused`, `run-corrupt`. */
export async function openPolicyOf(record: OpenRecord, run: RunId, { opened }: Pick<RunState, 'opened'>): Promise<Policy> {
  if (!opened) throw new Fault('run-corrupt', `the record of ${run} has no beginning`)
  const { root, base } = opened.repository
  const { policy } = await openPolicyFor({ places: record.places, now: record.clock.now(), repository: { root, base: async () => (await openWorkspaces(record.places)).readBase(root, base, run) } })
  await policy.ready?.()
  return policy
}

/** What a question to the policy says of a person who does something about a run. */
export function toPersonCircumstances(state: RunState, who: string, at: number): OtherQuestion['circumstances'] {
  const contract = state.contract ?? state.opened?.draft
  if (!contract) throw new Fault('run-corrupt', `the record of ${state.run ?? 'the run'} has no contract`)
  return { contract, principal: { kind: 'person', name: who, depth: 0 }, at, callsInMinute: 0, callsInRun: 0, fanOut: 0, autonomy: 1 }
}

/**
 * Rules may say who answers what: nobody but two of them, not who asked for the run. Gives the sentence that cites those against
 * this person, undefined where there are none. A rule that would ask counts as a no: there is nobody else to ask.
 */
export async function findAgainst(record: OpenRecord, run: RunId, who: string): Promise<(id: string, ask: Pick<Ask, 'kind' | 'rules'> | undefined) => string | undefined> {
  const { state } = await readRun(record.log, run)
  const policy = await openPolicyOf(record, run, state)
  return (id, ask) => {
    const decision = policy.judge?.({ action: 'approve', kind: ask?.kind ?? 'call', rules: ask?.rules ?? [], requestedBy: state.opened?.by ?? '', circumstances: toPersonCircumstances(state, who, record.clock.now()) })
    return decision === undefined || decision.effect === 'allow' ? undefined : `${id} cannot be answered by ${who}: ${decision.reason} (${decision.rules.join(', ')})`
  }
}

/** @throws Fault `policy-refused` that cites the rules. */
export async function requireAllowed(record: OpenRecord, waiting: readonly Waiting[], who: string): Promise<void> {
  for (const run of new Set(waiting.map((each) => each.run))) {
    const against = await findAgainst(record, run, who)
    for (const { id, question } of waiting.filter((each) => each.run === run)) {
      const why = against(id, question.ask)
      if (why !== undefined) throw new Fault('policy-refused', why)
    }
  }
}
