import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NewEvent } from '../../protocol/events/event.ts'
import type { CommitId, RunId } from '../../protocol/ids.ts'
import { openedEvent, toSampleRunId } from '../../testing/sample-run.ts'
import { beginStory, commit, digest, preparedStory, tree } from '../../testing/story.ts'
import { toPlan } from '../plan/from-file.ts'
import type { RunState } from '../run-state.ts'
import { findUndelivered } from './undelivered.ts'

const [first, second] = [toSampleRunId(7), toSampleRunId(8)]
const opened = openedEvent()
if (opened.type !== 'run.opened') throw new Error('the sample run is opened by run.opened')
const { data } = opened

/** A child run of task `sum` of the sample run: what it committed, or `changed` without committing. */
function childOf(run: RunId, made: { readonly commit?: CommitId; readonly isChanged?: boolean; readonly stage?: 'tests' | 'review' }): RunState {
  const news: readonly NewEvent[] = [
    { type: 'run.opened', data: { ...data, parent: { run: toSampleRunId(1), task: 'sum', token: 1, depth: 1, ...(made.stage ? { stage: made.stage } : {}) } } },
    { type: 'workspace.created', data: { path: '/work', branch: 'writ/x', base: commit('b'), tree: tree('a'), dependencies: [] } },
    ...(made.isChanged ? [{ type: 'snapshot.taken' as const, data: { tree: tree('f') } }] : []),
    ...(made.commit ? [{ type: 'commit.created' as const, data: { task: 't1', commit: made.commit, tree: tree('e'), parent: commit('b'), message: 'Mend it', files: [] } }] : []),
  ]
  return { ...beginStory().tell(...news).state, run }
}

const given = (child: RunId, attempt: number): NewEvent => ({
  type: 'task.delegated', data: { task: 'sum', attempt, child, role: 'coder', base: commit('b'), lease: { globs: ['src/**'], token: attempt }, budget: { maxTurns: 5, maxIdleTurns: 3 }, decision: { effect: 'allow', rules: [], policy: digest('d'), reason: '' }, brief: '' },
})
const spent = { turns: 1, inputTokens: 0, cachedTokens: 0, outputTokens: 0, usd: 0, unpriced: false, modelMs: 0 }
const came = (child: RunId, outcome: 'proven' | 'not-achieved', made: CommitId): NewEvent => ({ type: 'task.returned', data: { task: 'sum', child, outcome, reason: '', summary: '', commit: made, spent, events: 3, head: digest('e'), questions: 0 } })
const conflicted = (child: RunId, theirs: CommitId): NewEvent => ({ type: 'integration.finished', data: { task: 'sum', child, token: 1, onto: commit('b'), theirs, verdict: 'textual', conflicts: [], reasons: ['both changed it'] } })
const integrated = (child: RunId, theirs: CommitId): NewEvent => ({
  type: 'integration.finished', data: { task: 'sum', child, token: 1, onto: commit('b'), theirs, verdict: 'merged', conflicts: [], reasons: [], result: { commit: commit('9'), tree: tree('9'), files: [], message: '' } },
})
const published = (made: CommitId, task = 'sum'): NewEvent => ({ type: 'kept.published', data: { task, commit: made, branch: 'writ/x-sum' } })
const parentOf = (...events: readonly NewEvent[]): RunState => preparedStory({ planning: { workers: 2 } }).tell(...events).state

describe('what would be lost with a child run of an accepted run', () => {
  const lost = childOf(first, { commit: commit('e') })
  test('a commit that was neither integrated nor published is', () => {
    assert.deepEqual(findUndelivered(parentOf(given(first, 1), came(first, 'not-achieved', commit('e'))), lost), { task: 'sum', commit: commit('e') })
  })
  test('so is a change that was never committed, but not where nothing was changed, nor what only looked', () => {
    const parent = parentOf(given(first, 1))
    assert.deepEqual(findUndelivered(parent, childOf(first, { isChanged: true })), { task: 'sum', commit: undefined })
    assert.equal(findUndelivered(parent, childOf(first, {})), undefined)
    assert.equal(findUndelivered(parent, childOf(first, { isChanged: true, stage: 'review' })), undefined)
  })
  test('what was integrated is not, nor what an attempt after it has replaced', () => {
    assert.equal(findUndelivered(parentOf(given(first, 1), came(first, 'proven', commit('e')), integrated(first, commit('e'))), lost), undefined)
    assert.equal(findUndelivered(parentOf(given(first, 1), came(first, 'not-achieved', commit('e')), given(second, 2), came(second, 'proven', commit('d')), integrated(second, commit('d'))), lost), undefined)
  })
  test('what is a branch is not, nor what came before it; what came after it is', () => {
    const events = [given(first, 1), came(first, 'proven', commit('e')), conflicted(first, commit('e')), given(second, 2), came(second, 'not-achieved', commit('d'))]
    const later = childOf(second, { commit: commit('d') })
    const earlierIsBranch = parentOf(...events, published(commit('e')))
    assert.equal(findUndelivered(earlierIsBranch, lost), undefined)
    assert.deepEqual(findUndelivered(earlierIsBranch, later), { task: 'sum', commit: commit('d') })
    const laterIsBranch = parentOf(...events, published(commit('d')))
    assert.deepEqual([findUndelivered(laterIsBranch, lost), findUndelivered(laterIsBranch, later)], [undefined, undefined])
    assert.ok(findUndelivered(parentOf(...events, published(commit('e'), 'another')), lost), 'the branch of another task is not its')
  })
  test('what another task of the same id has replaced is: nobody who did that was told of it', () => {
    const plan = (revision: number, ...subgoals: readonly string[]): NewEvent => ({ type: 'plan.proposed', data: { plan: toPlan({ tasks: subgoals.map((subgoal) => ({ id: 'sum', subgoal })) }, { checks: [], scope: [] }, revision), why: 'x', from: 'model' } })
    const failed = [given(first, 1), came(first, 'not-achieved', commit('e'))]
    const anew = [given(second, 2), came(second, 'proven', commit('d')), integrated(second, commit('d'))]
    const isLost = (...events: readonly NewEvent[]): boolean => findUndelivered(parentOf(...events), lost) !== undefined
    assert.equal(isLost(plan(0, 'add up'), ...failed, plan(1, 'add up'), ...anew), false)
    assert.equal(isLost(plan(0, 'add up'), ...failed, plan(1, 'count'), ...anew), true)
    assert.equal(isLost(plan(0, 'add up'), ...failed, plan(1), plan(2, 'add up'), ...anew), true)
    assert.equal(isLost(plan(0, 'add up'), ...failed, plan(1, 'count'), ...anew, published(commit('e'))), true)
    assert.equal(findUndelivered(parentOf(plan(0, 'add up'), ...failed, plan(1, 'count'), ...anew), childOf(second, { commit: commit('d') })), undefined)
  })
  test('a child that the parent’s record knows nothing of is', () => {
    assert.ok(findUndelivered(parentOf(published(commit('e'))), lost))
  })
})
