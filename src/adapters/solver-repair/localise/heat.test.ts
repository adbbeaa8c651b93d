import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseSource, walk } from '../syntax/node.ts'
import type { SyntaxNode } from '../syntax/node.ts'
import { loadParser } from '../syntax/parser.ts'
import { findHeat } from './heat.ts'
import { rankPlaces } from './localise.ts'

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
  const heat = findHeat([file], new Map([['a.py', { by: 'row' as const, values }]]), { evidence: { failing: [], messages: '', frames: [], actual: [], expected: [], spoken: new Set() }, recent: [], findings: [] })
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

it('what came in lately, what types and lint have something against, and what an error names is more suspect than its like', async () => {
  const body = 'function run(cart) {\n  const a = cart.first()\n  const b = cart.second()\n  return a + b\n}\n'
  const file = parseSource(await loadParser(['javascript']), 'a.js', 'javascript', body)
  assert.ok(file)
  const suspicions = new Map([['a.js', { by: 'span' as const, values: new Float32Array(body.length).fill(0.5) }]])
  const evidence = { failing: [], messages: '', frames: [], actual: [], expected: [], spoken: new Set<string>() }
  const hottest = (clues: Partial<Parameters<typeof findHeat>[2]>): number[] => {
    const places = rankPlaces([file], findHeat([file], suspicions, { evidence, recent: [], findings: [], ...clues }))
    return places.filter(({ suspicion }) => suspicion === places[0]?.suspicion).map(({ line }) => line)
  }
  assert.deepEqual(hottest({}), [1, 2, 3, 4])
  assert.deepEqual(hottest({ recent: [{ path: 'a.js', from: 3, to: 3, age: 1 }] }), [3])
  assert.deepEqual(hottest({ recent: [{ path: 'a.js', from: 1, to: 6, age: 1 }] }), [1, 2, 3, 4])
  assert.deepEqual(hottest({ findings: [{ path: 'a.js', line: 4, kind: 'type' }, { path: 'a.js', line: 2, kind: 'lint' }] }), [4])
  assert.deepEqual(hottest({ evidence: { ...evidence, spoken: new Set(['second']) } }), [3])
})
