import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Contract } from '../../protocol/contract.ts'
import type { Lab } from '../../engine/ports/solver.ts'
import { createForeign, isEditable, readProject } from './project.ts'

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

it('takes folders of builds for the project\'s own where no package has its root', () => {
  const isForeign = createForeign(new Set(['package.json', 'packages/a/package.json', 'packages/layout/package.json', 'tools/build/package.json']))
  assert.deepEqual(['dist/a.js', 'packages/a/build/b.js', 'src/build/plan.js', 'src/node_modules/x/i.js'].map(isForeign), [true, true, false, true])
  assert.deepEqual(['packages/layout/dist/a.js', 'tools/build/out/a.js', 'tools/build/src/a.js', 'packages/layout/src/a.js'].map(isForeign), [true, true, false, false])
})

it('leaves alone what only tests import and what says what is right', async () => {
  const files: Record<string, string> = {
    'src/add.js': 'export const add = (a, b) => a - b\n', 'src/sub.js': "import { half } from './half.js'\nexport const sub = (a, b) => half(a - b)\n", 'src/half.js': 'export const half = (a) => a / 2\n',
    'support/expected.js': 'export const make = () => 55\n', 'lib/cases.js': 'export default [[1, 2, 3]]\n', 'lib/rates.js': 'export const rate = 3\n',
    'test/a.test.js': "import { add } from '../src/add.js'\nimport { sub } from '../src/sub.js'\nimport { make } from '../support/expected.js'\nimport cases from '../lib/cases.js'\n",
  }
  const lab = { files: async () => Object.keys(files), read: async (path: string) => files[path] } as unknown as Lab
  const { sources, tests } = await readProject(lab, 'script', ['test/a.test.js'], { contract: { ...contract, scope: [] }, task: { scope: [] }, wasmDir: undefined })
  assert.deepEqual([...sources.keys()].toSorted(), ['lib/rates.js', 'src/add.js', 'src/half.js', 'src/sub.js'])
  assert.deepEqual([...tests.keys()].toSorted(), ['lib/cases.js', 'support/expected.js', 'test/a.test.js'])
})
