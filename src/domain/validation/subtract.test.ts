import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Finding } from '../../protocol/evidence.ts'
import { pairMoves } from './pair-moves.ts'
import { findAmbiguous, moveFindings, subtract } from './subtract.ts'
import { findTouchedLines } from './touched-lines.ts'

const at = (line: number, message = 'is wrong', path = 'a.ts'): Finding => ({ path, line, rule: 'r', message })

describe('new against old findings', () => {
  test('lines move and nothing else matters of them, not in messages either', () => {
    const base = [at(3), at(9, 'already declared on line 3, column 7'), at(9, 'see a.ts:3:7')]
    const result = [at(13), at(19, 'already declared on line 13, column 7'), at(19, 'see a.ts:13:7')]
    assert.deepEqual(subtract(result, base), { fresh: [], old: 3 })
  })

  test('another rule, message, evidence or file is new', () => {
    const one: Finding = { ...at(1), evidence: 'x = 1' }
    for (const other of [{ ...one, rule: 's' }, { ...one, message: 'is worse' }, { ...one, evidence: 'x = 2' }, { ...one, path: 'b.ts' }]) {
      assert.deepEqual(subtract([other], [one]), { fresh: [other], old: 0 })
    }
    assert.equal(subtract([at(1, 'complexity 25')], [at(1, 'complexity 24')]).fresh.length, 1)
  })

  test('as often as it was there before, and no oftener', () => {
    assert.deepEqual(subtract([at(1), at(2), at(3)], [at(1), at(2)]), { fresh: [at(3)], old: 2 })
    assert.deepEqual(subtract([at(1)], [at(1), at(2)]), { fresh: [], old: 1 })
  })

  test('of several equal ones those on the lines of the change are the new ones', () => {
    const before = 'todo\nb\ntodo\n'
    const after = 'todo\ntodo\nb\nx\ntodo\n'
    const [result, base] = [[at(1), at(2), at(5)], [at(1), at(3)]]
    assert.deepEqual(findAmbiguous(result, base), ['a.ts'])
    assert.deepEqual(findAmbiguous([at(1), at(2)], base), [])
    const touched = findTouchedLines(before, after)
    assert.deepEqual(subtract(result, base, new Map([['a.ts', touched]])).fresh.map((each) => touched.has(each.line ?? 0)), [true])
  })

  test('findings of a renamed file are those of its new name', () => {
    assert.deepEqual(subtract([at(1, 'm', 'new.ts')], moveFindings([at(1, 'm', 'old.ts')], new Map([['old.ts', 'new.ts']]))), { fresh: [], old: 1 })
  })

  test('it is subtraction: what is left and what is taken make the whole, and no more is taken than there was', () => {
    const finding = fc.record({ path: fc.constantFrom('a', 'b'), line: fc.integer({ min: 1, max: 9 }), rule: fc.constantFrom('r', 's'), message: fc.constantFrom('m', 'n') })
    fc.assert(fc.property(fc.array(finding), fc.array(finding), fc.array(fc.integer({ min: 1, max: 9 })), (result, base, lines) => {
      const { fresh, old } = subtract(result, base, new Map([['a', new Set(lines)]]))
      assert.equal(fresh.length + old, result.length)
      assert.ok(old <= base.length)
      assert.ok(fresh.every((each) => (result as readonly Finding[]).includes(each)))
      assert.deepEqual(subtract(result, result), { fresh: [], old: result.length })
      assert.deepEqual(subtract(result, []), { fresh: result, old: 0 })
    }), { numRuns: 300 })
  })
})

describe('lines that the change wrote', () => {
  test('added and rewritten lines, not those that moved', () => {
    assert.deepEqual([...findTouchedLines('a\nb\nc\n', 'new\na\nB\nc\n')], [1, 3])
    assert.deepEqual([...findTouchedLines('a\nb\n', 'a\n')], [])
    assert.deepEqual([...findTouchedLines('', 'a\nb\n')], [1, 2])
  })
})

describe('files that moved', () => {
  const text = (...lines: string[]): string => `${lines.join('\n')}\n`
  test('the same content, or at least half of its lines, each file once', () => {
    const gone = [{ path: 'old/a.ts', text: text('import a', 'one', 'two', 'three') }, { path: 'old/b.ts', text: text('import b', 'four', 'five') }]
    const came = [{ path: 'new/a.ts', text: text('import a', 'one', 'two', 'changed') }, { path: 'new/b.ts', text: text('import b', 'four', 'five') }, { path: 'new/c.ts', text: text('something', 'else') }]
    assert.deepEqual([...pairMoves(came, gone)].sort(), [['new/a.ts', 'old/a.ts'], ['new/b.ts', 'old/b.ts']])
    assert.equal(pairMoves([...came, { path: 'copy.ts', text: gone[1]?.text ?? '' }], gone).size, 2)
  })
  test('brackets and blank lines alone make no two files the same', () => {
    assert.equal(pairMoves([{ path: 'b', text: '{\n}\n\n' }], [{ path: 'a', text: '\n}\n{\n' }]).size, 0)
  })
})
