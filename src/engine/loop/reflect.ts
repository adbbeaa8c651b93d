import { solverOf } from '../../domain/route.ts'
import type { NewEvent } from '../../protocol/events/event.ts'
import type { CommitId } from '../../protocol/ids.ts'
import { isRepair } from '../../domain/decide.ts'
import { followsStrictly, tellsThePlan } from '../../domain/decisions.ts'
import { isPlanned, isSettled } from '../../domain/delegation/delegation.ts'
import { commitMessage } from '../../domain/report/commit-message.ts'
import { describeRefusal } from '../../domain/context/describe-refusal.ts'
import type { Step } from '../../domain/step.ts'
import { askUnreviewed } from '../ask-unreviewed.ts'
import { askUnsure } from '../ask-unsure.ts'
import { callHooks } from '../hooks.ts'
import { review } from '../review.ts'
import { askMilestone, askPlan, checkMilestone } from '../plan-gates.ts'
import { askMerge, integrate, integratorOf } from '../integrate.ts'
import { prove } from '../prove.ts'
import { seeTests } from '../stages.ts'
import { keepGrounds } from '../grounds.ts'
import { getWorkspace, record, type RunContext } from '../record.ts'

/** Judges what there is: accept and commit, prove, revise, or end honestly. */
export async function reflect(run: RunContext, step: Extract<Step, { phase: 'reflect' }>): Promise<void> {
  switch (step.do) {
    case 'commit':
      return commit(run)
    case 'review':
      return review(run)
    case 'finish-task':
      return finishTask(run)
    case 'integrate':
      return integrate(run, step.task)
    case 'see-tests':
      return seeTests(run, step.task)
    case 'ask-merge':
      return askMerge(run, step.task)
    case 'ask-unsure':
      return askUnsure(run, step.task)
    case 'ask-unreviewed':
      return askUnreviewed(run, step.task)
    case 'ask-plan':
      return askPlan(run)
    case 'check-milestone':
      return checkMilestone(run, step.task)
    case 'ask-milestone':
      return askMilestone(run, step.task)
    case 'prove':
      return proveNow(run)
    case 'limit':
      return record(run, { type: 'limit.reached', data: { limit: step.limit, detail: step.detail } })
    case 'end':
      return end(run, step)
  }
}

async function commit(run: RunContext): Promise<void> {
  const workspace = getWorkspace(run)
  const { state } = run
  const task = state.active?.id ?? ''
  const parent = state.head
  if (!state.tree || !parent) throw new Error('a commit needs the workspace')
  // Background commands end with their task; what they wrote since the last look is looked at before it is committed.
  await run.ports.stopTools()
  const now = await workspace.snapshot(run.signal)
  if (now !== state.tree) return record(run, { type: 'snapshot.taken', data: { tree: now } })
  const { message, trailers } = commitMessage(state)
  const made = await workspace.commit({ message, parent, trailers })
  if (!made) return record(run, { type: 'commit.skipped', data: { task, tree: state.tree } })
  const files = await workspace.changes(parent, made.commit)
  await record(run, { type: 'commit.created', data: { task, commit: made.commit, tree: made.tree, parent, message, files: [...files] } })
}

/** Most times that a hook may keep the solver from stopping: then it is over-ruled. */
const mostStopsBlocked = 3

async function finishTask(run: RunContext): Promise<void> {
  const { active, finish, commits } = run.state
  if (run.state.stopsBlocked < mostStopsBlocked && solverOf(run.state) === 'model' && !run.state.limit) {
    const blocked = await callHooks(run, 'Stop', { stop_hook_active: run.state.stopsBlocked > 0, message: finish?.summary ?? '' })
    if (blocked) return record(run, { type: 'observation.made', data: { task: active?.id ?? '', kind: 'hook', text: `A hook of the person (${blocked.hook}) says that this is not finished: ${blocked.reason}` } })
  }
  if (!active || !finish) throw new Error('only a task that was called finished is finished')
  const last = commits.findLast((each) => each.task === active.id)
  const finished: NewEvent = {
    type: 'task.finished',
    data: { task: active.id, summary: finish.summary, ...(last ? { commit: last.commit } : {}), ...(finish.confidence === undefined ? {} : { confidence: clamp(finish.confidence) }) },
  }
  await record(run, finished)
}

