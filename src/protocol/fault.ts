import type { FaultCode } from './error-codes.ts'

/**
 * Something outside failed: network, disk, a vendor, a tool that is missing.
 * The code decides what follows (see `error-codes.ts`); the message says what was tried, with what, and what to do next.
 */
export class Fault extends Error {
  readonly code: FaultCode
  /** Milliseconds the other side asked us to wait, where it did. */
  readonly retryAfterMs: number | undefined

  constructor(code: FaultCode, message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Fault'
    this.code = code
    this.retryAfterMs = options.retryAfterMs
  }
}

/** An invariant of Writ's own was broken. Recorded, then the run ends with exit code 5. */
export class Bug extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'Bug'
  }
}

/** The message of anything that was thrown, on one line. */
export function toMessage(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return text.replaceAll(/\s*\n\s*/g, ' ').trim()
}
