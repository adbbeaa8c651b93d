import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { faults } from './faults.ts'
import { repairFault } from './repair-fault.ts'

const hasPython = spawnSync('python3', ['-c', 'import unittest'], { stdio: 'ignore' }).status === 0

/** Some of the corpus, one fault of each kind; `bench.ts` runs all of it. */
describe('the built-in solver mends a fault it was not made for', () => {
  for (const fault of faults.filter((one) => one.quick === true)) {
    const skip = fault.file.endsWith('.py') && !hasPython ? 'there is no python3' : false
    it(fault.name, { skip }, async () => {
      const repair = await repairFault(fault, 60_000)
      assert.equal(repair.after, 0, `${repair.after} of ${repair.before} tests still fail: ${repair.text}`)
      assert.match(repair.text, /The fault is in src\//)
      assert.ok(repair.confidence > 0.2)
    })
  }
})
