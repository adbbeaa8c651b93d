import { count, toDuration } from '../domain/report/words.ts'
import type { ScheduleProblem } from '../domain/schedule/problem.ts'
import type { FoundSchedule } from '../engine/find-schedule.ts'
import type { PlanFile } from '../protocol/plan-file.ts'
import { padWidth, wrapWidth } from './display-width.ts'
import { toGantt } from './gantt.ts'
import type { painter } from './render.ts'
import { oneLine } from './render.ts'

export interface ScheduleView {
  readonly file: Pick<PlanFile, 'goal'>
  readonly problem: ScheduleProblem
  readonly schedule: FoundSchedule
  readonly assumptions: readonly string[]
  readonly seconds: number
  readonly columns: number
  readonly paint: ReturnType<typeof painter>
}

const mostNamed = 12
const provers = { bound: 'by the bound', branches: 'by branch and bound', solver: 'by the exact solver' } as const

/** What `writ plan schedule` prints: what was found and how good it is, then the tasks with their bars and the use of each capacity. */
export function toScheduleText(view: ScheduleView): string {
  const { file, schedule, assumptions, paint, columns } = view
  const head = file.goal === undefined ? [] : [paint('bold', oneLine(file.goal, Math.max(8, columns))), '']
  const facts = toFacts(view).flatMap(([name, text]) => {
    const lines = wrapWidth(text, Math.max(20, columns - 15), 20)
    return lines.map((line, index) => `${paint('dim', padWidth(index === 0 ? name : '', 14))} ${line}`)
  })
  const notes = assumptions.flatMap((each) => wrapWidth(`Note: ${each}`, Math.max(20, columns), 6)).map((line) => paint('dim', line))
  return [...head, ...facts, '', ...toGantt(view), ...(notes.length > 0 ? ['', ...notes] : []), ...(schedule.tasks.length === 0 ? ['no tasks'] : [])].join('\n')
}

function toFacts({ schedule, seconds, paint }: ScheduleView): readonly (readonly [string, string])[] {
  const { makespan, lowerBound, proven, provenBy, tardiness, bounds, completion, criticalChain, tasks, searched } = schedule
  const late = tasks.filter((each) => each.late > 0)
  const gap = lowerBound > 0 ? ((makespan - lowerBound) / lowerBound) * 100 : 0
  return [
    ['makespan', `${toMinutes(makespan)} min${makespan >= 120 ? ` (${toDuration(makespan * 60_000)})` : ''} for ${count(tasks.length, 'task')}`],
    ['lower bound', `${toMinutes(lowerBound)} min (dependencies ${toMinutes(bounds.criticalPath)}, scarcest capacity ${toMinutes(bounds.energy)}${bounds.refuted === undefined ? '' : `, nothing shorter than ${toMinutes(bounds.refuted)} by refutation`})`],
    ['optimal', proven ? paint('green', `yes, proven ${provenBy === undefined ? '' : provers[provenBy]}`) : `not proven${makespan > lowerBound ? `: at most ${gap.toFixed(1)} % above the shortest` : ': deadlines might be missed by less'}`],
    ['tardiness', late.length === 0 ? 'none' : paint('red', `${toMinutes(tardiness)} min: ${nameSome(late.map((each) => `${each.id} by ${toMinutes(each.late)}`))}`)],
    ...(completion ? [['with spreads', `done within ${toMinutes(completion.median)} min in half of the cases, within ${toMinutes(completion.ninth)} in nine of ten`] as const] : []),
    ['critical chain', nameSome(criticalChain, ' → ')],
    ['searched', `${count(searched, 'schedule')} in ${toDuration(seconds * 1000)}`],
  ]
}

function nameSome(names: readonly string[], between = ', '): string {
  if (names.length <= mostNamed) return names.join(between)
  return `${names.slice(0, mostNamed - 1).join(between)}${between}… (${names.length})`
}

export function toMinutes(minutes: number): string {
  return String(Number(minutes.toFixed(minutes < 10 ? 2 : 1)))
}
