import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readText } from './read-text.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

test('a text is read, also one with zeros in it, and in UTF-16', () => {
  assert.deepEqual(readText(encode('schön\n')), { text: 'schön\n', hadZeros: false })
  assert.deepEqual(readText(encode('key = "a\0bc"\n\0\0\0schön €\u{1F600}\n')), { text: 'key = "abc"\nschön €\u{1F600}\n', hadZeros: true })
  assert.deepEqual(readText(Buffer.from('\uFEFFtoken = 1\r\n', 'utf16le')), { text: 'token = 1\r\n', hadZeros: true })
  assert.deepEqual(readText(Buffer.from('token = 1\r\n', 'utf16le')), { text: 'token = 1\r\n', hadZeros: true })
  assert.deepEqual(readText(encode('\0')), { text: '', hadZeros: true })
})

test('programs, pictures and packed data are none', () => {
  assert.equal(readText(readFileSync(process.execPath).subarray(0, 2 ** 20)), undefined)
  assert.equal(readText(Buffer.concat([gzipSync('x'.repeat(5000) + Math.PI), Buffer.alloc(4), gzipSync(readFileSync(import.meta.filename))])), undefined)
  assert.equal(readText(Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')), undefined)
})
