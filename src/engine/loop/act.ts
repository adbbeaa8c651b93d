import { Fault } from '../../protocol/fault.ts'
import type { Json, TreeId } from '../../protocol/ids.ts'
import { toChangedPaths } from '../../domain/context/describe-changed.ts'
import { asksPlainly, isStaged, saysItWell } from '../../domain/decisions.ts'
import type { PendingCall } from '../../domain/run-state.ts'
import type { Step } from '../../domain/step.ts'
import { toCallAsk } from '../build-ask.ts'
import { askPeople, type Wanted } from '../gate.ts'
import { callHooks } from '../hooks.ts'
import { judgeCall, perform, recordIntents, recordResults, type Judged, type Returned } from '../choke-point.ts'
import { getWorkspace, record, type RunContext } from '../record.ts'

/** Carries out what the solver asked for. Calls that only read run side by side; what writes runs alone, in order. */
export async function act(run: RunContext, step: Extract<Step, { phase: 'act' }>): Promise<void> {
  if (step.do === 'recover') return recover(run)
  const judged: Judged[] = []
  for (const pending of step.calls) judged.push(await judgeCall(run, pending))
  // All questions of a turn are asked together, before any of it is done.
  if (isStaged(run.state) && !(await askPeople(run, judged.flatMap((each) => (isToBeAsked(run, each) ? [toQuestion(run, each)] : []))))) return
  for (const group of groupCalls(judged)) {
    const approved = await approve(run, group)
    if (!approved) return
    const ready = await askHooksBefore(run, approved)
    await recordIntents(run, ready)
    const writes = ready.some((each) => each.effect !== 'read' && !each.refusal)
    const results = await Promise.all(ready.map((each) => perform(run, each)))
    const after = writes ? await getWorkspace(run).snapshot(run.signal) : undefined
    await recordResults(run, await nameChanges(run, results, after), after)
    await tellHooksAfter(run, results)
  }
}

/** A command's result says which files it changed: what nobody names is easily committed unseen. Edits show their diff. */
async function nameChanges(run: RunContext, results: readonly Returned[], after: TreeId | undefined): Promise<readonly Returned[]> {
  const before = run.state.tree
  const [only] = results
  if (after === undefined || before === undefined || after === before || only === undefined || only.judged.pending.call.name !== 'shell') return results
  const changed = toChangedPaths(await getWorkspace(run).changes(before, after))
  return changed ? [{ ...only, changed }] : results
}

/** Neighbours that may run together form a group; anything that writes is a group of its own. */
function groupCalls(calls: readonly Judged[]): Judged[][] {
  const groups: Judged[][] = []
  for (const judged of calls) {
    const last = groups.at(-1)
    if (last && judged.sideBySide && last.every((each) => each.sideBySide)) last.push(judged)
    else groups.push([judged])
  }
  return groups
}

/** An irreversible call waits for a person's recorded word. Undefined when nobody is there: the run then ends as waiting. */
async function approve(run: RunContext, group: readonly Judged[]): Promise<readonly Judged[] | undefined> {
  const ready: Judged[] = []
  for (const judged of group) {
    const gate = judged.pending.call.callId
    if (isToBeAsked(run, judged) && !(await askPeople(run, [toQuestion(run, judged)]))) return undefined
    const denied = !judged.refusal && run.state.approvals.get(gate) === 'deny'
    ready.push(denied ? { ...judged, refusal: { status: 'denied', text: judged.pending.cutOff ? toNotRepeated(run) : toDenial(run, gate) } } : judged)
  }
  return ready
}

function isToBeAsked(run: RunContext, { refusal, decision, pending }: Judged): boolean {
  return !refusal && decision.effect === 'ask' && !run.state.approvals.has(pending.call.callId)
}

function toQuestion(run: RunContext, judged: Judged): Wanted {
  const { call: { callId, name, input } } = judged.pending
  const repaired = run.state.repaired ? ' The record of this run was damaged and repaired: what was set aside may have done it already.' : ''
  const what = isStaged(run.state) && judged.effect !== 'irreversible' ? `May ${name} do this?` : `May ${name} do this, which cannot be undone?`
  const ask = isStaged(run.state) ? toCallAsk(run, judged) : undefined
  const told = (ask && asksPlainly(run.state) ? commandOf(input) ?? ask.does : JSON.stringify(input)).slice(0, 500)
  return { gate: callId, text: `${what} ${told} (${judged.decision.reason})${repaired}`, callId, ...(ask ? { ask, about: { reading: judged.reading, paths: judged.paths } } : {}) }
}

function commandOf(input: Json): string | undefined {
  return typeof input === 'object' && input !== null && 'command' in input && typeof input.command === 'string' ? input.command : undefined
}

