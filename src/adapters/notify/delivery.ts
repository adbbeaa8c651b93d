import type { Clock } from '../../engine/ports/clock.ts'
import type { Notice, NotifyChannel } from '../../protocol/notify.ts'

/** What came of one message on one channel. `kept`: it may go through later; `refused`: it will not. */
export interface Delivery {
  readonly status: 'delivered' | 'kept' | 'refused'
  /** What the other side said, or what was in the way; completes "the channel NAME: …". */
  readonly said: string
  readonly tries: number
  /** Milliseconds since the epoch before which it is not wanted again. */
  readonly notBefore?: number
}

export interface DeliveryOptions {
  /** Where secrets of webhooks are. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** For programs of the person's: their home directory, and their variables without secrets. */
  readonly person: { readonly home: string; readonly env: Readonly<Record<string, string>> }
  readonly clock: Clock
  readonly random: () => number
  /** Writes a line for the person who sits there, and rings. */
  readonly show: (text: string, kind: Notice['kind']) => void
}

/** Brings one message to one channel; what only one kind of channel needs is loaded with the first message to it. */
export async function deliver(channel: NotifyChannel, notice: Notice, options: DeliveryOptions, signal: AbortSignal): Promise<Delivery> {
  switch (channel.type) {
    case 'terminal':
      options.show(toShown(notice), notice.kind)
      return { status: 'delivered', said: 'it was written to this terminal', tries: 1 }
    case 'command': {
      const { runCommandChannel } = await import('./run-command.ts')
      return runCommandChannel(channel, notice, { ...options.person, signal })
    }
    case 'webhook': {
      const { sendWebhook } = await import('./send-webhook.ts')
      return sendWebhook(channel, notice, { ...options, signal })
    }
  }
}

/** A message on one line. */
export function toShown({ text, next }: Notice): string {
  return next === '' ? text : `${text}${/[.!?]$/.test(text) ? '' : '.'} Next: ${next}`
}
