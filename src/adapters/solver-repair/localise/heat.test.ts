import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseSource, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { loadParser } from '../syntax/parser.ts'
import { findHeat } from './heat.ts'

const text = `RULES = ["a", "b"]
PATTERN = "|".join(RULES)
OTHER = 7
def read(text):
    return PATTERN in text
`

it('a table that only another table uses is suspect too, and what nobody uses is not', async () => {
  const file = parseSource(await loadParser(['python']), 'a.py', 'python', text)
  assert.ok(file)
  const values = new Float32Array(6)
  values[4] = 1
  const heat = findHeat([file], new Map([['a.py', { by: 'row' as const, values }]]), { failing: [], messages: '', frames: [], actual: [], expected: [] })
  const at = (needle: string): SyntaxNode => {
    let found: SyntaxNode | undefined
    walk(file.root, (node) => {
      if (text.slice(node.start, node.end) === needle) found = node
    })
    assert.ok(found)
    return found
  }
  const [table, pattern] = [heat.of(file, at('"a"')), heat.of(file, at('"|"'))]
  assert.ok(table > 0 && table < pattern && pattern < 1)
  assert.equal(heat.of(file, at('7')), 0)
})
