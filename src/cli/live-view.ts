import type { StoredEvent } from '../protocol/events/event.ts'
import type { LiveSignal } from '../protocol/live.ts'
import { createPlainView } from './live-plain.ts'
import { createTerminalView } from './live-terminal.ts'

/** What a view writes on: standard error, or whatever a test gives it. */
export interface LiveStream {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  on?(event: 'resize', listener: () => void): unknown
  off?(event: 'resize', listener: () => void): unknown
}

export interface LiveView {
  /** Learns from the events of a run that goes on, and shows of them only which run it is and what it is for. */
  remember(events: readonly StoredEvent[]): void
  onEvent(event: StoredEvent): void
  onLive(signal: LiveSignal): void
  /** A word of the program itself, above the moving lines: never write to the stream beside the view. */
  note(text: string): void
  /** Takes the moving lines away and gives the cursor back. The next event brings them again. Can be called at any time. */
  stop(): void
  /** While somebody is asked something: nothing moves or scrolls away what they read. What it returns shows all that happened meanwhile. */
  hold(): () => void
}

/** Shows a run while it happens: moving lines at the bottom of a terminal, plain lines elsewhere. */
export function createLiveView(options: { readonly stream: LiveStream; readonly isTty: boolean; readonly now: () => number }): LiveView {
  return options.isTty ? createTerminalView(options) : createPlainView(options.stream)
}
