import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { z } from 'zod'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import { Report } from '../../src/protocol/report.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import type { Machine } from '../e2e/harness.ts'
import { withMachine } from '../e2e/harness.ts'
import { finish, mendShout, mendSum, runPlanned, twoModules, type Asked } from './plan-bench.ts'

const sum = { id: 'sum', subgoal: 'The sum of numbers begins at nothing.', scope: ['src/sum/**'], checks: [{ command: 'node --test test/sum.test.js' }], confidence: 0.9, estimate: { minutes: 12 } }
const shout = { id: 'shout', subgoal: 'Shouting makes letters large.', scope: ['src/text/**'], checks: ['c1'], depends_on: ['sum'], confidence: 0.8 }
/** The same goal divided along other lines: both faults at once. */
const both = { id: 'both', subgoal: 'The sum of numbers begins at nothing, and shouting makes letters large.', scope: ['src/**'], checks: ['c1'], confidence: 0.6 }

function work({ goal, turn }: Asked): Reply {
  if (goal.startsWith('The sum')) return turn === 0 ? { calls: goal.includes('shouting') ? [mendSum, mendShout] : [mendSum] } : { calls: [finish('Begin the sum at 0')] }
  return turn === 0 ? { calls: [mendShout] } : { calls: [finish('Shout in capitals')] }
}

const propose = (...tasks: readonly unknown[]): Reply => ({ calls: [{ name: 'propose_plan', input: { tasks } }] })

