import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headings } from '../src/outline.ts'

test('several blocks', () => {
  const text = '# One\n```sh\n# a\n## b\n```\n# Two\n```\n# c\n```\n### no\n```\n# open'
  assert.deepEqual(headings(text).map(({ title }) => title), ['One', 'Two', 'no'])
})
