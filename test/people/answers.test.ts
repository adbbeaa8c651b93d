import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import { toAnswerBytes } from '../../src/domain/approval/answer.ts'
import type { Digest } from '../../src/protocol/ids.ts'
import { finish, mend, type Ended } from '../e2e/harness.ts'
import { openPeopleBench, publish, publishing, signByStranger, toContract, type PeopleBench } from './people-bench.ts'

const benches: PeopleBench[] = []
const open = async (...args: Parameters<typeof openPeopleBench>): Promise<PeopleBench> => {
  const bench = await openPeopleBench(...args)
  benches.push(bench)
  return bench
}
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.remove()
})
after(() => assert.deepEqual(benches, []))

const start = ['run', '--contract', 'contract.yaml', '--output-format', 'json'] as const
const toText = ({ code, stdout, stderr }: Ended): string => `${code}\n${stdout}\n${stderr}`

async function startWaiting(...args: Parameters<typeof openPeopleBench>): Promise<{ readonly bench: PeopleBench; readonly id: string; readonly run: string }> {
  const bench = await open(...args)
  const ended = await bench.writ(...start)
  assert.equal(ended.code, 3, toText(ended))
  const [first] = await bench.waiting()
  assert.ok(first)
  assert.match(ended.stderr, new RegExp(`waiting for a person:\n +${first.id} May [^]*\nAnswer with: writ approve ${first.id}, or writ reject`))
  return { bench, id: first.id, run: first.run }
}

