import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { innocent, planted, scramble } from '../../../../test/secrets/planted.ts'
import { findSecrets } from '../find-secrets.ts'
import { createMasker } from '../masker.ts'
import { listPlaceholders, replacePlaceholders } from '../placeholder.ts'
import { createStreamMask } from '../stream-mask.ts'
import { findEncoded } from './find-encoded.ts'

/** One that its form gives away, one that only its name does, one that is only known. */
const token = planted[0]?.value ?? ''
const named = ['Zq8wEr7T', 'yU6iOp5A', 'sD4fGh3'].join('')
const known = ['correct', 'horse', 'battery'].join('-')
const before = 'diff --git a/settings b/settings\n--- /dev/null\n+++ b/settings\n@@ -0,0 +1,6 @@\n+A first line of some words.\n'
const after = '+export const limit = 12\n+A last line of some words.\n'
const plain = `${before}+DEPLOY_TOKEN=${named}\n+const x = '${token}'\n+${known}\n${after}`
const secrets = [token, named, known]

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1')
const base64 = (text: string): string => bytesOf(text).toString('base64')
const hex = (text: string): string => bytesOf(text).toString('hex')
const wrap = (text: string, width: number): string => text.replaceAll(new RegExp(`[^]{${width}}`, 'g'), '$&\n')
const lines = (text: string, to: (line: string, n: number) => string): string => text.split('\n').map(to).join('\n')
const bytes = (text: string, to: (byte: number) => string): string => [...bytesOf(text)].map(to).join('')
const two = (byte: number): string => byte.toString(16).padStart(2, '0')
const reverse = (text: string): string => lines(text, (line) => [...line].reverse().join(''))
const rotate = (text: string): string => text.replaceAll(/[a-z]/gi, (each) => String.fromCharCode(each.charCodeAt(0) + (each.toLowerCase() < 'n' ? 13 : -13)))

function base32(text: string): string {
  const bits = bytes(text, (byte) => byte.toString(2).padStart(8, '0'))
  return bits.match(/.{1,5}/g)?.map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(Number.parseInt(five.padEnd(5, '0'), 2))).join('') ?? ''
}

/** Sixteen bytes a line: where they stand, the bytes in groups, and what they show. */
function dump(text: string, group: (sixteen: Buffer) => string, show: (shown: string) => string): string {
  const all = bytesOf(text)
  let out = ''
  for (let at = 0; at < all.length; at += 16) {
    const some = all.subarray(at, at + 16)
    out += `${at.toString(16).padStart(8, '0')}${group(some)}${show(some.toString('latin1').replaceAll(/[^ -~]/g, '.'))}\n`
  }
  return out
}
const xxd = (text: string): string => dump(text, (some) => `: ${some.toString('hex').replaceAll(/(....)/g, '$1 ').padEnd(40)}`, (shown) => ` ${shown}`)
const hexdump = (text: string): string => dump(text, (some) => `  ${some.toString('hex').replaceAll(/(..)/g, '$1 ').padEnd(49)}`, (shown) => ` |${shown}|`)
const words = (text: string): string => dump(text.length % 2 === 0 ? text : `${text}\0`, (some) => ` ${(some.toString('hex').match(/..../g) ?? []).map((word) => word.slice(2) + word.slice(0, 2)).join(' ')}`, () => '')
const letters = (text: string): string => dump(text, (some) => bytes(some.toString('latin1'), (byte) => (byte === 10 ? '\\n' : String.fromCharCode(byte)).padStart(4)), () => '').replaceAll(/^\w+/gm, (at) => Number.parseInt(at, 16).toString(8).padStart(7, '0'))

