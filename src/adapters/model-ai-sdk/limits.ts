import { Fault } from '../../protocol/fault.ts'

/** Milliseconds. */
export type TimeLimits = {
  /** From the request to the first byte of the answer. */
  readonly firstMs: number
  /** Between two bytes while text or a call is being written. */
  readonly silentMs: number
  /**
   * Between two bytes while nothing is being written, and to the first byte where long thought was asked for or the
   * model runs on this machine: models that hide their thoughts send nothing for minutes, and that is no fault.
   */
  readonly thinkingMs: number
  /** The whole request. */
  readonly totalMs: number
}

export const timeLimits: TimeLimits = { firstMs: 120_000, silentMs: 60_000, thinkingMs: 240_000, totalMs: 900_000 }

/** Bytes of an answer; far above what any model writes. */
const mostBytes = 64 * 1024 * 1024

export type Watch = Disposable & {
  /** Aborts when the caller's does or a limit is passed. */
  readonly signal: AbortSignal
  /** Why it ended before its time: `cancelled`, `model-timeout`, or `model-malformed` for an answer without end. */
  fault(): Fault | undefined
  /** Bytes came; the first ones too. */
  onBytes(count: number): void
  hasBytes(): boolean
  /** Whether a text or a call is being written just now. */
  setWriting(isWriting: boolean): void
}

/** Holds one request to its limits. Costs an assignment for each chunk and a timer now and then. */
export function watchRequest(caller: AbortSignal, limits: TimeLimits, options: { readonly isSlow: boolean; readonly at: string }): Watch {
  const controller = new AbortController()
  const startedAt = performance.now()
  const firstMs = options.isSlow ? Math.max(limits.firstMs, limits.thinkingMs) : limits.firstMs
  let lastAt = startedAt
  let bytes = 0
  let isWriting = false
  let fault: Fault | undefined
  let timer: NodeJS.Timeout | undefined

  const stop = (reason: Fault): void => {
    fault ??= reason
    controller.abort(reason)
  }
  const onAbort = (): void => stop(new Fault('cancelled', 'the request to the model was stopped'))
  const silenceMs = (): number => (bytes === 0 ? firstMs : isWriting ? limits.silentMs : limits.thinkingMs)
  const look = (): void => {
    const now = performance.now()
    const silent = now - lastAt
    if (now - startedAt >= limits.totalMs) stop(new Fault('model-timeout', `${options.at} had not finished its answer after ${toSeconds(limits.totalMs)}`))
    else if (silent >= silenceMs()) {
      const what = bytes === 0 ? 'did not begin to answer within' : 'stopped in the middle of its answer for'
      stop(new Fault('model-timeout', `${options.at} ${what} ${toSeconds(silenceMs())}`))
    } else arm()
  }
  const arm = (): void => {
    const now = performance.now()
    const left = Math.min(limits.totalMs - (now - startedAt), silenceMs() - (now - lastAt))
    // The limit may shrink when writing begins, so look at least that often.
    timer = setTimeout(look, Math.max(1, Math.min(left, limits.silentMs)))
  }

  if (caller.aborted) onAbort()
  else caller.addEventListener('abort', onAbort, { once: true })
  arm()
  return {
    signal: controller.signal,
    fault: () => fault,
    onBytes: (count) => {
      bytes += count
      lastAt = performance.now()
      if (bytes > mostBytes) stop(new Fault('model-malformed', `${options.at} sent more than ${mostBytes / 1024 / 1024} MB; the answer was cut off`))
    },
    hasBytes: () => bytes > 0,
    setWriting: (value) => {
      isWriting = value
    },
    [Symbol.dispose]: () => {
      clearTimeout(timer)
      caller.removeEventListener('abort', onAbort)
    },
  }
}

/**
 * A `fetch` whose answers are seen by the watch, with the signs of life that the provider's library swallows. It follows
 * no redirect: the request, with its key, goes to the host that was configured and to no other.
 */
export function toWatchedFetch(fetch: typeof globalThis.fetch, watch: Watch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' })
    if (response.body === null || !response.ok) return response
    const seen = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        watch.onBytes(chunk.byteLength)
        controller.enqueue(chunk)
      },
    })
    const { ok, status, statusText, url, headers } = response
    return { ok, status, statusText, url, headers, body: response.body.pipeThrough(seen) } as Response
  }
}

function toSeconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`
}
