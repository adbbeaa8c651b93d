import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fold } from '../domain/evolve.ts'
import type { RunState } from '../domain/run-state.ts'
import type { EventLog } from '../engine/ports/event-log.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import { Fault } from '../protocol/fault.ts'
import type { RunId } from '../protocol/ids.ts'
import { findRoot } from './compose.ts'

/** All of a run's log and what it says. @throws Fault `run-unknown`, `run-corrupt`. */
export async function readRun(log: EventLog, run: RunId): Promise<{ readonly events: readonly StoredEvent[]; readonly state: RunState }> {
  const events: StoredEvent[] = []
  for await (const event of log.read(run, { follow: false, signal: new AbortController().signal })) events.push(event)
  return { events, state: fold(events) }
}

export interface GetRunOptions {
  /** A directory of the repository that is meant, in the person's words; the working directory's where it is left out. */
  readonly repo?: string | undefined
  /** The command changes a repository or the record: then a run of another repository has to be named with `repo`. */
  readonly changes?: boolean
}

/**
 * The run that a person means by a word. `latest` is the newest of the repository around `repo` or the working directory,
 * and the newest of all outside of any, where nothing is changed by it. @throws Fault `run-unknown`, `repository-unusable`, `request-invalid` where the run
 * is another repository's.
 */
export async function getRun(log: EventLog, word: string, { repo, changes = false }: GetRunOptions = {}): Promise<RunId> {
  if (repo === undefined && !changes && word !== 'latest') return log.resolve(word)
  const root = repo === undefined ? await findRootAround(process.cwd()) : await findRoot(repo)
  if (root === undefined) {
    const run = await log.resolve(word)
    if (!changes) return run
    const owner = await findRepository(log, run)
    throw new Fault('request-invalid', `you are in no repository, and this would change one; to mean ${run}, say so with --repo ${owner ?? 'DIR'}`)
  }
  const run = await log.resolve(word, { repository: root })
  if (word === 'latest') return run
  const owner = await findRepository(log, run)
  if (owner === undefined || owner === root) return run
  throw new Fault('request-invalid', `${run} is a run of ${owner}, not of ${root}${repo === undefined ? ', where you are' : ''}; if you mean it, say so with --repo ${owner}`)
}

/** Undefined outside of any repository; one that cannot be used is said, not passed over. */
export async function findRootAround(directory: string): Promise<string | undefined> {
  try {
    return await findRoot(directory)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'repository-unusable') throw error
    for (let at = resolve(directory); ; at = dirname(at)) {
      if (existsSync(join(at, '.git'))) throw error
      if (at === dirname(at)) return undefined
    }
  }
}

/** Where the run was started; undefined where the record does not say even that. */
async function findRepository(log: EventLog, run: RunId): Promise<string | undefined> {
  for await (const event of log.read(run, { follow: false, signal: new AbortController().signal })) {
    if (event.type === 'run.opened') return event.data.repository.root
  }
  return undefined
}