const encodings: Readonly<Record<string, (text: string) => string>> = {
  'base64': base64,
  'base64 in lines of 76': (text) => wrap(base64(text), 76),
  'base64 in lines of 64 with carriage returns': (text) => wrap(base64(text), 64).replaceAll('\n', '\r\n'),
  'base64 in lines of 20': (text) => wrap(base64(text), 20),
  'base64 in a diff': (text) => lines(wrap(base64(text), 76), (line) => `+${line}`),
  'base64 with numbers of lines': (text) => lines(wrap(base64(text), 76), (line, n) => `${String(n + 1).padStart(6)}\t${line}`),
  'base64 in a string of a program': (text) => `const text = "${wrap(base64(text), 76).replaceAll('\n', '\\n')}"`,
  'base64url': (text) => bytesOf(text).toString('base64url'),
  'a piece of base64 that begins anywhere': (text) => base64(text).slice(5),
  'base64 after one byte': (text) => base64(`x${text}`),
  'base64 after two bytes': (text) => base64(`xy${text}`),
  'base64 of base64': (text) => base64(base64(text)),
  'base64 in lines of base64 in lines': (text) => wrap(base64(wrap(base64(text), 76)), 76),
  'base64 of hex': (text) => base64(hex(text)),
  'base64 of an archive': (text) => base64(`settings${'\0'.repeat(92)}0000644\0${'\0'.repeat(380)}${text}${'\0'.repeat(700)}`),
  'base64 of UTF-16': (text) => Buffer.from(text, 'utf16le').toString('base64'),
  'base32': base32,
  'base32 in lines': (text) => wrap(base32(text), 76),
  'hex': hex,
  'hex in capitals': (text) => hex(text).toUpperCase(),
  'hex in lines of 60': (text) => wrap(hex(text), 60),
  'a piece of hex that begins anywhere': (text) => hex(text).slice(3),
  'hex with spaces': (text) => bytes(text, (byte) => `${two(byte)} `),
  'hex with colons': (text) => bytes(text, (byte) => `:${two(byte)}`).slice(1),
  'hex as numbers of a program': (text) => `[${bytes(text, (byte) => `, 0x${two(byte)}`).slice(2)}]`,
  'hex in words': (text) => hex(text).replaceAll(/(....)/g, '$1 '),
  'decimal numbers': (text) => JSON.stringify(bytesOf(text)),
  'decimal numbers in lines': (text) => JSON.stringify([...bytesOf(text)], undefined, 2),
  'octal numbers': (text) => bytes(text, (byte) => ` ${byte.toString(8).padStart(3, '0')}`),
  'xxd': xxd,
  'hexdump -C': hexdump,
  'od -x': words,
  'od -c': letters,
  'percent signs': (text) => bytes(text, (byte) => `%${two(byte)}`),
  'an address': encodeURIComponent,
  '\\x': (text) => bytes(text, (byte) => `\\x${two(byte)}`),
  '\\u': (text) => bytes(text, (byte) => `\\u00${two(byte)}`),
  'octal escapes': (text) => bytes(text, (byte) => `\\${byte.toString(8).padStart(3, '0')}`),
  'entities': (text) => bytes(text, (byte) => `&#${byte};`),
  'quoted-printable': (text) => lines(text.replaceAll('=', '=3D'), (line) => line.replaceAll(/.{30}/g, '$&=\n')),
  'backwards': reverse,
  'base64 backwards': (text) => reverse(base64(text)),
  'base64 of backwards': (text) => base64(reverse(text)),
  'hex backwards, in lines': (text) => reverse(wrap(hex(text), 60)),
  'rot13': rotate,
  'base64 of rot13': (text) => base64(rotate(text)),
  'folded at 20': (text) => lines(text, (line) => wrap(line, 20)),
  'one letter a line': (text) => wrap(text, 1),
  'letters with spaces between': (text) => wrap(text, 1).replaceAll('\n', ' '),
  'UTF-16': (text) => Buffer.from(text, 'utf16le').toString('latin1'),
}

function toMasker(): ReturnType<typeof createMasker> {
  const masker = createMasker({ key: 'a'.repeat(64) })
  masker.learn([known], 'variable')
  return masker
}

/** What a reader who knows the encoding would get: nothing may be left of a secret but its ends. */
function requireHidden(masked: string, encode: (text: string) => string, why: string): void {
  for (const secret of secrets) {
    for (let shift = 0; shift < 8; shift += 1) {
      const form = encode(`${'x'.repeat(shift)}${secret}`).replaceAll(/\s/g, '')
      const inner = form.slice(Math.floor(form.length / 4), Math.ceil((form.length * 3) / 4))
      if (inner.length >= 8 && encode(plain).replaceAll(/\s/g, '').includes(inner)) assert.ok(!masked.replaceAll(/\s/g, '').includes(inner), `${why}: ${inner} in ${masked}`)
    }
  }
}

