import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import type { RepairJudgement } from '../../src/protocol/repair.ts'
import { makeContract, proposeFor } from './repair-fault.ts'
import { ScratchLab } from './scratch-lab.ts'

const noPython = spawnSync('python3', ['-c', 'import unittest'], { stdio: 'ignore' }).status === 0 ? false : 'there is no python3'

async function judge(command: string, files: Readonly<Record<string, string>>): Promise<{ judgement: RepairJudgement; text: string }> {
  const contract = makeContract(command)
  const lab = new ScratchLab(new Map(Object.entries(files)), 90_000)
  try {
    const base = await lab.tryFiles(new Map(), contract.checks[0]!, { timeoutMs: 20_000 })
    const { parts } = await proposeFor(lab, contract, [base], 80_000)
    const event = lab.events.findLast((each) => each.type === 'repair.judged')
    assert.ok(event?.type === 'repair.judged', JSON.stringify(parts))
    return { judgement: event.data, text: parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n') }
  } finally {
    lab.dispose()
  }
}

const head = (names: string, path: string): string => `import { test } from 'node:test'\nimport assert from 'node:assert/strict'\nimport { ${names} } from '${path}'\n`

const bounded = `export function clamp(value: number, low: number, high: number): number {
  if (value > low) return low
  if (value > high) return high
  return value
}
`
const strong = `${head('clamp', '../src/clamp.ts')}test('clamps', () => {
  assert.equal(clamp(5, 0, 10), 5)
  assert.equal(clamp(-5, 0, 10), 0)
  assert.equal(clamp(-1, 0, 10), 0)
  assert.equal(clamp(15, 0, 10), 10)
  assert.equal(clamp(11, 0, 10), 10)
  assert.equal(clamp(1, 1, 1), 1)
  assert.equal(clamp(1, 1, 0), 0)
  assert.equal(clamp(-5, -1, 0), -1)
})
`

describe('a mend of TypeScript is judged', () => {
  it('as sure where all that passes behaves alike and the tests notice what else could be', async () => {
    const { judgement, text } = await judge('node --test "test/*.check.ts"', { 'src/clamp.ts': bounded, 'test/clamp.check.ts': strong })
    assert.equal(judgement.options[0]?.after.trim(), 'if (value < low) return low')
    assert.equal(judgement.options.length, 1, text)
    assert.ok(judgement.inputs > 20, text)
    const { strength } = judgement
    assert.ok(strength !== undefined && strength.tried >= 4 && strength.noticed / strength.tried >= 0.85, text)
    // `>=` in the place of the second `>` is no other function: that must not count against the tests.
    assert.ok(strength.alike > 0, text)
    assert.equal(judgement.sure, 'sure', text)
    assert.match(text, /^The fault is in src\/clamp\.ts:2, in clamp: `if \(value > low\) return low`\.\nIt was suspected because the failing test runs it/)
    assert.match(text, /The tests around it are strong: they notice \d+ of \d+ small changes there/)
  })

  it('with the changes that no test notices, and a test that would', async () => {
    const weak = `${head('clamp', '../src/clamp.ts')}test('clamps', () => { assert.equal(clamp(5, 0, 10), 5); assert.equal(clamp(-5, 0, 10), 0) })\n`
    const { judgement, text } = await judge('node --test "test/*.check.ts"', { 'src/clamp.ts': bounded, 'test/clamp.check.ts': weak })
    assert.notEqual(judgement.sure, 'sure')
    assert.ok((judgement.strength?.survivors.length ?? 0) > 0, text)
    assert.match(text, /noticed by no test: .* in src\/clamp\.ts:3/)
    assert.match(judgement.test ?? '', /^assert\.deepEqual\(clamp\(.*\), -?\d+\)/)
  })

  it('by the tests that pass with it: one that still fails notices nothing', async () => {
    const weak = `${head('clamp', '../src/clamp.ts')}import { say } from '../src/say.ts'\ntest('clamps', () => { assert.equal(clamp(5, 0, 10), 5); assert.equal(clamp(-5, 0, 10), 0) })\ntest('says', () => { assert.equal(say(5), 'IV and one'); assert.equal(say(7), 'VII') })\n`
    const say = "import { clamp } from './clamp.ts'\nexport const say = (value: number): string => `it is ${clamp(value, 0, 10)}`\n"
    const { judgement, text } = await judge('node --test "test/*.check.ts"', { 'src/clamp.ts': bounded, 'src/say.ts': say, 'test/clamp.check.ts': weak })
    assert.equal(judgement.options[0]?.after.trim(), 'if (value < low) return low', text)
    assert.ok((judgement.strength?.survivors.length ?? 0) > 0, text)
    assert.match(text, /noticed by no test: .* in src\/clamp\.ts:3/)
  })

  it('on methods, by what becomes of the object, and a version that never ends is only another', async () => {
    const files = {
      'src/queue.ts': `export class Queue {
  items: number[] = []
  add(...more: number[]): number {
    this.items.unshift(...more)
    return this.items.length
  }
  countTo(end: number): number {
    let n = 0
    while (n !== end) n += 1
    return n
  }
}
`,
      'test/queue.check.ts': `${head('Queue', '../src/queue.ts')}test('adds at the end', () => { const queue = new Queue(); queue.add(1); assert.equal(queue.add(2, 3), 3); assert.deepEqual(queue.items, [1, 2, 3]); assert.equal(queue.countTo(3), 3) })\n`,
    }
    const { judgement, text } = await judge('node --test "test/*.check.ts"', files)
    assert.equal(judgement.options[0]?.after.trim(), 'this.items.push(...more)')
    assert.ok(judgement.inputs > 3, text)
  })
})

describe('a mend of Python is judged', { skip: noPython }, () => {
  it('with an input on which the ways to mend it differ', async () => {
    const { judgement, text } = await judge('python3 -m unittest discover -s test -t .', {
      'src/__init__.py': '', 'test/__init__.py': '',
      'src/vote.py': 'def may_vote(age, *, citizen=True):\n    """Old enough?"""\n    return citizen and age > 30\n',
      'test/test_vote.py': 'import unittest\nfrom src.vote import may_vote\n\nclass Vote(unittest.TestCase):\n    def test_young(self):\n        self.assertTrue(may_vote(20))\n        self.assertFalse(may_vote(10))\n        self.assertFalse(may_vote(50, citizen=False))\n',
    })
    assert.ok(judgement.options.length > 1, text)
    // Which of the two depends on how many small changes there was time for: of either a person is asked.
    assert.ok(['one of several', 'a guess'].includes(judgement.sure), text)
    assert.match(judgement.difference?.call ?? '', /^may_vote\(\d+, citizen=True\)/)
    assert.deepEqual([...new Set(judgement.difference?.shows.map(({ outcome }) => outcome))].toSorted(), ['returns False', 'returns True'])
    assert.match(text, /These mend it in ways that differ:\n {2}1\. /)
  })
})
