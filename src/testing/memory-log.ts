import { createHash, hash } from 'node:crypto'
import { sealLine, toStart } from '../domain/chain.ts'
import { factsOf } from '../domain/autonomy/facts.ts'
import type { Clock } from '../engine/ports/clock.ts'
import type { Blobs, EventLog, Rollout, RunSummary } from '../engine/ports/event-log.ts'
import { addFact, countTasks, noFacts, resolveRun, sumSpent } from '../engine/ports/run-index.ts'
import type { RunFacts } from '../engine/ports/run-index.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import { Fault } from '../protocol/fault.ts'
import { Digest } from '../protocol/ids.ts'
import type { BlobRef, RunId } from '../protocol/ids.ts'

interface MemoryRun {
  readonly events: StoredEvent[]
  isOwned: boolean
  /** Followers that wait for something new. */
  readonly waiting: Set<() => void>
}

/** An event log that lives as long as the process; passes the same contract suite as the one on the disk. */
export function createMemoryLog(options: { readonly clock: Pick<Clock, 'now'> }): EventLog {
  const runs = new Map<RunId, MemoryRun>()

  function getRun(run: RunId): MemoryRun {
    const found = runs.get(run)
    if (found === undefined) throw new Fault('run-unknown', `There is no run ${run}. See them all with: writ list`)
    return found
  }

  function own(run: RunId, held: MemoryRun): Rollout {
    if (held.isOwned) throw new Fault('run-locked', `${run} is owned by process ${process.pid}, which is still alive. Close it there, then try again.`)
    held.isOwned = true
    return createMemoryRollout(run, held, options.clock)
  }

  return {
    async create(run) {
      if (runs.has(run)) throw new Fault('disk-failed', `Could not start the log of ${run}: it exists already. Open it instead.`)
      const held: MemoryRun = { events: [], isOwned: false, waiting: new Set() }
      runs.set(run, held)
      return own(run, held)
    },
    // Memory is never damaged.
    repair: async (run) => void getRun(run),
    open: async (run) => ({ rollout: own(run, getRun(run)), repaired: undefined }),
    async *read(run, { follow, signal }) {
      const held = getRun(run)
      let next = 0
      let ended = false
      while (!signal.aborted) {
        const event = held.events[next]
        if (event !== undefined) {
          next += 1
          if (event.type === 'run.ended') ended = true
          if (event.type === 'run.resumed') ended = false
          yield event
        } else if (!follow || (ended && !held.isOwned)) return
        else await waitForNews(held, signal)
      }
    },
    async list({ repository, search, open, limit, children = true }) {
      const newest = [...runs.keys()].sort().reverse()
      const words = (search ?? '').toLowerCase().split(/\s+/).filter((word) => word !== '')
      const found = newest.map((run) => ({ run, held: getRun(run), facts: getRun(run).events.reduce(addFact, noFacts) }))
      const kept = found.filter(({ facts }) => (repository === undefined || facts.repository === repository) && (open !== true || facts.endedAt === undefined) && (children || facts.parent === undefined) && matches(facts, words))
      return kept.slice(0, limit).map(({ run, held, facts }) => toSummary(run, held, facts))
    },
    async autonomy({ repository, since }) {
      const all = [...runs].map(([run, held]) => ({ run, facts: held.events.reduce(addFact, noFacts) }))
      return all.filter(({ facts }) => facts.repository === repository).flatMap(({ run, facts }) => factsOf(run, facts.conduct)).filter((fact) => fact.at >= since)
    },
    async tasks({ limit }) {
      const all = [...runs].flatMap(([run, held]) => {
        const { repository, work } = held.events.reduce(addFact, noFacts)
        return work.facts.map((fact) => ({ ...fact, run, repository }))
      })
      return all.toSorted((a, b) => b.at - a.at).slice(0, limit)
    },
    resolve: async (word, { repository } = {}) => {
      const newestFirst = [...runs.keys()].sort().reverse()
      if (word !== 'latest' || newestFirst.length === 0) return resolveRun(word, newestFirst)
      const found = newestFirst.find((run) => isOf(getRun(run).events, repository))
      if (found === undefined) throw new Fault('run-unknown', `There is no run${repository === undefined ? '' : ` of ${repository}`} that can be read. The newest of all is ${newestFirst[0]}; see them with: writ list`)
      return found
    },
    reindex: async () => runs.size,
  }
}

function createMemoryRollout(run: RunId, held: MemoryRun, clock: Pick<Clock, 'now'>): Rollout {
  let isClosed = false
  return {
    run,
    events: held.events,
    get head() {
      return held.events.at(-1)?.hash ?? toStart(run).head
    },
    async append(batch) {
      if (isClosed) throw new Fault('disk-failed', `The log of ${run} was closed by this process. Open it again to go on.`)
      const at = new Date(Math.max(clock.now(), Date.parse(held.events.at(-1)?.at ?? '1970-01-01T00:00:00.000Z'))).toISOString()
      const stored: StoredEvent[] = []
      let head = this.head
      for (const event of batch) {
        const sealed = sealLine(event, at, { run, seq: held.events.length + stored.length, head }, (text) => hash('sha256', text, 'hex'))
        stored.push(sealed.event)
        head = sealed.event.hash
      }
      held.events.push(...stored)
      tell(held)
      return stored
    },
    async close() {
      if (!isClosed) held.isOwned = false
      isClosed = true
      tell(held)
    },
  }
}

function tell(held: MemoryRun): void {
  for (const wake of held.waiting) wake()
}

async function waitForNews(held: MemoryRun, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  held.waiting.add(resolve)
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
  held.waiting.delete(resolve)
}

function matches(facts: RunFacts, words: readonly string[]): boolean {
  const text = [facts.goal ?? '', facts.reason, ...facts.messages, ...facts.paths].join('\n').toLowerCase()
  return words.every((word) => text.includes(word))
}

function toSummary(run: RunId, held: MemoryRun, facts: RunFacts): RunSummary {
  const { goal, repository, startedAt, endedAt, outcome, accepted, branch, commit, events } = facts
  const status = endedAt !== undefined ? 'ended' : held.isOwned ? 'running' : 'stopped'
  return { run, goal: goal ?? '(nothing recorded yet)', repository, parent: facts.parent, tasks: countTasks(facts), startedAt: startedAt ?? '', endedAt, status, outcome, accepted, branch, commit, ...sumSpent(facts), events }
}

/** Blobs that live as long as the process. */
export function createMemoryBlobs(): Blobs {
  const blobs = new Map<string, Uint8Array>()
  function getBlob(ref: BlobRef): Uint8Array {
    const bytes = blobs.get(ref.digest)
    if (bytes === undefined) throw new Fault('run-corrupt', `The blob ${ref.digest} is missing: a part of the run's record was removed.`)
    return bytes
  }
  return {
    async put(bytes) {
      const content = Buffer.from(bytes)
      const digest = Digest.parse(createHash('sha256').update(content).digest('hex'))
      blobs.set(digest, content)
      return { digest, bytes: content.length }
    },
    get: async (ref) => Uint8Array.from(getBlob(ref)),
    slice: async (ref, from, to) => {
      const start = Math.min(Math.max(0, Math.trunc(from)), ref.bytes)
      return getBlob(ref).slice(start, Math.max(start, Math.trunc(to)))
    },
  }
}

/** Was it opened at all, and in that repository where one is named? */
function isOf(events: readonly StoredEvent[], repository: string | undefined): boolean {
  const opened = events.find((event) => event.type === 'run.opened')
  return opened?.type === 'run.opened' && opened.data.parent === undefined && (repository === undefined || opened.data.repository.root === repository)
}
