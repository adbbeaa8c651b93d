import type { Report, TaskAccount, TaskWork } from '../../protocol/report.ts'
import { toShortCommit, toShortId } from './short-id.ts'
import { count, toAmount, toLine, toMoney } from './words.ts'

/** Rows that are printed; the JSON form has all of them. */
const mostRows = 100

/** The tasks of a graph as a table: how each stands, by whom, how often tried, how long against what was expected, and for how much. */
export function taskLines({ tasks, plan, solver }: Report): string[] {
  if (!plan || tasks.length === 0) return []
  const rows = tasks.slice(0, mostRows).map(({ id, title, work, ...minutes }) => (work
    ? [id, work.standing, work.role, String(work.attempts), String(work.conflicts), toMinutes(minutes), toAmount(work.tokens), solver.name === 'repair' ? '–' : toCost(work), work.children.map((run) => toShortId(run)).join(' ') || '–', title]
    : [id, '', '', '', '', '', '', '', '', title]).map(toCell))
  const titles = ['task', 'stands', 'role', 'attempts', 'conflicts', 'minutes (expected)', 'tokens', 'cost', 'child runs', 'title']
  return [
    ...toTable([titles, ...rows]),
    ...(tasks.length > mostRows ? ['', `and ${count(tasks.length - mostRows, 'more task', 'more tasks')}`] : []),
    '',
    ...plan.milestones.map((each) => `- Milestone ${each.task}: ${each.verdict === 'passed' ? `reached at commit ${toShortCommit(each.commit)}` : 'not reached'}`),
    ...(plan.late ?? []).map(({ task, deadline, minutes, ended }) => `- Deadline: ${task} ${ended ? 'ended' : 'is'} ${toRounded(minutes)} min after its deadline, minute ${toRounded(deadline)}${ended ? '' : ', and has not ended'}`),
    ...(tasks.some((task) => (task.work?.attempts ?? 0) > 0) ? [`- Volatility: ${describeVolatility(plan.volatility)}`] : []),
    ...plan.drift.map((each) => `- Drift: ${toLine(each.text, 400)}`),
  ]
}

export function describeVolatility({ revisions, perFinished, added, removed }: NonNullable<Report['plan']>['volatility']): string {
  const rate = perFinished === undefined ? '' : ` (${Number(perFinished.toFixed(2))} for each finished task)`
  return `${count(revisions, 'revision')} of the plan${rate}; after the first task had begun, ${count(added, 'task')} added and ${removed} removed`
}

function toMinutes({ taken, expected }: Pick<TaskAccount, 'taken' | 'expected'>): string {
  const [actual, predicted] = [taken?.minutes, expected?.minutes].map((each) => (each === undefined ? '–' : toRounded(each)))
  return `${actual} (${predicted})`
}

function toRounded(minutes: number): string {
  return String(Number(minutes.toFixed(minutes < 1 ? 2 : 1)))
}

function toCost({ usd, unpriced, attempts }: TaskWork): string {
  if (unpriced) return usd > 0 ? `over ${toMoney(usd)}` : 'unknown'
  return attempts === 0 ? '–' : toMoney(usd)
}

/** Nothing in a cell ends it. */
function toCell(text: string): string {
  return toLine(text, 120).replaceAll('|', '\\|') || '–'
}

function toTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...rest] = rows
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rest.map(line)]
}
