import type { Clock } from '../../engine/ports/clock.ts'
import { toLine } from '../../domain/report/words.ts'
import type { Notice, WebhookChannel } from '../../protocol/notify.ts'
import type { Delivery } from './delivery.ts'
import { post } from './post.ts'
import { signBody } from './sign.ts'

const most = { tries: 6, totalMs: 60_000, tryMs: 10_000, pauseMs: 15_000 }
const firstPauseMs = 500

export interface WebhookOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** 0 to 1, for the jitter. */
  readonly random: () => number
  readonly signal: AbortSignal
}

/**
 * Posts a message, signed, until it is taken: again after a network error, 408, 429 and 5xx, with growing pauses or the one that
 * was asked for. Any other answer is final.
 */
export async function sendWebhook(channel: WebhookChannel, notice: Notice, { env, clock, random, signal }: WebhookOptions): Promise<Delivery> {
  const secret = env[channel.secret_env]
  if (!secret) return { status: 'kept', said: `the variable ${channel.secret_env}, which holds the secret that messages are signed with, is not set`, tries: 0 }
  const body = JSON.stringify(notice)
  const startedAt = clock.elapsed()
  let said = ''
  for (let tries = 1; ; tries += 1) {
    const left = most.totalMs - (clock.elapsed() - startedAt)
    const headers = { 'content-type': 'application/json', 'user-agent': 'writ', 'idempotency-key': notice.id, 'writ-signature': signBody(body, secret, clock.now()) }
    const answer = await post(channel.url, { body, headers, timeoutMs: Math.max(1, Math.min(most.tryMs, left)), signal })
    if ('status' in answer) {
      if (answer.status >= 200 && answer.status < 300) return { status: 'delivered', said: `it answered ${answer.status}`, tries }
      said = describe(answer.status, answer.said)
      if (!isPassing(answer.status)) return { status: 'refused', said, tries }
    } else said = answer.failed
    if (signal.aborted) return { status: 'kept', said, tries }
    const asked = 'status' in answer ? toWaitMs(answer.retryAfter, clock.now()) : undefined
    const pause = Math.max(asked ?? 0, Math.min(most.pauseMs, firstPauseMs * 2 ** (tries - 1)) * (0.5 + random() / 2))
    if (tries === most.tries || clock.elapsed() - startedAt + pause >= most.totalMs) {
      return { status: 'kept', said, tries, ...(asked === undefined ? {} : { notBefore: clock.now() + asked }) }
    }
    try {
      await clock.sleep(pause, signal)
    } catch (thrown) {
      if (!signal.aborted) throw thrown
      return { status: 'kept', said, tries }
    }
  }
}

function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500
}

function describe(status: number, said: string): string {
  if (status >= 300 && status < 400) return `it answered ${status}: it redirects, and messages go to the configured address only`
  const words = toLine(said, 200)
  return `it answered ${status}${words === '' ? '' : `: ${words}`}`
}

/** Seconds or a date; anything else is none. */
function toWaitMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined
}
