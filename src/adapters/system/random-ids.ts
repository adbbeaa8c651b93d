import { randomInt } from 'node:crypto'
import type { Clock, Ids } from '../../engine/ports/clock.ts'
import { RunId } from '../../protocol/ids.ts'

/** Crockford's base 32 in lower case: no i, l, o, u. Its order is that of the characters' codes. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const timeDigits = 10
const randomDigits = 6
const randomSpan = 32 ** randomDigits

/**
 * Ids that sort by the time they were made: ten digits of milliseconds since the epoch, six random ones. Within one
 * millisecond, or when the clock goes back, the random part counts up, so that one process never mints them out of order.
 */
export function createRandomIds(clock: Pick<Clock, 'now'>): Ids {
  let lastTime = 0
  let lastRandom = 0
  return {
    runId() {
      const now = clock.now()
      if (now > lastTime) {
        lastTime = now
        // The lower half only: room to count up from.
        lastRandom = randomInt(randomSpan / 2)
      } else if (lastRandom + 1 < randomSpan) {
        lastRandom += 1
      } else {
        lastTime += 1
        lastRandom = randomInt(randomSpan / 2)
      }
      return RunId.parse(`run_${toDigits(lastTime, timeDigits)}${toDigits(lastRandom, randomDigits)}`)
    },
  }
}

function toDigits(value: number, length: number): string {
  let digits = ''
  for (let rest = Math.floor(value); digits.length < length; rest = Math.floor(rest / 32)) digits = (alphabet[rest % 32] ?? '0') + digits
  return digits
}
