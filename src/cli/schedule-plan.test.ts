import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toPlan } from '../domain/plan/from-file.ts'
import type { TaskFile } from '../protocol/plan-file.ts'
import { toSampleRunId } from '../testing/sample-run.ts'
import { commit, digest, preparedStory, tree } from '../testing/story.ts'
import { toFileOfRun } from './plan-of-run.ts'
import { rescheduleRun, schedulePlan } from './schedule-plan.ts'

const task = (id: string, minutes: number, ...before: readonly string[]): TaskFile => ({ id, subgoal: `what ${id} is for`, checks: ['c1'], scope: [`src/${id}/**`], estimate: { minutes }, depends_on: [...before] })
const contract = { checks: [{ id: 'c1', command: 'npm test', origin: 'person' as const, timeoutMs: 1000 }], scope: [] }
const plan = toPlan({ tasks: [task('a', 10), task('b', 20, 'a'), task('c', 5, 'b'), task('gone', 60)] }, contract, 0)

test('what is left of a run is scheduled from now on: what ended and what runs stays, what was left out is gone', async () => {
  const given = { task: 'a', attempt: 1, child: toSampleRunId(2), role: 'coder', base: commit('b'), lease: { globs: [], token: 1 }, budget: { maxTurns: 9, maxIdleTurns: 3 }, decision: { effect: 'allow' as const, rules: [], policy: digest('e'), reason: '' }, brief: '' }
  const story = preparedStory({ contract, planning: { given: plan, workers: 2 } }).tell(
    { type: 'plan.proposed', data: { plan, why: '' } }, { type: 'task.dropped', data: { task: 'gone', why: 'not wanted' } },
    { type: 'task.delegated', data: given },
    { type: 'integration.finished', data: { task: 'a', child: given.child, token: 1, onto: commit('b'), theirs: commit('1'), verdict: 'merged', conflicts: [], reasons: [], result: { commit: commit('2'), tree: tree('2'), files: [], message: 'a' } } },
    { type: 'task.delegated', data: { ...given, task: 'b', child: toSampleRunId(3), lease: { globs: [], token: 2 } } },
  )
  const { state } = story
  const file = toFileOfRun({ state, plan })
  assert.equal((await schedulePlan(file))?.schedule.makespan, 60)
  // Six minutes after the newest event, b has 14 of its 20 minutes before it.
  const made = rescheduleRun(state, 6 * 60_000)
  const at = new Map(made?.schedule.tasks.map((each) => [each.id, each]))
  assert.deepEqual([...at.keys()], ['a', 'b', 'c'])
  const near = (value: number | undefined, expected: number): void => assert.ok(Math.abs((value ?? Number.NaN) - expected) < 0.1, `${value} is near ${expected}`)
  near(made?.nowMinutes, 6)
  near(at.get('a')?.end, 0)
  near(at.get('b')?.end, 20)
  near(at.get('c')?.start, 20)
  near(made?.schedule.makespan, 25)
})
