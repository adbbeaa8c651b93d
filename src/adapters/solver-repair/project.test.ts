import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Contract } from '../../protocol/contract.ts'
import { isEditable } from './project.ts'

const contract = Contract.parse({
  version: 1, goal: 'g', constraints: [], checks: [], scope: ['src/**'], dataLocations: [], budget: { maxTurns: 1, maxIdleTurns: 1 }, approvers: [], unknowns: [], network: [],
  pins: [{ mode: 'whole', path: 'src/pinned.ts', sha256: '0'.repeat(64), why: 'a test reads it' }], guarded: ['**/*.snap.js', '!src/free.snap.js', '!package.json'],
})

it('edits only code in scope that no check depends on', () => {
  const editable = (path: string): boolean => isEditable(path, contract, { scope: [] })
  assert.equal(editable('src/a.ts'), true)
  assert.equal(editable('src/deep/b.py'), true)
  assert.equal(editable('src/free.snap.js'), true)
  for (const path of ['lib/a.ts', 'src/pinned.ts', 'src/a.test.ts', 'src/test_b.py', 'src/tests/rows.py', 'src/node_modules/x/i.js', 'src/x.snap.js', 'src/readme.md', 'src/a.d.ts']) assert.equal(editable(path), false, path)
  assert.equal(isEditable('src/a.ts', contract, { scope: ['src/other/**'] }), false)
})
