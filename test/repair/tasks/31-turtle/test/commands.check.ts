import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apply, run, start } from '../src/commands.ts'

test('moves', () => assert.deepEqual(run([{ kind: 'move', dx: 2, dy: -1 }]), { ...start(), x: 2, y: -1 }))
test('goes where it looks', () => {
  const turtle = run([{ kind: 'turn', quarters: 1 }, { kind: 'forward', steps: 3 }])
  assert.deepEqual([turtle.x, turtle.y], [3, 0])
})
test('turns left', () => assert.equal(apply(start(), { kind: 'turn', quarters: -1 }).heading, 3))
test('draws', () => assert.deepEqual(run([{ kind: 'pen', down: true }, { kind: 'forward', steps: 1 }]).drawn, ['0,0-0,1']))
