import { toShownValue } from '../../domain/replay/differences.ts'
import { count } from '../../domain/report/words.ts'
import { decisionsVersion } from '../../domain/decisions.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import type { Replay } from '../../engine/replay/replay.ts'
import { replayRun } from '../../engine/replay/replay.ts'
import type { Divergence } from '../../engine/replay/tape.ts'
import { openRecord } from '../compose.ts'
import { createGroundsOpener } from '../open-grounds.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { getRun, readRun } from '../read-run.ts'
import { oneLine, painter } from '../render.ts'
import { version } from '../version.ts'

export interface ReplayOptions {
  readonly json?: boolean
  readonly repo?: string
  readonly rebuild?: string
  readonly at?: number
}

/** `writ replay`: 0 where every decision comes out of the log as it was recorded, 1 where one does not. */
export async function replayCommand(word: string, options: ReplayOptions): Promise<number> {
  if (options.at !== undefined && options.rebuild === undefined) throw new Fault('request-invalid', '--at says at which event the repository is rebuilt; give --rebuild DIR with it')
  const { log, blobs, places } = await openRecord()
  const run = await getRun(log, word, { repo: options.repo })
  const { events } = await readRun(log, run)
  const writ = findVersions(events)
  // Said at once: it is the first explanation of whatever differs.
  if (!writ.same && !options.json) process.stderr.write(`writ: ${describeVersions(writ)}\n`)
  const began = performance.now()
  const replay = await replayRun({ events, blobs, openGrounds: createGroundsOpener(blobs), signal: new AbortController().signal })
  const durationMs = Math.round(performance.now() - began)
  const rebuilt = options.rebuild === undefined ? undefined : await rebuild(events, places.state, { run, directory: options.rebuild, at: options.at })
  return whilePrinting(async () => {
    if (options.json) await print(`${JSON.stringify({ run, same: !replay.divergence, ...replay, durationMs, writ, ...(rebuilt ? { rebuilt } : {}) }, undefined, 2)}\n`)
    else {
      await print(describeReplay(run, replay, durationMs))
      if (rebuilt) await print(`Rebuilt ${rebuilt.directory} as it was at event ${rebuilt.at}: tree ${rebuilt.tree}, ${count(rebuilt.files, 'file')}.\n`)
    }
    return replay.divergence ? exitCodes['not-achieved'] : 0
  })
}

async function rebuild(events: readonly StoredEvent[], stateDir: string, wanted: { run: RunId; directory: string; at: number | undefined }): Promise<{ directory: string; at: number; tree: string; files: number }> {
  const { rebuildRun } = await import('../rebuild-run.ts')
  return rebuildRun(events, stateDir, wanted)
}

interface Versions {
  readonly recorded: readonly string[]
  readonly replaying: string
  readonly decisions: { readonly recorded: readonly number[]; readonly replaying: number }
  readonly same: boolean
}

function findVersions(events: readonly StoredEvent[]): Versions {
  const recorded = new Set<string>()
  const decisions = new Set<number>()
  for (const event of events) {
    if (event.type === 'run.opened') recorded.add(event.data.writ.version)
    if (event.type === 'run.resumed') recorded.add(event.data.writ)
    if ((event.type === 'run.opened' || event.type === 'run.resumed') && event.data.decisions !== undefined) decisions.add(event.data.decisions)
  }
  const same = [...recorded].every((each) => each === version)
  return { recorded: [...recorded], replaying: version, decisions: { recorded: [...decisions], replaying: decisionsVersion }, same }
}

function describeVersions({ recorded, replaying, decisions }: Versions): string {
  const how = decisions.recorded.every((each) => each === decisions.replaying) ? 'which decides the same way' : `whose decisions are version ${decisions.recorded.join(', ') || 'unknown'}, here ${decisions.replaying}`
  return `this run was recorded by Writ ${recorded.join(' and ')}, ${how}; this is Writ ${replaying}`
}

function describeReplay(run: RunId, replay: Replay, durationMs: number): string {
  const { divergence, decisions, facts, sessions, told } = replay
  if (divergence) return describeDivergence(run, divergence)
  const processes = sessions === 1 ? 'one process' : `${sessions} processes`
  const people = told === 0 ? '' : `; ${count(told, 'event')} beside it (signatures, acts of people)`
  return `Same: ${run} comes out of its log as recorded: ${count(decisions, 'decision')} from ${count(facts, 'fact')} of ${processes}${people} (${durationMs} ms). Nothing was sent or run.\n`
}

/** Longest that one version of a value is shown. */
const mostShown = 2000

/** Both versions side by side, member by member where the events are of one kind. */
export function describeDivergence(run: RunId, { seq, recorded, derived, differences }: Divergence): string {
  const paint = painter(process.stdout)
  const lines = [`Different at event ${seq} of ${run}${recorded ? ` (${recorded.type})` : ''}; what is before it comes out as recorded.`]
  if (recorded && derived && recorded.type === derived.type && differences.length > 0) {
    const label = recorded.type === 'turn.requested' && differences.some(({ path }) => path === 'request') ? ['The prompt is not the one that was sent: its bytes hash to another digest.'] : []
    lines.push(...label)
    for (const each of differences) lines.push('', `  ${each.path || '(all of it)'}`, ...sides(toShownValue(each.recorded), toShownValue(each.derived), paint))
  } else {
    const what = derived === undefined ? 'nothing: there is nothing left to do' : derived.data === undefined ? `${derived.type} is waited for` : `${derived.type} ${toShownValue(derived.data)}`
    lines.push('', ...sides(recorded ? `${recorded.type} ${toShownValue(recorded.data)}` : 'nothing: the log ends here', what, paint))
  }
  return `${lines.join('\n')}\n`
}

/** In two columns where both are short and there is room, else one under the other. */
function sides(recorded: string, derived: string, paint: ReturnType<typeof painter>): string[] {
  const [left, right] = [oneLine(recorded, mostShown), oneLine(derived, mostShown)]
  const room = Math.floor(((isTerminal() ? (process.stdout.columns ?? 80) : 160) - 6) / 2)
  if (left.length <= room && right.length <= room) {
    const width = Math.max(left.length, 'recorded'.length)
    return [`    ${paint('dim', `${'recorded'.padEnd(width)}  derived`)}`, `    ${left.padEnd(width)}  ${right}`]
  }
  return [`    ${paint('dim', 'recorded')}  ${left}`, `    ${paint('dim', 'derived ')}  ${right}`]
}
