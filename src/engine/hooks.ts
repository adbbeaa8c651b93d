import type { Json } from '../protocol/ids.ts'
import { Fault } from '../protocol/fault.ts'
import type { HookEvent, HookOutcome } from './ports/hooks.ts'
import { getWorkspace, record, type RunContext } from './record.ts'

/** Calls the person's programs for this moment and records what they said. Returns the outcome that blocked, if one did. */
export async function callHooks(run: RunContext, event: HookEvent, input: Readonly<Record<string, Json>> = {}, about: { readonly tool?: string; readonly callId?: string } = {}): Promise<HookOutcome | undefined> {
  const { hooks } = run.ports
  if (hooks === undefined || !hooks.wants(event, about.tool)) return undefined
  const contract = run.state.contract ?? run.state.opened?.draft
  if (!contract) throw new Error('hooks are called of a run that was opened')
  const outcomes = await hooks.call(event, { session_id: run.rollout.run, hook_event_name: event, cwd: run.workspace?.home ?? run.state.opened?.repository.root ?? '', ...input }, {
    workspace: run.workspace, contract, signal: run.signal, ...(about.tool === undefined ? {} : { tool: about.tool }),
  })
  await record(run, ...outcomes.map((each) => ({ type: 'hook.ran' as const, data: { event: each.event, hook: each.hook, status: each.status, reason: each.reason, durationMs: each.durationMs, ...(about.callId === undefined ? {} : { callId: about.callId }) } })))
  const stop = outcomes.find((each) => each.stopsRun === true)
  if (stop) throw new Fault('cancelled', `a hook stopped the run (${stop.hook}): ${stop.reason}`)
  if (event === 'PostToolUse' || event === 'Stop' || event === 'SubagentStop') await seeWhatHooksDid(run)
  return outcomes.find((each) => each.status === 'blocked')
}

/** A formatter changes files: what the solver has read of them is old then. */
async function seeWhatHooksDid(run: RunContext): Promise<void> {
  const tree = await getWorkspace(run).snapshot(run.signal)
  if (tree === run.state.tree) return
  run.seen.clear()
  await record(run, { type: 'snapshot.taken', data: { tree } })
}
