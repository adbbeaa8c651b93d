import { findReachedLimit } from '../../domain/budget.ts'
import { describeOutside, toOutside } from '../../domain/report/outside.ts'
import { toShortCommit, toShortId } from '../../domain/report/short-id.ts'
import { count } from '../../domain/report/words.ts'
import { findLasting } from '../../domain/rewind.ts'
import { rewindRun, type Rewound } from '../../engine/rewind.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import { attestRollout } from '../attest-rollout.ts'
import { openRecord, openWorkspaces } from '../compose.ts'
import { describeEvent } from '../describe-event.ts'
import { print, whilePrinting } from '../print.ts'
import { getRun, readRun } from '../read-run.ts'
import { oneLine } from '../render.ts'
import { requireWhole } from '../require-whole.ts'
import { userName } from '../user-name.ts'

export interface RollbackOptions {
  readonly to: string
  readonly why?: string
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly repo?: string
}

/** Changed files that are named; the JSON form has all of them. */
const mostFiles = 30

/** `writ rollback`: takes a run that has stopped back to an earlier point, from which `writ resume` goes on. */
export async function rollbackCommand(word: string, options: RollbackOptions): Promise<number> {
  const record = await openRecord()
  const run = await getRun(record.log, word, { repo: options.repo, changes: true })
  requireWhole((await readRun(record.log, run)).state, 'rollback RUN --to TASK')
  const workspaces = await openWorkspaces(record.places)
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort(new Error('interrupted')))
  const dryRun = options.dryRun ?? false
  const back = await rewindRun({ log: record.log, workspaces }, { run, to: options.to, why: options.why ?? '', by: userName(), dryRun, signal: controller.signal, onRecorded: (rollout) => attestRollout(record, rollout) })
  const short = toShortId(run)
  const outside = toOutside(findLasting(back.dropped), short, back.state.contract)
  return whilePrinting(async () => {
    if (options.json) {
      const { state, to, changes, dropped } = back
      await print(`${JSON.stringify({ run, dryRun, to: { seq: to.seq, type: to.type }, tree: state.tree, changes, dropped: dropped.length, outside, limit: findReachedLimit(state) ?? null }, undefined, 2)}\n`)
      return 0
    }
    if (back.repaired) process.stderr.write(`writ: ${back.repaired}\n`)
    await print(`${[...describe(back, dryRun), ...describeOutside(outside), ...next(back, short, dryRun)].join('\n')}\n`)
    return 0
  })
}

function describe({ state, to, changes, dropped }: Rewound, dryRun: boolean): string[] {
  const turns = dropped.reduce((sum, event) => sum + (event.type === 'turn.replied' ? 1 : event.type === 'task.returned' || event.type === 'stage.returned' ? event.data.spent.turns : 0), 0)
  const did = dryRun ? 'would be' : 'is'
  return [
    `${state.run ?? 'The run'} ${did} again as it was after event ${to.seq} (${oneLine(`${to.type} ${describeEvent(to)}`, 120).trim()}).`,
    `${count(dropped.length, 'event')} and ${count(turns, 'turn')} ${dryRun ? 'would be' : 'are'} taken back; what they cost stays spent.`,
    changes.length === 0 ? 'No file differs.' : `${count(changes.length, 'file')} ${dryRun ? 'would change' : 'changed'}:`,
    ...changes.slice(0, mostFiles).map((change) => `  ${kinds[change.kind].padEnd(15)} ${oneLine(change.path, 200)}`),
    ...(changes.length > mostFiles ? [`  and ${changes.length - mostFiles} more`] : []),
  ]
}

const kinds: Record<FileChange['kind'], string> = { added: 'comes back', modified: 'as before', deleted: 'goes', renamed: 'named as before', mode: 'mode as before' }

function next({ state }: Rewound, short: string, dryRun: boolean): string[] {
  if (dryRun) return ['Nothing was changed: this was a dry run.']
  const limit = findReachedLimit(state)
  const branch = state.branchHead === undefined || state.branchHead === state.head ? [] : [`The branch ${state.workspace?.branch ?? ''} in your repository stays at ${toShortCommit(state.branchHead)} until the run ends again.`]
  const warning = limit ? [`It will stop at once: ${limit.detail}.`] : []
  return [...branch, `Go on with: writ resume ${short}`, ...warning]
}
