import { addConduct, conductTypes, noConduct, type Conduct } from '../../domain/autonomy/conduct.ts'
import type { AutonomyFact } from '../../domain/autonomy/facts.ts'
import { addWork, noWork, workTypes, type Work } from '../../domain/estimate/work.ts'
import type { TaskFact, PastTask } from '../../protocol/experience.ts'
import type { EventType, StoredEvent } from '../../protocol/events/event.ts'
import { Fault } from '../../protocol/fault.ts'
import type { RunId } from '../../protocol/ids.ts'
import type { RunQuery } from './event-log.ts'

/** What a rollout says about its run, folded from its events one by one. Held by the index; never the truth. */
export interface RunFacts {
  readonly goal: string | undefined
  readonly repository: string
  /** The run that delegated this one. */
  readonly parent: RunId | undefined
  /** Of a run that follows a graph: ids of its newest plan, tasks whose results were integrated, and from where to where it was taken back. */
  readonly tasks: { readonly planned: readonly string[]; readonly done: readonly { readonly task: string; readonly seq: number }[]; readonly back: readonly { readonly seq: number; readonly to: number }[] } | undefined
  readonly startedAt: string | undefined
  readonly endedAt: string | undefined
  readonly outcome: string | undefined
  readonly accepted: 'accepted' | 'rejected' | undefined
  readonly branch: string | undefined
  readonly commit: string | undefined
  /** Its own; what its children spent is beside it. */
  readonly turns: number
  readonly costUsd: number
  /** By child run: what it had spent when it returned last. */
  readonly children: { readonly [run: string]: { readonly turns: number; readonly costUsd: number } }
  readonly events: number
  /** Searched beside the goal. */
  readonly reason: string
  readonly messages: readonly string[]
  readonly paths: readonly string[]
  /** What trust in later runs is computed from. */
  readonly conduct: Conduct
  /** What later tasks are estimated from. */
  readonly work: Work
}

/** How far a rollout was read, to go on from there. */
export interface IndexMark {
  /** Of the file when it was read: when both are the same, nothing is new. */
  readonly size: number
  readonly mtimeMs: number
  /** Bytes up to the end of the last whole line that was read. */
  readonly offset: number
  readonly head: string
  /** What is wrong with the rollout, with its line number; undefined when all of it could be read. */
  readonly problem: string | undefined
}

export interface IndexEntry {
  readonly run: RunId
  readonly facts: RunFacts
  readonly mark: IndexMark
}

/** An entry with what it says for or against trusting later runs of its repository, and of how long tasks take. */
export interface IndexedRun extends IndexEntry {
  readonly autonomy: readonly AutonomyFact[]
  readonly tasks: readonly TaskFact[]
}

/**
 * A cache over the rollouts that can be searched; it can be deleted at any time. An implementation that finds its store
 * unusable drops it, starts an empty one and throws `IndexLost`: the caller then begins again from the rollouts.
 */
export interface RunIndex {
  marks(): ReadonlyMap<RunId, IndexMark>
  find(run: RunId): IndexEntry | undefined
  /** All of them or none. */
  put(entries: readonly IndexedRun[], gone: readonly RunId[]): void
  /** Newest first. `search` is words that must all occur, each as the beginning of a word, in goal, reason, messages or paths. */
  query(query: RunQuery): readonly IndexEntry[]
  /** In no particular order; `since` is in milliseconds since the epoch. */
  autonomy(options: { repository: string; since: number }): readonly AutonomyFact[]
  /** Tasks of all repositories, the newest first. */
  tasks(options: { limit: number }): readonly PastTask[]
  clear(): void
  close(): void
}

/** The index was dropped while it was used; it is empty now and usable. */
export class IndexLost extends Error {
  constructor(cause: unknown) {
    super('the index of runs was damaged and has been dropped', { cause })
    this.name = 'IndexLost'
  }
}

export const noFacts: RunFacts = {
  goal: undefined,
  repository: '',
  parent: undefined,
  tasks: undefined,
  startedAt: undefined,
  endedAt: undefined,
  outcome: undefined,
  accepted: undefined,
  branch: undefined,
  commit: undefined,
  turns: 0,
  costUsd: 0,
  children: {},
  events: 0,
  reason: '',
  messages: [],
  paths: [],
  conduct: noConduct,
  work: noWork,
}

/** Bounds of what one run adds to the index. */
const maxMessages = 200
const maxPaths = 2000

/** The events that say anything for `addFact`; the others only count. */
export const factTypes: ReadonlySet<string> = new Set<EventType>(['run.opened', 'run.resumed', 'run.ended', 'run.accepted', 'run.undone', 'run.rewound', 'run.rejected', 'turn.replied', 'commit.created', 'integration.finished', 'plan.proposed', 'task.returned', 'stage.returned', ...conductTypes, ...workTypes])

