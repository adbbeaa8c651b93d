import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { nameOf, NotifyChannels, type Notice } from '../../src/protocol/notify.ts'
import { toApprovalId } from '../../src/domain/approval/answer.ts'
import type { NewEvent } from '../../src/protocol/events/event.ts'
import { calledEvent, endedEvent } from '../../src/testing/sample-run.ts'
import { forEver, isSigned, manualClock, openNotifyBench, SECRET, startReceiver, toEvents, type ManualClock, type NotifyBench, type Receiver } from './notify-bench.ts'

let clock: ManualClock
let bench: NotifyBench
const receivers: Receiver[] = []
beforeEach(() => {
  clock = manualClock()
  bench = openNotifyBench(clock)
})
afterEach(async () => {
  bench.dispose()
  await Promise.all(receivers.splice(0).map((each) => each.close()))
})

const receive = async (...given: Parameters<typeof startReceiver>): Promise<Receiver> => {
  const receiver = await startReceiver(...given)
  receivers.push(receiver)
  return receiver
}
const webhook = (url: string, more: Readonly<Record<string, unknown>> = {}) => ({ type: 'webhook', url, secret_env: 'HOOK_SECRET', ...more })
const requested = (gate: string, does?: string): NewEvent => ({
  type: 'approval.requested',
  data: { gate, question: 'May shell do this? {"command":"secret stuff"}', ...(does === undefined ? {} : { ask: { kind: 'call', does, why: 'because', rules: ['x'], shows: 'the whole diff', risk: 'high', undo: 'none', expiresAt: '2026-05-01T12:00:00Z', approvers: [], escalateMs: 0 } }) },
})
const given = (gate: string): NewEvent => ({ type: 'approval.given', data: { gate, by: 'person', answer: 'approve', via: 'option' } })
const fault: NewEvent = { type: 'fault.met', data: { code: 'model-unreachable', message: 'the provider cannot be reached', during: 'plan ask' } }
const sealed: NewEvent = { type: 'artefact.quarantined', data: { id: 'q1', tree: 'a'.repeat(40), back: 'b'.repeat(40), paths: ['src/a.js'], findings: [{ path: 'src/a.js', rule: 'secret', message: 'a key: AKIA…', quarantine: true }], digests: [], decision: { effect: 'ask', rules: [], policy: 'd'.repeat(64), reason: '' } } } as unknown as NewEvent

async function tell(channels: unknown, ...events: readonly NewEvent[]): Promise<void> {
  const notifier = bench.open(channels)
  for (const event of toEvents(...events)) notifier.onEvent(event)
  await notifier.finish(forEver)
}

