import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { innocent, planted, scramble } from '../../../test/secrets/planted.ts'
import { createMasker } from './masker.ts'
import { maskJson } from './mask-json.ts'
import { listPlaceholders } from './placeholder.ts'
import { createStreamMask } from './stream-mask.ts'

const key = 'a'.repeat(64)
const masker = createMasker({ key })

describe('what looks like a secret', () => {
  for (const [n, { kind, text, value }] of planted.entries()) {
    it(`is replaced: ${kind} (${n})`, () => {
      const masked = masker.mask(text)
      assert.ok(!masked.includes(value), masked)
      assert.ok(!masked.includes(value.slice(0, 24)) || value.length <= 24, masked)
      assert.match(masked, new RegExp(`\\[secret:${kind}:[0-9a-f]{8}\\]`))
      assert.equal(masked.split('\n').length, text.split('\n').length)
      for (const around of [(t: string) => JSON.stringify({ t }), (t: string) => `  12\t${t}\n  13\tnext`, (t: string) => `${t}\n${t}`]) {
        const again = masker.mask(around(text))
        assert.ok(!again.includes(value), again)
        assert.equal(masker.mask(again), again)
      }
    })
  }

  it('has one placeholder for each value, which another key changes and which says nothing without it', () => {
    const value = planted[0]?.value ?? ''
    const [first, second] = listPlaceholders(masker.mask(`${value} and ${value}`))
    assert.equal(first?.text, second?.text)
    assert.notEqual(createMasker({ key: 'b'.repeat(64) }).mask(value), masker.mask(value))
  })

  it('stays what it is when it is masked again, however texts are joined', () => {
    const parts = [...planted.map((each) => each.text), ...innocent, 'password=', '"', "'", ' ', '\n', '=', ':', '@', '[secret:jwt:0a1b2c3d]', '://u:', 'Bearer ']
    for (let seed = 1; seed <= 400; seed += 1) {
      const text = Array.from({ length: 6 }, (_, at) => parts[Number.parseInt(scramble(seed * 31 + at, 4, '0123456789'), 10) % parts.length] ?? '').join(seed % 3 === 0 ? '' : ' ')
      const masked = masker.mask(text)
      assert.equal(masker.mask(masked), masked, text)
    }
  })
})

describe('what is none', () => {
  for (const text of innocent) it(`passes untouched: ${text.slice(0, 60).replaceAll('\n', ' ')}`, () => assert.equal(masker.mask(text), text))
})

describe('known values', () => {
  it('are replaced wherever they stand, also as addresses and JSON write them', () => {
    const own = createMasker({ key })
    own.learn(['correct horse/battery "staple"'], 'variable')
    for (const form of ['correct horse/battery "staple"', encodeURIComponent('correct horse/battery "staple"'), JSON.stringify('correct horse/battery "staple"')]) assert.match(own.mask(`<${form}>`), /^<"?\[secret:variable:[0-9a-f]{8}\]"?>$/)
    assert.equal(own.mask('correct horse'), 'correct horse')
  })

  it('are never collected to be put back', () => {
    const own = createMasker({ key })
    const [first, second] = planted
    own.learn([first?.value ?? ''], 'file')
    const into = new Map<string, Set<string>>()
    own.collect(`${first?.text} ${second?.text}`, into)
    assert.deepEqual([...into.values()].flatMap((values) => [...values]), [second?.value])
  })
})

describe('streams', () => {
  for (const [n, { kind, text, value }] of planted.entries()) {
    it(`hold back what may become a secret: ${kind} (${n})`, () => {
      for (const size of [1, 3, 7, 20]) {
        const stream = createStreamMask(masker)
        const whole = `We begin. ${text}\nand go on`
        let shown = ''
        for (let at = 0; at < whole.length; at += size) {
          shown += stream.push(whole.slice(at, at + size))
          assert.ok(!shown.includes(value.slice(0, 12)), `${size}: ${shown}`)
        }
        shown += stream.end()
        assert.equal(shown, masker.mask(whole))
      }
    })
  }

  it('hold back no more than the last word of usual text', () => {
    const stream = createStreamMask(masker)
    assert.equal(stream.push('The tests pass now, all of th'), 'The tests pass now, all of ')
    assert.equal(stream.push('x'.repeat(60_000)), '')
    assert.equal(stream.push('x'.repeat(10_000)).length, 70_002 - 16_384)
  })
})

describe('events', () => {
  it('lose secrets in every text, and keep their own names', () => {
    const { value, text } = planted[0] ?? { value: '', text: '' }
    const own = createMasker({ key })
    own.learn(['workspace-directory'], 'variable')
    const event = { type: 'tool.called', data: { callId: value, path: '/workspace-directory/a', input: { path: 'workspace-directory', content: text, deep: [{ password: ['Tr0ub4dor', '3xyz'].join('&') }] }, n: 1 } }
    const masked = maskJson(event, own)
    assert.equal(masked.data.path, '/workspace-directory/a')
    assert.match(JSON.stringify(masked.data.input), /^\{"path":"\[secret:variable:\w+\]","content":"the value is \[secret:github-token:\w+\] here","deep":\[\{"password":"\[secret:password:\w+\]"\}\]\}$/)
    assert.equal(maskJson(masked, own), masked)
    assert.equal(maskJson({ plain: ['nothing'] }, own).plain[0], 'nothing')
  })

  it('keep what a provider wants back as it was, and drop the signature of thoughts that were changed', () => {
    const sealed = { anthropic: { signature: scramble(80, 400) } }
    const reply = { parts: [{ type: 'reasoning', text: 'nothing', provider: sealed }, { type: 'reasoning', text: planted[0]?.text, provider: sealed }, { type: 'text', text: 'x', provider: { openrouter: { details: planted[1]?.text } } }] }
    const masked = maskJson(reply, masker)
    assert.deepEqual(masked.parts[0], reply.parts[0])
    assert.equal(masked.parts[1]?.provider, undefined)
    assert.equal(masked.parts[2]?.provider, undefined)
    assert.ok(!JSON.stringify(masked).includes(planted[0]?.value ?? '-'))
  })
})
