import { z } from 'zod'
import type { EventType, Payload, StoredEvent } from '../../protocol/events/event.ts'
import { TaskFact } from '../../protocol/experience.ts'
import type { Task } from '../../protocol/plan.ts'

const Claim = z.lazy(() => z.object({ stated: z.number(), tokens: z.number().optional(), held: z.boolean().optional() }))

/** A task that is not over: what it was to be, and what it took so far. */
const OpenTask = z.lazy(() => TaskFact.unwrap().omit({ seq: true, at: true, done: true, minutes: true, planned: true, claimed: true }).extend({
  /** Time that somebody worked on it, and since when somebody does. */
  ms: z.number(),
  since: z.number().optional(),
  attempts: z.int(),
  /** What the child at work had spent when it returned last: it says its whole sum again. */
  child: z.object({ run: z.string(), turns: z.int(), tokens: z.number() }).optional(),
  planned: Claim.optional(),
  claimed: Claim.optional(),
}))
type OpenTask = z.infer<typeof OpenTask>

/**
 * What a run says of how long tasks take, and of what words about them are worth, folded from its events one by one. It is kept in
 * the index. The tasks of a child run are those of its parent, which says it.
 */
export const Work = z.lazy(() => z.object({
  isChild: z.boolean(),
  /** Of a run that follows a graph, else of one that does its tasks itself. */
  isPlanned: z.boolean(),
  open: z.array(OpenTask),
  /** Called done, and not proven or refused yet. */
  unproven: z.array(TaskFact),
  facts: z.array(TaskFact),
  /** Mean probability of the tokens of the newest answer, where the provider says it. */
  certainty: z.number().optional(),
  lastAt: z.number(),
}))
export type Work = z.infer<typeof Work>

export const noWork: Work = { isChild: false, isPlanned: false, open: [], unproven: [], facts: [], lastAt: 0 }

/** Tasks of one run that are kept. */
const mostTasks = 300

/** The events that say anything for `addWork`; some only when somebody was last at work. */
export const workTypes: ReadonlySet<EventType> = new Set<EventType>([
  'run.opened', 'run.resumed', 'run.ended', 'run.rejected', 'run.undone', 'run.rewound', 'plan.proposed', 'task.started', 'task.finished', 'task.dropped',
  'task.delegated', 'task.returned', 'stage.returned', 'integration.finished', 'turn.replied', 'commit.created', 'proof.finished', 'approval.given', 'check.finished',
])

/** What a whole rollout says. */
export function toTaskFacts(events: readonly StoredEvent[]): readonly TaskFact[] {
  return events.reduce(addWork, noWork).facts
}

/** One step of the fold. */
export function addWork(work: Work, event: StoredEvent): Work {
  if (work.isChild || !workTypes.has(event.type)) return work
  const at = Date.parse(event.at)
  return { ...toNext(work, event, at), lastAt: at }
}

function toNext(work: Work, event: StoredEvent, at: number): Work {
  switch (event.type) {
    case 'run.opened': return { ...work, isChild: event.data.parent !== undefined, isPlanned: event.data.planning !== undefined }
    case 'plan.proposed': return { ...work, open: takePlan(work, event.data).slice(0, mostTasks) }
    case 'run.resumed': return { ...work, open: work.open.map((task) => (isBegun(task) ? { ...pause(task, work.lastAt), since: at } : task)) }
    case 'run.rewound': return goBack(work, event.data.to)
    case 'run.rejected':
    case 'run.undone': return work.isPlanned ? work : { ...work, facts: work.facts.map((fact) => (fact.claimed ? { ...fact, claimed: { ...fact.claimed, held: false } } : fact)) }
    case 'run.ended': return end(work, event.seq, at)
    default: return work.isPlanned ? inGraph(work, event, at) : inTurn(work, event, at)
  }
}

/** What each task is expected to be; a task that is begun keeps what was expected when it began. */
function takePlan({ open, facts, unproven }: Work, { plan, from }: Payload<'plan.proposed'>): OpenTask[] {
  const over = new Set([...facts, ...unproven].map(({ task }) => task))
  const planned = plan.tasks.filter((task) => !over.has(task.id)).map((task) => open.find((each) => each.task === task.id && isBegun(each)) ?? toOpen(task, from ?? 'checks'))
  return [...planned, ...open.filter((each) => isBegun(each) && !planned.some(({ task }) => task === each.task))]
}

