import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import type { AnswerSignature } from '../../src/protocol/policy.ts'
import { finish, mend, type Ended } from '../e2e/harness.ts'
import { openPeopleBench, signByStranger, toContract, type PeopleBench } from './people-bench.ts'

let bench: PeopleBench | undefined
afterEach(async () => {
  await bench?.remove()
  bench = undefined
})

const toText = ({ code, stdout, stderr }: Ended): string => `${code}\n${stdout}\n${stderr}`
const key = { name: 'shell', input: { command: `printf 'export const key = "%s%s"\\n' ghp _Ab3dE6gH9jK2mN5pQ8sT1vW4xY7zB0cD3eF6 > src/key.js` } }
const once = [{ calls: [key] }, { calls: [mend] }, { calls: [finish()] }]

/** A run in which the key was sealed away, with a model that writes it again in as many forks as there are to be. */
async function startSealed(forks: number): Promise<{ readonly bench: PeopleBench; readonly run: string; readonly sealedAt: number }> {
  const made = await openPeopleBench(Array.from({ length: forks + 1 }, () => once).flat(), { contract: toContract() })
  bench = made
  const ended = await made.writ('run', '--contract', 'contract.yaml')
  assert.equal(ended.code, 0, toText(ended))
  const sealed = made.events().find((event) => event.type === 'artefact.quarantined')
  assert.ok(sealed)
  return { bench: made, run: sealed.run, sealedAt: sealed.seq }
}

const count = (events: readonly StoredEvent[], type: StoredEvent['type']): number => events.filter((event) => event.type === type).length

test('what a person released stays released in a fork, and in a fork of that; a fork from before it seals again', async () => {
  const { bench: { writ, events }, run, sealedAt } = await startSealed(3)
  assert.equal((await writ('quarantine', 'release', 'q1', '--reason', 'a test key')).code, 0)

  const early = await writ('fork', run, '--at', String(sealedAt))
  assert.equal(early.code, 0, toText(early))
  assert.equal(count(events(), 'artefact.quarantined'), 1)

  // The second of these goes on from the first.
  for (const from of [run, 'latest']) {
    const forked = await writ('fork', from)
    assert.equal(forked.code, 0, toText(forked))
    const [opened] = events()
    assert.deepEqual(opened?.type === 'run.opened' && opened.data.origin?.released?.map((each) => [each.run, each.id, each.by]), [[run, 'q1', 'person']])
    assert.equal(count(events(), 'artefact.quarantined'), 0)
    const verified = await writ('verify', 'latest')
    assert.match(verified.stdout, /✓ answers +1 answer signed by person/, toText(verified))
    const replayed = await writ('replay', 'latest')
    assert.equal(replayed.code, 0, toText(replayed))
  }
})

test('a release that nobody can have signed is left behind, and what it was about is sealed again', async () => {
  const { bench: { writ, events, forge }, run } = await startSealed(1)
  forge({ type: 'artefact.settled', data: { id: 'q1', as: 'released', by: 'person', reason: '', signature: signByStranger(new TextEncoder().encode('x')) as AnswerSignature } })
  const forked = await writ('fork', run)
  assert.equal(forked.code, 0, toText(forked))
  assert.match(forked.stderr, /q1 of run_\w+ was released, but the answer of person is signed by the key [0-9a-f]{12}, which does not count here; .*it is sealed again/)
  assert.equal(count(events(), 'artefact.quarantined'), 1)
})
