import type { ModelReply, ModelRequest } from '../../protocol/conversation.ts'
import type { LiveSignal } from '../../protocol/live.ts'

/** One place where a model is served. */
export interface ModelPort {
  /** `provider/model`. */
  readonly id: string
  /** Tokens of context, where known. */
  readonly contextWindow: number | undefined
  /**
   * Sends one request and reads the whole answer. One attempt: retries are the loop's, so that each is recorded.
   * @throws Fault with a `model-*` code; `retryAfterMs` where the provider said so. `cancelled` when the signal aborted.
   */
  ask(request: ModelRequest, options: { signal: AbortSignal; onLive: (signal: LiveSignal) => void }): Promise<ModelReply>
}
