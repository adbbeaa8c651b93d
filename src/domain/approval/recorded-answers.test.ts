import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NewEvent, Payload } from '../../protocol/events/event.ts'
import type { AnswerSignature, Ask } from '../../protocol/policy.ts'
import { storeEvents, storyEvents } from '../../testing/sample-story.ts'
import { fold } from '../evolve.ts'
import { toApprovalId } from './answer.ts'
import { findAskedAt, findStandingUntil } from './asked.ts'
import { listAnswers, toSettleGate } from './recorded-answers.ts'
import { explainGone, findWaiting } from './waiting.ts'

const ask: Ask = { kind: 'call', does: 'x', why: '', rules: [], shows: '', risk: 'low', undo: '', expiresAt: '2099-01-01T00:00:00.000Z', approvers: [], escalateMs: 0 }
const signature = { key: 'a'.repeat(64), signature: 'x' } as AnswerSignature
const requested = (gate: string, change: object = {}): NewEvent => ({ type: 'approval.requested', data: { gate, question: `${gate}?`, ...change } })
const given = (gate: string, change: object = {}): NewEvent => ({ type: 'approval.given', data: { gate, by: 'ada', answer: 'approve', ...change } })

/** A record that began under this version of the decisions. */
function record(decisions: number | undefined, ...more: readonly NewEvent[]) {
  const opening = storyEvents({}).slice(0, 4).map((event): NewEvent => {
    if (event.type !== 'run.opened') return event
    const { decisions: old, ...rest } = event.data
    return { type: 'run.opened', data: decisions === undefined ? rest : { ...rest, decisions } }
  })
  return storeEvents([...opening, ...more])
}

const kinds = (decisions: number | undefined, ...more: readonly NewEvent[]): readonly string[] => listAnswers('run_1', record(decisions, ...more)).map((each) => each.kind)

describe('answers of a record', () => {
  test('are old only where nothing of it could have been signed', () => {
    for (const version of [undefined, 1]) assert.deepEqual(kinds(version, requested('c1'), given('c1')), ['old'])
    assert.deepEqual(kinds(1, requested('c1', { ask }), given('c1')), ['person'])
    assert.deepEqual(kinds(1, requested('c1'), given('c1', { via: 'command' })), ['person'])
    assert.deepEqual(kinds(1, requested('c1'), given('c1', { signature })), ['person'])
    assert.deepEqual(kinds(2, requested('c1'), given('c1')), ['person'])
    // What was answered before a newer Writ went on with it stays old; what came after does not.
    assert.deepEqual(kinds(1, requested('c1'), given('c1'), { type: 'run.resumed', data: { by: 'ada', writ: '2', lastSeq: 1, decisions: 2 } }, requested('c2'), given('c2')), ['old', 'person'])
  })

  test('of a hook are a no and nothing else', () => {
    assert.deepEqual(kinds(2, requested('c1', { ask }), given('c1', { by: 'hook x', answer: 'deny' })), ['hook'])
    assert.deepEqual(kinds(2, requested('c1', { ask }), given('c1', { by: 'hook x' })), ['person'])
    assert.deepEqual(kinds(2, requested('c1', { ask }), given('c1', { by: 'hook x', answer: 'deny', via: 'command' })), ['person'])
    assert.deepEqual(kinds(2, requested('c1', { ask }), given('c1', { answer: 'deny' })), ['person'])
  })

  test('cover the newest form of their question, and what was sealed by its content', () => {
    const later = { ...ask, shows: 'another command' }
    const events = record(2, requested('c1', { ask }), requested('c1', { ask: later }), given('c1', { signature, via: 'command' }))
    assert.deepEqual(listAnswers('run_1', events)[0]?.ask, later)
    const sealed = { id: 'q1', tree: 'b'.repeat(40), back: 'c'.repeat(40), paths: [], findings: [], digests: [], decision: { effect: 'ask', rules: [], policy: 'd'.repeat(64), reason: '' } } as unknown as Payload<'artefact.quarantined'>
    const settled = listAnswers('run_1', record(2, { type: 'artefact.quarantined', data: sealed }, { type: 'artefact.settled', data: { id: 'q1', as: 'released', by: 'ada', reason: '' } }))
    assert.deepEqual(settled.map((each) => [each.gate, each.kind]), [[toSettleGate(sealed), 'person']])
    assert.ok(toSettleGate(sealed).includes(sealed.tree))
  })
})