describe('what a person is told', () => {
  test('questions, what was sealed away, the end and what stopped a run; each channel what it asks for', async () => {
    const all = await receive([{ status: 204 }])
    const some = await receive([{ status: 204 }])
    await tell([webhook(all.url), webhook(some.url, { name: 'some', on: ['quarantine'] })], calledEvent(1), requested('call_7', 'run git push origin main'), sealed, fault, endedEvent())
    assert.deepEqual(some.received.map((each) => each.notice.event), ['artefact.quarantined'])
    const told = all.received.map((each) => each.notice)
    assert.deepEqual(told.map((each) => [each.event, each.kind]).sort(), [['approval.requested', 'approval'], ['artefact.quarantined', 'quarantine'], ['fault.met', 'fault'], ['run.ended', 'ended']])
    const find = (event: string): Notice => told.find((each) => each.event === event) as Notice
    assert.match(find('approval.requested').text, /shop waits for a person: run git push origin main \(risk high/)
    assert.equal(find('approval.requested').next, `writ approvals show ${toApprovalId(find('approval.requested').run, 'call_7')}`)
    assert.match(find('artefact.quarantined').next, /^writ quarantine show [0-9a-z]+:q1$/)
    assert.match(find('artefact.quarantined').text, /secret; 1 file/)
    assert.match(find('run.ended').text, /shop has ended, proven: All checks pass/)
    assert.equal(find('run.ended').outcome, 'proven')
    // Neither goals nor inputs nor what was found leave this machine.
    assert.doesNotMatch(all.received.map((each) => each.body).join('\n'), /nobody else|secret stuff|whole diff|AKIA|node --test/)
  })

  test('a question that is answered at once, by an option, is not told', async () => {
    await tell([{ type: 'terminal' }], requested('call_1', 'push'), given('call_1'), requested('call_2', 'deploy'))
    assert.equal(bench.shown.length, 1)
    assert.match(bench.shown[0] ?? '', /deploy.* Next: writ approvals show ap_[0-9a-f]{10}$/)
  })

  test('a run that goes on is still of its repository, and what was told of it is not told again', async () => {
    const [opened, ...after] = toEvents(calledEvent(1), requested('call_9', 'deploy'))
    assert.ok(opened)
    const notifier = bench.open([{ type: 'terminal' }])
    notifier.remember([{ ...opened, type: 'run.opened', data: { repository: { root: '/home/ada/shop' } } } as unknown as typeof opened, ...toEvents(fault)])
    for (const event of after) notifier.onEvent(event)
    await notifier.finish(forEver)
    assert.deepEqual(bench.shown.map((each) => each.replace(/ waits .*/s, '')), ['A run in shop'])
  })

  test('nothing secret', async () => {
    const receiver = await receive([{ status: 200 }])
    const notifier = bench.open([webhook(receiver.url)], { mask: (text) => text.replaceAll('hunter2', '…') })
    for (const event of toEvents({ ...fault, data: { ...fault.data, message: 'the password hunter2 was refused' } } as NewEvent)) notifier.onEvent(event)
    await notifier.finish(forEver)
    assert.match(receiver.received[0]?.notice.text ?? '', /the password … was refused/)
  })
})

describe('a webhook', () => {
  test('is signed over the time and the body, so that another body or secret does not verify', async () => {
    const receiver = await receive([{ status: 200 }])
    await tell([webhook(receiver.url)], endedEvent())
    const [only] = receiver.received
    assert.ok(only)
    assert.ok(isSigned(only, SECRET))
    assert.ok(!isSigned(only, 'another'))
    assert.ok(!isSigned({ ...only, body: `${only.body} ` }, SECRET))
    assert.equal(only.headers['writ-signature']?.toString().split(',')[0], 't=1700000000')
    assert.equal(only.headers['idempotency-key'], only.notice.id)
    assert.ok(!JSON.stringify(only).includes(SECRET))
    assert.deepEqual(readdirSync(join(bench.home, 'outbox')), [])
  })

  test('is tried again after 503, 429 and a broken connection, with growing pauses, and is the same message', async () => {
    const receiver = await receive([{ status: 503 }, { status: 429 }, { status: 0, broken: true }, { status: 200 }])
    await tell([webhook(receiver.url)], endedEvent())
    assert.equal(receiver.received.length, 4)
    assert.equal(new Set(receiver.received.map((each) => each.notice.id)).size, 1)
    assert.deepEqual(clock.slept, [500, 1000, 2000])
    assert.ok(receiver.received.every((each) => isSigned(each, SECRET)))
    assert.deepEqual(bench.complaints, [])
  })

  test('waits as long as it is asked to, in seconds or until a date', async () => {
    const date = new Date(clock.now() + 7_000 + 10_000).toUTCString()
    const receiver = await receive([{ status: 503, headers: { 'retry-after': '7' } }, { status: 429, headers: { 'retry-after': date } }, { status: 200 }])
    await tell([webhook(receiver.url)], endedEvent())
    assert.deepEqual(clock.slept, [7_000, 10_000])
    assert.equal(receiver.received.length, 3)
  })

  test('is not followed elsewhere, and a refusal is final and told once', async () => {
    const target = await receive([{ status: 200 }])
    for (const [answer, why] of [[{ status: 302, headers: { location: target.url } }, /redirects/], [{ status: 400, body: 'no such\u001b[31m hook' }, /answered 400: no such.* hook/]] as const) {
      const receiver = await receive([answer])
      bench.complaints.length = 0
      await tell([webhook(receiver.url)], fault, endedEvent())
      assert.equal(receiver.received.length, 2)
      assert.equal(bench.complaints.length, 1)
      assert.match(bench.complaints[0] ?? '', why)
    }
    assert.equal(target.received.length, 0)
    assert.deepEqual((await bench.outbox.list()).items, [])
  })

  test('gives up after six tries within a minute, and keeps the message for later', async () => {
    const receiver = await receive([{ status: 500 }])
    await tell([webhook(receiver.url)], endedEvent())
    assert.equal(receiver.received.length, 6)
    assert.ok(clock.slept.reduce((sum, each) => sum + each, 0) < 60_000)
    const { items } = await bench.outbox.list()
    assert.deepEqual(items.map((each) => [each.channel, each.tries]), [['webhook', 6]])
    assert.match(bench.complaints[0] ?? '', /answered 500.*waits for the next run/)
    const slow = await receive([{ status: 503, headers: { 'retry-after': '3600' } }])
    await tell([webhook(slow.url, { name: 'slow' })], endedEvent())
    assert.equal(slow.received.length, 1)
    const kept = (await bench.outbox.list()).items.find((each) => each.channel === 'slow')
    assert.ok(kept !== undefined && !bench.outbox.isFree(kept))
  })
})

describe('the outbox', () => {
  test('a server that is not there: the run goes on, and the next command delivers, with the same id', async () => {
    const dead = await startReceiver([{ status: 200 }])
    await dead.close()
    await tell([webhook(dead.url)], endedEvent())
    const [item] = (await bench.outbox.list()).items
    assert.ok(item)
    assert.match(bench.complaints[0] ?? '', /cannot be reached/)
    const receiver = await receive([{ status: 200 }], Number(new URL(dead.url).port))
    const next = bench.open([webhook(dead.url)])
    next.deliverWaiting()
    await next.finish(forEver)
    assert.deepEqual(receiver.received.map((each) => each.notice.id), [item.notice.id])
    assert.deepEqual((await bench.outbox.list()).items, [])
  })

  test('what there is no time for at the end stays', async () => {
    const receiver = await receive([{ status: 503 }, { status: 200 }])
    const notifier = bench.open([webhook(receiver.url)], { clock: { ...clock, sleep: (ms, signal) => (ms === 5 ? Promise.resolve() : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))) } })
    for (const event of toEvents(endedEvent())) notifier.onEvent(event)
    await notifier.finish(5)
    assert.ok(receiver.received.length <= 1)
    assert.equal((await bench.outbox.list()).items.length, 1)
  })

  test('holds 100 messages for 7 days; the oldest go, and broken files', async () => {
    const [first] = toEvents(endedEvent())
    assert.ok(first)
    const notice = (n: number): Notice => ({ id: `run-${n}`, kind: 'ended', event: 'run.ended', at: first.at, run: first.run, repository: 'shop', text: 'x', next: '' })
    let lost = 0
    for (let n = 0; n < 103; n += 1) lost += await bench.outbox.put({ version: 1, channel: 'webhook', notice: notice(n), since: clock.now() - (103 - n) * 1000, pid: 1, tries: 0 })
    writeFileSync(join(bench.home, 'outbox', 'cut-off.json'), '{"version":1,"chan')
    const { items } = await bench.outbox.list()
    assert.deepEqual([lost, items.length, items[0]?.notice.id, items.at(-1)?.notice.id], [3, 100, 'run-3', 'run-102'])
    assert.ok(!existsSync(join(bench.home, 'outbox', 'cut-off.json')))
    await clock.sleep(7 * 24 * 3_600_000 - 50_500, new AbortController().signal)
    const later = await bench.outbox.list()
    assert.deepEqual([later.items.length, later.expired], [50, 50])
  })

  test('two processes do not both send what one of them holds', async () => {
    const [first] = toEvents(endedEvent())
    assert.ok(first)
    const item = { version: 1, channel: 'webhook', notice: { id: 'run-1', kind: 'ended', event: 'run.ended', at: first.at, run: first.run, repository: 'shop', text: 'x', next: '' }, since: clock.now(), tries: 0 } as const
    assert.equal(bench.outbox.isFree({ ...item, pid: process.ppid }), false)
    const gone = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' })
    assert.equal(bench.outbox.isFree({ ...item, pid: Number(gone) }), true)
    assert.equal(bench.outbox.isFree({ ...item, pid: process.pid, notBefore: clock.now() + 1 }), false)
  })
})