/** The harness looks itself. A refusal is the next observation, and the plan is revised. */
async function proveNow(run: RunContext): Promise<void> {
  const { head } = run.state
  if (!head) throw new Error('a proof needs a commit')
  await noteMachine(run)
  await record(run, { type: 'proof.started', data: { commit: head } })
  const proof = await prove(run)
  const events: NewEvent[] = [{ type: 'proof.finished', data: proof }]
  if (proof.verdict !== 'proven' && !isRepair(run.state) && !run.state.limit) {
    events.push({ type: 'observation.made', data: { task: run.state.active?.id ?? '', kind: 'proof', text: describeRefusal(proof, run.state.proofOutcomes, { isPlanner: tellsThePlan(run.state) && run.state.opened?.planning !== undefined }) } })
  }
  await record(run, ...events)
}

/** Publishes what was committed on the run's own branch, whatever the outcome: nothing unmerged is ever lost. */
async function end(run: RunContext, step: Extract<Step, { do: 'end' }>): Promise<void> {
  const { state } = run
  const workspace = run.workspace
  await noteMachine(run)
  await keepGrounds(run, { flush: true })
  let result: { commit: NonNullable<typeof state.head>; branch: string } | undefined
  if (workspace && state.head && state.commits.length > 0) {
    const { branch } = workspace
    // What a child made comes to the person through its parent alone.
    if (!state.opened?.parent && state.branchHead !== state.head) {
      await record(run, { type: 'branch.requested', data: { branch, to: state.head, ...(state.branchHead ? { from: state.branchHead } : {}) } })
      await workspace.publish(state.head, state.branchHead)
      await record(run, { type: 'branch.moved', data: { branch, to: state.head } })
    }
    result = { commit: state.head, branch }
  }
  if (workspace && isPlanned(state) && !state.opened?.parent) await publishUnmerged(run, workspace.branch)
  await callHooks(run, 'SessionEnd', { reason: step.outcome })
  await record(run, { type: 'run.ended', data: { outcome: step.outcome, reason: step.reason, ...(result ? { result } : {}) } })
  await workspace?.dispose()
}

/** Of each task that the result does not have: the newest commit that it offered, as a branch of its own. */
async function publishUnmerged(run: RunContext, branch: string): Promise<void> {
  const { state } = run
  const newest = new Map<string, CommitId>()
  for (const event of state.past) if (event.type === 'integration.finished' && !event.data.result) newest.set(event.data.task, event.data.theirs)
  // What came back and was not integrated: nobody could review it, or there was no time for it.
  if (followsStrictly(state)) {
    for (const [task, { given, returned }] of state.delegations) {
      if (returned?.outcome !== 'proven' || !returned.commit || state.tasks.get(task) === 'finished') continue
      await integratorOf(run).keep(given.child, { task, commit: returned.commit })
      newest.set(task, returned.commit)
    }
  }
  for (const [task, commit] of newest) {
    if (isSettled(state, task) && state.tasks.get(task) === 'finished') continue
    const named = await integratorOf(run).publishKept({ task, commit }, { branch, base: getWorkspace(run).base.commit })
    await record(run, { type: 'kept.published', data: { task, commit, branch: named } })
  }
}

/** What reproduction compares first. Only where something was done, and late: it starts processes, and nothing waits for it. */
async function noteMachine(run: RunContext): Promise<void> {
  if (run.state.machine || !run.workspace || run.state.spent.turns === 0) return
  const machine = await run.ports.surveyor.fingerprint?.(run.signal)
  if (machine) await record(run, { type: 'environment.fingerprinted', data: machine })
}

function clamp(confidence: number): number {
  return Math.min(1, Math.max(0, confidence))
}
