import { toDuration } from '../../domain/report/words.ts'
import type { Clock } from '../ports/clock.ts'

/** It took longer than it may. */
export class TookTooLong extends Error {
  constructor(ms: number) {
    super(`it was stopped after ${toDuration(ms)}`)
    this.name = 'TookTooLong'
  }
}

export interface Bounds {
  readonly clock: Pick<Clock, 'sleep'>
  readonly ms: number
  readonly signal: AbortSignal
}

/**
 * Work that ends in time, or is told to stop and waited for no longer.
 * @throws TookTooLong, or the signal's reason where that fired.
 */
export async function withinTime<T>({ clock, ms, signal: outer }: Bounds, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  outer.throwIfAborted()
  const stop = new AbortController()
  const timer = new AbortController()
  const over = clock.sleep(ms, AbortSignal.any([outer, timer.signal])).then(() => {
    throw new TookTooLong(ms)
  })
  try {
    return await Promise.race([work(AbortSignal.any([outer, stop.signal])), over])
  } catch (thrown) {
    stop.abort(thrown)
    outer.throwIfAborted()
    throw thrown
  } finally {
    timer.abort()
  }
}
