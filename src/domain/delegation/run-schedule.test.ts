import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { comesBack, delegateNext, isIntegrated, plannedStory, sampleTask } from '../../testing/planned-story.ts'
import type { Story } from '../../testing/story.ts'
import type { Payload } from '../../protocol/events/event.ts'
import type { Planning } from '../../protocol/events/run.ts'
import type { TaskFile } from '../../protocol/plan-file.ts'
import { isStillOpen } from './follow-plan.ts'
import { findRunSchedule, toRunProblem, toScheduled } from './run-schedule.ts'

const task = (id: string, minutes: number, more: Partial<TaskFile> = {}): TaskFile => sampleTask(id, { ...more, estimate: { minutes, ...more.estimate } })
const within = (minutes: number, more: object) => ({ minutes, ...more })

const planned = (tasks: readonly TaskFile[], planning: Partial<Planning>, deadline?: string): Story =>
  plannedStory(tasks, { contract: { budget: { maxTurns: 1000, maxIdleTurns: 30 }, ...(deadline === undefined ? {} : { deadline }) }, planning: { scheduled: true, ...planning } })

/** What the engine does where a schedule is wanted, with a bound that is no clock. */
function scheduleNext(story: Story, why: RegExp): Payload<'plan.scheduled'> {
  const step = story.next()
  assert.ok(step?.do === 'schedule', `a schedule was to be found, not ${step?.do}`)
  assert.match(step.why, why)
  return scheduleNow(story, step.why)
}

function scheduleNow({ state, tell }: Story, why: string): Payload<'plan.scheduled'> {
  let looks = 0
  const problem = toRunProblem(state, 0, (id) => isStillOpen(state, { id }))
  assert.ok(problem)
  const found = findRunSchedule(problem, { isOver: () => (looks += 1) > 500 })
  assert.ok('schedule' in found)
  const data = { revision: 0, why, ...toScheduled(problem, found.schedule) }
  tell({ type: 'plan.scheduled', data })
  return data
}

function end(story: Story, given: Payload<'task.delegated'>, letter: string): void {
  comesBack(story, given)
  isIntegrated(story, given, letter)
}

/** Events that mean nothing here, a second each. */
function passTime({ tell }: Story, seconds: number): void {
  for (let n = 0; n < seconds; n += 1) tell({ type: 'tool.reached', data: { callId: 'x', host: 'example.org', port: 443 } } as Parameters<typeof tell>[0])
}

describe('a run follows its schedule', () => {
  test('it goes by what the record makes of an estimate, not by what was said', () => {
    const { state } = planned([task('a', 10)], {})
    const { plan } = state
    assert.ok(plan)
    const foreseen = { ...plan, tasks: plan.tasks.map((each) => ({ ...each, estimate: { minutes: 40, spread: 8, memoryMb: 0, tokens: 0, from: 'both' as const, samples: 9, given: { minutes: 10, by: 'model' as const } } })) }
    assert.deepEqual(toRunProblem({ ...state, plan: foreseen }, 0)?.problem.tasks.map(({ minutes, spread }) => [minutes, spread]), [[40, 8]])
  })

  const memory = (mb: number, minutes: number) => ({ estimate: within(minutes, { memory_mb: mb }) })

  test('what fits now does not take the room of what the length hangs on, and early ends bring the rest forward', () => {
    const story = planned([
      task('small', 30, memory(5, 30)), task('a', 20, memory(5, 20)), task('big', 10, { ...memory(10, 10), depends_on: ['a'] }), task('tail', 30, { ...memory(5, 30), depends_on: ['big'] }),
    ], { capacity: { memoryMb: 10 } })
    const first = scheduleNext(story, /there is a plan/)
    assert.equal(first.proven, true)
    assert.equal(Math.round(first.makespan), 60)
    const a = delegateNext(story)
    assert.equal(a.task, 'a')
    // The longest chain first would begin it now, and big would wait for it until minute 30.
    const waits = story.next()
    assert.ok(waits?.do === 'await-child' && waits.untilMs !== undefined)
    end(story, a, '2')
    const second = scheduleNext(story, /a has ended/)
    assert.ok(second.makespan < 41, `a ended 20 minutes early: ${second.makespan}`)
    const big = delegateNext(story)
    assert.equal(big.task, 'big')
    assert.equal(story.next()?.do, 'await-child')
    end(story, big, '3')
    scheduleNext(story, /big has ended/)
    assert.deepEqual([delegateNext(story).task, delegateNext(story).task].toSorted(), ['small', 'tail'])
  })

  test('whoever is late is looked at anew when the time of the next has come, and what its delay leaves free is used', () => {
    const story = planned([task('a', 1, { leases: ['staging'] }), task('b', 5, { leases: ['staging'] }), task('c', 2, { leases: ['staging'], deadline: 3 })], { workers: 3 })
    scheduleNext(story, /plan/)
    assert.equal(delegateNext(story).task, 'a')
    const waits = story.next()
    assert.ok(waits?.do === 'await-child' && waits.untilMs !== undefined, 'one at a time has staging')
    assert.ok(waits.untilMs - story.state.at <= 60_000)
    passTime(story, 180)
    const late = scheduleNow(story, 'the time of a task has come')
    assert.deepEqual(late.late.map(({ task: id, isOver }) => [id, isOver]), [['c', false]])
    const again = story.next()
    assert.ok(again?.do === 'await-child' && again.untilMs !== undefined)
    assert.ok(again.untilMs >= story.state.at + 50_000, 'whoever is late is not looked at all the time')
  })

  test('nothing begins before its release, with nobody at work too; what never comes within the run’s time ends it', () => {
    const tasks = [task('a', 1), task('later', 1, { release: 2 })]
    const story = planned(tasks, {})
    scheduleNext(story, /plan/)
    const a = delegateNext(story)
    end(story, a, '2')
    scheduleNext(story, /a has ended/)
    const waits = story.next()
    assert.ok(waits?.do === 'await-child' && waits.untilMs !== undefined)
    assert.ok(Math.abs(waits.untilMs - story.state.at - 120_000 + (story.state.workedMs - (story.state.plannedMs ?? 0))) < 2)
    passTime(story, 120)
    assert.equal(delegateNext(story).task, 'later')

    const short = planned(tasks, {}, new Date(1_760_000_060_000).toISOString())
    scheduleNext(short, /plan/)
    end(short, delegateNext(short), '2')
    scheduleNext(short, /a has ended/)
    const ends = short.next()
    assert.ok(ends?.do === 'limit' && ends.limit === 'deadline')
  })

  test('cpu, requests and what the plan names are shared; what is larger than all there is begins alone', () => {
    const shared = planned([
      task('a', 10, { estimate: within(10, { cpu: 3 }) }), task('b', 10, { estimate: within(10, { cpu: 3 }) }), task('c', 10, { estimate: within(10, { resources: { gpu: 1 } }) }), task('d', 10, { estimate: within(10, { resources: { gpu: 1 } }) }), task('e', 10, { estimate: within(10, { requests: 900 }) }),
    ], { workers: 8, capacity: { cpu: 4, requestsPerMinute: 10, resources: { gpu: 1 } } })
    scheduleNext(shared, /plan/)
    assert.equal(new Set([delegateNext(shared).task, delegateNext(shared).task, delegateNext(shared).task].map((id) => ({ a: 'cpu', b: 'cpu', c: 'gpu', d: 'gpu', e: 'requests' })[id])).size, 3)
    assert.equal(shared.next()?.do, 'await-child')
  })
})