function toOpen(task: Task, from: 'model' | 'person' | 'checks'): OpenTask {
  const { estimate } = task
  const stated = task.stated ?? task.confidence
  const given = estimate?.given ?? (estimate && estimate.from === undefined && from !== 'checks' ? { minutes: estimate.minutes, by: from } : undefined)
  return {
    task: task.id, role: task.role, risk: task.risk, checks: task.checks.length, turns: 0, tokens: 0, lines: 0, ms: 0, attempts: 0,
    ...(task.size ? { size: task.size } : {}), ...(given ? { given } : {}), ...(stated === undefined ? {} : { planned: { stated } }),
    ...(estimate?.low === undefined || estimate.high === undefined ? {} : { expected: { minutes: estimate.minutes, low: estimate.low, high: estimate.high, tokens: estimate.tokens, ...(estimate.memoryMb > 0 ? { memoryMb: estimate.memoryMb } : {}) } }),
  }
}

function isBegun({ attempts }: OpenTask): boolean {
  return attempts > 0
}

function pause(task: OpenTask, at: number): OpenTask {
  const { since, ...rest } = task
  return since === undefined ? task : { ...rest, ms: task.ms + Math.max(0, at - since) }
}

/** The most that was seen of all attempts. */
function needing<T extends { readonly memoryMb?: number | undefined }>(task: T, memoryMb: number | undefined): T {
  return memoryMb === undefined ? task : { ...task, memoryMb: Math.max(task.memoryMb ?? 0, memoryMb) }
}

function change(work: Work, id: string, how: (task: OpenTask) => OpenTask): Work {
  return { ...work, open: work.open.map((task) => (task.task === id ? how(task) : task)) }
}

/** A task that child runs work on: from its first attempt to its integration. */
function inGraph(work: Work, event: StoredEvent, at: number): Work {
  switch (event.type) {
    case 'task.delegated':
      return change(work, event.data.task, (task) => ({ ...pause(task, at), since: at, attempts: task.attempts + 1, child: { run: event.data.child, turns: 0, tokens: 0 } }))
    case 'task.returned':
      return change(work, event.data.task, (task) => (task.child?.run === event.data.child ? takeReturned(task, event.data, at) : task))
    case 'stage.returned': {
      const errors = event.data.report?.findings.filter((each) => (each.severity ?? 'error') === 'error') ?? []
      return event.data.stage === 'review' && errors.length > 0 ? change(work, event.data.task, (task) => refute(task, 'planned', 'claimed')) : work
    }
    case 'integration.finished': {
      const { task: id, verdict, result } = event.data
      if (!result) return change(work, id, (task) => refute(pause(task, at), ...(verdict === 'task' ? ['planned', 'claimed'] as const : ['planned'] as const)))
      const lines = result.files.reduce((sum, file) => sum + file.added + file.removed, 0)
      return close(change(work, id, (task) => ({ ...pause(task, at), lines })), id, { done: true, seq: event.seq, at })
    }
    case 'task.dropped':
      return close(change(work, event.data.task, (task) => pause(task, at)), event.data.task, { done: false, seq: event.seq, at })
    default:
      return work
  }
}

function takeReturned(task: OpenTask, { outcome, commit, confidence, certainty, spent, fault, memoryMb }: Payload<'task.returned'>, at: number): OpenTask {
  const tokens = spent.inputTokens + spent.outputTokens
  const { child } = task
  const added = { ...needing(pause(task, at), memoryMb), turns: task.turns + spent.turns - (child?.turns ?? 0), tokens: task.tokens + tokens - (child?.tokens ?? 0), ...(child ? { child: { run: child.run, turns: spent.turns, tokens } } : {}) }
  if (outcome === 'waiting') return added
  // A fault of Writ's own refutes nothing that was said of the task, and its child goes on.
  if (outcome === 'fault' && fault !== undefined) return { ...added, since: at }
  const claimed = added.claimed ?? (confidence === undefined ? undefined : { stated: confidence, ...(certainty === undefined ? {} : { tokens: certainty }) })
  const said = { ...added, ...(claimed ? { claimed } : {}) }
  // What came of it waits for its integration, which is a part of the task; after a failure nobody is at it.
  if (outcome === 'proven' && commit !== undefined) return { ...said, since: at }
  return outcome === 'not-achieved' && commit !== undefined ? refute(said, 'planned', 'claimed') : refute(said, 'planned')
}

