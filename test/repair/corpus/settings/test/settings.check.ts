import { describe, it } from 'node:test'
import assert from 'node:assert/strict'
import { describeSettings, levelOf, parseLines, readPath, toBoolean, withDefaults } from '../src/settings.ts'

describe('settings', () => {
  it('fill in what is missing', () => {
    assert.deepEqual(withDefaults({ retries: 1 }), { retries: 1, verbose: false, tags: [], timeoutMs: 30_000 })
    assert.equal(withDefaults().retries, 3)
  })
  it('do not share their tags', () => {
    withDefaults().tags.push('x')
    assert.deepEqual(withDefaults().tags, [])
    assert.deepEqual(withDefaults({ tags: ['a'] }).tags, ['a'])
  })
  it('are described', () => {
    assert.equal(describeSettings(withDefaults()), 'retries: 3; timeout: 30 s')
    assert.equal(describeSettings(withDefaults({ verbose: true, tags: ['a', 'b'] })), 'retries: 3; timeout: 30 s; verbose; tags: a, b')
  })
})
describe('lines', () => {
  it('are keys and values', () => {
    assert.deepEqual(parseLines('a = 1\nb=two'), { a: '1', b: 'two' })
  })
  it('may be empty or comments', () => {
    assert.deepEqual(parseLines('# no\n\n  # no=no\nc=3'), { c: '3' })
  })
  it('split at the first sign', () => {
    assert.deepEqual(parseLines('url=a=b'), { url: 'a=b' })
    assert.deepEqual(parseLines('nothing'), {})
  })
})
describe('values', () => {
  it('that mean yes', () => {
    assert.equal(toBoolean('Yes'), true)
    assert.equal(toBoolean('on'), true)
    assert.equal(toBoolean('no'), false)
  })
  it('levels', () => {
    assert.equal(levelOf('debug'), 10)
    assert.equal(levelOf('info'), 20)
    assert.equal(levelOf('error'), 40)
    assert.equal(levelOf('other'), 0)
  })
  it('by path', () => {
    assert.equal(readPath({ a: { b: 1 } }, 'a.b'), 1)
    assert.equal(readPath({ a: null }, 'a.b'), undefined)
    assert.equal(readPath({}, 'a.b.c'), undefined)
  })
})
