import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Act, CommandReading } from '../../protocol/command.ts'
import { toApproverSteps } from './approver-steps.ts'
import { toAnswerBytes, toApprovalId } from './answer.ts'
import { judgeAnswerer } from './judge-answerer.ts'
import { isRemembered, toRememberable } from './remembered.ts'

const hour = 3_600_000
const ask = (approvers: readonly string[]) => ({ approvers: toApproverSteps(approvers, []), escalateMs: 2 * hour, expiresAt: new Date(48 * hour).toISOString() })
const act = (line: string, ...kinds: Act['kinds']): Act => ({ argv: line.split(' '), kinds, paths: [], hosts: [], via: [] })
const reading = (...acts: Act[]): CommandReading => ({ acts, unknown: [] })

describe('who may answer', () => {
  test('anybody where nobody is named; the first at once; the next and deputies once the wait is over; nobody after the end', () => {
    assert.equal(judgeAnswerer(ask([]), 'eve', 0, hour).ok, true)
    const two = ask(['ada|bob', 'cleo'])
    assert.equal(judgeAnswerer(two, 'ada', 0, 0).ok, true)
    assert.equal(judgeAnswerer(two, 'bob', 0, hour).ok, false)
    assert.equal(judgeAnswerer(two, 'bob', 0, 2 * hour).ok, true)
    assert.equal(judgeAnswerer(two, 'cleo', 0, 2 * hour - 1).ok, false)
    assert.equal(judgeAnswerer(two, 'cleo', 0, 2 * hour).ok, true)
    assert.equal(judgeAnswerer(two, 'eve', 0, 40 * hour).ok, false)
    assert.match((judgeAnswerer(two, 'ada', 0, 48 * hour) as { why: string }).why, /expired/)
  })
  test('whom the contract names, else whom the policy names', () => {
    assert.deepEqual(toApproverSteps(['a | b'], [{ who: 'x', deputies: [] }]), [{ who: 'a', deputies: ['b'] }])
    assert.deepEqual(toApproverSteps([], [{ who: 'x', deputies: [] }]), [{ who: 'x', deputies: [] }])
  })
})

describe('remembered answers', () => {
  const publish = { kind: 'argv' as const, prefix: ['npm', 'publish'] }
  test('cover the same program and nothing that stands beside it', () => {
    assert.equal(isRemembered(publish, { reading: reading(act('npm publish --tag next', 'publish')), paths: [] }), true)
    assert.equal(isRemembered(publish, { reading: reading(act('ls'), act('npm publish', 'publish')), paths: [] }), true)
    assert.equal(isRemembered(publish, { reading: reading(act('npm publish', 'publish'), act('rm -rf /', 'recursive-delete')), paths: [] }), false)
    assert.equal(isRemembered(publish, { reading: reading(act('npm unpublish', 'publish')), paths: [] }), false)
    assert.equal(isRemembered(publish, { reading: { acts: [act('npm publish', 'publish')], unknown: [{ text: 'x', why: 'y' }] }, paths: [] }), false)
    assert.equal(isRemembered(publish, { reading: reading(), paths: [] }), false)
  })
  test('are offered for what is one thing, never for what can be anything or must be asked each time', () => {
    assert.deepEqual(toRememberable(reading(act('npm publish', 'publish')), []), publish)
    assert.deepEqual(toRememberable(reading(act('docker push x/y', 'publish')), []), { kind: 'argv', prefix: ['docker', 'push', 'x/y'] })
    for (const each of [reading(act('bash -c x', 'network')), reading(act('git push --force', 'force-push')), reading(act('cat .env', 'secret-read')), reading(act('npm publish', 'publish'), act('curl x', 'network')), { acts: [act('npm publish', 'publish')], unknown: [{ text: 'x', why: 'y' }] }]) assert.equal(toRememberable(each, []), undefined)
  })
  test('of paths are for that access to that path', () => {
    const remembered = toRememberable(undefined, [{ path: 'a/b', access: 'write', outside: false }])
    assert.deepEqual(remembered, { kind: 'path', glob: 'a/b', access: 'write' })
    assert.equal(isRemembered(remembered as never, { reading: undefined, paths: [{ path: 'a/b', access: 'write', outside: false }] }), true)
    assert.equal(isRemembered(remembered as never, { reading: undefined, paths: [{ path: 'a/c', access: 'write', outside: false }] }), false)
  })
})

test('what is signed is all of it: who, what, to which question of which run', () => {
  const whole = { run: 'run_1', gate: 'c1', answer: 'approve', by: 'ada', ask: undefined, note: 'x' }
  const bytes = Buffer.from(toAnswerBytes(whole)).toString()
  for (const change of [{ run: 'run_2' }, { gate: 'c2' }, { answer: 'deny' }, { by: 'eve' }, { note: 'y' }, { ask: { kind: 'call' } as never }]) assert.notEqual(Buffer.from(toAnswerBytes({ ...whole, ...change })).toString(), bytes)
  assert.match(toApprovalId('run_1', 'c1'), /^ap_[0-9a-f]{10}$/)
})
