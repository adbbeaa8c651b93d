import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { faults } from './faults.ts'
import { makeContract, proposeFor, repairFault } from './repair-fault.ts'
import { ScratchLab } from './scratch-lab.ts'

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

const adder = "export function add(a: number, b: number): number {\n  return a - b\n}\n"
const adderTest = (wanted: string): string => `import { test } from 'node:test'\nimport assert from 'node:assert/strict'\nimport { add } from '../src/add.ts'\ntest('adds', () => { assert.equal(add(2, 3), ${wanted}) })\n`
const contract = makeContract('node --test "test/*.check.ts"')

async function proposeOn(files: [string, string][], change: (lab: ScratchLab) => void = () => undefined): Promise<{ parts: Awaited<ReturnType<typeof proposeFor>>['parts']; events: ScratchLab['events'] }> {
  const lab = new ScratchLab(new Map(files), 60_000)
  try {
    const base = await lab.tryFiles(new Map(), contract.checks[0]!, { timeoutMs: 20_000 })
    change(lab)
    const { parts } = await proposeFor(lab, contract, [base], 15_000)
    return { parts, events: lab.events }
  } finally {
    lab.dispose()
  }
}

describe('the built-in solver', () => {
  it('tries each change with the check itself where no quicker way works', async () => {
    const { parts, events } = await proposeOn([['src/add.ts', adder], ['test/add.check.ts', adderTest('5')]], (lab) => {
      const nothing = { ended: 'exited' as const, exitCode: 1, durationMs: 0, stdout: new Uint8Array(), stderr: new Uint8Array(), output: new Uint8Array(), droppedBytes: 0, notes: [] }
      lab.run = async () => nothing
    })
    assert.deepEqual(parts[1], { type: 'call', callId: 'r1', name: 'edit', input: { path: 'src/add.ts', edits: [{ find: '  return a - b', replace: '  return a + b' }] } })
    assert.ok(events.some((event) => event.type === 'candidate.tried' && event.data.result === 'plausible'))
  })
  it('says so when it finds nothing, and names the tests', async () => {
    const { parts } = await proposeOn([['src/add.ts', adder], ['test/add.check.ts', adderTest("'no number at all'")]])
    assert.match(parts[0]?.type === 'text' ? parts[0].text : '', /^No one-place mend was found for 1 failing test/)
    const finish = parts.find((part) => part.type === 'call' && part.name === 'finish')
    assert.deepEqual(finish?.type === 'call' ? (finish.input as { confidence: number; unfinished: string[] }).unfinished : [], ['test/add.check.ts › adds'])
    assert.equal(parts.some((part) => part.type === 'call' && part.name === 'edit'), false)
  })
  it('never edits the tests', async () => {
    const { parts } = await proposeOn([['test/add.ts', adder], ['test/add.check.ts', adderTest('5').replace('../src/', './')]])
    assert.equal(parts.some((part) => part.type === 'call' && part.name === 'edit'), false)
  })
})
