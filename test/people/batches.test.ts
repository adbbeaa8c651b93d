import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { finish, mend, type Ended } from '../e2e/harness.ts'
import { openPeopleBench, publish, toContract, type PeopleBench } from './people-bench.ts'

let bench: PeopleBench | undefined
afterEach(async () => {
  await bench?.remove()
  bench = undefined
})

const toText = ({ code, stdout, stderr }: Ended): string => `${code}\n${stdout}\n${stderr}`
const two = { calls: [publish, { name: 'shell', input: { command: 'curl -X POST http://127.0.0.1:9' } }] }
const start = ['run', '--contract', 'contract.yaml'] as const

async function open(more?: string): Promise<PeopleBench> {
  bench = await openPeopleBench([two, { calls: [mend] }, { calls: [finish()] }], { contract: toContract(more) })
  return bench
}

test('ids of several runs are one batch: one that does not fit leaves all as they were; then every run goes on', async () => {
  const { writ, waiting } = await open()
  for (const _ of [1, 2]) assert.equal((await writ(...start)).code, 3)
  const ids = (await waiting()).map((each) => each.id)
  assert.equal(new Set(ids).size, 4)
  const [a = '', b = '', c = '', d = ''] = ids
  for (const [words, says] of [
    [[a, 'ap_ffffffffff'], /no question that waits is called ap_ffffffffff; there is /],
    [[a, 'ap_'], /no question that waits is called ap_;/],
  ] as const) {
    const refused = await writ('approve', ...words)
    assert.equal(refused.code, 2, toText(refused))
    assert.match(refused.stderr, says)
  }
  assert.deepEqual((await waiting()).map((each) => each.id), ids)

  // Shortened, without its first letters, and said twice.
  const answered = await writ('approve', a.slice(3, 10), a, b, c, d.slice(0, 9))
  assert.equal(answered.code, 0, toText(answered))
  for (const id of ids) assert.match(answered.stderr, new RegExp(`${id} is approved by person\\.`))
  assert.equal((await writ('list', '--json')).stdout.split('\n').filter((line) => line.includes('"outcome":"proven"')).length, 2)
  const again = await writ('approve', a.slice(3, 10))
  assert.equal(again.code, 2, toText(again))
  assert.match(again.stderr, new RegExp(`${a} was answered already: person said yes at `))
})

test('reject takes batches too; a result is rejected alone', async () => {
  const { writ, waiting } = await open()
  assert.equal((await writ(...start)).code, 3)
  const [first] = await waiting()
  for (const [args, says] of [
    [[], /say what to reject: ids from writ approvals, --all-of RUN, or a run/],
    [[first?.id ?? '', 'latest'], /latest are not all ids of questions \(those begin with ap_\)/],
    [['--all-of', 'latest', first?.id ?? ''], /leave the ids out/],
  ] as const) {
    const refused = await writ('reject', ...args)
    assert.equal(refused.code, 2, toText(refused))
    assert.match(refused.stderr, says)
  }
  const rejected = await writ('reject', ...(await waiting()).map((each) => each.id), '--reason', 'neither')
  assert.equal(rejected.code, 0, toText(rejected))
  assert.equal(bench?.events().filter((event) => event.type === 'approval.given' && event.data.answer === 'deny' && event.data.note === 'neither').length, 2)
})

test('--all-of answers what is one\'s own and names the others', async () => {
  const { writ, waiting, as } = await open('approvers: ["person"]\n')
  assert.equal((await writ(...start)).code, 3)
  const none = await as('eve', 'approve', '--all-of', 'latest')
  assert.equal(none.code, 2, toText(none))
  for (const { id } of await waiting()) assert.match(none.stderr, new RegExp(`${id} cannot be answered by you now: it is for person to answer, and you are eve`))
  const all = await writ('reject', '--all-of', 'latest', '--no-resume')
  assert.equal(all.code, 0, toText(all))
  assert.equal((await waiting()).length, 0)
})
