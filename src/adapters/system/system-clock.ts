import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../engine/ports/clock.ts'

/** The machine's clock. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    async sleep(ms, signal) {
      signal.throwIfAborted()
      try {
        await wait(ms, undefined, { signal })
      } catch (thrown) {
        // Node wraps the reason in an AbortError of its own; the port promises the reason itself.
        signal.throwIfAborted()
        throw thrown
      }
    },
  }
}