describe('what waits', () => {
  const waits = (...more: readonly NewEvent[]): readonly string[] => {
    const events = record(2, ...more)
    return findWaiting(fold(events), events).map((each) => each.question.gate)
  }
  const gone = (...more: readonly NewEvent[]): string | undefined => {
    const events = record(2, ...more)
    const state = fold(events)
    return explainGone(state, events, toApprovalId(state.run ?? '', 'c1'))
  }
  const resumed: NewEvent = { type: 'run.resumed', data: { by: 'ada', writ: '2', lastSeq: 1, decisions: 2 } }
  const ended: NewEvent = { type: 'run.ended', data: { outcome: 'limit', reason: 'enough' } }

  test('what nobody answered, once, unless the run has ended or does not ask any more', () => {
    assert.deepEqual(waits(requested('c1'), requested('c2'), given('c1')), ['c2'])
    assert.deepEqual(waits(requested('c1'), resumed, requested('c1')), ['c1'])
    assert.deepEqual(waits(requested('c1'), resumed), [])
    assert.deepEqual(waits(requested('c1'), ended), [])
    // A proposal that was settled otherwise is no question any more.
    assert.deepEqual(waits(requested('a1', { ask: { ...ask, kind: 'amend' } })), [])
  })

  test('a question that is put again is the same one as long as it stands until the same time', () => {
    const until = (at: string): NewEvent => requested('c1', { ask: { ...ask, expiresAt: at } })
    const [early, late] = ['2099-01-01T00:00:00.000Z', '2099-01-02T00:00:00.000Z'] as const
    const asked = (...more: readonly NewEvent[]): number => {
      const events = record(3, ...more, given('c1', { signature, via: 'command' }))
      const first = events.find((event) => event.type === 'approval.requested')?.seq ?? 0
      const [answer] = listAnswers('run_1', events)
      assert.equal(answer?.askedAt, findAskedAt(events, 'c1'))
      const open = events.slice(0, -1)
      assert.equal(findWaiting(fold(open), open)[0]?.askedAt, answer?.askedAt)
      return events.findIndex((event) => Date.parse(event.at) === answer?.askedAt) - first
    }
    assert.equal(asked(until(early), resumed, until(early), resumed, until(early)), 0)
    assert.equal(asked(until(early), resumed, until(late), resumed, until(late)), 2)
    assert.equal(asked(requested('c1'), resumed, requested('c1')), 2)
    assert.equal(findAskedAt(record(3), 'c1'), 0)
  })

  test('it stands until it expires, is answered, or the run is taken back', () => {
    const [before, at] = [Date.parse(ask.expiresAt) - 1, Date.parse(ask.expiresAt)]
    const stands = (now: number, ...more: readonly NewEvent[]): boolean => findStandingUntil(record(3, ...more), 'c1', now) === ask.expiresAt
    assert.equal(stands(before, requested('c1', { ask }), resumed), true)
    assert.equal(stands(before, requested('c1', { ask }), requested('c2', { ask }), given('c2')), true)
    assert.equal(stands(at, requested('c1', { ask }), resumed), false)
    assert.equal(stands(before, requested('c1', { ask }), given('c1')), false)
    assert.equal(stands(before, requested('c1', { ask }), { type: 'run.rewound', data: { to: 3, tree: 'e'.repeat(40), why: '', by: 'eve' } } as unknown as NewEvent), false)
    assert.equal(stands(before, requested('c1'), resumed), false)
    assert.equal(stands(before), false)
  })

  test('what does not is told why', () => {
    assert.equal(gone(), undefined)
    assert.match(gone(requested('c1'), given('c1', { answer: 'deny' })) ?? '', /^was answered already: ada said no at /)
    assert.match(gone(requested('c1'), given('c1'), ended) ?? '', /^was answered already: ada said yes at /)
    assert.match(gone(requested('c1'), ended) ?? '', /^belongs to run_\w+, which has ended: enough$/)
    assert.match(gone(requested('c1'), resumed) ?? '', /^is not waited for now; writ resume/)
    assert.match(gone(requested('c1'), { type: 'run.rewound', data: { to: 3, tree: 'e'.repeat(40), why: '', by: 'eve' } } as unknown as NewEvent) ?? '', /^was put before eve took run_\w+ back to event 3/)
  })
})
