import { Fault } from '../../protocol/fault.ts'
import type { TreeId } from '../../protocol/ids.ts'
import type { PendingCall } from '../../domain/run-state.ts'
import type { Step } from '../../domain/step.ts'
import { judgeCall, perform, recordIntents, recordResults, type Judged, type Returned } from '../choke-point.ts'
import { getWorkspace, record, type RunContext } from '../record.ts'

/** Carries out what the solver asked for. Calls that only read run side by side; what writes runs alone, in order. */
export async function act(run: RunContext, step: Extract<Step, { phase: 'act' }>): Promise<void> {
  if (step.do === 'recover') return recover(run)
  for (const group of groupCalls(run, step.calls)) {
    const ready = await approve(run, group)
    if (!ready) return
    await recordIntents(run, ready)
    const writes = ready.some((each) => each.effect !== 'read' && !each.refusal)
    const results = await Promise.all(ready.map((each) => perform(run, each)))
    const after = writes ? await getWorkspace(run).snapshot(run.signal) : undefined
    await recordResults(run, await nameChanges(run, results, after), after)
  }
}

/** Most changed paths that a result names. */
const mostNamed = 8

/** A command's result says which files it changed: what nobody names is easily committed unseen. Edits show their diff. */
async function nameChanges(run: RunContext, results: readonly Returned[], after: TreeId | undefined): Promise<readonly Returned[]> {
  const before = run.state.tree
  const [only] = results
  if (after === undefined || before === undefined || after === before || only === undefined || only.judged.pending.call.name !== 'shell') return results
  const changes = await getWorkspace(run).changes(before, after)
  const named = changes.slice(0, mostNamed).map((change) => (change.kind === 'added' ? `${change.path} (new)` : change.kind === 'deleted' ? `${change.path} (deleted)` : change.path))
  const more = changes.length > mostNamed ? ` and ${changes.length - mostNamed} more` : ''
  return changes.length === 0 ? results : [{ ...only, text: `${only.text}\nchanged: ${named.join(', ')}${more}` }]
}

/** Neighbours that may run together form a group; anything that writes is a group of its own. */
function groupCalls(run: RunContext, calls: readonly PendingCall[]): Judged[][] {
  const groups: Judged[][] = []
  for (const pending of calls) {
    const judged = judgeCall(run, pending)
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
    if (judged.refusal || judged.decision.effect !== 'ask') {
      ready.push(judged)
      continue
    }
    const gate = judged.pending.call.callId
    if (!run.state.approvals.has(gate)) {
      const question = `May ${judged.pending.call.name} do this, which cannot be undone? ${JSON.stringify(judged.pending.call.input).slice(0, 500)} (${judged.decision.reason})`
      await record(run, { type: 'approval.requested', data: { gate, question, callId: gate } })
      const answer = await run.ports.approver.ask(question, run.signal)
      if (!answer) return undefined
      await record(run, { type: 'approval.given', data: { gate, by: answer.by, answer: answer.answer, ...(answer.note ? { note: answer.note } : {}) } })
    }
    const denied = run.state.approvals.get(gate) === 'deny'
    ready.push(denied ? { ...judged, refusal: { status: 'denied', text: 'A person said no to this. Find another way, or finish and say what is left.' } } : judged)
  }
  return ready
}

/**
 * We died while calls were under way. What they may have changed in the workspace is undone, then reads and reversible
 * calls are simply done again; an irreversible one is never repeated on its own.
 */
async function recover(run: RunContext): Promise<void> {
  const interrupted = run.state.calls.filter((each) => each.status === 'called')
  const risky = interrupted.find((each) => each.effect === 'irreversible')
  if (risky) {
    const question = `The run stopped in the middle of a call that cannot be undone and may or may not have happened: ${risky.call.name} ${JSON.stringify(risky.call.input).slice(0, 500)}. Approve to do it again, deny to go on without.`
    await record(run, { type: 'approval.requested', data: { gate: risky.call.callId, question, callId: risky.call.callId } })
    const answer = await run.ports.approver.ask(question, run.signal)
    if (!answer) return
    await record(run, { type: 'approval.given', data: { gate: risky.call.callId, by: answer.by, answer: answer.answer } })
  }
  const to = run.state.tree
  if (!to) throw new Fault('run-corrupt', 'the log shows a call but no content of the workspace before it')
  await getWorkspace(run).rollback(to, run.signal)
  await record(run, { type: 'workspace.rolledback', data: { to, why: `the run stopped in the middle of ${interrupted.map((each) => each.call.name).join(', ')}` } })
}
