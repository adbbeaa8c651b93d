import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Proof } from '../../protocol/evidence.ts'
import type { EvidenceStrength } from '../../protocol/repair.ts'
import { RepairJudgement } from '../../protocol/repair.ts'
import { CommitId, TreeId } from '../../protocol/ids.ts'
import { describeEvidence, sumUpEvidence, toPercent } from '../report/describe-strength.ts'
import { describeRefusal } from '../context/describe-refusal.ts'
import { emptyState } from '../run-state.ts'
import { demandStrength } from './demand-strength.ts'
import { findKnownStrength } from './known-strength.ts'

const survivor = { path: 'src/x.ts', line: 12, describes: 'compare with `<=` instead of `<`', call: 'f(3)' }
const strength = (data: Partial<EvidenceStrength> = {}): EvidenceStrength => ({ tried: 20, noticed: 17, alike: 0, of: 20, survivors: [survivor, { path: 'src/x.ts', line: 9, describes: 'leave out `+ 1`' }], durationMs: 5, ...data })
const proof = Proof.parse({
  commit: 'a'.repeat(40), tree: 'b'.repeat(40), verdict: 'proven', selfMade: [], restored: [], reasons: [], contract: 'c'.repeat(64),
  checks: [{ checkId: 'c1', command: 'npm test', strength: 'by-name', verdict: 'fixed', fixed: ['a'], stillFailing: [], broken: [], flaky: [], passedBefore: 0, passedAfter: 1, reasons: [] }],
})

describe('the strength of the evidence', () => {
  test('is told in plain words', () => {
    assert.equal(sumUpEvidence(strength()), '17 of 20 small changes to the changed lines and right around them are noticed by the tests (85 %); not noticed: src/x.ts:12 compare with `<=` instead of `<` (it shows in f(3)), src/x.ts:9 leave out `+ 1`')
    assert.equal(describeEvidence(strength({ tried: 0, noticed: 0, survivors: [], note: 'no code of JavaScript, TypeScript or Python was changed' })).sentence, 'not measured: no code of JavaScript, TypeScript or Python was changed')
    assert.match(describeEvidence(strength({ alike: 1, of: 34, note: '13 of 34 small changes were not tried: the time was up' })).sentence, /\(85 %\); 1 more behaves the same on all inputs that were looked at; 13 of 34 small changes were not tried: the time was up$/)
    assert.deepEqual(describeEvidence(strength({ survivors: Array.from({ length: 8 }, () => survivor) })).lines.at(-1), 'and 3 more')
    assert.deepEqual(describeEvidence(strength({ tried: 40, noticed: 2, survivors: Array.from({ length: 20 }, () => survivor) })).lines.at(-1), 'and 33 more')
    assert.deepEqual([toPercent({ tried: 1000, noticed: 999 }), toPercent({ tried: 1000, noticed: 1 }), toPercent({ tried: 3, noticed: 3 }), toPercent({ tried: 3, noticed: 0 })], ['99 %', '1 %', '100 %', '0 %'])
  })
  test('below what is demanded it is none, and whoever works is told what is missed', () => {
    const refused = demandStrength(proof, strength(), 0.9)
    assert.equal(refused.verdict, 'no-evidence')
    assert.match(refused.reasons[0] ?? '', /notice only 17 of 20 small changes .* \(85 %\); at least 90 % are wanted/)
    assert.equal(refused.reasons[1], 'not noticed: src/x.ts:12 compare with `<=` instead of `<` (it shows in f(3))')
    assert.match(describeRefusal(refused, []), /^Every check passes, and the tests .* too weak to count\. Add tests in a new file/)
    assert.match(describeRefusal({ ...refused, checks: [] }, []), /^Nothing that failed before/)
  })
  test('refuses nothing where it is enough, where it is not known, and where too little was tried', () => {
    for (const [data, least] of [[strength(), 0.85], [strength(), 0], [undefined, 0.9], [strength({ tried: 0, noticed: 0 }), 0.9], [strength({ tried: 3, noticed: 0 }), 0.9]] as const) assert.equal(demandStrength(proof, data, least), proof)
    const unproven = { ...proof, verdict: 'unproven' as const }
    assert.equal(demandStrength(unproven, strength(), 0.9), unproven)
  })
})

describe('what the built-in solver measured', () => {
  const judged = (path: string, data: object = {}): RepairJudgement => RepairJudgement.parse({
    task: path, sure: 'sure', confidence: 0.9, why: [], fault: { path, line: 1, code: 'x', because: [] }, tried: 1, plausible: 1, inputs: 1, strength: { tried: 5, noticed: 4, alike: 0, survivors: [] },
    options: [{ number: 1, describes: 'x', path, line: 1, before: 'a', after: 'b', edits: [], same: [] }], ...data,
  })
  const state = (...found: readonly RepairJudgement[]) => {
    const made = emptyState()
    made.routed = { to: 'repair', handsOver: false }
    for (const each of found) {
      made.judged.set(each.task, each)
      made.commits.push({ task: each.task, commit: CommitId.parse('a'.repeat(40)), tree: TreeId.parse('b'.repeat(40)), parent: CommitId.parse('c'.repeat(40)), message: 'x', files: [] })
    }
    return made
  }
  test('stands for the whole where it is of all that was changed', () => {
    assert.equal(findKnownStrength(state(judged('a.js'), judged('b.js'))).length, 2)
  })
  test('does not where anything else came in', () => {
    for (const one of [{ chosen: 2 }, { strength: undefined }, { strength: { tried: 0, noticed: 0, alike: 0, survivors: [] } }, { first: { describes: 'x', path: 'c.js', line: 1, edits: [] } }]) assert.deepEqual(findKnownStrength(state(judged('a.js', one), judged('b.js'))), [])
    assert.deepEqual(findKnownStrength(state(judged('a.js'), { ...judged('a.js'), task: 'again' })), [])
    const handed = state(judged('a.js'))
    handed.routed = { to: 'model', handsOver: true }
    assert.deepEqual(findKnownStrength(handed), [])
    assert.deepEqual(findKnownStrength(emptyState()), [])
  })
})
