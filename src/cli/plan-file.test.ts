import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { toPlan } from '../domain/plan/from-file.ts'
import { toPlanFile } from '../domain/plan/to-file.ts'
import { createRandom } from '../domain/schedule/random.ts'
import { Fault } from '../protocol/fault.ts'
import { randomPlan } from '../testing/random-plan.ts'
import { openPlanFile } from './plan-file.ts'
import { toPlanYaml } from './plan-yaml.ts'

const folder = mkdtempSync(join(tmpdir(), 'writ-plan-file-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const path = join(folder, 'plan.yaml')
const about = { schema: 'schemas/plan.schema.json', about: ['A plan.'] }

const faultsOf = async (...lines: readonly string[]): Promise<string> => {
  writeFileSync(path, `${lines.join('\n')}\n`)
  const error = await openPlanFile(path).then(() => undefined, (thrown: unknown) => thrown)
  assert.ok(error instanceof Fault && error.code === 'request-invalid', 'it is refused')
  return error.message
}

describe('a plan file', () => {
  test('written as YAML, with comments, any plan is the same when it is read', async () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const { plan, contract } = randomPlan(createRandom(seed))
      writeFileSync(path, await toPlanYaml(toPlanFile(plan, contract, { workers: 2 }), about))
      const { file } = await openPlanFile(path)
      assert.deepEqual(toPlan(file, contract, plan.revision), plan, `seed ${seed}`)
      assert.deepEqual([file.goal, file.scope ?? [], file.constraints ?? []], [contract.goal, contract.scope, contract.constraints.map(({ text }) => text)], `seed ${seed}`)
    }
  })

  test('says what it is and what to do with it', async () => {
    const { plan, contract } = randomPlan(createRandom(7))
    assert.match(await toPlanYaml(toPlanFile(plan, contract), about), /^# yaml-language-server: \$schema=schemas\/plan\.schema\.json\n# A plan\.\n\nversion: 1\n/)
  })

  test('lines lead to the task, and to its field where it has it', async () => {
    writeFileSync(path, ['tasks:', '  - id: a', '    subgoal: first', '  - id: b', '    depends_on:', '      - a', ''].join('\n'))
    const { lineOf } = await openPlanFile(path)
    assert.deepEqual([lineOf({ task: 'a' }), lineOf({ task: 'b', field: 'depends_on' }), lineOf({ task: 'b', field: 'checks' }), lineOf({ task: 'z' }), lineOf({})], [2, 5, 4, undefined, undefined])
  })

  test('every fault is named, with what may be meant', async () => {
    const said = await faultsOf('taks: []', 'goal: 7', 'tasks:', '  - id: a', '    depends-on: [b]', '    estimate: { minutes: -1, tokns: 3 }', '    checks: [{ id: k }, 5]')
    for (const expected of [/line 1: there is no field taks; tasks is meant, perhaps/, /line 2: goal: /, /line 5: tasks\.0: there is no field depends-on; depends_on is meant/, /line 6: tasks\.0\.estimate\.minutes: /, /line 6: tasks\.0\.estimate: there is no field tokns; tokens is meant/, /line 7: tasks\.0\.checks\.0\.command: it is missing/, /line 7: tasks\.0\.checks\.1: /]) assert.match(said, expected)
  })

  test('what is no YAML is refused with each line; what expands without end as well', async () => {
    assert.match(await faultsOf('goal: [', 'tasks: }'), /is not valid YAML:(\n {2}-)? line \d+: /)
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]', ...['b', 'c', 'd', 'e', 'f'].map((name, n) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcde'[n]}`).join(', ')}]`)]
    assert.match(await faultsOf(...bomb), /cannot be read/)
    assert.match(await faultsOf(''), /is empty: give it a goal, and tasks/)
    assert.match(await faultsOf('# only words'), /is empty/)
  })

  test('what is missing or of another kind is told in words', async () => {
    assert.match(await faultsOf('goal: 7'), /line 1: goal: it is a number, and has to be text\n.*tasks: it is missing, and has to be a list/)
    assert.match(await faultsOf('tasks: []'), /line 1: tasks: it is empty, and has to have at least 1/)
    assert.match(await faultsOf('tasks:', '  - id: a', '    risk: tiny'), /line 3: tasks\.0\.risk: it has to be low or medium or high/)
  })
})
