import type { Json } from '../protocol/ids.ts'
import type { HookEvent, HookOutcome } from './ports/hooks.ts'
import { record, type RunContext } from './record.ts'

/** Calls the person's programs for this moment and records what they said. Returns the outcome that blocked, if one did. */
export async function callHooks(run: RunContext, event: HookEvent, input: Readonly<Record<string, Json>> = {}, about: { readonly tool?: string; readonly callId?: string } = {}): Promise<HookOutcome | undefined> {
  const { hooks } = run.ports
  if (hooks === undefined || !hooks.wants(event, about.tool)) return undefined
  const outcomes = await hooks.call(event, { session_id: run.rollout.run, hook_event_name: event, cwd: run.workspace?.home ?? run.state.opened?.repository.root ?? '', ...input }, {
    workspace: run.workspace, signal: run.signal, ...(about.tool === undefined ? {} : { tool: about.tool }),
  })
  await record(run, ...outcomes.map((each) => ({ type: 'hook.ran' as const, data: { ...each, ...(about.callId === undefined ? {} : { callId: about.callId }) } })))
  return outcomes.find((each) => each.status === 'blocked')
}
