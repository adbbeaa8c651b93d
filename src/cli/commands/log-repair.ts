import { exitCodes } from '../../protocol/error-codes.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { count } from '../../domain/report/words.ts'
import type { Damage } from '../../engine/ports/event-log.ts'
import { askYes } from '../ask-yes.ts'
import { openRecord } from '../compose.ts'
import { describeEvent } from '../describe-event.ts'
import { getRun } from '../read-run.ts'
import { userName } from '../user-name.ts'

/** Lines of the damaged part that are shown. */
const mostShown = 12

/** `writ log repair`: shows what would be set aside, asks, keeps the original, and ends the record before its first bad line. */
export async function logRepairCommand(word: string, options: { readonly yes?: boolean; readonly json?: boolean; readonly repo?: string }): Promise<number> {
  const { log } = await openRecord()
  const run = await getRun(log, word, { repo: options.repo })
  const say = (text: string): void => void (options.json ? undefined : process.stdout.write(`${text}\n`))
  const damage = await log.repair(run, {
    by: userName(),
    confirm: async (found) => {
      say(describeDamage(found))
      return options.yes === true || (!options.json && (await ask()))
    },
  })
  if (options.json) process.stdout.write(`${JSON.stringify(damage === undefined ? { run, damaged: false } : { run, damaged: true, ...toJson(damage) })}\n`)
  if (damage === undefined) {
    say(`The record of ${run} is whole: every line follows from the one before it.`)
    return 0
  }
  if (damage.keptAs === undefined) {
    process.stderr.write(`writ: nothing was changed; to repair it: writ log repair ${run} --yes\n`)
    return exitCodes.waiting
  }
  say(`Repaired. The damaged file is kept as ${damage.keptAs}.\nGo on with: writ resume ${run}`)
  return 0
}

function describeDamage(damage: Damage): string {
  const shown = damage.readable.slice(0, mostShown).map((event) => `    ${toLine(event)}`)
  const more = damage.readable.length > mostShown ? [`    and ${damage.readable.length - mostShown} more`] : []
  const effects = damage.readable.filter((event) => event.type === 'tool.reached' || (event.type === 'tool.called' && event.data.effect === 'irreversible'))
  return [
    `Line ${damage.line} of ${damage.path} ${damage.problem}.`,
    `Kept:      ${count(damage.events, 'event')}, the last of them ${toLine(damage.last)}`,
    `Set aside: ${count(damage.lines, 'line')} (${count(damage.bytes, 'byte')}); ${damage.readable.length === 0 ? 'none of them can be read' : 'of these can be read:'}`,
    ...shown, ...more,
    ...(effects.length > 0 ? ['These had, or may have had, effects outside that the kept part does not know of:', ...effects.map((event) => `    ${toLine(event)}`)] : []),
    'The original file is kept. The run goes on from what is kept: answers of the model that are set aside are paid for again, and what',
    'cannot be undone is asked for again.',
  ].join('\n')
}

function toLine(event: StoredEvent): string {
  return `${event.seq} ${event.type} ${describeEvent(event)}`.slice(0, 160)
}

function toJson(damage: Damage): object {
  const { path, line, problem, events, lines, bytes, original, keptAs } = damage
  return { path, line, problem, kept: events, setAside: { lines, bytes, readable: damage.readable.map(({ seq, type }) => ({ seq, type })) }, original, repaired: keptAs !== undefined, ...(keptAs ? { keptAs } : {}) }
}

async function ask(): Promise<boolean> {
  return process.stdin.isTTY && askYes('Set it aside and keep the rest? [y/N] ')
}
