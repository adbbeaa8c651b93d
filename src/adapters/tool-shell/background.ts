import type { SandboxResult } from '../../engine/ports/sandbox.ts'
import { toMessage } from '../../protocol/fault.ts'

export type BackgroundEnd =
  | { readonly kind: 'ended'; readonly result: SandboxResult }
  | { readonly kind: 'failed'; readonly message: string }

/**
 * A command that goes on after the call that started it. Owns its output until somebody has asked for it.
 * 1. Output is handed out once, in order. 2. More than `maxBytes` of it unread: the oldest is dropped and counted.
 * 3. `stop` ends everything inside; `end` always resolves.
 */
export interface Background {
  readonly id: string
  readonly command: string
  readonly end: Promise<BackgroundEnd>
  /** Undefined while it runs. */
  ended(): BackgroundEnd | undefined
  take(): { output: Buffer; droppedBytes: number }
  /** Resolves when it has ended, when new output has come and paused, or after `ms`. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  stop(): Promise<BackgroundEnd>
}

const SETTLE_MS = 250

export function startBackground(
  id: string, command: string,
  run: (onOutput: (chunk: Uint8Array) => void, signal: AbortSignal) => Promise<SandboxResult>,
  options: { maxBytes: number },
): Background {
  const stopping = new AbortController()
  const chunks: Buffer[] = []
  let bytes = 0
  let droppedBytes = 0
  let outcome: BackgroundEnd | undefined
  let wake: () => void = () => undefined
  const onOutput = (chunk: Uint8Array): void => {
    chunks.push(Buffer.from(chunk))
    bytes += chunk.length
    while (bytes > options.maxBytes && chunks.length > 1) {
      const length = chunks.shift()?.length ?? 0
      bytes -= length
      droppedBytes += length
    }
    wake()
  }
  const end = run(onOutput, stopping.signal)
    .then((result): BackgroundEnd => ({ kind: 'ended', result }), (thrown: unknown): BackgroundEnd => ({ kind: 'failed', message: toMessage(thrown) }))
    .then((value) => {
      outcome = value
      wake()
      return value
    })
  const nextChange = (ms: number, signal: AbortSignal): Promise<'changed' | 'time'> => new Promise((resolve) => {
    const finish = (why: 'changed' | 'time'): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      resolve(why)
    }
    const onAbort = (): void => finish('time')
    const timer = setTimeout(() => finish('time'), ms)
    wake = () => finish('changed')
    if (signal.aborted) finish('time')
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  const isOver = (): boolean => outcome !== undefined
  return {
    id,
    command,
    end,
    ended: () => outcome,
    take: () => {
      const taken = { output: Buffer.concat(chunks), droppedBytes }
      chunks.length = 0
      bytes = 0
      droppedBytes = 0
      return taken
    },
    wait: async (ms, signal) => {
      if (!isOver() && bytes === 0 && (await nextChange(ms, signal)) === 'time') return
      // Lines come in bursts: let the burst end, but not for ever.
      for (let left = 8; left > 0 && !isOver() && !signal.aborted; left--) {
        if ((await nextChange(Math.min(ms, SETTLE_MS), signal)) === 'time') return
      }
    },
    stop: async () => {
      stopping.abort()
      return end
    },
  }
}