describe('a program', () => {
  test('gets the message on standard input and in variables, and nothing secret of ours', async () => {
    const command = [process.execPath, '-e', `const fs = require('node:fs'); fs.writeFileSync('told.json', JSON.stringify({ input: JSON.parse(fs.readFileSync(0, 'utf8')), env: process.env }))`]
    await tell([{ type: 'command', command }], endedEvent())
    const { input, env } = JSON.parse(readFileSync(join(bench.home, 'told.json'), 'utf8')) as { input: Notice; env: Record<string, string> }
    assert.equal(input.event, 'run.ended')
    assert.deepEqual([env['WRIT_KIND'], env['WRIT_EVENT'], env['WRIT_RUN'], env['WRIT_TEXT'], env['WRIT_OUTCOME']], ['ended', 'run.ended', input.run, input.text, 'proven'])
    assert.equal(env['HOOK_SECRET'], undefined)
    assert.deepEqual(bench.complaints, [])
  })

  test('that fails or is not there is told once and stops nothing', async () => {
    await tell([{ type: 'command', name: 'bad', command: ['sh', '-c', 'echo out of paper >&2; exit 3'] }, { type: 'command', name: 'gone', command: ['/no/such/program'] }], fault, endedEvent())
    assert.equal(bench.complaints.length, 2)
    assert.match(bench.complaints.join('\n'), /bad do not go through: it ended with exit code 3: out of paper/)
    assert.match(bench.complaints.join('\n'), /gone do not go through: it cannot be started/)
    assert.deepEqual((await bench.outbox.list()).items, [])
  })
})

test('channels that are not safe do not fit', () => {
  const why = (channels: unknown): string => NotifyChannels.safeParse(channels).error?.issues[0]?.message ?? ''
  for (const url of ['http://example.org/x', 'https://me:pw@example.org/x', 'ftp://example.org', 'http://127.0.0.1.example.org/', 'not an address']) assert.match(why([webhook(url)]), /https address/, url)
  for (const url of ['https://example.org/x', 'http://localhost:8080/', 'http://127.0.0.1/', 'http://[::1]:9/']) assert.equal(why([webhook(url)]), '', url)
  assert.match(why([{ type: 'webhook', url: 'https://example.org' }]), /expected string/)
  assert.match(why([{ type: 'terminal' }, { type: 'terminal' }]), /same name/)
  assert.match(why([{ type: 'mail' }]), /Invalid/)
  assert.equal(nameOf({ type: 'terminal' }), 'terminal')
})
