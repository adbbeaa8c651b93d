import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TaskFile } from '../../protocol/plan-file.ts'
import { checkPlan } from './check-plan.ts'
import { toPlan } from './from-file.ts'

const contract = {
  checks: [{ id: 'c1', command: 'npm test', origin: 'person' as const, timeoutMs: 1000 }, { id: 'c2', command: 'npm run lint', origin: 'person' as const, timeoutMs: 1000 }],
  scope: ['src/**'], budget: { maxTurns: 100, maxIdleTurns: 10 },
}
const task = (id: string, more: Partial<TaskFile> = {}): TaskFile => ({ id, subgoal: `what ${id} is for`, checks: ['c1', 'c2'], ...more })
const judge = (...tasks: TaskFile[]) => checkPlan(toPlan({ tasks }, contract, 0), contract)

describe('a plan is judged', () => {
  test('one that can be carried out has no fault', () => {
    assert.deepEqual(judge(task('a', { scope: ['src/a/**'] }), task('b', { depends_on: ['a'] })).faults, [])
  })

  test('every fault says what to change', () => {
    const cases: [RegExp, TaskFile[]][] = [
      [/two tasks are called a/, [task('a'), task('a')]],
      [/a depends on x, which is not in the plan/, [task('a', { depends_on: ['x'] })]],
      [/wait for one another: a → b → a/, [task('a', { depends_on: ['b'] }), task('b', { depends_on: ['a'] })]],
      [/a names c9, which is neither a check of the goal \(c1, c2\)/, [task('a', { checks: ['c1', 'c2', 'c9'] })]],
      [/b has no check/, [task('a'), task('b', { checks: [] })]],
      [/a says too little/, [task('a', { subgoal: 'do' })]],
      [/a wants to change docs\/x.md, which is outside/, [task('a', { scope: ['docs/x.md'] })]],
      [/divide it into tasks of at most 480/, [task('a', { estimate: { minutes: 500 } })]],
      [/no task has the goal's check c2/, [task('a', { checks: ['c1'] }), task('b', { checks: ['c1'] })]],
      [/101 tasks cannot be done in 100 turns/, Array.from({ length: 101 }, (_, n) => task(`t${n}`))],
    ]
    for (const [expected, tasks] of cases) assert.match(judge(...tasks).faults.map((fault) => fault.text).join('\n'), expected)
  })

  test('all faults are found at once, each with its task and field', () => {
    const { faults } = judge(task('a', { depends_on: ['x'], checks: [], scope: ['docs/x.md'] }), task('b', { subgoal: 'do', serves: ['c9'] }))
    assert.deepEqual(faults.map((fault) => [fault.task, fault.field]), [['a', 'depends_on'], ['a', 'checks'], ['a', 'scope'], ['b', 'serves'], ['b', 'subgoal']])
  })

  test('a check of a task must not be called like another one of the goal', () => {
    assert.match(judge(task('a', { checks: ['c1', 'c2', { id: 'c1', command: 'node --test a.js' }] })).faults.map((fault) => fault.text).join(), /has the name of one of the goal's checks/)
  })

  test('a check of the goal that no task has goes to the task that everything leads to', () => {
    const { plan, faults, repairs } = judge(task('a', { checks: [{ command: 'true' }] }), task('b', { checks: ['c1'], depends_on: ['a'] }))
    assert.deepEqual(faults, [])
    assert.deepEqual(plan.tasks.map((each) => each.checks), [['a-k1'], ['c1', 'c2']])
    assert.match(repairs.join(), /c2 of the goal belonged to no task: to b now/)
  })

  test('what is finished must stay in the plan', () => {
    const before = toPlan({ tasks: [task('a'), task('b')] }, contract, 0)
    const { faults } = checkPlan(toPlan({ tasks: [task('b')] }, contract, 1), contract, before.tasks.slice(0, 1))
    assert.match(faults.map((fault) => fault.text).join(), /a .* is finished: keep it/)
  })

  test('a command that the goal is checked by is that check, and a command of two tasks is one', () => {
    const plan = toPlan({ tasks: [task('a', { checks: [{ command: 'npm test' }, { command: 'node --test a.js' }] }), task('b', { checks: [{ command: 'node --test a.js' }] })] }, contract, 0)
    assert.deepEqual(plan.tasks.map((each) => each.checks), [['c1', 'a-k2'], ['a-k2']])
    assert.deepEqual(plan.checks?.map((each) => each.command), ['node --test a.js'])
  })

  test('names that a file gives the goal’s checks lead to them', () => {
    const plan = toPlan({ checks: [{ id: 'lint', command: 'npm run lint' }, 'npm test'], tasks: [task('a', { checks: ['lint', 'c2'] })] }, contract, 0)
    assert.deepEqual(plan.tasks[0]?.checks, ['c2', 'c1'])
  })
})
