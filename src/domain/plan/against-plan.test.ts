import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeAgainstPlan } from './against-plan.ts'

test('changes are told with their task and with what it did not foresee', () => {
  const task = { id: 't2', title: 'Mend the sum\nnow', scope: ['src/**'] }
  assert.equal(describeAgainstPlan(task, ['src/a.js']), ', for t2 “Mend the sum now”')
  assert.equal(describeAgainstPlan(task, ['src/a.js', 'ci.yml', 'x/y']), ', for t2 “Mend the sum now”; beside the plan: ci.yml, x/y')
  assert.match(describeAgainstPlan(task, Array.from({ length: 10 }, (_, n) => `x/${n}`)), /x\/7 and 2 more$/)
  assert.equal(describeAgainstPlan({ ...task, scope: [] }, ['x']), ', for t2 “Mend the sum now”')
  assert.equal(describeAgainstPlan(undefined, ['x']), ', beside the plan: no task was open')
})
