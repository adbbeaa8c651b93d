import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { nameGoals, pickNext, spend, toAllowance, toBatchCode, type Ended, type NamedGoal, type Purse, type Spending } from '../../domain/batch/batch.ts'
import { digestOf } from '../../domain/digest.ts'
import { explainIssues } from '../../domain/text/explain-issues.ts'
import { count, toDuration, toMoney } from '../../domain/report/words.ts'
import { BatchFile, BatchGoal } from '../../protocol/batch-file.ts'
import type { RunState, Spent } from '../../domain/run-state.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import type { RunId } from '../../protocol/ids.ts'
import { runGoal, type GoalProcess } from '../batch-run.ts'
import { openRecord, type OpenRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'
import { readRun } from '../read-run.ts'
import { oneLine } from '../render.ts'
import { toRows } from '../to-rows.ts'
import { readYamlFile } from '../yaml-file.ts'

export interface BatchOptions {
  readonly parallel?: number
  readonly maxTurns?: number
  readonly maxBudgetUsd?: number
  readonly continue?: boolean
  readonly json?: boolean
}

/** Runs of earlier tries that are looked through for those of this batch. */
const mostRuns = 10_000
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type GoalBudget = NonNullable<BatchGoal['budget']>
const nothing: Spending = { turns: 0, usd: 0, tokens: 0 }

/** `writ batch`: many goals within one budget, and one report. The exit code is that of the worst. */
export async function batchCommand(path: string, options: BatchOptions): Promise<number> {
  const file = resolve(path)
  const { batch, digest } = await readBatch(file)
  const goals = readGoals(batch, path)
  const record = await openRecord()
  const before = options.continue ? await findEarlier(record, digest) : new Map<string, Earlier>()
  const [stopped, atOnce] = [new AbortController(), new AbortController()]
  const onInterrupt = (): void => {
    if (stopped.signal.aborted) return atOnce.abort()
    process.stderr.write('Stopping … (once more to stop at once; writ batch --continue goes on)\n')
    stopped.abort()
  }
  for (const name of signals) process.on(name, onInterrupt)
  try {
    const ended = await carryOut(goals, { batch, file, digest, before, options, signal: stopped.signal, atOnce: atOnce.signal })
    await whilePrinting(async () => {
      await print(options.json ? `${JSON.stringify(toReport(ended), undefined, 2)}\n` : describeBatch(ended))
      return 0
    })
    return stopped.signal.aborted ? exitCodes.interrupted : toBatchCode(ended)
  } finally {
    for (const name of signals) process.off(name, onInterrupt)
  }
}

/** Lines of a batch file that are named as wrong. */
const mostWrong = 10

/** YAML, or JSON lines where every line is a goal. @throws Fault `request-invalid`. */
async function readBatch(file: string): Promise<{ readonly batch: BatchFile; readonly digest: string }> {
  const isLines = /\.(jsonl|ndjson)$/.test(file)
  if (!isLines) {
    const batch = await readYamlFile(file, { what: 'the batch', schema: BatchFile, published: 'schemas/batch.schema.json' })
    return { batch, digest: digestOf(JSON.stringify(batch)) }
  }
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new Fault('request-invalid', `the batch ${file} cannot be read: ${toMessage(error)}`, { cause: error })
  }
  const read = text.split('\n').flatMap((line, n) => (line.trim() === '' ? [] : [readLine(line, `line ${n + 1}`)]))
  const wrong = read.filter((each) => typeof each === 'string')
  if (wrong.length > 0) throw new Fault('request-invalid', `the batch ${file} does not fit its format (schemas/batch.schema.json):\n${[...wrong.slice(0, mostWrong), ...(wrong.length > mostWrong ? [`and ${wrong.length - mostWrong} more`] : [])].map((each) => `  - ${each}`).join('\n')}`)
  const goals = read.filter((each) => typeof each !== 'string')
  if (goals.length === 0) throw new Fault('request-invalid', `the batch ${file} has no goal: give one JSON object on each line, like {"goal": "…", "checks": ["npm test"]}`)
  return { batch: { goals }, digest: digestOf(JSON.stringify({ goals })) }
}

