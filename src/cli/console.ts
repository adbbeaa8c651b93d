import type { RunState } from '../domain/run-state.ts'
import type { Approver } from '../engine/ports/approver.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import type { Watch } from '../engine/run.ts'
import { createChildStatus } from './live-status.ts'
import { createLiveView } from './live-view.ts'
import { exitCodes } from '../protocol/error-codes.ts'
import { createApprover } from './approver.ts'
import type { OpenRecord } from './compose.ts'
import { oneAtATime } from './one-at-a-time.ts'

/** What to do with a call that was cut off and may have happened: given on the command line, where nobody can be asked. */
export type InDoubt = 'repeat' | 'skip'
export type OutputFormat = 'text' | 'json' | 'stream-json'

export interface Console {
  readonly watch: Watch
  readonly approver: Approver
  /** For a child run, whose answers are signed over its own id. */
  approverFor(run: string): Approver
  /** What a child run shows here: a word of what it is at, and its events where all are wanted. `before` is what it did in another process. */
  watchChild(task: string, child: string, before: readonly StoredEvent[]): Omit<Watch, 'signal'>
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
export async function openConsole(options: { readonly record: OpenRecord; readonly format: OutputFormat; readonly yes: boolean; readonly inDoubt?: InDoubt; readonly onEvent?: (event: StoredEvent) => void; readonly remember?: (events: readonly StoredEvent[]) => void }): Promise<Console> {
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
  let run = ''
  let repository = ''
  const learn = (event: StoredEvent): void => {
    run = event.run
    if (event.type === 'run.opened') repository = event.data.repository.root
  }
  const onEvent = (event: StoredEvent) => {
    learn(event)
    view.onEvent(event)
    options.onEvent?.(event)
    if (options.format === 'stream-json') process.stdout.write(`${JSON.stringify(event)}\n`)
  }
  // They share one terminal: a run and its children are not answered by the same word.
  const share = oneAtATime()
  const approverFor = (of: () => string): Approver => share(createApprover({ record: options.record, yes: options.yes, ...(options.inDoubt ? { inDoubt: options.inDoubt } : {}), run: of, repository: () => repository, hold: () => view.hold() }))
  return {
    watch: { signal: controller.signal, emit: (signal) => view.onLive(signal), onEvent },
    approver: approverFor(() => run),
    approverFor: (of) => approverFor(() => of),
    watchChild: (task, child, before) => {
      const status = createChildStatus()
      for (const event of before) status.onEvent(event)
      const show = (step: string | undefined): void => {
        if (step !== undefined) view.onLive({ kind: 'child', run: child, task, step, spent: status.spent() })
      }
      return {
        emit: (signal) => {
          if (signal.kind === 'status') show(signal.text)
        },
        onEvent: (event) => {
          show(status.onEvent(event))
          options.onEvent?.(event)
          if (options.format === 'stream-json') process.stdout.write(`${JSON.stringify(event)}\n`)
        },
      }
    },
    stop: () => {
      view.stop()
      for (const name of signals) process.off(name, onInterrupt)
    },
    remember: (before) => {
      before.forEach(learn)
      options.remember?.(before)
      view.remember(before)
    },
    note: (text) => view.note(text),
    answer: async (state, events) => {
      const { buildReport } = await import('../domain/report/build-report.ts')
      const { readQuestionsTarget } = await import('./read-questions-target.ts')
      const report = buildReport(state, events, { questionsTarget: await readQuestionsTarget(options.record.blobs, state) })
      if (options.format === 'text') {
        const [{ toMarkdown }, { paintMarkdown }, { painter }] = await Promise.all([import('../domain/report/to-markdown.ts'), import('./paint-markdown.ts'), import('./render.ts')])
        process.stdout.write(`${paintMarkdown(toMarkdown(report), painter(process.stdout))}\n`)
        return
      }
      process.stdout.write(`${JSON.stringify(options.format === 'json' ? report : { type: 'report', report })}\n`)
    },
  }
}
