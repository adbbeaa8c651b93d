import type { StoredEvent } from '../protocol/events/event.ts'
import type { LiveView, LiveStream } from './live-view.ts'
import { createFacts, toReminder } from './live-facts.ts'
import { oneLine } from './render.ts'

/** For logs and pipes: a line for each fact, with the time since the first one, and not one control code. */
export function createPlainView(stream: LiveStream): LiveView {
  const toFacts = createFacts()
  let startedAt: number | undefined
  return {
    remember(events) {
      for (const { label, text } of toReminder(events, toFacts)) stream.write(`       ${label.padEnd(8)} ${text}\n`)
    },
    onEvent(event: StoredEvent) {
      const at = Date.parse(event.at)
      startedAt ??= at
      const time = toStopwatch(at - startedAt)
      const lines = toFacts(event).map(({ label, text }) => `${time}  ${label.padEnd(8)} ${text}`.trimEnd())
      if (lines.length > 0) stream.write(`${lines.join('\n')}\n`)
    },
    onLive() {
      // Nothing that is only on its way belongs into a log.
    },
    note(text) {
      stream.write(`${oneLine(text, 1000)}\n`)
    },
    stop() {
      // Nothing is drawn.
    },
    hold: () => () => undefined, // whoever reads a log is asked nothing
  }
}

/** `0:07`, `12:40`, `1:02:03`. */
function toStopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const two = (n: number): string => String(n).padStart(2, '0')
  return (hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`).padStart(5)
}