/** Runs that nobody delegated, the oldest first. */
function runsOf(machine: Machine): readonly { readonly run: string; readonly events: readonly StoredEvent[] }[] {
  const runs = join(machine.state, 'runs')
  return readdirSync(runs).toSorted().map((run) => ({ run, events: readFileSync(join(runs, run, 'rollout.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as StoredEvent) }))
    .filter(({ events: [first] }) => first?.type === 'run.opened' && first.data.parent === undefined)
}

function planOf(events: readonly StoredEvent[]) {
  const proposed = events.findLast((event) => event.type === 'plan.proposed')
  assert.ok(proposed?.type === 'plan.proposed')
  return proposed.data
}

const Said = z.object({
  tasks: z.number(),
  kinds: z.array(z.object({ kind: z.string(), here: z.number(), elsewhere: z.number() })),
  calibration: z.array(z.object({ kind: z.string(), where: z.string(), tasks: z.number(), coverage: z.number(), memory: z.number().optional() })),
  confidence: z.object({ planned: z.object({ count: z.number(), held: z.number(), before: z.number().optional(), after: z.number().optional() }), claimed: z.object({ count: z.number(), held: z.number() }) }),
})

async function replays(machine: Machine, run: string): Promise<void> {
  const replayed = await machine.writ(['replay', run])
  assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
}

describe('estimates and confidence come from the record', () => {
  test('what tasks took is expected of the next ones, shown, and derived again from the log', () => withMachine(twoModules, async (machine) => {
    const answer = (asked: Asked): Reply => (asked.role === 'planner' ? propose(sum, shout) : work(asked))
    const args = ['run', 'make all tests pass', '--workers', '2', '--output-format', 'json']
    const first = await runPlanned(machine, answer, args)
    assert.equal(first.code, 0, first.stderr)
    const second = await runPlanned(machine, answer, args)
    assert.equal(second.code, 0, second.stderr)

    const [one, two] = runsOf(machine)
    assert.ok(one && two)
    const before = planOf(one.events).plan.tasks
    assert.deepEqual(before.map(({ estimate }) => [estimate?.from, estimate?.samples]), [['given', 0], ['prior', 0]])
    assert.equal(before[0]?.estimate?.minutes, 12)
    assert.equal(before[0]?.size?.files, 1)
    const after = planOf(two.events).plan.tasks
    assert.deepEqual(after.map(({ estimate }) => [estimate?.from, estimate?.samples]), [['both', 2], ['record', 2]])
    // The tasks took seconds, and 12 minutes had been said of one of them.
    assert.ok((after[0]?.estimate?.minutes ?? 12) < 6 && (after[1]?.estimate?.minutes ?? 10) < 6, JSON.stringify(after.map(({ estimate }) => estimate)))
    assert.deepEqual([after[0]?.stated, after[1]?.stated], [0.9, 0.8])
    // What the checks were seen to need is known by then, and all that is expected has a spread.
    assert.deepEqual(before.map(({ estimate }) => estimate?.memoryMb), [0, 0])
    for (const { estimate } of after) assert.ok(estimate && estimate.memoryMb > 10 && (estimate.memorySpreadMb ?? 0) > 0 && (estimate.tokensSpread ?? 0) > 0, JSON.stringify(estimate))
    await replays(machine, one.run)
    await replays(machine, two.run)

    const report = Report.parse(JSON.parse(second.stdout))
    assert.deepEqual(report.tasks.map(({ expected, taken }) => [expected !== undefined, (taken?.turns ?? 0) > 0]), [[true, true], [true, true]])
    const shown = await machine.writ(['show', two.run])
    assert.match(shown.stdout, /## Expected and taken\n- In the interval that was to hold 80 of 100: \d of 2/)

    const told = await machine.writ(['estimates', '--json'])
    const said = Said.parse(JSON.parse(told.stdout))
    assert.equal(said.tasks, 4)
    assert.deepEqual(said.kinds, [{ kind: 'coder', here: 4, elsewhere: 0 }])
    assert.deepEqual(said.calibration.map(({ kind, where, tasks }) => [kind, where, tasks]), [['coder', 'here', 4]])
    assert.deepEqual([said.confidence.planned.count, said.confidence.planned.held, said.confidence.claimed.count, said.confidence.claimed.held], [4, 4, 4, 4])
    assert.ok((said.confidence.planned.after ?? 1) <= (said.confidence.planned.before ?? 0))
    const plain = await machine.writ(['estimates'])
    assert.match(plain.stdout, /TOKENS +MEMORY\ncoder +4 .* ± \S+ +\d[\d.]* ± \d[\d.]* MB\n/)
    assert.ok((said.calibration[0]?.memory ?? 0) > 0, 'the second run expected memory, and its checks were seen')
    assert.match(plain.stdout, /Brier score 0\.\d+ as stated, 0\.\d+ by the record/)
    const reindexed = await machine.writ(['list', '--reindex'])
    assert.equal(reindexed.code, 0, reindexed.stderr)
    assert.deepEqual(Said.parse(JSON.parse((await machine.writ(['estimates', '--json'])).stdout)).kinds, said.kinds)
  }))

  test('a run without a graph teaches too, and nothing is known of a machine where nothing was done', () => withMachine(twoModules, async (machine) => {
    const nothing = await machine.writ(['estimates'])
    assert.deepEqual([nothing.code, nothing.stdout], [0, ''])
    assert.match(nothing.stderr, /No task has been done yet/)
    const ended = await runPlanned(machine, ({ turn }) => (turn === 0 ? { calls: [mendSum, mendShout] } : { calls: [finish('Mend both')] }), ['run', 'make all tests pass'])
    assert.equal(ended.code, 0, ended.stderr)
    const said = Said.parse(JSON.parse((await machine.writ(['estimates', '--json'])).stdout))
    assert.deepEqual([said.kinds, said.confidence.claimed.held], [[{ kind: 'coder', here: 1, elsewhere: 0 }], 1])
    const [only] = runsOf(machine)
    const judged = only?.events.find((event) => event.type === 'integration.judged')
    assert.deepEqual(judged?.type === 'integration.judged' ? judged.data.confidence : undefined, { stated: 0.9, calibrated: 0.9 })
    await replays(machine, only?.run ?? '')
  }))
})

describe('several plans', () => {
  test('the planner is asked for another one, one is taken with its reason, and the others are kept and shown', () => withMachine(twoModules, async (machine) => {
    let plans = 0
    const ended = await runPlanned(machine, (asked) => {
      // Plans that do not agree lower confidence, and what is done with little of it is reviewed.
      if (asked.role === 'reviewer') return { calls: [{ name: 'report_findings', input: { findings: [] } }, finish('Reviewed')] }
      if (asked.role !== 'planner') return work(asked)
      plans += 1
      if (plans === 1) return propose(both)
      assert.match(JSON.stringify(asked.request.items.at(-1)), /plan 1 of 2.*different in kind/)
      return propose(sum, { ...shout, depends_on: [] })
    }, ['run', 'make all tests pass', '--workers', '2', '--plans', '2', '--output-format', 'json'])
    assert.equal(ended.code, 0, ended.stderr)
    assert.equal(plans, 2)
    const [only] = runsOf(machine)
    assert.ok(only)
    const { plan, ranking, why } = planOf(only.events)
    assert.deepEqual(only.events.flatMap((event) => (event.type === 'plan.considered' ? [event.data.plan.tasks.map(({ id }) => id)] : [])), [['both'], ['sum', 'shout']])
    assert.equal(ranking?.length, 2)
    assert.match(why, /^chosen of 2 plans: plan [12] \(\d+ minutes, \d+k tokens, risk \d+ %, agreement \d+ %\) before plan/)
    assert.ok(plan.tasks.some(({ confidence, stated }) => (confidence ?? 1) < (stated ?? 0)), 'they do not agree wholly')
    const report = Report.parse(JSON.parse(ended.stdout))
    assert.deepEqual(report.plans?.map(({ number, isChosen }) => [number, isChosen]), ranking.map(({ number }, place) => [number, place === 0]))
    assert.match((await machine.writ(['show', only.run])).stdout, /## Plans\n- Plan \d, taken: .*\n- Plan \d: /)
    assert.match((await machine.writ(['log', only.run])).stdout, /plan\.considered +plan 1, 1 task/)
    await replays(machine, only.run)
  }))

  test('what cannot be meant is said', () => withMachine(twoModules, async (machine) => {
    const alone = await machine.writ(['run', 'x', '--plans', '2', '--solver', 'repair'])
    assert.equal(alone.code, 2)
    assert.match(alone.stderr, /--plans is about a goal that is divided into tasks: add --workers N/)
    assert.match((await machine.writ(['run', 'x', '--plans', '9'])).stderr, /a whole number from 1 to 8/)
  }))
})

describe('little confidence, as the policy says', () => {
  test('a plan that is unsure brings another one, then a person, whose yes lets the task begin', () => withMachine(twoModules, async (machine) => {
    const house = join(machine.home, '.config', 'writ', 'policy', 'house')
    mkdirSync(house, { recursive: true })
    writeFileSync(join(house, 'bundle.yaml'), 'id: house\nversion: "1"\nowner: Ada\nsettings: { unsure_below: 0.8, when_unsure: [plans, person] }\n')
    let plans = 0
    const ended = await runPlanned(machine, (asked) => {
      if (asked.role !== 'planner') return work(asked)
      plans += 1
      return plans === 1 ? propose(both) : { calls: [finish('There is no other way')] }
    }, ['run', 'make all tests pass', '--workers', '1'])
    assert.equal(ended.code, 3, ended.stderr)
    assert.equal(plans, 2)
    assert.match(ended.stderr, /both .* is planned with a confidence of 60 %: begin it\?/)
    const [only] = runsOf(machine)
    assert.ok(only)
    const opened = only.events[0]
    assert.deepEqual(opened?.type === 'run.opened' ? opened.data.planning?.unsure : undefined, { below: 0.8, then: ['review', 'plans', 'person'] })
    const on = await runPlanned(machine, (asked) => (asked.role === 'reviewer' ? { calls: [finish('Reviewed')] } : work(asked)), ['resume', only.run, '--yes'])
    assert.equal(on.code, 0, on.stderr)
    assert.ok(on.asked.some(({ role }) => role === 'reviewer'), 'work on what its planner was unsure of is looked at')
    await replays(machine, only.run)
  }))
})
