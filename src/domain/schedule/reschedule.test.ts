import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toNetwork } from './network.ts'
import type { ScheduleProblem } from './problem.ts'
import { reschedule, type Progress } from './reschedule.ts'
import { toSchedule, type Schedule } from './schedule.ts'
import { createSearch } from './search-schedule.ts'
import { createRandom } from './random.ts'
import { findViolation, generateProblem } from './test-problems.ts'

/** Over after being asked so many times. */
function steps(most: number): () => boolean {
  let asked = 0
  return () => (asked += 1) > most
}

function plan(problem: ScheduleProblem): Schedule {
  const search = createSearch(toNetwork(problem))
  search.open(() => false)
  search.improve(steps(300))
  return toSchedule(search.network, search.path, search.limits, search.state())
}

/** Where things stand at a minute if tasks take a share of the minutes that were planned: less if they were to be over by now, for what was planned behind them has begun. */
function progressAt({ tasks }: Schedule, now: number, shareOf: (id: string) => number): Progress {
  const begun = tasks.filter(({ start }) => start < now)
  const real = begun.map(({ id, start, end }) => ({ id, start, end: start + (end - start) * (end <= now ? Math.min(1, shareOf(id)) : shareOf(id)) }))
  return { now, planned: tasks, ended: real.filter(({ end }) => end <= now), running: real.filter(({ end }) => end > now).map(({ id, start, end }) => ({ id, start, expectedEnd: end })) }
}

const lane: ScheduleProblem = {
  tasks: ['a', 'b', 'c', 'd'].map((id) => ({ id, minutes: 10, after: id === 'd' ? ['a'] : [], demands: { workers: 1 } })),
  resources: [{ name: 'workers', capacity: 2 }], exclusive: [],
}

describe('rescheduling', () => {
  it('keeps what ran and runs, and begins nothing in the past', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const problem = generateProblem({ tasks: 25, seed, isMixed: seed % 2 === 0, strength: 0.4 })
      const before = plan(problem)
      const random = createRandom(seed)
      const shares = new Map(problem.tasks.map(({ id }) => [id, 0.5 + random()]))
      const progress = progressAt(before, before.makespan / 3, (id) => shares.get(id) ?? 1)
      const result = reschedule(problem, progress, { isOver: steps(200) })
      assert.ok(result.ok, JSON.stringify(result))
      const { schedule } = result
      const byId = new Map(schedule.tasks.map((each) => [each.id, each]))
      for (const { id, start, end } of progress.ended) assert.deepEqual([byId.get(id)?.start, byId.get(id)?.end], [start, end])
      for (const { id, start } of progress.running) assert.equal(byId.get(id)?.start, start)
      const known = new Set([...progress.ended, ...progress.running].map(({ id }) => id))
      for (const { id, start } of schedule.tasks) assert.ok(known.has(id) || start >= progress.now - 1e-6, `${id} at ${start}`)
      // From now on, every rule holds; what was begun before took what it took.
      const rest: ScheduleProblem = {
        ...problem,
        tasks: problem.tasks.map((task) => ({ ...task, minutes: byId.get(task.id)!.end - byId.get(task.id)!.start, ...(known.has(task.id) ? { release: 0, after: [] } : {}) })).filter(({ id }) => byId.get(id)!.end > progress.now),
      }
      const left = new Set(rest.tasks.map(({ id }) => id))
      const trimmed = { ...rest, exclusive: rest.exclusive.map((group) => ({ ...group, tasks: group.tasks.filter((id) => left.has(id)) })), tasks: rest.tasks.map((task) => ({ ...task, after: task.after.filter((id) => left.has(id)) })) }
      assert.equal(findViolation(trimmed, new Map(schedule.tasks.map(({ id, start }) => [id, start])), 0.01), undefined, `seed ${seed}`)
    }
  })

  it('changes nothing where nothing happened otherwise than planned', () => {
    for (let seed = 30; seed < 40; seed += 1) {
      const problem = generateProblem({ tasks: 20, seed, strength: 0.5 })
      const before = plan(problem)
      const result = reschedule(problem, progressAt(before, before.makespan / 2, () => 1), { isOver: steps(100) })
      assert.ok(result.ok)
      assert.ok(result.schedule.makespan <= before.makespan)
      if (result.schedule.makespan === before.makespan) assert.deepEqual(result.schedule.tasks.map(({ start }) => start), before.tasks.map(({ start }) => start), `seed ${seed}`)
    }
  })

  it('uses the time when a task ends early, and moves the rest when one is late', () => {
    const planned = [{ id: 'a', start: 0 }, { id: 'b', start: 0 }, { id: 'c', start: 10 }, { id: 'd', start: 10 }]
    const early = reschedule(lane, { now: 4, planned, ended: [{ id: 'a', start: 0, end: 4 }], running: [{ id: 'b', start: 0 }] }, { isOver: steps(200) })
    assert.ok(early.ok)
    assert.deepEqual([early.schedule.makespan, early.schedule.proven], [20, true])
    assert.deepEqual(early.schedule.tasks.map(({ start }) => start).toSorted((x, y) => x - y), [0, 0, 4, 10])
    const late = reschedule(lane, { now: 10, planned, ended: [{ id: 'b', start: 0, end: 10 }], running: [{ id: 'a', start: 0, expectedEnd: 25 }] }, { isOver: steps(200) })
    assert.ok(late.ok)
    assert.deepEqual([late.schedule.makespan, late.schedule.tasks.map(({ start }) => start)], [35, [0, 0, 10, 25]])
  })

  it('is over when all has ended, and refuses what cannot be', () => {
    const all = { now: 30, planned: [], running: [], ended: lane.tasks.map(({ id }, n) => ({ id, start: 0, end: 10 + n })) }
    const done = reschedule(lane, all, { isOver: () => false })
    assert.ok(done.ok)
    assert.deepEqual([done.schedule.makespan, done.schedule.proven], [13, true])
    for (const [wrong, said] of [
      [{ ...all, now: 5 }, /cannot have run/], [{ ...all, ended: [{ id: 'x', start: 0, end: 1 }] }, /no task of this plan/],
      [{ ...all, running: [{ id: 'a', start: 0 }] }, /both run and have ended/], [{ ...all, ended: [], running: [{ id: 'a', start: 31 }] }, /cannot have begun/],
    ] as const) {
      const result = reschedule(lane, wrong, { isOver: () => false })
      assert.ok(!result.ok)
      assert.match(result.flaw.message, said)
    }
  })
})
