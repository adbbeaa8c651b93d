import assert from 'node:assert/strict'
import { it } from 'node:test'
import { countWorkers, findMachine } from './workers.ts'

it('workers are as many as cores, memory and the setting allow, and at least one', () => {
  assert.equal(countWorkers({ cores: 16, freeMb: 64_000 }), 16)
  assert.equal(countWorkers({ cores: 16, freeMb: 4096 }), 4)
  assert.equal(countWorkers({ cores: 16, freeMb: 64_000 }, { most: 3 }), 3)
  assert.equal(countWorkers({ cores: 16, freeMb: 8192 }, { eachMb: 2048 }), 2)
  assert.equal(countWorkers({ cores: 4, freeMb: 100 }), 1)
  const { cores, freeMb } = findMachine()
  assert.ok(Number.isInteger(cores) && cores >= 1 && freeMb > 0)
})