describe('who may answer', () => {
  test('only those whom the contract names, in their order; a key that does not count here stops the run', async () => {
    const { bench, id, run } = await startWaiting(publishing, { contract: toContract('approvers: ["ada|bob", eve]\n') })
    for (const [who, why] of [['person', /it is for ada or bob, then eve to answer, and you are person/], ['bob', /you are a deputy of ada, who has until /], ['eve', /it is first ada's to answer; yours from /]] as const) {
      const refused = await bench.as(who, 'approve', id)
      assert.equal(refused.code, 2, toText(refused))
      assert.match(refused.stderr, why)
    }
    // Nobody's option answers for ada.
    assert.equal((await bench.writ('resume', run, '--yes')).code, 3)
    const [asked] = await bench.waiting()
    const answered = await bench.as('ada', 'approve', asked?.id ?? '', '--no-resume')
    assert.equal(answered.code, 0, toText(answered))

    const unknown = await bench.writ('resume', run)
    assert.equal(unknown.code, 2, toText(unknown))
    assert.match(unknown.stderr, /does not go on: event \d+ says that .* was answered, but the answer of ada is signed by the key [0-9a-f]{12}, which does not count here/)
    const exported = await bench.as('ada', 'keys', 'export')
    bench.machine.write({ 'ada.pem': exported.stdout })
    assert.equal((await bench.writ('keys', 'trust', 'ada.pem', '--name', 'ada')).code, 0)
    const resumed = await bench.writ('resume', run)
    assert.equal(resumed.code, 0, toText(resumed))
    assert.match((await bench.writ('verify', run)).stdout, /✓ answers +1 answer signed by ada/)
  })

  test('a rule of the policy may say no to a person', async () => {
    const { bench, id, run } = await startWaiting(publishing)
    const folder = join(bench.machine.home, '.config', 'writ', 'policy', 'four-eyes')
    bench.machine.write({ [join('..', folder.slice(bench.machine.home.length + 1), 'bundle.yaml')]: 'id: four-eyes\nversion: "1"\nowner: security\n', [join('..', folder.slice(bench.machine.home.length + 1), 'rules.cedar')]: '@id("not-ones-own")\n@reason("whoever asked for a run does not answer its questions")\nforbid (principal, action == Writ::Action::"approve", resource) when { resource.requestedBy == principal.name };\n' })
    const refused = await bench.writ('approve', id)
    assert.equal(refused.code, 2, toText(refused))
    const says = /cannot be answered by person: whoever asked for a run does not answer its questions \(four-eyes:not-ones-own/
    assert.match(refused.stderr, says)
    // Nor by a general yes: the run still waits.
    const resumed = await bench.writ('resume', run, '--yes')
    assert.equal(resumed.code, 3, toText(resumed))
    assert.match(resumed.stderr, says)
    assert.ok(!bench.events().some((event) => event.type === 'approval.given'))
  })

  test('nothing that runs in a sandbox: it has neither keys nor records, whatever it is told', async () => {
    const { bench, id } = await startWaiting(publishing)
    const tool = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')
    const inside = (command: string): Promise<Ended> => bench.machine.writ(['sandbox', '--read-only', '--repo', tool, '--', 'bash', '-c', command])
    const { home } = bench.machine
    const approved = await inside(`node bin/writ.mjs approve ${id} --yes`)
    assert.equal(approved.code, 2, toText(approved))
    assert.match(approved.stderr, /this is a sandbox of Writ: answers are given by people, outside of it/)
    const stripped = await inside(`env -u WRIT_SANDBOX HOME=${home} USER=person node bin/writ.mjs approve ${id} --yes; ls -d ${home}/.config/writ ${home}/.local/state/writ/runs`)
    assert.notEqual(stripped.code, 0)
    assert.match(stripped.stderr, /no question that waits is called/)
    assert.equal((stripped.stderr.match(/No such file or directory/g) ?? []).length, 2, toText(stripped))
    assert.deepEqual((await bench.waiting()).map((each) => each.id), [id])
    assert.ok(!bench.events().some((event) => event.type === 'approval.given'))
  })
})

test('an amendment by somebody who may not decide it is a proposal that waits for those who may', async () => {
  const { bench, run } = await startWaiting(publishing, { contract: toContract('approvers: [ada]\n') })
  const dry = await bench.writ('amend', run, '--max-turns', '9', '--dry-run')
  assert.equal(dry.code, 0, toText(dry))
  assert.match(dry.stdout + dry.stderr, /most turns: 200 → 9[^]*It will be proposed to ada: you are person[^]*dry run/)
  for (const [args, says] of [[[], /nothing would change/], [['--max-turns', '9'], /nobody is at a terminal to be asked/], [['--deadline', 'soon'], /cannot be read/], [['--contract', 'none.yaml'], /cannot be read/]] as const) {
    const wrong = await bench.writ('amend', run, ...args)
    assert.equal(wrong.code, 2, toText(wrong))
    assert.match(wrong.stderr, says)
  }
  const proposed = await bench.writ('amend', run, '--max-turns', '9', '--why', 'it is small', '--yes')
  assert.equal(proposed.code, 3, toText(proposed))
  const id = /Proposed as (ap_[0-9a-f]{10});/.exec(proposed.stderr)?.[1] ?? ''
  const twice = await bench.writ('amend', run, '--max-turns', '8', '--yes')
  assert.match(twice.stderr, new RegExp(`waits for an answer already: writ approve ${id}`))
  assert.ok(!bench.events().some((event) => event.type === 'contract.amended'))

  bench.machine.write({ 'ada.pem': (await bench.as('ada', 'keys', 'export')).stdout })
  await bench.writ('keys', 'trust', 'ada.pem', '--name', 'ada')
  const agreed = await bench.as('ada', 'approve', id, '--no-resume')
  assert.equal(agreed.code, 3, toText(agreed))
  const refused = await bench.as('ada', 'reject', (await bench.waiting())[0]?.id ?? '', '--no-resume')
  assert.equal(refused.code, 0, toText(refused))
  const resumed = await bench.writ('resume', run)
  assert.equal(resumed.code, 0, toText(resumed))
  const amended = bench.events().find((event) => event.type === 'contract.amended')
  assert.ok(amended?.type === 'contract.amended')
  assert.deepEqual([amended.data.by, amended.data.contract.budget.maxTurns, amended.data.changes], ['ada', 9, ['most turns: 200 → 9']])
  const replayed = await bench.writ('replay', run)
  assert.equal(replayed.code, 0, toText(replayed))
})

describe('an answer that nobody gave', () => {
  test('does not take a run on: unsigned, signed by a stranger, or signed for something else', async () => {
    const { bench, run } = await startWaiting([{ calls: [publish] }, { calls: [mend] }, { calls: [finish()] }])
    const asked = bench.events().findLast((event) => event.type === 'approval.requested')
    assert.ok(asked?.type === 'approval.requested')
    const { gate, ask } = asked.data
    const answer = { run, gate, answer: 'approve' as const, by: 'person', ask }
    const refusals: readonly (readonly [change: object, why: RegExp])[] = [
      [{}, /the answer of person is not signed/],
      [{ via: 'command' }, /the answer of person is not signed/],
      [{ via: 'command', signature: signByStranger(toAnswerBytes(answer)) }, /signed by the key [0-9a-f]{12}, which does not count here/],
      [{ via: 'command', signature: { key: ownKey(bench), signature: signByStranger(toAnswerBytes(answer)).signature } }, /the signature of the answer of person does not hold/],
      [{ by: 'hook x' }, /the answer of hook x is not signed/],
    ]
    for (const [change, why] of refusals) {
      bench.forge({ type: 'approval.given', data: { gate, by: 'person', answer: 'approve', ...change } })
      const { seq } = bench.events().at(-1) ?? assert.fail('there is a record')
      const refused = await bench.writ('resume', run)
      assert.equal(refused.code, 2, toText(refused))
      assert.match(refused.stderr, why)
      assert.ok(!bench.events().some((event) => event.type === 'tool.called' && event.data.name === 'shell'))
      const back = await bench.writ('rollback', run, '--to', String(seq - 1))
      assert.equal(back.code, 0, toText(back))
    }
    // Taken back it is in nobody's way; that it was there stays known.
    const waiting = await bench.writ('resume', run)
    assert.equal(waiting.code, 0, toText(waiting))
    const verified = await bench.writ('verify', run)
    assert.equal(verified.code, 1, toText(verified))
    assert.match(verified.stdout, /✗ answers +event \d+: the signature of the answer of person does not hold/)
  })

  test('a question that nobody answered keeps its times over resumes; its answer holds, and the record replays', async () => {
    const { bench, id, run } = await startWaiting(publishing, { contract: toContract('approvers: ["eve|person", person]\n') })
    const [first] = await bench.waiting()
    for (const _ of [1, 2]) assert.equal((await bench.writ('resume', run)).code, 3)
    const asked = bench.events().filter((event) => event.type === 'approval.requested')
    assert.equal(asked.length, 3)
    const [again] = await bench.waiting()
    assert.deepEqual([again?.id, again?.askedAt, again?.question.ask?.expiresAt], [id, first?.askedAt, first?.question.ask?.expiresAt])
    assert.equal(new Set(asked.map((event) => (event.type === 'approval.requested' ? event.data.ask?.expiresAt : ''))).size, 1)
    const early = await bench.writ('approve', id)
    assert.equal(early.code, 2, toText(early))
    const from = /who has until (\S+)/.exec(early.stderr)?.[1] ?? ''
    assert.equal(Date.parse(from) - Date.parse(asked[0]?.at ?? ''), 4 * 3_600_000)
    assert.equal((await bench.writ('replay', run)).code, 0)
  })

  test('an expired question is asked again, and the old id answers the new one', async () => {
    const { bench, id, run } = await startWaiting(publishing)
    const asked = bench.events().findLast((event) => event.type === 'approval.requested')
    assert.ok(asked?.type === 'approval.requested' && asked.data.ask)
    bench.forge({ type: 'approval.requested', data: { ...asked.data, ask: { ...asked.data.ask, expiresAt: asked.at } } })
    const late = await bench.writ('approve', id)
    assert.equal(late.code, 2, toText(late))
    assert.match(late.stderr, /the question expired on .*; writ resume asks it again/)
    assert.match((await bench.writ('approvals')).stdout, /expired: writ resume \w+ asks again/)
    assert.equal((await bench.writ('resume', run)).code, 3)
    const [anew] = await bench.waiting()
    assert.equal(anew?.expired, false)
    const askedAnew = bench.events().findLast((event) => event.type === 'approval.requested')
    assert.equal(anew?.askedAt, askedAnew?.at)
    const approved = await bench.writ('approve', id, '--no-resume')
    assert.equal(approved.code, 0, toText(approved))
  })
})

test('what cannot be answered is said plainly', async () => {
  const { bench, id, run } = await startWaiting([{ calls: [{ name: 'shell', input: { command: 'bash -c "$(cat script)"' } }] }, { calls: [mend] }, { calls: [finish()] }])
  const cases: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [['approve'], /say what to answer: an id from writ approvals, or --all-of RUN/],
    [['approve', 'ap_0000000000'], new RegExp(`no question that waits is called ap_0000000000; there is ${id}`)],
    [['approve', 'run'], /no question that waits is called run/],
    [['approve', id, '--all-of', run], /leave the ids out/],
    [['approve', id, '--remember'], /cannot be remembered: each time is another matter/],
    [['approvals', 'forget'], /say which/],
    [['approvals', 'waiting', id], /takes no ap_/],
  ]
  for (const [args, says] of cases) {
    const ended = await bench.writ(...args)
    assert.equal(ended.code, 2, toText(ended))
    assert.match(ended.stderr, says)
  }
  assert.equal((await bench.waiting()).length, 1)
})

function ownKey(bench: PeopleBench): Digest {
  const folder = join(bench.machine.home, '.config', 'writ', 'keys')
  assert.ok(readdirSync(folder).includes('current'))
  return readFileSync(join(folder, 'current'), 'utf8').trim() as Digest
}
