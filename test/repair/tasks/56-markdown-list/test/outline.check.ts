import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headings, outline, slugify } from '../src/outline.ts'

test('slugs', () => assert.equal(slugify(' Hello, World! '), 'hello-world'))
test('levels', () => assert.deepEqual(headings('# A\ntext\n### B').map(({ level }) => level), [1, 3]))
test('the same twice', () => assert.deepEqual(headings('# A\n# A').map(({ slug }) => slug), ['a', 'a-1']))
test('no headings in code', () => assert.equal(outline('# A\n```\n# no\n```\n## B'), '- [A](#a)\n  - [B](#b)'))
test('depth', () => assert.equal(outline('#### deep'), ''))
