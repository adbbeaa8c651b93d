import type { Approver } from '../engine/ports/approver.ts'

/** Wraps approvers that share a terminal: whoever asks waits until the others have been answered. Where that is no longer wanted, nobody is asked. */
export function oneAtATime(): (approver: Approver) => Approver {
  let last: Promise<unknown> = Promise.resolve()
  return (approver) => ({
    ask: (questions, signal) => {
      const mine = last.then(async () => (signal.aborted ? new Map<never, never>() : approver.ask(questions, signal)))
      last = mine.catch(() => undefined)
      return mine
    },
  })
}
