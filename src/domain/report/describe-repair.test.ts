import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RepairJudgement } from '../../protocol/repair.ts'
import { describeRepair, sumUpStrength, toChoice } from './describe-repair.ts'

const option = (number: number, after: string) => ({ number, describes: `use \`${after}\``, path: 'src/a.ts', line: 3, before: 'return a > 30', after, edits: [{ find: 'return a > 30', replace: after }], same: number === 1 ? ['use `x` (src/a.ts:3)'] : [] })
const judgement = RepairJudgement.parse({
  task: 't1', sure: 'one of several', confidence: 0.44, why: ['another way to mend it passes all checks and behaves differently'],
  fault: { path: 'src/a.ts', line: 3, within: 'old', code: 'return a > 30', because: ['the failing test runs it, and few that pass do', 'a stack trace names line 3'] },
  options: [option(1, 'return a > 12'), option(2, 'return a > 10')],
  difference: { call: 'old(11)', given: false, shows: [{ option: 1, outcome: 'returns false' }, { option: 2, outcome: 'returns true' }] },
  tried: 40, plausible: 3, inputs: 12,
  strength: { tried: 8, noticed: 4, alike: 1, survivors: [{ path: 'src/a.ts', line: 3, describes: 'use `13` instead of `12`', call: 'old(13)' }] },
  test: 'assert.deepEqual(old(13), true)',
})

describe('the account of a repair', () => {
  it('says where the fault is, why there, what the mend does, what else there is, and how strong the tests are', () => {
    assert.deepEqual(describeRepair(judgement), [
      'The fault is in src/a.ts:3, in old: `return a > 30`.',
      'It was suspected because the failing test runs it, and few that pass do, and a stack trace names line 3.',
      'The mend: use `return a > 12`.',
      'One of several: another way to mend it passes all checks and behaves differently.',
      'These mend it in ways that differ:',
      '  1. use `return a > 12` (src/a.ts:3); 1 other change behaves like it', '     - return a > 30', '     + return a > 12',
      '  2. use `return a > 10` (src/a.ts:3)', '     - return a > 30', '     + return a > 10',
      'They differ on old(11):', '    1. returns false', '    2. returns true',
      'The tests around it are weak: they notice 4 of 8 small changes there (1 more behaves the same on all inputs that were looked at).',
      '  - noticed by no test: use `13` instead of `12` in src/a.ts:3 (it shows in old(13))',
      'A test that would pin it, if these answers are the right ones:', '    assert.deepEqual(old(13), true)',
    ])
  })
  it('offers a choice where there is one, and none after one was made', () => {
    assert.deepEqual(toChoice(judgement)?.choices, ['use `return a > 12` (src/a.ts:3)', 'use `return a > 10` (src/a.ts:3)'])
    assert.equal(toChoice({ ...judgement, chosen: 2 }), undefined)
    assert.equal(toChoice({ ...judgement, options: judgement.options.slice(0, 1) }), undefined)
    assert.equal(toChoice(undefined), undefined)
    assert.match(describeRepair({ ...judgement, chosen: 2 })[2] ?? '', /^The mend: use `return a > 10`, option 2, which a person chose\.$/)
  })
  it('says so where strength was not measured', () => {
    assert.equal(sumUpStrength({ tried: 0, noticed: 0, alike: 0, survivors: [], note: 'there was no time left for it' }), 'How strong the tests around it are was not measured: there was no time left for it')
  })
})
