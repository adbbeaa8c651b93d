import assert from 'node:assert/strict'
import { test } from 'node:test'
import { render } from '../src/template.js'

test('null on the way', () => assert.equal(render('{{a.b.c.d}}', { a: { b: null } }), ''))
test('nothing at the start', () => assert.equal(render('{{a.b}}{{{a.b.c}}}', {}), ''))
test('a section through nothing is left out', () => assert.equal(render('x{{#a.b}}y{{/a.b}}', {}), 'x'))
test('zero and false are shown', () => assert.equal(render('{{a.n}} {{f}}', { a: { n: 0 }, f: false }), '0 false'))
