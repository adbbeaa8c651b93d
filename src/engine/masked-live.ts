import type { Masker } from '../domain/secrets/masker.ts'
import { createStreamMask } from '../domain/secrets/stream-mask.ts'
import type { LiveSignal } from '../protocol/live.ts'

/** What is shown while it happens, without secrets. */
export interface MaskedLive {
  readonly emit: (signal: LiveSignal) => void
  /** Shows what was held back; called when an answer has come to its end. */
  readonly flush: () => void
}

/**
 * A secret in an answer that streams comes in pieces: the end of what has come is held back until it is known to be none.
 * The output of commands comes masked already, stream by stream.
 */
export function maskLive(emit: (signal: LiveSignal) => void, masker: Masker): MaskedLive {
  const streams = { text: createStreamMask(masker), reasoning: createStreamMask(masker) }
  const flushOne = (kind: 'text' | 'reasoning'): void => {
    const text = streams[kind].end()
    if (text !== '') emit({ kind, text })
  }
  return {
    emit(signal) {
      switch (signal.kind) {
        case 'text':
        case 'reasoning': {
          flushOne(signal.kind === 'text' ? 'reasoning' : 'text')
          const text = streams[signal.kind].push(signal.text)
          if (text !== '') emit({ kind: signal.kind, text })
          return
        }
        case 'output':
        case 'status':
          return emit({ ...signal, text: masker.mask(signal.text) })
        case 'progress':
          return emit({ ...signal, label: masker.mask(signal.label) })
      }
    },
    flush() {
      flushOne('reasoning')
      flushOne('text')
    },
  }
}
