import type { RunState } from '../domain/run-state.ts'
import type { Answer, Approver } from '../engine/ports/approver.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import type { Watch } from '../engine/run.ts'
import { createLiveView } from './live-view.ts'
import { exitCodes } from '../protocol/error-codes.ts'
import { userInfo } from 'node:os'

/** What to do with a call that was cut off and may have happened: given on the command line, where nobody can be asked. */
export type InDoubt = 'repeat' | 'skip'
export type OutputFormat = 'text' | 'json' | 'stream-json'

export interface Console {
  readonly watch: Watch
  readonly approver: Approver
  /** What a run that goes on did before. */
  remember(events: readonly StoredEvent[]): void
  /** A word beside what the run shows. */
  note(text: string): void
  /** Ends the live view and gives the signals back. */
  stop(): void
  /** Prints the answer on stdout, in the format that was asked for. */
  answer(state: RunState, events: readonly StoredEvent[]): Promise<void>
}

/** Progress on stderr, the answer on stdout; SIGINT once stops cleanly, twice at once. */
export async function openConsole(options: { readonly format: OutputFormat; readonly yes: boolean; readonly inDoubt?: InDoubt; readonly onEvent?: (event: StoredEvent) => void }): Promise<Console> {
  const controller = new AbortController()
  const isTty = process.stderr.isTTY === true && !process.env.CI && process.env.TERM !== 'dumb'
  const view = createLiveView({ stream: process.stderr, isTty, now: () => Date.now() })
  let interrupts = 0
  const onInterrupt = () => {
    interrupts += 1
    if (interrupts > 1) {
      view.stop()
      process.exit(exitCodes.interrupted)
    }
    view.note('Stopping … (once more to stop at once; nothing that was recorded is lost)')
    controller.abort(new Error('interrupted'))
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, onInterrupt)
  const onEvent = (event: StoredEvent) => {
    view.onEvent(event)
    options.onEvent?.(event)
    if (options.format === 'stream-json') process.stdout.write(`${JSON.stringify(event)}\n`)
  }
  return {
    watch: { signal: controller.signal, emit: (signal) => view.onLive(signal), onEvent },
    approver: approverOf(options, view),
    stop: () => {
      view.stop()
      for (const name of signals) process.off(name, onInterrupt)
    },
    remember: (before) => view.remember(before),
    note: (text) => view.note(text),
    answer: async (state, events) => {
      const { buildReport } = await import('../domain/report/build-report.ts')
      const report = buildReport(state, events)
      if (options.format === 'text') {
        const [{ toMarkdown }, { paintMarkdown }, { painter }] = await Promise.all([import('../domain/report/to-markdown.ts'), import('./paint-markdown.ts'), import('./render.ts')])
        process.stdout.write(`${paintMarkdown(toMarkdown(report), painter(process.stdout))}\n`)
        return
      }
      process.stdout.write(`${JSON.stringify(options.format === 'json' ? report : { type: 'report', report })}\n`)
    },
  }
}

function approverOf({ yes, inDoubt }: { readonly yes: boolean; readonly inDoubt?: InDoubt }, view: ReturnType<typeof createLiveView>): Approver {
  const by = process.env.USER || userInfo().username
  return {
    ask: async (questions, signal) => {
      const answers = new Map<string, Answer>()
      for (const { gate, inDoubt: isInDoubt } of questions) {
        if (isInDoubt && inDoubt) answers.set(gate, { answer: inDoubt === 'repeat' ? 'approve' : 'deny', by, note: `--in-doubt ${inDoubt}`, via: 'option' })
        // A general yes must not repeat what may have happened already.
        if (yes && !isInDoubt) answers.set(gate, { answer: 'approve', by, note: '--yes', via: 'option' })
      }
      const open = questions.filter(({ gate }) => !answers.has(gate))
      if (open.length === 0 || !process.stdin.isTTY || !process.stderr.isTTY) return answers
      view.stop()
      const { createInterface } = await import('node:readline/promises')
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      try {
        for (const { gate, text } of open) {
          const said = await lines.question(`\n${text}\nApprove? [y/N] `, { signal })
          answers.set(gate, { answer: /^y(es)?$/i.test(said.trim()) ? 'approve' : 'deny', by, via: 'terminal' })
        }
        return answers
      } finally {
        lines.close()
      }
    },
  }
}
