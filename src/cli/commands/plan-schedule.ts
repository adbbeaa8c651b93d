import { createHighsProver } from '../../adapters/schedule-highs/highs-prover.ts'
import { createSystemClock } from '../../adapters/system/system-clock.ts'
import { count } from '../../domain/report/words.ts'
import { findFlaw } from '../../domain/schedule/find-flaw.ts'
import { toScheduleProblem, type PlannedProblem } from '../../domain/schedule/from-plan-file.ts'
import type { ProblemFlaw } from '../../domain/schedule/problem.ts'
import { findSchedule, type FoundSchedule } from '../../engine/find-schedule.ts'
import { Fault } from '../../protocol/fault.ts'
import type { PlanFile, TaskFile } from '../../protocol/plan-file.ts'
import type { ScheduleOutput } from '../../protocol/schedule.ts'
import { fitWidth } from '../display-width.ts'
import { openPlanFile } from '../plan-file.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { painter } from '../render.ts'
import { toScheduleText } from '../schedule-text.ts'

export interface PlanScheduleOptions {
  readonly seconds: number
  readonly json?: boolean
}

/** Which field of a task is wrong. */
const fieldsOfFlaws: Readonly<Partial<Record<ProblemFlaw['kind'], keyof TaskFile>>> = { duplicate: 'id', cycle: 'depends_on', range: 'estimate', capacity: 'estimate' }

/** `writ plan schedule FILE`: when each task of a plan would begin and end. Reads one file, and changes nothing. */
export async function planScheduleCommand(path: string, options: PlanScheduleOptions): Promise<number> {
  const { file, lineOf } = await openPlanFile(path)
  const { problem, assumptions } = toProblem(file, path)
  const flaw = findFlaw(problem)
  if (flaw) {
    const field = fieldsOfFlaws[flaw.kind]
    const line = flaw.task === undefined ? undefined : lineOf({ task: flaw.task, ...(field === undefined ? {} : { field }) })
    throw new Fault('request-invalid', `the plan ${path} cannot be scheduled: ${line === undefined ? '' : `line ${line}: `}${flaw.message}`)
  }
  const clock = createSystemClock()
  const began = clock.elapsed()
  const progress = openProgress(process.stderr, () => clock.elapsed())
  const schedule = await findSchedule(problem, { clock, prover: createHighsProver() }, {
    seconds: options.seconds,
    onProgress: ({ best, bounds, decoded }, tick) => progress.draw(`searching: ${toMinutes(best.end * tick)} min, at least ${toMinutes(bounds.best * tick)} min; ${count(decoded, 'schedule')} looked at`),
  }).finally(() => progress.erase())
  const seconds = Number(((clock.elapsed() - began) / 1000).toFixed(3))
  return whilePrinting(async () => {
    if (options.json) await print(`${JSON.stringify(toOutput(schedule, assumptions, seconds))}\n`)
    else await print(`${toScheduleText({ file, problem, schedule, assumptions, seconds, columns: isTerminal() ? (process.stdout.columns || 80) : 100, paint: painter(process.stdout) })}\n`)
    return 0
  })
}

export function toProblem(file: PlanFile, path: string): PlannedProblem {
  try {
    // A file with a goal is for a run, which keeps its tasks apart by what they may write; one without may be about anything.
    return toScheduleProblem(file, file.goal === undefined ? {} : { isByPaths: true })
  } catch (error) {
    if (error instanceof RangeError) throw new Fault('request-invalid', `the plan ${path} cannot be scheduled: ${error.message}`, { cause: error })
    throw error
  }
}

export function toOutput(schedule: FoundSchedule, assumptions: readonly string[], seconds: number): ScheduleOutput {
  const { makespan, lowerBound, proven, provenBy, tardiness, bounds, criticalChain, tasks, loads, completion, searched } = schedule
  return {
    version: 1, makespan, lower_bound: lowerBound, proven, ...(provenBy ? { proven_by: provenBy } : {}),
    tardiness, late: tasks.filter(({ late }) => late > 0).map(({ id }) => id),
    bounds: { critical_path: bounds.criticalPath, energy: bounds.energy, ...(bounds.refuted === undefined ? {} : { refuted: bounds.refuted }) },
    critical_chain: [...criticalChain], tasks: tasks.map((each) => ({ ...each })),
    capacity: loads.map(({ name, capacity, use }) => ({ name, capacity, use: Number(use.toFixed(4)) })),
    ...(completion ? { completion: { ...completion } } : {}), searched, seconds, assumptions: [...assumptions],
  }
}

function toMinutes(minutes: number): string {
  return String(Number(minutes.toFixed(1)))
}

const redrawMs = 100
const eraseLine = '\r\u001B[K'

/** One line on a terminal that moves while it lasts; nothing anywhere else. */
function openProgress(stream: NodeJS.WriteStream, now: () => number): { draw(text: string): void; erase(): void } {
  const isLive = stream.isTTY === true && !process.env.CI && process.env.TERM !== 'dumb'
  let drawnAt = -redrawMs
  let isDrawn = false
  return {
    draw: (text) => {
      if (!isLive || now() - drawnAt < redrawMs) return
      drawnAt = now()
      isDrawn = true
      stream.write(`${eraseLine}${fitWidth(text, Math.max(8, (stream.columns || 80) - 1))}`)
    },
    erase: () => {
      if (isDrawn) stream.write(eraseLine)
      isDrawn = false
    },
  }
}
