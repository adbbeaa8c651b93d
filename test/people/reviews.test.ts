import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { finish, mend, type Ended } from '../e2e/harness.ts'
import { openPeopleBench, toContract, type PeopleBench } from './people-bench.ts'

let bench: PeopleBench | undefined
afterEach(async () => {
  await bench?.remove()
  bench = undefined
})

const toText = ({ code, stdout, stderr }: Ended): string => `${code}\n${stdout}\n${stderr}`
const start = ['run', '--contract', 'contract.yaml'] as const
const write = (path: string, content: string) => ({ name: 'write', input: { path, content } })
const sure = (confidence: number) => ({ name: 'finish', input: { summary: 'It is done', confidence } })

test('a second review shows only what is new since the first was agreed to, and for which task it is', async () => {
  bench = await openPeopleBench([
    { calls: [write('.github/workflows/ci.yml', 'on: push\njobs: {}\n')] }, { calls: [finish()] },
    { calls: [mend] }, { calls: [sure(0.2)] },
  ], { contract: toContract() })
  const { writ, waiting } = bench
  assert.equal((await writ(...start)).code, 3)
  const [first] = await waiting()
  assert.ok(first?.question.ask)
  assert.deepEqual([first.question.ask.kind, first.question.ask.rules[0], first.question.ask.risk], ['integrate', 'checkpoint-ci', 'high'])
  assert.match(first.question.ask.does, /^1 changed file \(ci\) become part of the result, for t1 “mend the sum and release it”$/)
  assert.match(first.question.ask.shows, /ci\.yml[^]*\+on: push/)

  // The proof is refused: nothing was mended. The plan gets another task.
  const agreed = await writ('approve', first.id)
  assert.equal(agreed.code, 3, toText(agreed))
  const [second] = await waiting()
  assert.ok(second?.question.ask)
  assert.equal(second.question.ask.rules[0], 'checkpoint-confidence')
  assert.match(second.question.ask.does, /, for t2 “/)
  assert.match(second.question.ask.shows, /\+ {2}let total = 0/)
  assert.doesNotMatch(second.question.ask.shows, /ci\.yml|on: push/)
  const done = await writ('approve', second.id)
  assert.equal(done.code, 0, toText(done))
  assert.equal((await writ('replay', 'latest')).code, 0)
})

test('the contract may want a person to see paths; what it names is asked about, the rest is not', async () => {
  bench = await openPeopleBench([{ calls: [write('notes.md', 'x\n')] }, { calls: [finish()] }, { calls: [mend] }, { calls: [finish()] }], { contract: toContract('checkpoints: ["src/**"]\n') })
  assert.equal((await bench.writ(...start)).code, 3)
  const [asked] = await bench.waiting()
  assert.ok(asked?.question.ask)
  assert.equal(asked.question.ask.rules[0], 'checkpoint-wanted')
  // What was let through unasked before is not shown again.
  assert.doesNotMatch(asked.question.ask.shows, /notes\.md/)
  assert.equal((await bench.writ('approve', asked.id)).code, 0)
})

test('a change that is large is of high risk, whatever the plan took it for', async () => {
  bench = await openPeopleBench([{ calls: [mend, { name: 'shell', input: { command: 'mkdir docs; for n in $(seq 51); do echo "$n" > docs/$n.md; done' } }] }, { calls: [finish()] }], { contract: toContract() })
  assert.equal((await bench.writ(...start)).code, 3)
  const [asked] = await bench.waiting()
  assert.ok(asked?.question.ask)
  assert.deepEqual([asked.question.ask.rules[0], asked.question.ask.risk], ['checkpoint-risk', 'high'])
  assert.match(asked.question.question, /a person sees it before it counts\. it changes 52 files\.\)/)
  assert.equal((await bench.writ('approve', asked.id)).code, 0)
  assert.equal((await bench.writ('replay', 'latest')).code, 0)
})
