import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NewEvent } from '../../protocol/events/event.ts'
import type { Ask } from '../../protocol/policy.ts'
import { storeEvents, storyEvents } from '../../testing/sample-story.ts'
import { toApprovalId } from '../approval/answer.ts'
import { fold } from '../evolve.ts'
import { accountQuestions, medianAnswerMs } from './questions.ts'

const ask: Ask = { kind: 'call', does: 'x', why: '', rules: [], shows: '', risk: 'low', undo: '', expiresAt: '2099-01-01T00:00:00.000Z', approvers: [], escalateMs: 0 }
const requested = (gate: string, change: object = {}): NewEvent => ({ type: 'approval.requested', data: { gate, question: `${gate}?`, ask, ...change } })
const given = (gate: string, change: object = {}): NewEvent => ({ type: 'approval.given', data: { gate, by: 'ada', answer: 'approve', via: 'command', ...change } })

function account(...more: readonly NewEvent[]) {
  const opened = storyEvents({}).slice(0, 4)
  const events = storeEvents([...opened, ...more])
  return { told: accountQuestions(fold(events), events), run: events[0]?.run ?? '', step: Date.parse(events[1]?.at ?? '') - Date.parse(events[0]?.at ?? '') }
}

describe('questions to people', () => {
  test('none are none', () => assert.equal(account().told, undefined))

  test('a question that is put again is one, and its time runs from the first', () => {
    const { told, run, step } = account(requested('c1'), { type: 'run.resumed', data: { by: 'ada', writ: '1', lastSeq: 1 } }, requested('c1'), given('c1'))
    assert.ok(step > 0)
    assert.deepEqual(told, { asked: 1, unasked: 0, target: 3, waiting: [], answers: [{ id: toApprovalId(run, 'c1'), kind: 'call', by: 'ada', answer: 'approve', via: 'command', afterMs: 3 * step }] })
  })

  test('what disturbed nobody is counted apart, and what waits is named', () => {
    const { told, run } = account(requested('c1'), given('c1', { via: 'remembered' }), requested('c2'), given('c2', { via: 'option' }), requested('c3'), given('c3', { by: 'hook x', via: undefined, answer: 'deny' }), requested('c4'))
    assert.deepEqual([told?.asked, told?.unasked, told?.waiting], [1, 3, [toApprovalId(run, 'c4')]])
    assert.deepEqual(told?.answers.map((each) => each.via), ['remembered', 'option', 'hook'])
    assert.equal(told && medianAnswerMs(told), undefined)
  })

  test('what a person amends unasked is no question; what is proposed is one', () => {
    const amend = { ask: { ...ask, kind: 'amend' } }
    assert.equal(account(requested('a1', amend), given('a1')).told, undefined)
    const contract = fold(storeEvents(storyEvents({}))).contract
    assert.ok(contract)
    assert.equal(account({ type: 'amendment.proposed', data: { gate: 'a2', contract, changes: ['x'], why: '', by: 'model' } }, requested('a2', amend), given('a2')).told?.asked, 1)
  })

  test('the median is of what people took', () => {
    const answer = (afterMs: number, via: 'command' | 'option' = 'command') => ({ id: 'x', kind: 'call', by: 'ada', answer: 'approve' as const, via, afterMs })
    assert.equal(medianAnswerMs({ asked: 3, unasked: 1, target: 3, waiting: [], answers: [answer(9), answer(1), answer(5), answer(1000, 'option')] }), 5)
  })
})
