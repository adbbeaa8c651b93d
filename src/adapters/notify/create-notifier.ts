import { count } from '../../domain/report/words.ts'
import { basename } from 'node:path'
import { toNotice } from '../../domain/notify/to-notice.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { toMessage } from '../../protocol/fault.ts'
import { nameOf, type Notice, type NotifyChannel } from '../../protocol/notify.ts'
import { deliver, toShown, type Delivery, type DeliveryOptions } from './delivery.ts'
import { outboxBounds, type Outbox, type OutboxItem } from './outbox.ts'

/** Tells people what happens, on the channels that they configured. Nothing that goes wrong with it stops a run. */
export interface Notifier {
  /** What a run that goes on did before; nobody is told of it again. */
  remember(events: readonly StoredEvent[]): void
  /** Watches a run; returns at once. */
  onEvent(event: StoredEvent): void
  /** Begins to deliver what earlier commands could not. */
  deliverWaiting(): void
  /** Waits for what is under way, at most this long; the rest stays in the outbox for the next command. */
  finish(mostMs: number): Promise<void>
}

export interface NotifierOptions extends DeliveryOptions {
  readonly channels: readonly NotifyChannel[]
  readonly outbox: Outbox
  readonly pid: number
  readonly mask: (text: string) => string
  /** Tells the person what could not be delivered. */
  readonly complain: (text: string) => void
}

/** A question that is answered at once, by an option or from memory, is nobody's business. */
const settleMs = 1_000
/** Messages of one channel that may wait behind each other. */
const mostWaiting = outboxBounds.items

/**
 * Owns: a queue for each channel, the questions that are still held back, and which channels it has complained about.
 * Invariants: (1) a message is in the outbox before it is sent and until it is delivered or refused; (2) messages of a channel
 * go out in their order; (3) each channel is complained about once.
 */
export function createNotifier(options: NotifierOptions): Notifier {
  const { channels, outbox, clock, mask } = options
  const controller = new AbortController()
  const queues = new Map<string, { last: Promise<void>; waiting: number }>()
  const held = new Map<string, { readonly timer: NodeJS.Timeout; readonly send: () => void }>()
  const complained = new Set<string>()
  /** Everything that is under way. */
  const pending = new Set<Promise<void>>()
  let repository = 'a repository'

  const complain = (name: string, why: string): void => {
    if (complained.has(name)) return
    complained.add(name)
    options.complain(`notifications to ${name} do not go through: ${why}`)
  }

  async function attempt(channel: NotifyChannel, item: OutboxItem): Promise<void> {
    if (controller.signal.aborted) return
    const result = await deliver(channel, item.notice, options, controller.signal)
    if (result.status !== 'kept') await outbox.remove(item)
    else await outbox.put(toKept(item, result))
    if (result.status !== 'delivered') complain(item.channel, toComplaint(result))
  }

  function enqueue(channel: NotifyChannel, notice: Notice, since: OutboxItem | undefined): void {
    const name = nameOf(channel)
    if (channel.type === 'terminal') return options.show(toShown(notice), notice.kind)
    const queue = queues.get(name) ?? { last: Promise.resolve(), waiting: 0 }
    queues.set(name, queue)
    if (queue.waiting >= mostWaiting) return complain(name, `more than ${mostWaiting} messages wait already, and further ones are dropped`)
    const item: OutboxItem = since === undefined ? { version: 1, channel: name, notice, since: clock.now(), pid: options.pid, tries: 0 } : { ...since, pid: options.pid }
    queue.waiting += 1
    const stored = outbox.put(item).then((lost) => { if (lost > 0) complain('the outbox', `it holds ${outboxBounds.items} messages, and the oldest were dropped (${lost})`) }, (thrown: unknown) => complain('the outbox', toMessage(thrown)))
    queue.last = queue.last.then(() => stored).then(() => attempt(channel, item)).catch((thrown: unknown) => complain(name, toMessage(thrown))).finally(() => { queue.waiting -= 1 })
    follow(queue.last)
  }

  function follow(work: Promise<void>): void {
    pending.add(work)
    void work.finally(() => pending.delete(work))
  }

  function tell(notice: Notice): void {
    const masked: Notice = { ...notice, text: mask(notice.text), next: mask(notice.next) }
    for (const channel of channels) if (wants(channel, notice.kind)) enqueue(channel, masked, undefined)
  }

  /** Questions are held back for a moment. */
  function hold(gate: string, notice: Notice): void {
    const send = (): void => {
      clearTimeout(held.get(gate)?.timer)
      held.delete(gate)
      tell(notice)
    }
    held.set(gate, { send, timer: setTimeout(send, settleMs) })
  }

  const learn = (event: StoredEvent): void => {
    if (event.type === 'run.opened') repository = basename(event.data.repository.root)
  }

  return {
    remember(events) {
      events.forEach(learn)
    },
    onEvent(event) {
      learn(event)
      if (event.type === 'approval.given') {
        clearTimeout(held.get(event.data.gate)?.timer)
        held.delete(event.data.gate)
      }
      const notice = toNotice(event, repository)
      if (notice === undefined) return
      if (event.type === 'approval.requested') hold(event.data.gate, notice)
      else tell(notice)
    },
    deliverWaiting() {
      follow(deliverOld())
    },
    async finish(mostMs) {
      for (const { send } of [...held.values()]) send()
      const limit = new AbortController()
      const late = clock.sleep(mostMs, limit.signal).then(() => controller.abort(new Error('no time left')), () => undefined) // called off: all is done
      while (pending.size > 0) await Promise.all(pending)
      limit.abort()
      await late
    },
  }

  async function deliverOld(): Promise<void> {
    try {
      const { items, expired } = await outbox.list()
      if (expired > 0) complain('the outbox', `${count(expired, 'message')} could not be delivered for 7 days and ${expired === 1 ? 'was' : 'were'} dropped`)
      for (const item of items.filter((each) => outbox.isFree(each))) {
        const channel = channels.find((each) => nameOf(each) === item.channel)
        if (channel === undefined) await outbox.remove(item) // nobody is to be told there any more
        else enqueue(channel, item.notice, item)
      }
    } catch (thrown) {
      complain('the outbox', toMessage(thrown))
    }
  }
}

export function toKept(item: OutboxItem, result: Delivery): OutboxItem {
  return { ...item, tries: item.tries + result.tries, said: result.said.slice(0, 1000), ...(result.notBefore === undefined ? {} : { notBefore: result.notBefore }) }
}

function toComplaint({ status, said }: Delivery): string {
  return status === 'kept' ? `${said}; what was to be said waits for the next run (writ notify shows it)` : said
}

function wants(channel: NotifyChannel, kind: Notice['kind']): boolean {
  return kind === 'test' || channel.on === undefined || channel.on.includes(kind)
}
