import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Check } from '../../protocol/contract.ts'
import { PlanFile, type TaskFile } from '../../protocol/plan-file.ts'
import { createRandom } from '../schedule/random.ts'
import { checkPlan } from './check-plan.ts'
import { describeDelta } from './describe-plan.ts'
import { diffPlans, isSamePlan } from './diff-plans.ts'
import { findDrift } from './drift.ts'
import { findUnusedEdits } from './unused-edits.ts'
import { toPlan } from './from-file.ts'
import { randomPlan } from '../../testing/random-plan.ts'
import { toPlanFile } from './to-file.ts'

const check = (id: string, command: string): Check => ({ id, command, origin: 'person', timeoutMs: 600_000 })
const contract = { goal: 'All is well', checks: [check('c1', 'npm test'), check('c2', 'npm run lint')], scope: [], constraints: [], budget: { maxTurns: 200, maxIdleTurns: 10 } }
const task = (id: string, more: Partial<TaskFile> = {}): TaskFile => ({ id, subgoal: `what ${id} is for`, checks: ['c1', 'c2'], ...more })

describe('a plan and its file', () => {
  test('what is written is the same plan when it is read, for any plan', () => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const { plan, contract: made } = randomPlan(createRandom(seed))
      const file = PlanFile.parse(JSON.parse(JSON.stringify(toPlanFile(plan, made, { workers: 3 }))))
      assert.deepEqual(toPlan(file, made, plan.revision), plan, `seed ${seed}`)
      assert.ok(isSamePlan(diffPlans(file, toPlanFile(plan, made, { workers: 3 }))), `seed ${seed}`)
    }
  })

  test('a proposal with blanks around its words is the plan that its file is', () => {
    const plan = toPlan({ tasks: [task('a', { subgoal: '  do the thing\n', checks: [{ command: ' npm test ' }, { command: 'node a.js\n' }], unknowns: [' who? '] })] }, contract, 0)
    assert.deepEqual(toPlan(PlanFile.parse(toPlanFile(plan, contract)), contract, 0), plan)
    assert.deepEqual(plan.tasks[0]?.checks, ['c1', 'a-k2'])
  })
})

describe('the difference of two plans', () => {
  const plain = { version: 1 as const, goal: 'All is well', checks: ['npm test', 'npm run lint'] }

  test('files that mean the same have none, whatever they look like', () => {
    const written = toPlanFile(toPlan({ tasks: [task('a', { scope: ['src/**', 'test/**'] })] }, contract, 0), contract)
    const byHand = { ...plain, tasks: [{ id: 'a', subgoal: 'what a is for', scope: ['test/**', 'src/**'], checks: [{ command: 'npm run lint' }, { command: 'npm test' }] }] }
    assert.deepEqual(diffPlans(written, byHand), { plan: [], added: [], removed: [], changed: [] })
  })

  test('a file by hand and the plan that a run makes of it have none', () => {
    const byHand: PlanFile = { ...plain, tasks: [{ id: 'a', title: 'A', checks: ['c2', { command: 'npm test' }, { command: 'own', timeout_seconds: 600 }], estimate: { minutes: 10, tokens: 0 } }, task('b', { checks: ['a-k3'], depends_on: ['a', 'a'] })] }
    assert.deepEqual(diffPlans(byHand, toPlanFile(toPlan(byHand, contract, 0), contract, { workers: 2 })), { plan: [], added: [], removed: [], changed: [] })
  })

  test('another time for a check is a change', () => {
    const within = (timeout_seconds: number): PlanFile => ({ ...plain, tasks: [task('a', { checks: [{ id: 'k', command: 'own', timeout_seconds }] }), task('b', { checks: ['k'] })] })
    assert.deepEqual(diffPlans(within(600), within(30)).changed.map(({ id, fields }) => [id, fields.map(({ field }) => field)]), [['a', ['checks']], ['b', ['checks']]])
  })

  test('added, removed and changed tasks are told field by field', () => {
    const before = { ...plain, tasks: [task('a', { estimate: { minutes: 10 } }), task('b'), task('c', { depends_on: ['a'] })] }
    const after = { ...plain, goal: 'All is better', tasks: [task('a', { estimate: { minutes: 20 } }), task('c', { depends_on: ['d'], risk: 'high' }), task('d')] }
    const delta = diffPlans(before, after)
    assert.deepEqual([delta.added.map(({ id }) => id), delta.removed.map(({ id }) => id)], [['d'], ['b']])
    assert.deepEqual(delta.changed.map(({ id, fields }) => [id, fields.map((each) => [each.field, each.before, each.after])]), [
      ['a', [['estimate.minutes', 10, 20]]],
      ['c', [['depends_on', ['a'], ['d']], ['risk', 'low', 'high']]],
    ])
    const text = describeDelta(delta).join('\n')
    for (const expected of [/^~ goal: “All is well” → “All is better”$/m, /^- b {2}what b is for$/m, /^\+ d {2}what d is for$/m, /depends_on: −a \+d/, /estimate.minutes: 10 → 20/]) assert.match(text, expected)
  })
})

describe('drift from the contract', () => {
  const planOf = (...tasks: TaskFile[]) => checkPlan(toPlan({ tasks }, contract, 0), contract).plan

  test('a task without any path to a check of the goal serves nothing', () => {
    const own = [{ command: 'true' }]
    const plan = planOf(task('a', { checks: own }), task('b', { depends_on: ['a'] }), task('c', { checks: own }), task('d', { checks: own, depends_on: ['c'] }), task('e', { checks: own, serves: ['c1'] }))
    assert.deepEqual(findDrift(plan, contract).map((each) => [each.rule, each.task]), [['serves-nothing', 'c'], ['serves-nothing', 'd']])
  })

  test('what was left out leads nowhere, and a check that only it had is open', () => {
    const plan = planOf(task('a', { checks: [{ command: 'true' }] }), task('b', { depends_on: ['a'] }))
    const drift = findDrift(plan, contract, { tasks: new Map([['a', 'finished'], ['b', 'dropped']]), integrated: new Set(['a', 'z']) })
    assert.deepEqual(drift.map((each) => [each.rule, each.task ?? each.check]), [['integrated-for-nothing', 'a'], ['integrated-for-nothing', 'z'], ['criterion-open', 'c1'], ['criterion-open', 'c2']])
  })

  test('an edit that no test runs is of the task that changed the file last', () => {
    const commit = (task: string, path: string) => ({ task, files: [{ path }] })
    const unused = findUnusedEdits({ strength: { unused: ['src/x.js', 'src/y.js', 'src/none.js'] }, commits: [commit('a', 'src/x.js'), commit('a', 'src/y.js'), commit('b', 'src/x.js')] } as unknown as Parameters<typeof findUnusedEdits>[0])
    assert.deepEqual(unused, [{ task: 'b', path: 'src/x.js' }, { task: 'a', path: 'src/y.js' }])
    const plan = planOf(task('a'), task('b'))
    assert.deepEqual(findDrift(plan, contract, { tasks: new Map(), integrated: new Set(['a', 'b']), unused }).map((each) => [each.rule, each.task, each.path]), [['edit-for-nothing', 'b', 'src/x.js'], ['edit-for-nothing', 'a', 'src/y.js']])
    assert.deepEqual(findUnusedEdits({ strength: undefined, commits: [] }), [])
  })

  test('a goal without checks has nothing to drift from', () => {
    assert.deepEqual(findDrift(planOf(task('a')), { checks: [] }), [])
  })
})
