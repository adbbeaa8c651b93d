import { toCanonicalJson } from '../../domain/chain.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { openRecord } from '../compose.ts'
import { describeEvent } from '../describe-event.ts'
import { fitWidth } from '../display-width.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { getRun } from '../read-run.ts'
import { painter } from '../render.ts'

/** `writ log`: a line for each event, or the stored lines byte for byte; with `--follow` until the run has ended. */
export async function logCommand(word: string, options: { readonly follow?: boolean; readonly json?: boolean; readonly repo?: string }): Promise<number> {
  const { log } = await openRecord()
  const run = await getRun(log, word, { repo: options.repo })
  const controller = new AbortController()
  const onInterrupt = (): void => controller.abort(new Error('interrupted'))
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, onInterrupt)
  const toLine = options.json ? toCanonicalJson : createLineOf()
  return whilePrinting(async () => {
    for await (const event of log.read(run, { follow: options.follow ?? false, signal: controller.signal })) await print(`${toLine(event)}\n`)
    return controller.signal.aborted ? exitCodes.interrupted : 0
  }).finally(() => controller.abort())
}

function createLineOf(): (event: StoredEvent) => string {
  const paint = painter(process.stdout)
  const columns = isTerminal() ? (process.stdout.columns ?? 80) : undefined
  let day = ''
  return (event) => {
    const [date = '', time = ''] = toLocal(event.at)
    // The date is told when it changes, on a line of its own for people; in a pipe each line has it.
    const heading = columns !== undefined && date !== day ? `${paint('dim', date)}\n` : ''
    day = date
    const when = columns === undefined ? event.at : time
    const start = `${String(event.seq).padStart(4)}  ${when}  ${event.type.padEnd(20)}  `
    const gist = describeEvent(event)
    const text = columns === undefined ? gist : fitWidth(gist, columns - start.length)
    return `${heading}${paint('dim', start.slice(0, start.indexOf(event.type)))}${paint('cyan', event.type.padEnd(20))}  ${text}`.trimEnd()
  }
}

/** Day and time of day where the reader is. */
function toLocal(at: string): [string, string] {
  const date = new Date(at)
  const two = (n: number, digits = 2): string => String(n).padStart(digits, '0')
  return [
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${two(date.getMilliseconds(), 3)}`,
  ]
}
