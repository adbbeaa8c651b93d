import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { call, failed, outcome, passed, preparedStory, proofOf, reply, returned, tree, workingStory } from '../../testing/story.ts'
import { buildIntakeRequest, buildRequest, digestOfRequest } from './request.ts'
import { fillTemplate } from './template.ts'
import { describeEdit } from './describe-edit.ts'
import { describeRefusal } from './describe-refusal.ts'

const tools = [{ name: 'read', description: 'd', schema: {} }]

describe('the request', () => {
  test('only ever grows at its end', () => {
    const story = workingStory()
    let before = buildRequest(story.state, tools)
    for (let turn = 1; turn <= 5; turn += 1) {
      story.tell(reply(turn, call(`c${turn}`, 'shell', { command: 'x' })), returned(turn, `c${turn}`, 'shell', tree(String(turn)), `out ${turn}`), { type: 'edit.checked', data: { tree: tree(String(turn)), findings: [], text: turn % 2 ? 'Fast checks: fine' : '' } })
      const now = buildRequest(story.state, tools)
      assert.equal(now.system, before.system)
      assert.deepEqual(now.tools, before.tools)
      assert.deepEqual(now.messages.slice(0, before.messages.length), before.messages)
      assert.ok(now.messages.length > before.messages.length)
      before = now
    }
  })

  test('is a pure function of the log: the same events give the same digest', () => {
    const tell = () => workingStory().tell(reply(1, call('c1', 'read', { path: 'a' })), returned(1, 'c1', 'read'))
    assert.equal(digestOfRequest(buildRequest(tell().state, tools)), digestOfRequest(buildRequest(tell().state, tools)))
    const other = workingStory().tell(reply(1, call('c1', 'read', { path: 'b' })), returned(1, 'c1', 'read'))
    assert.notEqual(digestOfRequest(buildRequest(other.state, tools)), digestOfRequest(buildRequest(tell().state, tools)))
  })

  test('the opening says the goal, what fails on the base, and what is here', () => {
    const story = preparedStory({
      baseline: outcome('failed', tree('a'), [failed('a.test.js › one'), passed('a.test.js › two')]),
      contract: { constraints: [{ text: 'No new dependency', origin: 'person' }], scope: ['src/**'], unknowns: [{ question: 'Which clock?', why: '' }] },
    })
    const opening = buildRequest(story.state, tools).messages[0]
    assert.ok(opening?.role === 'user')
    for (const wanted of ['make the failing tests pass', 'a.test.js › one: expected 1, got 2', '1 test passes and 1 fails', 'No new dependency', 'src/**', 'Which clock?']) assert.ok(opening.text.includes(wanted), `${wanted}\n${opening.text}`)
  })

  test('nothing stands between a call and its answer, whatever was said meanwhile', () => {
    const story = workingStory().tell(reply(1, call('c1', 'read', {}), call('c2', 'read', {})), returned(1, 'c1', 'read'))
    story.tell({ type: 'observation.made', data: { task: 't1', kind: 'resume', text: 'interrupted' } }, returned(1, 'c2', 'read'))
    assert.deepEqual(buildRequest(story.state, tools).messages.map((message) => message.role), ['user', 'assistant', 'tool', 'user'])
  })

  test('the intake request carries the words and offers no tools', () => {
    const request = buildIntakeRequest(preparedStory().state)
    assert.deepEqual(request.tools, [])
    assert.ok(request.messages[0]?.role === 'user' && request.messages[0].text.includes('make the failing tests pass'))
  })
})

describe('templates', () => {
  test('a value that looks like a slot is left as it is', () => {
    assert.equal(fillTemplate(['{GOAL}', 'at {ROOT}'], { GOAL: 'print {ROOT}', ROOT: '/x' }), 'print {ROOT}\nat /x')
  })
  test('a line with an empty slot disappears, an unknown slot stays', () => {
    assert.equal(fillTemplate(['{SCOPE}', 'a {OTHER}'], { SCOPE: '' }), 'a {OTHER}')
  })
})

describe('what is said after an edit', () => {
  const base = { runner: 'node-test', complete: true, cases: [failed('a › one'), passed('a › two')] }
  test('what does not parse comes first and alone', () => {
    const text = describeEdit([{ path: 'a.ts', line: 3, rule: 'syntax', message: 'unexpected }' }], base, base)
    assert.match(text, /a\.ts:3: unexpected }/)
    assert.doesNotMatch(text, /Tests near/)
  })
  test('mended and broken tests are told apart', () => {
    const text = describeEdit([], { ...base, cases: [passed('a › one'), failed('a › two')] }, base)
    assert.match(text, /Mended: a › one/)
    assert.match(text, /BROKEN by this change: a › two/)
  })
  test('what failed on the base already is counted, not listed as news', () => {
    const old = Array.from({ length: 24 }, (_, n) => failed(`env › ${n}`))
    const text = describeEdit([], { ...base, cases: [...old, passed('a › two'), failed('new › x')] }, { ...base, cases: [...old, passed('a › two')] })
    assert.equal(text.split('\n').length, 3)
    assert.match(text, /^Tests near the change: 1 pass, 25 fail\.\n- fails, not seen before this change: new › x.*\nFailed before too: 24 \(env › 0; env › 1; env › 2; …\)$/)
    assert.match(describeEdit([], { ...base, cases: old }, { ...base, cases: old }), /0 pass, 24 fail \(as before\)\./)
  })
  test('nothing is said where nothing was run', () => assert.equal(describeEdit([], undefined, base), ''))
})

describe('what is said after a refused proof', () => {
  const told = proofOf('unproven', ['npm test: it fails'])
  const failing = { checkId: 'test', command: 'npm test', strength: 'by-name' as const, verdict: 'failing' as const, fixed: [], stillFailing: [], broken: [], flaky: [], passedBefore: 1, passedAfter: 2, reasons: [] }

  test('where no test explains the failure, the end of the output does', () => {
    assert.ok(told.type === 'proof.finished')
    const text = describeRefusal({ ...told.data, checks: [failing] }, [{ ...outcome('failed', tree('e'), [passed('a › two')]), tail: 'posttest: lint failed' }])
    assert.match(text, /exit code 1, it ends with:\n\s+posttest: lint failed/)
  })

  test('where nothing was run, it does not say that it was', () => {
    assert.ok(told.type === 'proof.finished')
    const text = describeRefusal({ ...told.data, reasons: ['nothing was changed'], checks: [failing] }, [])
    assert.match(text, /no check was run:\n- nothing was changed$/)
  })
})
