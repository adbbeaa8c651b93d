/** For the tests of this folder: a real HTTP server that answers as it is told, a clock that sleeps without waiting, and events of a run. */
import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNotifier, type Notifier, type NotifierOptions } from '../../src/adapters/notify/create-notifier.ts'
import { openOutbox, type Outbox } from '../../src/adapters/notify/outbox.ts'
import type { Clock } from '../../src/engine/ports/clock.ts'
import type { NewEvent, StoredEvent } from '../../src/protocol/events/event.ts'
import { NotifyChannels, type Notice } from '../../src/protocol/notify.ts'
import { openedEvent } from '../../src/testing/sample-run.ts'
import { storeEvents } from '../../src/testing/sample-story.ts'

export const SECRET = 'a-shared-secret-for-webhooks'

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly notice: Notice
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The connection is broken off without an answer. */
  readonly broken?: true
}

export interface Receiver {
  readonly url: string
  readonly received: Received[]
  close(): Promise<void>
}

const opened = openedEvent({ root: '/home/person/shop', goal: 'the goal that nobody else is told' })

/** Facts of a run in the folder `shop`, after its beginning. */
export function toEvents(...events: readonly NewEvent[]): readonly StoredEvent[] {
  return storeEvents([opened, ...events])
}

/** Answers in this order, the last for ever; with port 0 the system chooses. */
export async function startReceiver(answers: readonly Answer[], port = 0): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => { body += chunk }).on('end', () => {
      received.push({ headers: request.headers, body, notice: JSON.parse(body) as Notice })
      const answer = answers[Math.min(received.length, answers.length) - 1]
      if (answer === undefined || answer.broken) request.socket.destroy()
      else response.writeHead(answer.status, answer.headers).end(answer.body ?? '')
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** As a receiver would verify it, in its own words. */
export function isSigned({ headers, body }: Received, secret: string): boolean {
  const parts = Object.fromEntries(String(headers['writ-signature']).split(',').map((each) => each.split('=', 2)))
  return parts['v1'] === createHmac('sha256', secret).update(`${parts['t']}.${body}`).digest('hex')
}

export interface ManualClock extends Clock {
  readonly slept: number[]
}

/** For `finish`: until all is done. */
export const forEver = 1e9

/** Sleeping takes no time; only whoever would sleep for ever sleeps until called off. */
export function manualClock(start = 1_700_000_000_000): ManualClock {
  let now = start
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    elapsed: () => now,
    sleep: async (ms, signal) => {
      signal.throwIfAborted()
      if (ms === forEver) return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      slept.push(ms)
      now += ms
    },
  }
}

export interface NotifyBench {
  readonly home: string
  readonly outbox: Outbox
  readonly shown: string[]
  readonly complaints: string[]
  open(channels: unknown, change?: Partial<NotifierOptions>): Notifier
  dispose(): void
}

export function openNotifyBench(clock: Clock): NotifyBench {
  const home = mkdtempSync(join(tmpdir(), 'writ-notify-'))
  const outbox = openOutbox({ directory: join(home, 'outbox'), now: () => clock.now(), pid: process.pid })
  const shown: string[] = []
  const complaints: string[] = []
  return {
    home, outbox, shown, complaints,
    open: (channels, change = {}) => createNotifier({
      channels: NotifyChannels.parse(channels), outbox, pid: process.pid, clock, random: () => 1, env: { HOOK_SECRET: SECRET }, mask: (text) => text,
      person: { home, env: { PATH: process.env['PATH'] ?? '' } }, show: (text) => shown.push(text), complain: (text) => complaints.push(text), ...change,
    }),
    dispose: () => rmSync(home, { recursive: true, force: true }),
  }
}
