import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { openTools } from '../../cli/compose-engine.ts'
import { createPlanTool } from './propose-plan.ts'

test('a planner is offered what it has to say, and what it says besides is taken', () => {
  const { specs } = openTools([], {}, ['propose_plan'])
  const schema = JSON.stringify(specs[0]?.schema)
  for (const field of ['subgoal', 'depends_on', 'leases', 'memory_mb']) assert.match(schema, new RegExp(`"${field}"`))
  for (const field of ['rules', 'release', 'resources', 'deadline', 'requests']) assert.doesNotMatch(schema, new RegExp(`"${field}"`))
  assert.ok(schema.length < JSON.stringify(z.toJSONSchema(createPlanTool().input)).length)
  const said = { tasks: [{ id: 'a', subgoal: 'as it was', checks: ['c1'], release: 5, rules: ['r'], estimate: { minutes: 3, resources: { gpu: 1 } } }] }
  assert.ok(createPlanTool().input.safeParse(said).success, 'plans of earlier runs replay')
})
