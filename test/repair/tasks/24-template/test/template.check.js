import assert from 'node:assert/strict'
import { test } from 'node:test'
import { render } from '../src/template.js'

test('names', () => assert.equal(render('Hello {{who}}!', { who: 'Ann' }), 'Hello Ann!'))
test('paths', () => assert.equal(render('{{user.name}}', { user: { name: 'Bo' } }), 'Bo'))
test('a path through nothing is empty', () => assert.equal(render('[{{user.address.city}}]', { user: {} }), '[]'))
test('escapes', () => assert.equal(render('{{x}} {{{x}}}', { x: '<b>' }), '&lt;b&gt; <b>'))
test('repeats', () => assert.equal(render('{{#list}}<{{n}}>{{/list}}', { list: [{ n: 1 }, { n: 2 }] }), '<1><2>'))
