/** When a delivery is tried again, and after how long. */

export interface RetryPolicy {
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 5, firstDelayMs: 1_000, maxDelayMs: 60_000 }

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** True for answers that may be different next time: timeouts, rate limits and faults of the server. */
export function isRetryable(status: number): boolean {
  return status === 408 || status === 429 || status > 500
}

/** Pause after the given attempt (counted from 1): doubles each time, up to the policy's longest. */
export function backoffMs(attempt: number, policy: RetryPolicy = DEFAULT_RETRY): number {
  return Math.min(policy.firstDelayMs * 2 ** (attempt - 1), policy.maxDelayMs)
}

/** Reads a `Retry-After` header, in seconds or as a date; undefined where it says nothing usable. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}

export interface Answer {
  readonly status: number
  readonly retryAfter?: string
}

/**
 * Milliseconds until the next attempt, or undefined when there shall be none.
 * A receiver that asks for a longer pause gets it, within the policy's longest.
 */
export function nextDelayMs(
  attempt: number,
  answer: Answer,
  nowMs: number,
  policy: RetryPolicy = DEFAULT_RETRY,
): number | undefined {
  if (attempt >= policy.maxAttempts) return undefined
  if (!isRetryable(answer.status)) return undefined
  const asked = parseRetryAfter(answer.retryAfter, nowMs) ?? 0
  return Math.min(Math.max(backoffMs(attempt, policy), asked), policy.maxDelayMs)
}
