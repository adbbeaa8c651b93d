import { randomBytes } from 'node:crypto'
import { toKept } from '../../adapters/notify/create-notifier.ts'
import { deliver, type Delivery } from '../../adapters/notify/delivery.ts'
import type { OutboxItem } from '../../adapters/notify/outbox.ts'
import { count, toDuration } from '../../domain/report/words.ts'
import { Fault } from '../../protocol/fault.ts'
import { nameOf, type Notice, type NotifyChannel } from '../../protocol/notify.ts'
import { openRecord, type OpenRecord } from '../compose.ts'
import { readConfig, type Config } from '../config.ts'
import { openNoticeMask, openNotices, toDeliveryOptions } from '../open-notifier.ts'
import { print, whilePrinting } from '../print.ts'
import { oneLine } from '../render.ts'

export interface NotifyOptions {
  readonly channel?: string
  readonly json?: boolean
}

/** `writ notify`: where the person is told what happens. Exit code 1 where a message did not get through. */
export async function notifyCommand(action: 'list' | 'test' | 'deliver', options: NotifyOptions): Promise<number> {
  const record = await openRecord()
  const config = await readConfig(record.places)
  const channels = chooseChannels(config, options.channel)
  return whilePrinting(async () => {
    switch (action) {
      case 'list': return list(record, config, channels, options)
      case 'test': return test(record, config, channels, options)
      case 'deliver': return deliverWaiting(record, config, channels, options)
    }
  })
}

function chooseChannels({ values, path }: Config, name: string | undefined): readonly NotifyChannel[] {
  const all = values.notify ?? []
  if (name === undefined) return all
  const found = all.filter((each) => nameOf(each) === name)
  if (found.length > 0) return found
  throw new Fault('request-invalid', `there is no channel "${oneLine(name, 60)}" in ${path}${all.length > 0 ? `; there is ${all.map(nameOf).join(', ')}` : '; docs/hooks.md shows how to add one'}`)
}

async function list(record: OpenRecord, config: Config, channels: readonly NotifyChannel[], options: NotifyOptions): Promise<number> {
  const { items } = await (await openNotices(record)).list()
  const waiting = items.filter((each) => options.channel === undefined || each.channel === options.channel)
  if (options.json) {
    await print(`${JSON.stringify({ channels: channels.map((each) => ({ name: nameOf(each), type: each.type, on: each.on ?? null, where: describeChannel(each) })), outbox: waiting.map(({ channel, notice, since, tries, said }) => ({ channel, notice, since: new Date(since).toISOString(), tries, said })) }, undefined, 2)}\n`)
    return 0
  }
  if (channels.length === 0) process.stderr.write(`No channel is configured in ${config.path}: docs/hooks.md shows how to add one.\n`)
  const width = Math.max(0, ...channels.map((each) => nameOf(each).length))
  for (const each of channels) await print(`${nameOf(each).padEnd(width)}  ${each.type.padEnd(8)}  ${describeChannel(each)}  on ${each.on?.join(', ') ?? 'everything'}\n`)
  if (waiting.length > 0) await print(`\n${waiting.length} not delivered yet; the next run tries again, and so does writ notify deliver:\n`)
  for (const item of waiting) await print(`${item.channel}  ${toDuration(Math.max(0, record.clock.now() - item.since))} ago  ${oneLine(item.notice.text, 100)}${item.said ? `  (${oneLine(item.said, 100)})` : ''}\n`)
  return 0
}

function describeChannel(channel: NotifyChannel): string {
  switch (channel.type) {
    case 'terminal': return 'this terminal'
    case 'command': return oneLine(channel.command.join(' '), 80)
    // A path may be what lets one write there.
    case 'webhook': return `${URL.parse(channel.url)?.origin ?? ''}/…, signed with ${channel.secret_env}${process.env[channel.secret_env] ? '' : ' (not set)'}`
  }
}

async function test(record: OpenRecord, config: Config, channels: readonly NotifyChannel[], options: NotifyOptions): Promise<number> {
  if (channels.length === 0) throw new Fault('request-invalid', `no channel is configured in ${config.path}; docs/hooks.md shows how to add one`)
  const notice: Notice = {
    id: `test-${randomBytes(8).toString('hex')}`, kind: 'test', event: 'test', at: new Date(record.clock.now()).toISOString(), run: '', repository: '',
    text: 'This is a test of Writ.', next: 'writ notify',
  }
  return send(record, config, channels.map((channel) => ({ channel, notice, item: undefined })), options)
}

async function deliverWaiting(record: OpenRecord, config: Config, channels: readonly NotifyChannel[], options: NotifyOptions): Promise<number> {
  const outbox = await openNotices(record)
  const { items, expired } = await outbox.list()
  if (expired > 0) process.stderr.write(`writ: ${count(expired, 'message')} could not be delivered for 7 days and ${expired === 1 ? 'was' : 'were'} dropped\n`)
  const due = items.filter((item) => outbox.isFree(item)).flatMap((item) => channels.filter((each) => nameOf(each) === item.channel).map((channel) => ({ channel, notice: item.notice, item })))
  if (due.length === 0 && !options.json) process.stderr.write('Nothing waits to be delivered.\n')
  return send(record, config, due, options)
}

interface Sending {
  readonly channel: NotifyChannel
  readonly notice: Notice
  /** Where it lies in the outbox. */
  readonly item: OutboxItem | undefined
}

/** One channel after the other; where one message does not get through, the others of that channel wait on. */
async function send(record: OpenRecord, { values }: Config, sendings: readonly Sending[], options: NotifyOptions): Promise<number> {
  const [outbox, masker, delivery] = await Promise.all([openNotices(record), openNoticeMask(record.places, values), toDeliveryOptions(record, (text) => void process.stderr.write(`${oneLine(text, 1000)}\n`))])
  const controller = new AbortController()
  const stop = (): void => controller.abort(new Error('interrupted'))
  process.on('SIGINT', stop)
  const stuck = new Set<string>()
  try {
    for (const { channel, notice, item } of sendings) {
      const name = nameOf(channel)
      if (stuck.has(name) || controller.signal.aborted) continue
      const result = await deliver(channel, notice, delivery, controller.signal)
      if (item !== undefined) await (result.status === 'kept' ? outbox.put(toKept({ ...item, pid: process.pid }, result)) : outbox.remove(item))
      if (result.status !== 'delivered') stuck.add(name)
      const said = masker.mask(result.said)
      if (options.json) await print(`${JSON.stringify({ channel: name, id: notice.id, status: result.status, said, tries: result.tries })}\n`)
      else await print(`${name}: ${toWords(result, item !== undefined)}: ${oneLine(said, 300)}${result.tries > 1 ? `, after ${result.tries} tries` : ''}\n`)
    }
  } finally {
    process.off('SIGINT', stop)
  }
  return stuck.size > 0 || controller.signal.aborted ? 1 : 0
}

function toWords({ status }: Delivery, isWaiting: boolean): string {
  if (status === 'delivered') return 'delivered'
  return status === 'kept' && isWaiting ? 'not delivered yet' : 'not delivered'
}
