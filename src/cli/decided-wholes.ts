import { findUndelivered } from '../domain/delegation/undelivered.ts'
import { groupWholes } from '../domain/delegation/whole.ts'
import { fold } from '../domain/evolve.ts'
import type { RunState } from '../domain/run-state.ts'
import type { Rollout, RunSummary } from '../engine/ports/event-log.ts'
import { Fault } from '../protocol/fault.ts'
import type { RunId } from '../protocol/ids.ts'
import type { OpenRecord } from './compose.ts'
import { readRun } from './read-run.ts'

/** A child run that stays: the run that a person decides about is not here; a record cannot be read; or what it made is in no result and no branch. */
export interface HeldChild {
  readonly run: RunId
  readonly by: 'no-parent' | 'unreadable' | 'undelivered'
}

/** A run and its children, as `writ clean` sees them. */
export interface CleanableWhole {
  readonly top: RunSummary
  /** Those that go with it; what rests on another comes before that. */
  readonly children: readonly RunSummary[]
  readonly held: readonly HeldChild[]
  readonly isRunning: boolean
  /** A person has decided about it, nobody works on it, and its record can be read. */
  readonly isDecided: boolean
  /** None of its children stays, so that its record need not stay for one. */
  readonly isComplete: boolean
  /** There is something that would go with it: it was not all removed before. */
  readonly hasLeft: boolean
}

interface Known {
  /** Runs whose record cannot be read. */
  readonly broken: ReadonlySet<RunId>
  /** Is there anything that would go with it? */
  hasLeft(run: RunId): boolean
}

/** Reads no records but those of accepted runs with children that have something left. */
export async function findWholes(record: OpenRecord, runs: readonly RunSummary[], { broken, hasLeft }: Known): Promise<readonly CleanableWhole[]> {
  const found: CleanableWhole[] = []
  for (const { top, children } of groupWholes(runs)) {
    const isRunning = [top, ...children].some((each) => each.status === 'running')
    const isDecided = top.accepted !== undefined && !isRunning && !broken.has(top.run)
    // What cannot be read is named for itself.
    const legible = children.filter((each) => !broken.has(each.run))
    const held = isDecided && top.accepted === 'accepted' ? await findUndeliveredOf(record, legible.filter((each) => hasLeft(each.run))) : holdAll(top, legible, { isDecided, isRunning, isBroken: broken.has(top.run) })
    const stays = new Set(held.map((each) => each.run))
    const going = legible.filter((each) => !stays.has(each.run))
    found.push({ top, children: going, held, isRunning, isDecided, isComplete: going.length === children.length, hasLeft: [top, ...going].some((each) => hasLeft(each.run)) })
  }
  return found
}

function holdAll(top: RunSummary, children: readonly RunSummary[], is: { readonly isDecided: boolean; readonly isRunning: boolean; readonly isBroken: boolean }): readonly HeldChild[] {
  if (is.isBroken) return children.map(({ run }) => ({ run, by: 'unreadable' }))
  if (is.isDecided || is.isRunning || top.parent === undefined) return []
  return [top, ...children].map(({ run }) => ({ run, by: 'no-parent' }))
}

async function findUndeliveredOf(record: OpenRecord, children: readonly RunSummary[]): Promise<readonly HeldChild[]> {
  const read = createReader(record)
  const held: HeldChild[] = []
  for (const { run } of children) {
    try {
      if (!(await mayGo(await read(run), read))) held.push({ run, by: 'undelivered' })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      held.push({ run, by: 'unreadable' })
    }
  }
  return held
}

type ReadState = (run: RunId) => Promise<RunState>

/** Each record once. */
function createReader(record: OpenRecord): ReadState {
  const states = new Map<RunId, Promise<RunState>>()
  return (run) => {
    const state = states.get(run) ?? readRun(record.log, run).then((read) => read.state)
    states.set(run, state)
    return state
  }
}

/** May a child run of an accepted one go: a person said no to it by itself, its work was given up before, or nothing would be lost with it? */
async function mayGo(child: RunState, read: ReadState): Promise<boolean> {
  const parent = child.opened?.parent
  return isRejected(child) || child.pruned !== undefined || (parent !== undefined && findUndelivered(await read(parent.run), child) === undefined)
}

/** The no was a person's last word. */
function isRejected({ accepted, rejected }: RunState): boolean {
  return accepted === undefined && rejected !== undefined
}

export interface OwnedWhole {
  readonly rollout: Rollout
  readonly isPruned: boolean
  /** Does `work` while this process owns the child too. Undefined, and nothing done, where the child has to stay after all. */
  withChild<T>(run: RunId, work: (rollout: Rollout, isPruned: boolean) => Promise<T>): Promise<T | undefined>
}

/** Owns the run that nobody delegated for as long as `work` takes, so that neither it nor a child goes on. Nothing is done where the person's decision was taken back. */
export async function whileDecided(record: OpenRecord, run: RunId, work: (owned: OwnedWhole) => Promise<void>): Promise<void> {
  await owning(record, run, async (rollout, top) => {
    if (!top.accepted && !top.rejected) return
    const read = createReader(record)
    await work({
      rollout, isPruned: top.pruned !== undefined,
      withChild: (child, act) => owning(record, child, async (its, state) => ((isRejected(top) || (await mayGo(state, read))) ? act(its, state.pruned !== undefined) : undefined)),
    })
  })
}

async function owning<T>(record: OpenRecord, run: RunId, work: (rollout: Rollout, state: RunState) => Promise<T>): Promise<T> {
  const { rollout } = await record.log.open(run)
  try {
    return await work(rollout, fold(rollout.events))
  } finally {
    await rollout.close()
  }
}
