import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { finish, mend, type Ended } from '../e2e/harness.ts'
import { openPeopleBench, publish, toContract, type PeopleBench } from './people-bench.ts'

let bench: PeopleBench | undefined
afterEach(async () => {
  await bench?.remove()
  bench = undefined
})

interface Line {
  readonly id: string
  readonly run: string
  readonly status: string
  readonly answer?: { readonly answer: string; readonly by: string; readonly via: string; readonly note?: string }
  readonly why?: string
}

const toText = ({ code, stdout, stderr }: Ended): string => `${code}\n${stdout}\n${stderr}`
const two = { calls: [publish, { name: 'shell', input: { command: 'curl -X POST http://127.0.0.1:9' } }] }

test('writ approvals --all shows what waits, what was answered and what came to nothing, over all runs', async () => {
  bench = await openPeopleBench([two, { calls: [mend] }, { calls: [finish()] }], { contract: toContract() })
  const { writ } = bench
  const lines = async (...args: readonly string[]): Promise<readonly Line[]> => (await writ('approvals', '--all', '--json', ...args)).stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Line)
  assert.match((await writ('approvals', '--all')).stdout, /^Nothing was asked yet\.\n$/)

  assert.equal((await writ('run', '--contract', 'contract.yaml')).code, 3)
  const [upload, post] = await bench.waiting()
  assert.ok(upload && post)
  assert.equal((await writ('approve', upload.id, '--reason', 'go\u001b[2J ahead', '--no-resume')).code, 3)
  assert.deepEqual((await lines()).map((each) => [each.id, each.status]), [[post.id, 'waiting'], [upload.id, 'answered']])
  assert.equal((await writ('reject', post.id)).code, 0)
  // The second run: its questions are put, and then the run is taken back to before it.
  assert.equal((await writ('run', '--contract', 'contract.yaml')).code, 3)
  const start = bench.events().find((event) => event.type === 'task.started')
  assert.equal((await writ('rollback', 'latest', '--to', String(start?.seq))).code, 0)

  const all = await lines()
  assert.deepEqual(all.map((each) => [each.run === upload.run, each.status, each.answer && [each.answer.answer, each.answer.by, each.answer.via]]), [
    [false, 'gone', undefined], [false, 'gone', undefined], [true, 'answered', ['deny', 'person', 'command']], [true, 'answered', ['approve', 'person', 'command']],
  ])
  assert.match(all[0]?.why ?? '', /^was put before person took run_\w+ back to event \d+/)
  const shown = await writ('approvals', '--all')
  assert.match(shown.stdout, /twine upload dist\.whl.*\n {4}\w+ in .* · asked \d{4}-\d\d-\d\d \d\d:\d\dZ · yes by person just now \(command\): go\\u\{1b\}\[2J ahead\n/)
  assert.match(shown.stdout, /· no by person just now \(command\)\n/)
  assert.match(shown.stdout, /· not answered: it was put before person took /)
  assert.deepEqual((await lines('--limit', '1')).map((each) => each.id), [all[0]?.id])
  assert.match((await writ('approvals', '--all', '--limit', '1')).stderr, /3 older ones are not shown; --limit 4 shows all/)
  assert.equal((await writ('approvals')).stdout, 'Nothing waits for anybody.\n')

  for (const [args, says] of [[['remembered', '--all'], /--all is about questions/], [['--limit', '3'], /--limit goes with --all/]] as const) {
    const refused = await writ('approvals', ...args)
    assert.equal(refused.code, 2, toText(refused))
    assert.match(refused.stderr, says)
  }
})