/** What was said of it was not so. The first word counts, and the first thing that it came to. */
function refute(task: OpenTask, ...words: readonly ('planned' | 'claimed')[]): OpenTask {
  return words.reduce<OpenTask>((before, word) => {
    const said = before[word]
    return said && said.held === undefined ? { ...before, [word]: { ...said, held: false } } : before
  }, task)
}

/** A task that the run does itself: from its beginning until it is called done. */
function inTurn(work: Work, event: StoredEvent, at: number): Work {
  const active = work.open.find(isBegun)
  switch (event.type) {
    case 'task.started':
      return change(work, event.data.task, (task) => ({ ...task, since: at, attempts: 1 }))
    case 'turn.replied': {
      const { purpose, reply } = event.data
      const { certainty: _, ...rest } = work
      const certainty = reply.certainty?.mean ?? reply.confidence
      const heard = { ...rest, ...(certainty === undefined ? {} : { certainty }) }
      if (!active || purpose !== 'work') return heard
      return change(heard, active.task, (task) => ({ ...task, turns: task.turns + 1, tokens: task.tokens + reply.usage.inputTokens + reply.usage.outputTokens }))
    }
    case 'check.finished':
      // Where nobody works, what was called done is being proven.
      if (!active) return { ...work, unproven: work.unproven.map((fact) => needing(fact, event.data.outcome.memoryMb)) }
      return change(work, active.task, (task) => needing(task, event.data.outcome.memoryMb))
    case 'commit.created':
      return change(work, event.data.task, (task) => ({ ...task, lines: task.lines + event.data.files.reduce((sum, file) => sum + file.added + file.removed, 0) }))
    case 'task.finished': {
      const { task: id, commit, confidence } = event.data
      const tokens = work.certainty
      const said = change(work, id, (task) => ({ ...pause(task, at), ...(confidence === undefined ? {} : { claimed: { stated: confidence, ...(tokens === undefined ? {} : { tokens }) } }) }))
      const closed = close(said, id, { done: commit !== undefined, seq: event.seq, at })
      const fact = closed.facts.at(-1)
      return fact?.task === id && fact.seq === event.seq ? { ...closed, facts: closed.facts.slice(0, -1), unproven: [...closed.unproven, fact] } : closed
    }
    case 'task.dropped':
      return close(change(work, event.data.task, (task) => pause(task, at)), event.data.task, { done: false, seq: event.seq, at })
    case 'proof.finished': {
      const { verdict } = event.data
      const judged = work.unproven.map((fact): TaskFact => {
        const { claimed, ...rest } = fact
        const held = verdict === 'proven'
        return { ...rest, done: fact.done && verdict !== 'unproven', ...(claimed && verdict !== 'no-evidence' ? { claimed: { ...claimed, held } } : {}) }
      })
      return { ...work, unproven: [], facts: [...work.facts, ...judged].slice(-mostTasks) }
    }
    default:
      return work
  }
}

/** It is over; one that nobody began says nothing. What was said of one that was done, and never refuted, was so. */
function close(work: Work, id: string, { done, seq, at }: { readonly done: boolean; readonly seq: number; readonly at: number }): Work {
  const task = work.open.find((each) => each.task === id)
  const open = work.open.filter((each) => each !== task)
  if (!task || !isBegun(task)) return { ...work, open }
  const { ms, since: _since, attempts: _attempts, child: _child, planned, claimed, ...rest } = task
  const judge = (said: NonNullable<OpenTask['planned']>): NonNullable<TaskFact['planned']> => ({ ...said, held: said.held ?? done })
  const fact: TaskFact = { ...rest, seq, at, done, minutes: ms / 60_000, ...(planned ? { planned: judge(planned) } : {}), ...(claimed ? { claimed: judge(claimed) } : {}) }
  return { ...work, open, facts: [...work.facts, fact].slice(-mostTasks) }
}

/** What was not brought to an end was not done; whether the words about it were right is not known. */
function end(work: Work, seq: number, at: number): Work {
  const left = work.open.filter(isBegun).reduce((before, { task }) => close(change(before, task, (each) => pause(each, at)), task, { done: false, seq, at }), work)
  const silent = left.unproven.map(({ claimed: _, ...fact }) => ({ ...fact, done: false }))
  return { ...left, unproven: [], facts: [...left.facts, ...silent].slice(-mostTasks) }
}

function goBack(work: Work, to: number): Work {
  const stays = ({ seq }: TaskFact): boolean => seq <= to
  return { ...work, facts: work.facts.filter(stays), unproven: work.unproven.filter(stays), open: work.open.map(({ since: _, ...task }) => task) }
}
