import { describePlan } from '../domain/plan/describe-plan.ts'
import type { Drift } from '../domain/plan/drift.ts'
import { findLongestChain } from '../domain/plan/graph.ts'
import { count, toAmount, toMoney } from '../domain/report/words.ts'
import type { Contract } from '../protocol/contract.ts'
import type { Plan } from '../protocol/plan.ts'
import type { PlanFile } from '../protocol/plan-file.ts'
import { wrapWidth } from './display-width.ts'
import { toOutput } from './commands/plan-schedule.ts'
import { tame, oneLine, type painter } from './render.ts'
import type { PlanSchedule } from './schedule-plan.ts'
import { toMinutes, toScheduleText } from './schedule-text.ts'

/** What a plan is expected to take, as far as its tasks say. */
export interface ExpectedCost {
  readonly tokens: number
  /** Standard deviation of the tokens; 0 where no task has one. */
  readonly spread: number
  /** Tasks without an estimate of tokens. */
  readonly unknown: number
  /** US dollars at list prices; undefined where no price is known. */
  readonly usd: number | undefined
}

export interface PlanView {
  readonly run: string
  readonly plan: Plan
  readonly why: string
  readonly file: PlanFile
  readonly contract: Contract
  readonly schedule: PlanSchedule | undefined
  readonly cost: ExpectedCost
  readonly drift: readonly Drift[]
  readonly written: string | undefined
}

/** Of the tokens of a task, so many are taken for input when money is reckoned: conversations are read far more than written. */
export const inputShare = 0.9

/** What nobody knows yet: questions to whoever reads the plan. */
export function findQuestions({ contract, plan }: Pick<PlanView, 'contract' | 'plan'>): readonly { readonly task?: string; readonly question: string }[] {
  return [...contract.unknowns.map(({ question }) => ({ question })), ...plan.tasks.flatMap((task) => (task.unknowns ?? []).map((question) => ({ task: task.id, question })))]
}

export function toPlanJson(view: PlanView): unknown {
  const { run, plan, why, file, schedule, cost, drift, written } = view
  return {
    version: 1, run, revision: plan.revision, why, plan: file, critical_path: findLongestChain(plan.tasks),
    ...(schedule ? { schedule: toOutput(schedule.schedule, schedule.assumptions, Number(schedule.seconds.toFixed(3))) } : {}),
    cost: { tokens: cost.tokens, ...(cost.spread > 0 ? { tokens_spread: cost.spread } : {}), tasks_without_tokens: cost.unknown, ...(cost.usd === undefined ? {} : { usd: Number(cost.usd.toFixed(4)) }) },
    questions: findQuestions(view), drift, ...(written === undefined ? {} : { written }),
  }
}

/** The graph, when each task would be worked on, what the length hangs on, what it costs, and what is not known. */
export function toPlanText(view: PlanView, { columns, paint }: { readonly columns: number; readonly paint: ReturnType<typeof painter> }): string {
  const { run, plan, why, file, schedule, drift } = view
  const chain = findLongestChain(plan.tasks)
  const list = (lines: readonly string[]): string[] => lines.flatMap((line) => wrapWidth(oneLine(line, 2000), Math.max(20, columns), 12))
  const questions = findQuestions(view).map(({ task, question }) => `- ${task === undefined ? '' : `${task}: `}${question}`)
  const titled = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', paint('bold', title), ...lines])
  return [
    paint('bold', oneLine(file.goal ?? '', Math.max(20, columns))),
    paint('dim', oneLine(`${run} · revision ${plan.revision}, ${count(plan.tasks.length, 'task')} · ${why}`, 400)),
    ...titled('Tasks', describePlan(file).map((line) => (line.startsWith(' ') ? tame(line) : paint('cyan', tame(line))))),
    ...(schedule ? titled('Schedule', [toScheduleText({ file: {}, ...schedule, columns, paint })]) : []),
    ...titled('Critical path', list([`${chain.ids.join(' → ')} (${toMinutes(chain.minutes)} min, whoever works)`])),
    ...titled('Expected cost', list([describeCost(view.cost)])),
    ...titled('Questions', list(questions)),
    ...titled('Drift', list(drift.map((each) => `- ${each.text}`))),
  ].join('\n')
}

export function describeCost({ tokens, spread, unknown, usd }: ExpectedCost): string {
  const without = unknown > 0 ? `; ${count(unknown, 'task')} say${unknown === 1 ? 's' : ''} nothing of tokens` : ''
  if (tokens === 0) return `unknown: no task says how many tokens it takes`
  return `${toAmount(tokens)}${spread > 0 ? ` ± ${toAmount(spread)}` : ''} tokens, ${usd === undefined ? 'whose price is not known' : `some ${toMoney(usd)} at list prices (${Math.round(inputShare * 100)} % of them input, nothing cached)`}${without}`
}
