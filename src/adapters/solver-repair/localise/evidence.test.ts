import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readEvidence } from './evidence.ts'

const files = new Set(['src/a.ts', 'lib/b.py'])
const read = (message: string) => readEvidence([{ name: 't', status: 'failed', message }], [], '/home/me/repo', files)

describe('messages of failing tests', () => {
  it('name frames, the innermost first', () => {
    const script = read('Error: no\n    at f (file:///home/me/repo/src/a.ts:12:5)\n    at g (/home/me/repo/src/a.ts:3:1)\n    at x (node:internal/x:1:1)')
    assert.deepEqual(script.frames, [{ path: 'src/a.ts', line: 12, depth: 0 }, { path: 'src/a.ts', line: 3, depth: 1 }])
    const python = read('KeyError: 1\n  File "/home/me/repo/lib/b.py", line 4, in f\n  File "/home/me/repo/lib/b.py", line 9, in g\n')
    assert.deepEqual(python.frames.map((frame) => frame.line), [9, 4])
  })
  it('hold what was found and what was wanted', () => {
    const script = read("Expected values to be strictly equal:\n+ actual - expected\n\n+ '1: 1'\n- '1:01'\n\n    at f (file:///home/me/repo/src/a.ts:1:2)")
    assert.deepEqual([script.actual, script.expected], [["'1: 1'"], ["'1:01'"]])
    assert.deepEqual(read('Expected values to be strictly equal:\n\n1 !== 2\n').expected, ['2'])
  })
  it('give both readings where a library leaves the order to habit', () => {
    const python = read('AssertionError: 6 != 36\n')
    assert.deepEqual([python.actual, python.expected], [['6', '36'], ['36', '6']])
  })
  it('speak of names and values', () => {
    assert.deepEqual([...read("TypeError: cart.total is not a function\nKeyError: 'price'\nCannot read properties of undefined (reading 'rows')").spoken], ['cart', 'total', 'rows', 'price'])
    assert.deepEqual([...read("\n+   total: 12.5\n-   total: 13\n").spoken], ['total', '12.5'])
  })
  it('may be missing: then the tail of the output speaks', () => {
    const outcome = { checkId: 'c', command: 'x', status: 'failed' as const, durationMs: 1, tree: '0'.repeat(40) as never, output: { digest: '' as never, bytes: 0 }, tail: 'at /home/me/repo/src/a.ts:7:1', notes: [] }
    assert.deepEqual(readEvidence([{ name: 't', status: 'failed' }], [outcome], '/home/me/repo', files).frames, [{ path: 'src/a.ts', line: 7, depth: 0 }])
  })
})
