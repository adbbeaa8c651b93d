import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseSource } from '../syntax/node.ts'
import { loadParser } from '../syntax/parser.ts'
import type { ChangedCode } from './changed-code.ts'
import { drawMutants } from './draw-mutants.ts'

async function toCode(text: string, lines: readonly number[], path = 'a.js'): Promise<ChangedCode> {
  const grammar = path.endsWith('.py') ? 'python' : 'javascript'
  const parser = await loadParser([grammar])
  const file = parseSource(parser, path, grammar, text)
  assert.ok(file)
  return { project: { parser, sources: new Map([[path, file]]), tests: new Map() }, lines: new Map([[path, new Set(lines)]]), foreign: [], large: [] }
}

const told = (code: ChangedCode, seed = 'a'): string[] => drawMutants(code, seed).map(({ candidate: { line, describes } }) => `${line} ${describes}`)

const clamp = 'export function other(x) {\n  return x + 1\n}\n\nexport function clamp(x, top) {\n  if (x > top) return top\n  if (x < 0) return 0\n  return x\n}\n'

describe('small changes that are tried', () => {
  test('are those of the changed lines, then of the function around them, and of nothing else', async () => {
    const drawn = told(await toCode(clamp, [6]))
    const lines = drawn.map((each) => Number(each.split(' ')[0]))
    assert.ok(drawn.includes('6 compare with `>=` instead of `>`'), drawn.join('\n'))
    assert.ok(lines.includes(7) && !lines.includes(2), drawn.join('\n'))
    assert.ok(lines.lastIndexOf(6) < lines.indexOf(7), 'the changed line comes first')
  })
  test('are the same for the same content and seed; where there are too many, another seed begins elsewhere', async () => {
    const many = await toCode(`export function f(x) {\n${Array.from({ length: 60 }, (_, n) => `  if (x > ${n * 3}) x += ${n + 2}\n`).join('')}  return x\n}\n`, Array.from({ length: 63 }, (_, n) => n + 1))
    assert.deepEqual(told(many), told(many))
    assert.equal(told(many).length, 24)
    assert.notDeepEqual(told(many).toSorted(), told(many, 'b').toSorted())
  })
  test('leave out what hardly any test could tell', async () => {
    const drawn = told(await toCode('export function f(x) {\n  console.log(x)\n  return x === 1 || x\n}\n', [2, 3]))
    assert.ok(drawn.length > 0)
    assert.deepEqual(drawn.filter((each) => /console|`==`|`\?\?`/.test(each)), [])
  })
  test('are known for Python, whose documentation stays', async () => {
    const drawn = told(await toCode('def f(x):\n    """Says."""\n    return x > 1\n', [1, 2, 3], 'a.py'))
    assert.ok(drawn.includes('3 compare with `>=` instead of `>`'), drawn.join('\n'))
    assert.ok(!drawn.some((each) => each.startsWith('2 ')), drawn.join('\n'))
  })
})
