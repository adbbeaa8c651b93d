import { listQuestions, type Told } from '../domain/approval/history.ts'
import { findByStatus } from '../domain/delegation/delegation.ts'
import { findStages } from '../domain/delegation/stages.ts'
import { explainGone, findWaiting, type Waiting } from '../domain/approval/waiting.ts'
import type { RunState } from '../domain/run-state.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import type { RunId } from '../protocol/ids.ts'
import type { OpenRecord } from './compose.ts'
import { readRun } from './read-run.ts'

/** Runs that are looked at, newest first. */
const mostRuns = 500

interface Read {
  readonly run: RunId
  readonly isRunning: boolean
  readonly state: RunState
  readonly events: readonly StoredEvent[]
}

export interface WaitingList {
  readonly waiting: readonly Waiting[]
  /** What could not be looked at, in words: records that cannot be read, runs beyond the bound. */
  readonly unread: readonly string[]
}

/** A question with what became of it. `in-terminal`: a process works on its run and asks there. */
export type Listed = Omit<Told, 'status'> & { readonly status: Told['status'] | 'in-terminal' }

/** All that waits for a person, newest run first. A run that a process works on asks in its own terminal and is not among them. */
export async function listWaiting(record: Pick<OpenRecord, 'log'>, repository?: string): Promise<WaitingList> {
  const waiting: Waiting[] = []
  const unread: string[] = []
  for await (const { isRunning, state, events } of readRuns(record, { repository, open: true }, unread)) if (!isRunning) waiting.push(...findWaiting(state, events))
  return { waiting, unread }
}

/** What a run waits for, with what its children wait for. */
export async function findWaitingOf(record: Pick<OpenRecord, 'log'>, run: RunId): Promise<readonly Waiting[]> {
  const { state, events } = await readRun(record.log, run)
  if (state.ended) return []
  const children = [...findByStatus(state, 'waiting'), ...findStages(state, 'waiting')].map(({ given }) => given.child)
  const theirs = await Promise.all(children.map((child) => findWaitingOf(record, child)))
  return [...findWaiting(state, events), ...theirs.flat()]
}

/** Every question that was put, whatever became of it, newest run first and in it the newest first. */
export async function listAsked(record: Pick<OpenRecord, 'log'>, repository?: string): Promise<{ readonly asked: readonly Listed[]; readonly unread: readonly string[] }> {
  const asked: Listed[] = []
  const unread: string[] = []
  for await (const { isRunning, state, events } of readRuns(record, { repository, open: false }, unread)) {
    asked.push(...listQuestions(state, events).toReversed().map((each) => (isRunning && each.status === 'waiting' ? { ...each, status: 'in-terminal' as const } : each)))
  }
  return { asked, unread }
}

/** One damaged record keeps nobody from answering what another asks. */
async function* readRuns(record: Pick<OpenRecord, 'log'>, { repository, open }: { readonly repository: string | undefined; readonly open: boolean }, unread: string[]): AsyncIterable<Read> {
  const runs = await record.log.list({ ...(repository === undefined ? {} : { repository }), open, limit: mostRuns })
  if (runs.length === mostRuns) unread.push(`only the newest ${mostRuns} runs${open ? ' that have not ended' : ''} were looked at; --repo narrows it`)
  for (const { run, status } of runs) {
    try {
      yield { run, isRunning: status === 'running', ...(await readRun(record.log, run)) }
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'run-corrupt') throw error
      unread.push(toMessage(error))
    }
  }
}

/** By an id or a unique beginning of it (`ap_` may be left out), or `latest`: what was asked last. @throws Fault `request-invalid` that says what became of it, or what waits. */
export async function getWaiting(record: Pick<OpenRecord, 'log'>, { waiting }: WaitingList, word: string): Promise<Waiting> {
  const latest = waiting.toSorted((a, b) => b.askedAt - a.askedAt)[0]
  const beginning = /^(?:ap_)?([0-9a-f]{1,10})$/.exec(word)?.[1]
  const found = word === 'latest' && latest ? [latest] : waiting.filter((each) => beginning !== undefined && each.id.startsWith(`ap_${beginning}`))
  const [only] = found
  if (only && found.length === 1) return only
  if (found.length > 1) throw new Fault('request-invalid', `${word} is the beginning of ${found.map((each) => each.id).join(', ')}; say which`)
  const gone = beginning !== undefined && beginning.length > 3 ? await findGone(record, `ap_${beginning}`) : undefined
  if (gone) throw new Fault('request-invalid', gone)
  throw new Fault('request-invalid', `no question that waits is called ${word}${waiting.length > 0 ? `; there is ${waiting.slice(0, 10).map((each) => each.id).join(', ')}` : ': nothing waits for anybody'} (writ approvals)`)
}

/** What became of the newest question whose id begins so, as a sentence; undefined where none does. */
async function findGone(record: Pick<OpenRecord, 'log'>, beginning: string): Promise<string | undefined> {
  for (const { run, status } of await record.log.list({ limit: mostRuns })) {
    try {
      const { state, events } = await readRun(record.log, run)
      const told = listQuestions(state, events).findLast((each) => each.id.startsWith(beginning))
      if (told === undefined) continue
      const why = status === 'running' && told.status === 'waiting' ? `is asked by a process that works on ${run} now: answer in its terminal, or end it there (Ctrl-C) and answer here` : explainGone(state, events, told.id)
      return `${told.id} ${why ?? 'is not waited for'}`
    } catch (error) {
      // What cannot be read cannot have asked it, as far as anybody can tell; the list says that it is damaged.
      if (!(error instanceof Fault) || error.code !== 'run-corrupt') throw error
    }
  }
  return undefined
}