describe('secrets that are encoded', () => {
  const masker = toMasker()
  for (const [name, encode] of Object.entries(encodings)) {
    it(`are masked: ${name}`, () => {
      const text = encode(plain)
      const masked = masker.mask(text)
      assert.ok(new Set(listPlaceholders(masked).map((each) => each.text.split(':')[1])).size >= 3 || listPlaceholders(masked).length >= 3, masked)
      for (const secret of secrets) assert.ok(!masked.includes(secret))
      requireHidden(masked, name === 'base64 of an archive' ? base64 : encode, name)
      assert.equal(masker.mask(masked), masked)
    })
    it(`and nothing else is: ${name}`, () => {
      const text = encode(`${before}${after}`)
      assert.equal(masker.mask(text), text)
    })
  }

  it('leave what stands around them as it was', () => {
    for (const encode of [base64, hex, (text: string) => wrap(base64(text), 76)]) {
      const whole = encode(`${'some words of a text. '.repeat(200)}${plain}${'some words of a text. '.repeat(200)}`)
      const masked = masker.mask(whole)
      const left = replacePlaceholders(masked, () => '')
      assert.ok(left.length > whole.length - 300, `${left.length} of ${whole.length}`)
      assert.equal(masked.split('\n').length, whole.split('\n').length)
      assert.equal(masked.slice(0, 3000), whole.slice(0, 3000))
      assert.equal(masked.slice(-3000), whole.slice(-3000))
    }
  })

  it('are found wherever they begin and however long the text is', () => {
    const names = ['base64', 'base64 in lines of 76', 'base64url', 'hex', 'hex in lines of 60', 'xxd', 'backwards', 'percent signs', 'base64 of base64', 'hex with spaces']
    for (let seed = 1; seed <= 300; seed += 1) {
      const pick = (n: number, of: number): number => Number.parseInt(scramble(seed * 13 + n, 6, '0123456789'), 10) % of
      const filler = (n: number): string => lines(scramble(seed * 17 + n, pick(n, 300), 'abcdefghij klmnopqr stuvwxyz.\n'), (line) => line)
      const secret = secrets[pick(3, secrets.length)] ?? ''
      const name = names[pick(4, names.length)] ?? ''
      const encode = encodings[name] ?? base64
      const masked = masker.mask(encode(`${filler(1)}\nAPI_TOKEN=${secret}\n${filler(2)}`))
      assert.ok(listPlaceholders(masked).length > 0, `${seed}, ${name}: ${masked}`)
      requireHidden(masked, encode, `${seed}, ${name}`)
      assert.equal(masker.mask(masked), masked)
    }
  })

  it('can be put back where a file holds them, unless they are known', () => {
    const into = new Map<string, Set<string>>()
    const text = `data: ${base64(`token: ${token}\n`)} ${base64(known)}`
    masker.collect(text, into)
    const placeholders = listPlaceholders(masker.mask(text))
    assert.equal(placeholders.length, 2)
    const [mine, theirs] = placeholders
    assert.ok(base64(`token: ${token}\n`).includes([...(into.get(mine?.mark ?? '') ?? [])][0] ?? '-'))
    assert.equal(into.has(theirs?.mark ?? ''), false)
  })
})

describe('streams of what is encoded', () => {
  const masker = toMasker()
  for (const name of ['base64', 'base64 in lines of 76', 'hex', 'hex in lines of 60', 'xxd', 'backwards', 'percent signs', 'base64 of base64', 'hex with spaces']) {
    for (const size of [1, 7, 61, 1000, 9000]) {
      it(`show no more of it than all at once: ${name}, ${size} characters at a time`, () => {
        const encode = encodings[name] ?? base64
        const text = `We begin.\n${encode(`${'Some words of a text.\n'.repeat(20)}${plain}`)}\nand go on.\n`
        const stream = createStreamMask(masker)
        let shown = ''
        for (let at = 0; at < text.length; at += size) shown += stream.push(text.slice(at, at + size))
        shown += stream.end()
        assert.equal(shown, masker.mask(text))
      })
    }
  }

  it('are cut where no secret is, when they are too long to be held', () => {
    for (const name of ['base64', 'base64 in lines of 76', 'hex']) {
      const encode = encodings[name] ?? base64
      const text = encode(Array.from({ length: 3_000 }, (_, n) => `line ${n}\nAPI_TOKEN=${named}\n`).join(''))
      const stream = createStreamMask(masker)
      let shown = ''
      for (let at = 0; at < text.length; at += 5_003) shown += stream.push(text.slice(at, at + 5_003))
      shown += stream.end()
      requireHidden(shown, encode, name)
      assert.ok(listPlaceholders(shown).length >= 3_000)
    }
  })
})

describe('what is no secret', () => {
  it('passes untouched in every encoding', () => {
    const masker = toMasker()
    const text = innocent.join('\n')
    assert.equal(masker.mask(text), text)
    let passed = 0
    for (const [name, encode] of Object.entries(encodings)) {
      // A line that was cut in two may end in what looks like a secret by itself, and a word that was rotated looks made up.
      if (findSecrets(encode(text)).length > 0 || name.includes('rot13')) continue
      assert.equal(masker.mask(encode(text)), encode(text), name)
      passed += 1
    }
    assert.ok(passed >= 40, String(passed))
  })

  it('random bytes are read in every way, and nothing is found in them', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
      for (const text of [scramble(seed, 20_000, alphabet), scramble(seed, 20_000, '0123456789abcdef'), wrap(scramble(seed, 20_000, alphabet), 76)]) assert.deepEqual(findEncoded(text, findSecrets), [])
    }
  })
})
