import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run, type Command } from '../src/commands.ts'

test('a square', () => {
  const side: Command[] = [{ kind: 'forward', steps: 2 }, { kind: 'turn', quarters: 1 }]
  const turtle = run([{ kind: 'pen', down: true }, ...side, ...side, ...side, ...side])
  assert.deepEqual(turtle.drawn, ['0,0-0,2', '0,2-2,2', '2,2-2,0', '2,0-0,0'])
  assert.deepEqual([turtle.x, turtle.y, turtle.heading], [0, 0, 0])
})
test('turning alone moves nothing', () => {
  const turtle = run([{ kind: 'turn', quarters: 2 }, { kind: 'turn', quarters: -3 }])
  assert.deepEqual([turtle.x, turtle.y, turtle.heading], [0, 0, 3])
})
