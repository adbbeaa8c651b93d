import { killGroup } from '../process/kill-group.ts'
import { supervise } from '../process/supervise.ts'
import { toLine } from '../../domain/report/words.ts'
import { toMessage } from '../../protocol/fault.ts'
import type { CommandChannel, Notice } from '../../protocol/notify.ts'
import type { Delivery } from './delivery.ts'

const most = { timeoutMs: 10_000, outputBytes: 16_384 }

/** Runs a program of the person's with the message as JSON on standard input, and the same as variables. One try. */
export async function runCommandChannel(channel: CommandChannel, notice: Notice, place: { readonly env: Readonly<Record<string, string>>; readonly home: string; readonly signal: AbortSignal }): Promise<Delivery> {
  const [file = '', ...args] = channel.command
  const env = { ...place.env, WRIT_ID: notice.id, WRIT_KIND: notice.kind, WRIT_EVENT: notice.event, WRIT_RUN: notice.run, WRIT_REPOSITORY: notice.repository, WRIT_TEXT: notice.text, WRIT_NEXT: notice.next, WRIT_OUTCOME: notice.outcome ?? '' }
  let pid: number | undefined
  try {
    const { ended, exitCode, output } = await supervise({
      file, args, env, cwd: place.home, stdin: Buffer.from(JSON.stringify(notice)), outputBytes: most.outputBytes, timeoutMs: most.timeoutMs, signal: place.signal,
      onSpawn: (child) => { pid = child.pid },
      kill: () => killGroup(pid),
    })
    if (ended === 'cancelled') return { status: 'kept', said: 'there was no time left to wait for it', tries: 1 }
    if (ended !== 'exited') return { status: 'refused', said: `it took longer than ${most.timeoutMs / 1000} s and was stopped`, tries: 1 }
    const words = toLine(Buffer.from(output).toString('utf8'), 200)
    return exitCode === 0
      ? { status: 'delivered', said: 'it ended with exit code 0', tries: 1 }
      : { status: 'refused', said: `it ended with exit code ${exitCode ?? 'unknown'}${words === '' ? '' : `: ${words}`}`, tries: 1 }
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown)) throw thrown
    return { status: 'refused', said: `it cannot be started (${toMessage(thrown)})`, tries: 1 }
  }
}