/** The person's own programs may say no, whatever was allowed. */
async function askHooksBefore(run: RunContext, group: readonly Judged[]): Promise<readonly Judged[]> {
  const ready: Judged[] = []
  for (const judged of group) {
    const { callId, name, input } = judged.pending.call
    const blocked = judged.refusal ? undefined : await callHooks(run, 'PreToolUse', { tool_name: name, tool_input: input }, { tool: name, callId })
    ready.push(blocked ? { ...judged, refusal: { status: 'denied', text: `Refused by a hook of the person (${blocked.hook}): ${blocked.reason || 'it gave no reason'}` } } : judged)
  }
  return ready
}

/** What is done is done: a hook that objects afterwards is heard by the solver. */
async function tellHooksAfter(run: RunContext, results: readonly Returned[]): Promise<void> {
  for (const { judged, text, status } of results) {
    if (judged.refusal) continue
    const { callId, name, input } = judged.pending.call
    const blocked = await callHooks(run, 'PostToolUse', { tool_name: name, tool_input: input, tool_response: { status, text } }, { tool: name, callId })
    if (blocked) await record(run, { type: 'observation.made', data: { task: run.state.active?.id ?? '', kind: 'hook', text: `A hook of the person (${blocked.hook}) says of ${name}: ${blocked.reason}` } })
  }
}

/** What a person, or their hook, gave as the reason is what the solver can go by. */
function toDenial({ state }: RunContext, gate: string): string {
  const why = asksPlainly(state) ? state.answerNotes.get(gate) : undefined
  return `A person said no to this${why ? `: ${why.replace(/[.\s]+$/, '')}` : ''}. Find another way, or finish and say what is left.`
}

/** That the run was interrupted has been said before. */
function toNotRepeated({ state }: RunContext): string {
  return `${saysItWell(state) ? 'This call was cut off by that' : 'The run was interrupted in the middle of this call'}. It may or may not have happened, and a person decided that it is not done again. Go on from there, and say in finish what remains uncertain.`
}

/**
 * We died while calls were under way. What they may have changed in the workspace is undone, then reads and reversible
 * calls are simply done again. One that may have had an effect outside is never repeated on its own: each is put to a person,
 * once for each time that it was cut off.
 */
async function recover(run: RunContext): Promise<void> {
  const interrupted = run.state.calls.filter((each) => each.status === 'called')
  for (const pending of interrupted) {
    if (pending.settled || !isInDoubt(run, pending)) continue
    const { callId } = pending.call
    if (!(await askPeople(run, [{ gate: callId, text: describeDoubt(run, pending), callId, inDoubt: true }]))) return
  }
  const to = run.state.tree
  if (!to) throw new Fault('run-corrupt', 'the log shows a call but no content of the workspace before it')
  await getWorkspace(run).rollback(to, run.signal)
  await record(run, { type: 'workspace.rolledback', data: { to, why: `the run stopped in the middle of ${interrupted.map((each) => each.call.name).join(', ')}` } })
}

/** Did it reach out, or can it do what cannot be undone in a way that leaves no record? */
function isInDoubt(run: RunContext, { call, effect, reached, lost }: PendingCall): boolean {
  if (reached.length > 0) return true
  const tool = run.ports.tools.find((each) => each.name === call.name)
  if (!lost) return effect === 'irreversible' && tool?.recordsReach !== true
  const input = tool?.input.safeParse(call.input)
  if (!tool || !input?.success) return false
  return tool.effect(input.data) === 'irreversible' || (tool.recordsReach === true && (run.state.contract?.network.length ?? 0) > 0)
}

/** The question, with all that is known. */
function describeDoubt(run: RunContext, { call, calledAt, reached, effect, lost }: PendingCall): string {
  const what = `${call.name} ${JSON.stringify(call.input).slice(0, 500)}`
  const choice = 'Look there first; approve to do it again, deny to go on without.'
  if (lost && reached.length === 0) return `The record of this call was damaged and set aside (${run.state.repaired?.keptAs ?? 'see writ log'}), so it may or may not have happened: ${what}. ${choice}`
  const lastSeen = run.rollout.events.findLast((event) => event.type !== 'run.resumed' && event.type !== 'approval.requested')?.at ?? 'an unknown time'
  const known = reached.length > 0
    ? `It had begun to talk to ${reached.join(', ')} (the record says so before a connection is made); what was answered is not known`
    : 'It leaves no record of how far it got'
  return `The run stopped (last record ${lastSeen}) in the middle of a call that ${effect === 'irreversible' ? 'cannot be undone' : 'had reached out of the sandbox'} and may or may not have happened: ${what}. It began at ${new Date(calledAt).toISOString()}. ${known}. ${choice}`
}
