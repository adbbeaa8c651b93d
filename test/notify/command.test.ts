import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { brokenLibrary, finish, makeMachine, mend, runScripted, type Machine } from '../e2e/harness.ts'
import { isSigned, startReceiver } from './notify-bench.ts'

const secret = 'the-secret-of-this-webhook-7'
const env = { SHOP_HOOK: secret }

describe('writ notify', () => {
  let machine: Machine
  const configure = (text: string): void => {
    const folder = join(machine.home, '.config', 'writ')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'config.yaml'), text)
  }
  const withWebhook = (url: string): void => configure(`notify:\n  - { name: shop, type: webhook, url: '${url}', secret_env: SHOP_HOOK }\n  - { type: command, command: [sh, -c, 'echo "$WRIT_EVENT $WRIT_OUTCOME" >> ~/told.txt'] }\n  - { type: terminal, on: [approval] }\n`)
  before(() => { machine = makeMachine(brokenLibrary) })
  after(() => machine.remove())

  test('says that nothing is configured, and what does not fit', async () => {
    assert.match((await machine.writ(['notify'])).stderr, /No channel is configured in .*config\.yaml/)
    assert.equal((await machine.writ(['notify', 'test'])).code, 2)
    withWebhook('http://example.org/hook')
    const ended = await machine.writ(['notify'])
    assert.equal(ended.code, 2)
    assert.match(ended.stderr, /line 2: notify\.0\.url: it is an https address/)
  })

  test('a test message goes to every channel, or to one, and what came back is said', async () => {
    const receiver = await startReceiver([{ status: 204 }, { status: 410, body: 'gone for good' }])
    withWebhook(receiver.url)
    const all = await machine.writ(['notify', 'test'], { env })
    assert.equal(all.code, 0, all.stderr)
    assert.match(all.stdout, /shop: delivered: it answered 204\ncommand: delivered: .*\nterminal: delivered/)
    assert.ok(receiver.received.every((each) => isSigned(each, secret)))
    const one = await machine.writ(['notify', 'test', '--channel', 'shop', '--json'], { env })
    assert.equal(one.code, 1)
    const said = JSON.parse(one.stdout) as { status: string; said: string }
    assert.deepEqual([said.status, said.said], ['refused', 'it answered 410: gone for good'])
    const unset = await machine.writ(['notify', 'test', '--channel', 'shop'])
    assert.match(unset.stdout, /shop: not delivered: the variable SHOP_HOOK.* is not set/)
    const unknown = await machine.writ(['notify', 'test', '--channel', 'nobody'])
    assert.equal(unknown.code, 2)
    assert.match(unknown.stderr, /there is shop, command, terminal/)
    await receiver.close()
  })

  test('a run tells how it ended; what a dead server missed waits, and a later command delivers it', async () => {
    const dead = await startReceiver([{ status: 204 }])
    withWebhook(dead.url)
    await dead.close()
    const ended = await runScripted(machine, [{ calls: [mend] }, { calls: [finish()] }], ['make the failing tests pass'], env)
    assert.equal(ended.code, 0, ended.stderr)
    assert.equal(ended.stderr.match(/notifications to shop do not go through: it cannot be reached/g)?.length, 1)
    assert.match(readFileSync(join(machine.home, 'told.txt'), 'utf8'), /run\.ended proven\n$/)
    const listed = await machine.writ(['notify'], { env })
    assert.match(listed.stdout, /1 not delivered yet[\s\S]*shop .*has ended, proven/)
    assert.ok(!`${ended.stdout}${ended.stderr}${listed.stdout}`.includes(secret))
    const receiver = await startReceiver([{ status: 204 }], Number(new URL(dead.url).port))
    const delivered = await machine.writ(['notify', 'deliver'], { env })
    assert.equal(delivered.code, 0, delivered.stderr)
    assert.match(delivered.stdout, /^shop: delivered/)
    assert.deepEqual(receiver.received.map((each) => [each.notice.event, each.notice.outcome, isSigned(each, secret)]), [['run.ended', 'proven', true]])
    assert.match((await machine.writ(['notify', 'deliver'], { env })).stderr, /Nothing waits/)
    await receiver.close()
  })
})
