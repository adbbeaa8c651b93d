import { buildReport } from '../../domain/report/build-report.ts'
import { taskLines } from '../../domain/report/task-lines.ts'
import { toDuration } from '../../domain/report/words.ts'
import type { RunState } from '../../domain/run-state.ts'
import type { Report } from '../../protocol/report.ts'
import { openRecord, type OpenRecord } from '../compose.ts'
import { toGantt } from '../gantt.ts'
import { readPlanOfRun, viewPlan, type PlanOfRun } from '../plan-of-run.ts'
import { toPlanJson, toPlanText, type PlanView } from '../plan-view.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { painter, tame } from '../render.ts'
import { rescheduleRun } from '../schedule-plan.ts'
import { toMinutes } from '../schedule-text.ts'
import { requireFree, writePlanFile } from '../write-plan.ts'
import { answerWith } from './plan.ts'
import { toOutput } from './plan-schedule.ts'

export interface PlanShowOptions {
  readonly repo?: string
  readonly output?: string
  readonly force?: boolean
  readonly json?: boolean
}

/** `writ plan show RUN[@REV]`: a revision of a run's plan, how each task stands, and the schedule from now on. */
export async function planShowCommand(word: string, { repo, output, force = false, json = false }: PlanShowOptions): Promise<number> {
  requireFree(output, force)
  const record = await openRecord()
  const of = await readPlanOfRun(record, word, repo)
  const view: PlanView = { ...(await viewPlan(of)), written: output }
  if (output !== undefined && output !== '-') await writePlanFile(view.file, { path: output, run: view.run, revision: of.plan.revision, force })
  return whilePrinting(async () => {
    // A plan that nobody began with is shown as it was proposed.
    const hasBegun = of.isNewest && of.state.delegations.size > 0
    if (output !== undefined || !hasBegun) await answerWith(view, json)
    else await print(json ? await toStandingJson(record, of, view) : await toStandingText(record, of, view))
    return 0
  })
}

async function toStandingText(record: OpenRecord, of: PlanOfRun, view: PlanView): Promise<string> {
  const columns = isTerminal() ? (process.stdout.columns || 80) : 100
  const paint = painter(process.stdout)
  const report = reportOf(of.state)
  const now = await fromNow(record, of.state)
  const schedule = now === undefined ? [] : ['', paint('bold', `Schedule from now on (minute ${toMinutes(now.nowMinutes)}; all done by minute ${toMinutes(now.schedule.makespan)})`), ...toGantt({ file: {}, ...now, columns, paint })]
  return `${[toPlanText({ ...view, schedule: undefined }, { columns, paint }), '', paint('bold', 'How the tasks stand'), ...taskLines(report).map((line) => tame(line)), `- Time so far: ${toDuration(report.time.totalMs)}`, ...schedule].join('\n')}\n`
}

async function toStandingJson(record: OpenRecord, of: PlanOfRun, view: PlanView): Promise<string> {
  const { tasks, plan } = reportOf(of.state)
  const now = await fromNow(record, of.state)
  return `${JSON.stringify({ ...(toPlanJson({ ...view, schedule: undefined }) as object), standing: tasks, ...plan, ...(now ? { now: now.nowMinutes, schedule: toOutput(now.schedule, now.assumptions, now.seconds) } : {}) }, undefined, 2)}\n`
}

function reportOf(state: RunState): Report {
  return buildReport(state, state.past)
}

/** Undefined once the run has ended: nothing of it is still to come. */
async function fromNow(record: OpenRecord, state: RunState): Promise<ReturnType<typeof rescheduleRun>> {
  if (state.ended) return undefined
  const repository = state.opened?.repository.root
  const known = await record.log.list({ limit: 1000, ...(repository === undefined ? {} : { repository }) })
  const isLive = known.find((each) => each.run === state.run)?.status === 'running'
  return rescheduleRun(state, isLive ? Math.max(0, record.clock.now() - state.at) : 0)
}
