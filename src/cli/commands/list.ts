import { basename } from 'node:path'
import type { RunSummary } from '../../engine/ports/event-log.ts'
import { toShortId } from '../../domain/report/short-id.ts'
import { count, toMoney } from '../../domain/report/words.ts'
import { findRoot, openRecord } from '../compose.ts'
import { displayWidth, fitWidth, padWidth } from '../display-width.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { oneLine, painter } from '../render.ts'

export interface ListOptions {
  readonly repo?: string
  readonly limit?: number
  readonly json?: boolean
  readonly reindex?: boolean
  /** Also what other runs delegated. */
  readonly all?: boolean
}

/** `writ list`: runs, newest first, as a table that fits the terminal or as JSON lines. */
export async function listCommand(words: readonly string[], options: ListOptions): Promise<number> {
  const record = await openRecord()
  if (options.reindex) process.stderr.write(`The index was made again from ${count(await record.log.reindex(), 'run')}.\n`)
  const search = words.join(' ').trim()
  const repository = options.repo === undefined ? undefined : await findRoot(options.repo)
  const runs = await record.log.list({ limit: options.limit ?? 20, children: options.all ?? false, ...(search ? { search } : {}), ...(repository === undefined ? {} : { repository }) })
  return whilePrinting(async () => {
    if (options.json) for (const run of runs) await print(`${JSON.stringify(run)}\n`)
    else if (runs.length === 0) process.stderr.write(search || repository ? 'No run fits.\n' : 'No runs yet. Start one with: writ run "<goal>"\n')
    else await print(`${toTable(runs, { now: record.clock.now(), columns: isTerminal() ? (process.stdout.columns ?? 80) : 200, paint: painter(process.stdout) }).join('\n')}\n`)
    return 0
  })
}

type Paint = ReturnType<typeof painter>

/** Lines no wider than `columns`. The goal takes what is left; on a narrow terminal the less telling columns go. */
export function toTable(runs: readonly RunSummary[], options: { readonly now: number; readonly columns: number; readonly paint: Paint }): string[] {
  const { now, columns, paint } = options
  const rows = runs.map((run) => ({
    run: toShortId(run.run), age: toAge(now - Date.parse(run.startedAt)), state: toState(run).text, turns: String(run.turns), tasks: run.tasks ? `${run.tasks.done}/${run.tasks.total}` : '',
    cost: run.costUsd > 0 ? toMoney(run.costUsd) : '–', repository: oneLine(basename(run.repository), 20), goal: oneLine(run.parent ? `↳ ${toShortId(run.parent)}: ${run.goal}` : run.goal, 300),
  }))
  const titles = { run: 'RUN', age: 'AGE', state: 'STATE', tasks: 'TASKS', turns: 'TURNS', cost: 'COST', repository: 'REPOSITORY', goal: 'GOAL' }
  type Column = keyof typeof titles
  const widthOf = (column: Column): number => Math.max(titles[column].length, ...rows.map((row) => displayWidth(row[column])))
  let shown: Column[] = ['run', 'age', 'state', ...(runs.some((run) => run.tasks) ? ['tasks' as const] : []), 'turns', 'cost', 'repository']
  const used = (): number => shown.reduce((sum, column) => sum + widthOf(column) + 2, 0)
  for (const column of ['repository', 'turns', 'cost', 'age'] as const) if (columns - used() < 20) shown = shown.filter((each) => each !== column)
  const room = Math.max(8, columns - used())
  const line = (row: { readonly [column in Column]: string }, paintState: (text: string) => string): string => {
    const cells = shown.map((column) => {
      const width = widthOf(column)
      const cell = column === 'turns' || column === 'cost' || column === 'tasks' ? row[column].padStart(width) : padWidth(row[column], width)
      return column === 'state' ? paintState(cell) : cell
    })
    return [...cells, fitWidth(row.goal, room)].join('  ').trimEnd()
  }
  return [paint('dim', line(titles, (text) => text)), ...rows.map((row, index) => {
    const run = runs[index]
    const style = run && toState(run).style
    return line(row, (text) => (style ? paint(style, text) : text))
  })]
}

function toState(run: RunSummary): { readonly text: string; readonly style: Parameters<Paint>[0] | undefined } {
  if (run.accepted) return { text: run.accepted, style: run.accepted === 'accepted' ? 'green' : 'dim' }
  if (run.status !== 'ended') return { text: run.status, style: run.status === 'running' ? 'cyan' : 'yellow' }
  const styles: { readonly [outcome: string]: Parameters<Paint>[0] } = { proven: 'green', planned: 'green', waiting: 'yellow', limit: 'yellow' }
  const words: { readonly [outcome: string]: string } = { 'not-achieved': 'not achieved', limit: 'limit reached', 'request-wrong': 'wrong request' }
  const outcome = run.outcome ?? 'ended'
  return { text: words[outcome] ?? oneLine(outcome, 20), style: styles[outcome] ?? 'red' }
}

/** `now`, `5m`, `3h`, `12d`, `4y`. */
export function toAge(ms: number): string {
  if (!Number.isFinite(ms)) return '–'
  const minutes = Math.floor(Math.max(0, ms) / 60_000)
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes}m`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}h`
  const days = Math.floor(minutes / 1440)
  return days < 700 ? `${days}d` : `${Math.floor(days / 365)}y`
}