/** JSON, or the words of a goal as they stand: what begins like JSON is meant as such. */
function readEntry(line: string): unknown {
  if (!/^\s*["[{]/.test(line)) return line.trim()
  try {
    return JSON.parse(line)
  } catch (error) {
    return new Error(toMessage(error))
  }
}

/** The goal of a line, or what is wrong with it. */
function readLine(line: string, where: string): BatchGoal | string {
  const said = readEntry(line)
  if (said instanceof Error) return `${where} is not JSON: ${said.message}`
  const value = typeof said === 'string' ? { goal: said } : said
  const parsed = BatchGoal.safeParse(value)
  if (parsed.success) return parsed.data
  return `${where}: ${explainIssues({ schema: BatchGoal, issues: parsed.error.issues, value }).map(({ text }) => text).join('; ')}`
}

function readGoals(batch: BatchFile, path: string): readonly NamedGoal[] {
  try {
    return nameGoals(batch)
  } catch (error) {
    throw new Fault('request-invalid', `the batch ${path} cannot be run: ${toMessage(error)}`, { cause: error })
  }
}

interface Earlier {
  readonly run: string
  readonly ended: Ended | undefined
  readonly spent: Spending
  /** What it may spend still, by its contract: promised to it when it began. */
  readonly rest: Spending
}

/** The runs of the same batch that are there already, by goal; the newest counts. Each says so in its first event. */
async function findEarlier(record: OpenRecord, digest: string): Promise<ReadonlyMap<string, Earlier>> {
  const found = new Map<string, Earlier>()
  for (const { run } of await record.log.list({ limit: mostRuns })) {
    for await (const first of record.log.read(run, { follow: false, signal: new AbortController().signal })) {
      const mark = first.type === 'run.opened' ? first.data.batch : undefined
      const id = mark?.startsWith(`${digest.slice(0, 16)}:`) ? mark.slice(17) : undefined
      if (id !== undefined && !found.has(id)) found.set(id, await toEarlier(record, first, id))
      break
    }
  }
  return found
}

async function toEarlier(record: OpenRecord, { run }: StoredEvent, id: string): Promise<Earlier> {
  const { state } = await readRun(record.log, run)
  const { ended } = state
  const spent = await sumSpent(record, state)
  const { maxTurns = 0, maxUsd = 0, maxTokens = 0 } = state.contract?.budget ?? {}
  const rest = { turns: Math.max(0, maxTurns - spent.turns), usd: Math.max(0, maxUsd - spent.usd), tokens: Math.max(0, maxTokens - spent.tokens) }
  const counted = ended && { id, outcome: ended.outcome, reason: ended.reason, run, branch: ended.result?.branch, ...spent, durationMs: (state.endedAt ?? state.startedAt) - state.startedAt }
  return { run, ended: counted, spent, rest }
}

/** Of a run that was cut off, what its children have spent and had not come back to tell is spent too. */
async function sumSpent(record: OpenRecord, state: RunState): Promise<Spending> {
  const toSpending = ({ turns, usd, inputTokens, outputTokens }: Pick<Spent, 'turns' | 'usd' | 'inputTokens' | 'outputTokens'>): Spending => ({ turns, usd, tokens: inputTokens + outputTokens })
  let sum = toSpending(state.spent)
  for (const { status, given, returned } of [...state.delegations.values(), ...state.stages.values()]) {
    if (status !== 'running' || !(await isRecorded(record, given.child))) continue
    const [now, told] = [toSpending((await readRun(record.log, given.child)).state.spent), returned ? toSpending(returned.spent) : nothing]
    sum = { turns: sum.turns + now.turns - told.turns, usd: sum.usd + now.usd - told.usd, tokens: sum.tokens + now.tokens - told.tokens }
  }
  return sum
}

/** A child that was to begin may not have. */
async function isRecorded(record: OpenRecord, child: RunId): Promise<boolean> {
  try {
    for await (const _first of record.log.read(child, { follow: false, signal: new AbortController().signal })) return true
    return false
  } catch (error) {
    if (error instanceof Fault && error.code === 'run-unknown') return false
    throw error
  }
}

interface Carrying {
  readonly batch: BatchFile
  readonly file: string
  readonly digest: string
  readonly before: ReadonlyMap<string, Earlier>
  readonly options: BatchOptions
  readonly signal: AbortSignal
  readonly atOnce: AbortSignal
}

async function carryOut(goals: readonly NamedGoal[], { batch, file, digest, before, options, signal, atOnce }: Carrying): Promise<readonly Ended[]> {
  const ended = new Map<string, Ended>()
  for (const goal of goals) {
    const earlier = before.get(goal.id)?.ended
    if (earlier) ended.set(goal.id, earlier)
  }
  const left = goals.filter((goal) => !ended.has(goal.id))
  let purse: Purse = { turns: options.maxTurns ?? batch.budget?.max_turns, usd: options.maxBudgetUsd ?? batch.budget?.max_usd, tokens: batch.budget?.max_tokens }
  for (const goal of goals) purse = spend(purse, before.get(goal.id)?.spent ?? nothing)
  // What others may begin with is without what those that go on may spend still.
  const promises = new Map<string, Spending>()
  for (const { id } of left) {
    const { rest } = before.get(id) ?? {}
    if (!rest || !toAllowance(purse, 1)) continue
    promises.set(id, rest)
    purse = spend(purse, rest)
  }
  /** What a goal may spend from now on; undefined while nothing is left that is not promised to others. */
  const findPromise = (goal: NamedGoal): { readonly promised: Spending; readonly budget: GoalBudget } | undefined => {
    const kept = promises.get(goal.id)
    if (kept) return { promised: kept, budget: {} }
    const { rest } = before.get(goal.id) ?? {}
    if (rest) return toAllowance(purse, 1) && { promised: rest, budget: {} }
    const budget = toAllowance(purse, left.filter((each) => !before.has(each.id)).length, goal.budget)
    return budget && { promised: { turns: budget.max_turns ?? 0, usd: budget.max_usd ?? 0, tokens: budget.max_tokens ?? 0 }, budget }
  }
  const working: NamedGoal[] = []
  const waiting: (() => void)[] = []
  const work = async (): Promise<void> => {
    while (left.length > 0 && !signal.aborted) {
      const goal = pickNext(left.filter((each) => findPromise(each)), working)
      const given = goal && findPromise(goal)
      if (!given) {
        if (working.length === 0) return
        // What those at work do not need comes back with them.
        await new Promise<void>((done) => void waiting.push(done))
        continue
      }
      const { promised, budget } = given
      const earlier = before.get(goal.id)
      const spent = earlier?.spent ?? nothing
      left.splice(left.indexOf(goal), 1)
      if (!promises.has(goal.id)) purse = spend(purse, promised)
      working.push(goal)
      process.stderr.write(`${goal.id}  ▸ ${oneLine(goal.goal, 100)}\n`)
      try {
        const done = await runGoalAlone(goal, { file, mark: `${digest.slice(0, 16)}:${goal.id}`, budget, resume: earlier?.run, spent, signal, atOnce })
        purse = spend(purse, { turns: done.turns - spent.turns - promised.turns, usd: done.usd - spent.usd - promised.usd, tokens: done.tokens - spent.tokens - promised.tokens })
        ended.set(goal.id, done)
        process.stderr.write(`${goal.id}  ${sayOutcome(done)} (${ended.size} of ${goals.length})\n`)
      } finally {
        working.splice(working.indexOf(goal), 1)
        for (const wake of waiting.splice(0)) wake()
      }
    }
  }
  await Promise.all(Array.from({ length: options.parallel ?? batch.parallel ?? 2 }, work))
  for (const { id } of left) {
    const { run, spent } = before.get(id) ?? { run: undefined, spent: nothing }
    const reason = signal.aborted ? (run === undefined ? 'stopped before its turn' : 'stopped before it went on') : 'nothing of the batch’s budget was left'
    ended.set(id, { id, outcome: 'not-started', reason, run, branch: undefined, ...spent, durationMs: 0 })
  }
  return goals.flatMap((goal) => ended.get(goal.id) ?? [])
}

/** What keeps one goal from being carried out (a full disk, no process more) keeps none of the others. */
async function runGoalAlone(goal: NamedGoal, options: GoalProcess): Promise<Ended> {
  try {
    return await runGoal(goal, options)
  } catch (error) {
    return { id: goal.id, outcome: 'fault', reason: toMessage(error), run: options.resume, branch: undefined, ...options.spent, durationMs: 0 }
  }
}

/** What interrupted a run says so itself. */
function sayOutcome({ outcome, reason }: Ended): string {
  return reason.startsWith(outcome) ? oneLine(reason, 200) : `${outcome}${reason ? `: ${oneLine(reason, 200)}` : ''}`
}

function toReport(ended: readonly Ended[]): unknown {
  const sum = (key: 'turns' | 'usd' | 'tokens'): number => ended.reduce((all, each) => all + each[key], 0)
  return { goals: ended, proven: ended.filter((each) => each.outcome === 'proven').length, total: ended.length, turns: sum('turns'), usd: sum('usd'), tokens: sum('tokens') }
}

function describeBatch(ended: readonly Ended[]): string {
  const rows = ended.map((each) => [each.id, each.outcome, each.run ?? '–', String(each.turns), toMoney(each.usd), toDuration(each.durationMs), oneLine(each.outcome === 'proven' ? (each.branch ?? '') : each.reason, 120)])
  const proven = ended.filter((each) => each.outcome === 'proven').length
  return `${toRows([['goal', 'outcome', 'run', 'turns', 'cost', 'time', 'branch or reason'], ...rows]).join('\n')}\n\n${proven} of ${ended.length} proven, ${count(ended.reduce((all, each) => all + each.turns, 0), 'turn')}, ${toMoney(ended.reduce((all, each) => all + each.usd, 0))}\n`
}
