import type { ScheduledTask } from '../domain/schedule/schedule.ts'
import { displayWidth, padWidth } from './display-width.ts'
import { toMinutes, type ScheduleView } from './schedule-text.ts'

/** Widths in columns. */
const least = { chart: 24, label: 6 }
const most = { chart: 120, label: 32 }
/** Two blanks before a chart, and behind a load how much of it is used. */
const percent = 8
/** What it costs to look through every task for every column of a load. */
const mostLoadTasks = 3_000

/**
 * Tasks in the order of their starts, with start, end, slack and a bar each, and under them the load of each capacity over time. Where
 * the terminal is too narrow for both, the bars stand below the numbers. `█` is on the critical chain, `▒` is not.
 */
export function toGantt(view: ScheduleView): readonly string[] {
  const { schedule, columns, paint } = view
  const chain = new Set(schedule.criticalChain)
  const tasks = schedule.tasks.toSorted((a, b) => a.start - b.start || a.end - b.end)
  const names = [...tasks.map(({ id }) => id), ...schedule.loads.map(({ name }) => name)]
  const label = Math.min(most.label, Math.max(least.label, Math.floor(columns / 3)), Math.max(least.label, ...names.map((name) => displayWidth(name))))
  const cells = tasks.map((task) => [toMinutes(task.start), toMinutes(task.end), task.late > 0 ? `+${toMinutes(task.late)} late` : toMinutes(task.slack)] as const)
  const titles = ['start', 'end', 'slack'] as const
  const widths = titles.map((title, column) => cells.reduce((width, row) => Math.max(width, row[column]!.length), title.length))
  const numbers = (row: readonly string[]): string => row.map((cell, column) => cell.padStart(widths[column]!)).join(' ')
  const beside = label + widths.reduce((sum, width) => sum + width + 1, 0)
  const isWide = columns - beside - percent >= least.chart
  const room = columns - percent - (isWide ? beside : label)
  const chart = createChart(Math.max(8, Math.min(most.chart, room)), schedule.makespan)
  const paintBar = (task: ScheduledTask): string => paint(task.late > 0 ? 'red' : chain.has(task.id) ? 'yellow' : 'cyan', chart.bar(task, chain.has(task.id) ? '█' : '▒'))
  const header = `${padWidth('task', label)} ${numbers(titles)}`
  const rows = tasks.map((task, index) => ({ name: padWidth(task.id, label), numbers: numbers(cells[index]!), bar: paintBar(task) }))
  const blank = isWide ? ' '.repeat(beside - label + 2) : ' '.repeat(2)
  const loads = toLoadRows(view, chart).map(({ name, bar }) => `${padWidth(name, label)}${blank}${bar}`)
  const axis = `${' '.repeat(label)}${blank}${paint('dim', chart.axis())}`
  return isWide
    ? [paint('dim', `${header}  ${chart.axis()}`), ...rows.map(({ name, numbers: shown, bar }) => `${name} ${shown}  ${bar}`.trimEnd()), ...loads]
    : [paint('dim', header), ...rows.map(({ name, numbers: shown }) => `${name} ${shown}`), '', axis.trimEnd(), ...rows.map(({ name, bar }) => `${name}  ${bar}`.trimEnd()), ...loads]
}

interface Chart {
  readonly width: number
  readonly makespan: number
  bar(task: ScheduledTask, mark: string): string
  axis(): string
}

function createChart(width: number, makespan: number): Chart {
  const scale = makespan > 0 ? width / makespan : 0
  return {
    width, makespan,
    bar: ({ start, end }, mark) => {
      const from = Math.min(width - 1, Math.floor(start * scale + 1e-9))
      if (end === start) return `${' '.repeat(from)}◆`
      const to = Math.max(from + 1, Math.min(width, Math.round(end * scale)))
      return ' '.repeat(from) + mark.repeat(to - from)
    },
    axis: () => {
      const last = toMinutes(makespan)
      const half = toMinutes(makespan / 2)
      const line = `0${' '.repeat(Math.max(1, Math.floor(width / 2) - 1))}${width >= 30 ? half : ''}`
      return `${line.padEnd(Math.max(0, width - last.length)).slice(0, Math.max(1, width - last.length))}${last}`
    },
  }
}

const steps = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/** How much of each capacity is in use, a column at a time. */
function toLoadRows({ problem, schedule }: ScheduleView, { width, makespan }: Chart): readonly { readonly name: string; readonly bar: string }[] {
  if (problem.tasks.length > mostLoadTasks || makespan === 0) return []
  return problem.resources.flatMap(({ name, capacity }) => {
    if (capacity === 0) return []
    const sums = new Float64Array(width)
    const span = makespan / width
    for (const [index, { start, end }] of schedule.tasks.entries()) {
      const amount = problem.tasks[index]?.demands[name] ?? 0
      if (amount === 0 || end === start) continue
      for (let column = Math.max(0, Math.floor(start / span)); column < Math.min(width, Math.ceil(end / span)); column += 1) {
        const inside = Math.min(end, (column + 1) * span) - Math.max(start, column * span)
        if (inside > 0) sums[column]! += (amount * inside) / span
      }
    }
    const use = schedule.loads.find((each) => each.name === name)?.use ?? 0
    return [{ name, bar: `${Array.from(sums, (sum) => steps[Math.min(8, Math.max(sum > 0 ? 1 : 0, Math.round((sum / capacity) * 8 + 1e-6)))]).join('')} ${Math.round(use * 100)} %` }]
  })
}
