import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { toCodeLines } from './code-lines.ts'
import { searchDuplicates } from './find-duplicates.ts'
import { toWindowKeys } from './line-windows.ts'

const block = (name: string, count: number): string => Array.from({ length: count }, (_, n) => `  const ${name}${n} = compute(${n})`).join('\n')

function find(changed: Readonly<Record<string, readonly [before: string | undefined, after: string]>>, others: Readonly<Record<string, string>> = {}, size = 5): readonly string[] {
  const search = searchDuplicates(Object.entries(changed).map(([path, [before, after]]) => ({ path, before: before === undefined ? undefined : toCodeLines(before), after: toCodeLines(after) })), size)
  for (const [path, text] of Object.entries(others)) search.see(path, toCodeLines(text))
  return search.blocks().map((one) => `${one.path}:${one.line}-${one.endLine} (${one.length}) = ${one.other.path}:${one.other.line}`)
}

describe('blocks that a change doubles', () => {
  test('one that stands elsewhere, whole, whatever its indentation, comments and blank lines', () => {
    const copy = `function f() {\n${block('a', 8).replaceAll('\n', '\n\n    // why\n    ')}\n}\n`
    assert.deepEqual(find({ 'new.ts': [undefined, copy] }, { 'old.ts': `// first\n${block('a', 8)}\n` }), ['new.ts:2-23 (8) = old.ts:2'])
  })
  test('shorter ones are none', () => assert.deepEqual(find({ 'new.ts': [undefined, block('a', 4)] }, { 'old.ts': block('a', 4) }), []))
  test('twice in the change: the later one is told', () => assert.deepEqual(find({ 'a.ts': [undefined, `${block('a', 6)}\nother()\n${block('a', 6)}\n`] }), ['a.ts:8-13 (6) = a.ts:1']))
  test('twice in two changed files', () => assert.deepEqual(find({ 'a.ts': [undefined, block('a', 6)], 'b.ts': [undefined, block('a', 6)] }), ['b.ts:1-6 (6) = a.ts:1']))
  test('copied out of a changed file', () => assert.deepEqual(find({ 'a.ts': [undefined, block('a', 6)], 'b.ts': [block('a', 6), `${block('a', 6)}\nmore()`] }), ['a.ts:1-6 (6) = b.ts:1']))
  test('what stood twice before is old', () => assert.deepEqual(find({ 'a.ts': [`${block('a', 6)}\n`, `first()\n${block('a', 6)}\n`] }, { 'b.ts': block('a', 6) }), []))
  test('what moved is old, a copy left behind is not', () => {
    assert.deepEqual(find({ 'a.ts': [block('a', 6), ''], 'b.ts': [undefined, block('a', 6)] }, { 'c.ts': block('a', 6) }), [])
    assert.deepEqual(find({ 'a.ts': [block('a', 6), block('a', 6)], 'b.ts': [undefined, block('a', 6)] }), ['b.ts:1-6 (6) = a.ts:1'])
  })
  test('imports, licences and lists of brackets are no code', () => {
    const same = `/*\n * Licence\n${' * more\n'.repeat(20)} */\nimport {\n  a,\n  b,\n  c,\n  d,\n  e,\n  f,\n} from 'x'\nimport y from 'y'\n# comment\n${'}\n'.repeat(20)}`
    assert.deepEqual(find({ 'a.ts': [undefined, same] }, { 'b.ts': same }), [])
  })
  test('two blocks with something of its own between', () => assert.deepEqual(find({ 'n.ts': [undefined, `${block('a', 6)}\nown()\n${block('b', 7)}\n`] }, { 'x.ts': block('b', 7), 'y.ts': block('a', 6) }), ['n.ts:1-6 (6) = y.ts:1', 'n.ts:8-14 (7) = x.ts:1']))
})

test('keys are equal exactly where the lines are', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom('a', 'b', 'c1', 'c2'), { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (texts, size) => {
    const keys = toWindowKeys(texts, size)
    assert.equal(keys.length, Math.max(0, texts.length - size + 1))
    const byText = new Map<string, number>()
    for (const [n, key] of keys.entries()) {
      const text = texts.slice(n, n + size).join('\n')
      assert.equal(byText.get(text) ?? key, key)
      byText.set(text, key)
    }
    assert.equal(new Set(byText.values()).size, byText.size)
  }))
})