/** One step of the fold. */
export function addFact(facts: RunFacts, event: StoredEvent): RunFacts {
  const counted = { ...facts, events: facts.events + 1, conduct: addConduct(facts.conduct, event), work: addWork(facts.work, event) }
  switch (event.type) {
    case 'run.opened':
      return { ...counted, goal: event.data.draft.goal, repository: event.data.repository.root, startedAt: event.at, parent: event.data.parent?.run, tasks: event.data.planning ? { planned: [], done: [], back: [] } : undefined }
    case 'run.resumed':
      return { ...counted, endedAt: undefined, outcome: undefined, reason: '' }
    case 'run.ended': {
      const { outcome, reason, result } = event.data
      return { ...counted, endedAt: event.at, outcome, reason, branch: result?.branch, commit: result?.commit }
    }
    case 'run.accepted':
      return { ...counted, accepted: 'accepted' }
    case 'run.undone':
      return { ...counted, accepted: undefined }
    case 'run.rewound':
      return { ...counted, endedAt: undefined, outcome: undefined, reason: '', accepted: undefined, branch: undefined, commit: undefined, ...(facts.tasks ? { tasks: { ...facts.tasks, back: [...facts.tasks.back, { seq: event.seq, to: event.data.to }] } } : {}) }
    case 'run.rejected':
      return { ...counted, accepted: 'rejected' }
    case 'turn.replied': {
      const { purpose, reply } = event.data
      return { ...counted, turns: facts.turns + (purpose === 'work' ? 1 : 0), costUsd: facts.costUsd + (reply.costUsd ?? 0) }
    }
    case 'commit.created':
      return addCommit(counted, event.data)
    case 'integration.finished':
      return event.data.result ? addCommit({ ...counted, ...(facts.tasks ? { tasks: { ...facts.tasks, done: [...facts.tasks.done, { task: event.data.task, seq: event.seq }] } } : {}) }, event.data.result) : counted
    case 'task.returned':
    case 'stage.returned':
      return { ...counted, children: { ...facts.children, [event.data.child]: { turns: event.data.spent.turns, costUsd: event.data.spent.usd } } }
    case 'plan.proposed':
      return facts.tasks ? { ...counted, tasks: { ...facts.tasks, planned: event.data.plan.tasks.map(({ id }) => id) } } : counted
    default:
      return counted
  }
}

function addCommit(facts: RunFacts, { message, files }: { readonly message: string; readonly files: readonly { readonly path: string }[] }): RunFacts {
  const paths = new Set([...facts.paths, ...files.map((file) => file.path)])
  return { ...facts, messages: [...facts.messages, message].slice(-maxMessages), paths: [...paths].slice(0, maxPaths) }
}

/** What the whole tree of a run spent, as far as its children have returned. */
export function sumSpent({ turns, costUsd, children }: Pick<RunFacts, 'turns' | 'costUsd' | 'children'>): { readonly turns: number; readonly costUsd: number } {
  return Object.values(children).reduce((sum, each) => ({ turns: sum.turns + each.turns, costUsd: sum.costUsd + each.costUsd }), { turns, costUsd })
}

/** How many tasks of the newest plan are done, for a line of `writ list`; undefined of a run that follows no graph. */
export function countTasks({ tasks }: Pick<RunFacts, 'tasks'>): { readonly done: number; readonly total: number } | undefined {
  if (tasks === undefined || tasks.planned.length === 0) return undefined
  const done = new Set(tasks.done.filter(({ seq }) => isInEffect(seq, tasks.back)).map(({ task }) => task))
  return { done: tasks.planned.filter((id) => done.has(id)).length, total: tasks.planned.length }
}

/** Was this event not taken back, or come back to? From the newest event backwards, what lies before a way back goes on where that led to. */
function isInEffect(seq: number, back: readonly { readonly seq: number; readonly to: number }[]): boolean {
  let upTo = Number.POSITIVE_INFINITY
  for (const each of back.toReversed()) {
    if (each.seq > upTo) continue
    if (seq > each.seq) break
    upTo = each.to
  }
  return seq <= upTo
}

const maxCandidates = 6

/**
 * The run that a person means: its id, a unique beginning or end of it (with or without `run_`), or `latest`.
 * `runs` are newest first. @throws Fault `run-unknown` naming the candidates.
 */
export function resolveRun(word: string, runs: readonly RunId[]): RunId {
  const newest = runs[0]
  if (newest === undefined) throw new Fault('run-unknown', `There is no run ${word}: nothing has been run yet. Start one with: writ run "<goal>"`)
  if (word === 'latest') return newest
  const part = word.startsWith('run_') ? word.slice('run_'.length) : word
  const matches = part === '' ? [] : runs.filter((run) => run === `run_${part}` || run.startsWith(`run_${part}`) || run.endsWith(part))
  const exact = matches.find((run) => run === `run_${part}`)
  const found = exact ?? (matches.length === 1 ? matches[0] : undefined)
  if (found !== undefined) return found
  if (matches.length === 0) throw new Fault('run-unknown', `No run begins or ends with "${word}". The newest is ${newest}; see them all with: writ list`)
  const named = matches.slice(0, maxCandidates).join(', ')
  const more = matches.length > maxCandidates ? ` and ${matches.length - maxCandidates} more` : ''
  throw new Fault('run-unknown', `"${word}" fits ${matches.length} runs: ${named}${more}. Give more of the id.`)
}
