import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SpecialistFile, SpecialistLayer } from '../../protocol/specialist.ts'
import { digestOf } from '../digest.ts'
import { chooseModelFor } from './choose-model.ts'
import { narrowBudget } from './narrow-budget.ts'
import { resolveSpecialists } from './resolve-specialists.ts'
import { usualTools, type PlacedSpecialist } from './specialist.ts'

const place = (layer: SpecialistLayer, file: SpecialistFile, words = ''): PlacedSpecialist => ({ layer, place: `${layer}/${file.role}.md`, digest: digestOf(`${layer} ${file.role}`), file, words })
const builtin = [
  place('built-in', { role: 'coder', description: 'does it' }, 'Do it.'),
  place('built-in', { role: 'reviewer', description: 'looks', tools: ['read', 'report_findings'] }, 'Look.'),
  place('built-in', { role: 'planner', description: 'plans', tools: ['read'] }, 'Plan.'),
]
const resolve = (...more: readonly PlacedSpecialist[]) => resolveSpecialists([...builtin, ...more])

describe('files of the same role', () => {
  test('build on one another: what a later one leaves out stays', () => {
    const { specialists, refused } = resolve(
      place('user', { role: 'coder', model: 'large', budget: { max_turns: 20, max_usd: 2 } }),
      place('repository', { role: 'coder', tools: ['read', 'edit', 'shell'], scope: ['src/**'], budget: { max_turns: 30, max_usd: 1 } }, 'Mind the generated files.'),
    )
    assert.deepEqual(refused, [])
    assert.deepEqual(specialists.get('coder'), {
      role: 'coder', description: 'does it', words: 'Mind the generated files.', tools: ['read', 'edit', 'shell', 'finish'], scope: ['src/**'], model: 'large', effort: undefined,
      budget: { max_turns: 20, max_usd: 1 }, from: ['built-in', 'user', 'repository'].map((layer) => ({ layer, digest: digestOf(`${layer} coder`) })),
    })
  })

  test('keep what a role cannot do without', () => {
    const { specialists } = resolve(place('user', { role: 'reviewer', tools: ['read', 'shell'] }))
    assert.deepEqual(specialists.get('reviewer')?.tools, ['read', 'shell', 'report_findings', 'finish'])
    assert.deepEqual(specialists.get('planner')?.tools, ['read', 'propose_plan', 'finish'])
    assert.deepEqual(specialists.get('coder')?.tools, usualTools)
  })

  test('of a user may widen, of a repository not', () => {
    const { specialists, refused } = resolve(
      place('user', { role: 'coder', tools: ['read', 'edit'], scope: ['src/**'] }),
      place('user', { role: 'coder', tools: ['read', 'edit', 'shell'], scope: ['lib/**'] }),
      place('repository', { role: 'coder', tools: ['read', 'write'] }),
      place('repository', { role: 'coder', scope: ['docs/**'] }),
      place('repository', { role: 'coder', model: 'openai/other' }),
    )
    assert.deepEqual([specialists.get('coder')?.tools, specialists.get('coder')?.scope], [['read', 'edit', 'shell', 'finish'], ['lib/**']])
    assert.deepEqual(refused.map(({ why }) => why), [
      'repository/coder.md has no effect: it gives the coder write, and a repository\'s file only takes away (it has read, edit, shell, finish)',
      'repository/coder.md has no effect: its scope (docs/**) and that of the coder it builds on (lib/**) have no path in common',
      'repository/coder.md has no effect: a repository does not choose where its contents are sent: say model: small or model: large, and whoever runs it says which those are',
    ])
  })

  test('define a new role where they say what it is', () => {
    const { specialists, refused } = resolve(place('repository', { role: 'translator', description: 'translates', tools: ['read', 'edit'] }, 'Translate.'), place('user', { role: 'ghost' }, 'Boo.'))
    assert.deepEqual(specialists.get('translator')?.tools, ['read', 'edit', 'finish'])
    assert.match(refused[0]?.why ?? '', /there is no ghost that it could build on, and a new role needs a description/)
  })

  test('give no role what another is for', () => {
    const { refused } = resolve(
      place('user', { role: 'planner', tools: ['read', 'edit'] }), place('user', { role: 'planner', model: 'large' }),
      place('user', { role: 'reviewer', tools: ['write'] }), place('user', { role: 'coder', tools: ['propose_plan'] }),
    )
    assert.deepEqual(refused.map(({ why }) => why.replace(/^.*has no effect: /, '')), [
      'the planner cannot have edit: the planner looks and proposes, and changes nothing',
      'the planner\'s conversation is the run\'s own, so that model has to be said of the run (--model, --effort, --scope, --max-turns)',
      'the reviewer cannot have write: the reviewer looks and reports, and changes nothing',
      'the coder cannot have propose_plan: what the others are for is done by one role each',
    ])
  })
})

test('caps only lower a share', () => {
  const share = { maxTurns: 40, maxIdleTurns: 8, maxUsd: 1 }
  assert.deepEqual(narrowBudget(share, {}), share)
  assert.deepEqual(narrowBudget(share, { max_turns: 400, max_usd: 9 }), share)
  assert.deepEqual(narrowBudget(share, { max_turns: 5, max_usd: 0.5, max_tokens: 1000 }), { maxTurns: 5, maxIdleTurns: 5, maxUsd: 0.5, maxTokens: 1000 })
})

test('a tier is what the configuration says, else the model of the run', () => {
  assert.equal(chooseModelFor({ model: undefined }, 'a/run', { small: 'b/small' }), 'a/run')
  assert.equal(chooseModelFor({ model: 'small' }, 'a/run', { small: 'b/small' }), 'b/small')
  assert.equal(chooseModelFor({ model: 'large' }, 'a/run', { small: 'b/small' }), 'a/run')
  assert.equal(chooseModelFor({ model: 'c/own' }, 'a/run'), 'c/own')
})
