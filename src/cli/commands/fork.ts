import { toSettleGate } from '../../domain/approval/recorded-answers.ts'
import { findReleased } from '../../domain/approval/released.ts'
import { amendChecks, amendContract, findUnpinned } from '../../domain/contract/amend.ts'
import type { Flags } from '../../domain/contract/draft.ts'
import { digestOfJson } from '../../domain/digest.ts'
import { fold } from '../../domain/evolve.ts'
import { tellForkStory } from '../../domain/report/fork-story.ts'
import type { RunState } from '../../domain/run-state.ts'
import type { Workspaces } from '../../engine/ports/workspace.ts'
import { startRun, type Opening } from '../../engine/run.ts'
import type { Contract } from '../../protocol/contract.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import type { Origin, Released, Repository } from '../../protocol/events/run.ts'
import { Fault } from '../../protocol/fault.ts'
import type { Json, RunId } from '../../protocol/ids.ts'
import { composeEngine } from '../compose-engine.ts'
import { openRecord, openWorkspaces, type OpenRecord } from '../compose.ts'
import { readConfig, type ConfigFile } from '../config.ts'
import { collectPins, prepareContract } from '../intake.ts'
import { mintRun } from '../mint-run.ts'
import { getRun, readRun } from '../read-run.ts'
import type { RunOptions } from '../run-options.ts'
import { userName } from '../user-name.ts'
import { version } from '../version.ts'
import { openPolicyFor } from '../open-policy.ts'
import { findUnsignedAnswers } from '../require-signed-answers.ts'
import { oneLine } from '../render.ts'
import { carry, chooseAndOpen, openReadySandbox, readPast, saveMemoryLater } from './run.ts'

export interface ForkOptions extends Omit<RunOptions, 'base' | 'includeDirty' | 'continue'> {
  readonly at?: number
  readonly goal?: string
}

/** `writ fork`: a new run from where another one was. Exit codes as those of `writ run`. */
export async function forkCommand(word: string, options: ForkOptions): Promise<number> {
  if (options.solver === 'repair') throw new Fault('request-invalid', 'the built-in solver goes by what the base shows, so it cannot go on from another run; give a model with --model, or start it anew with writ run --solver repair')
  const record = await openRecord()
  const config = await readConfig(record.places)
  const parent = await getRun(record.log, word, { repo: options.repo })
  const { events } = await readRun(record.log, parent)
  const { state, origin: start, repository, contract } = findStart(parent, events, options.at)
  const wanted = options.model ?? state.opened?.request.model
  const { choice, model } = await chooseAndOpen({ solver: 'model', ...(wanted === undefined ? {} : { model: wanted }) }, config.values, '; the built-in solver goes by what the base shows and cannot go on from another run')
  const origin = await withReleased(record, start, events)
  const run = mintRun(record)
  const workspaces = await openWorkspaces(record.places)
  const sandbox = await openReadySandbox(record)
  await workspaces.bring(parent, { run, repository: repository.root })
  const draft = await prepareDraft(workspaces, run, { repository, contract, options, config: config.values, now: record.clock.now() })
  const effort = options.effort ?? state.opened?.request.effort ?? config.values.effort
  const opening: Opening = {
    run, repository, draft, origin, by: userName(), version, config: digestOfJson(config.values), settings: config.values as Json,
    request: {
      words: draft.goal, solver: 'model', includeDirty: state.opened?.request.includeDirty ?? false, apply: options.apply ?? false,
      // The contract is there: nothing is left for a model to read out of words.
      unattended: options.yes ?? false, contractGiven: true,
      ...(choice.model ? { model: choice.model } : {}), ...(effort ? { effort } : {}),
    },
  }
  return carry(record, options, async (console) => {
    const { policy, notes } = await openPolicyFor({ places: record.places, now: record.clock.now(), repository: { root: repository.root, base: () => workspaces.readBase(repository.root, repository.base, run) } })
    for (const note of notes) console.note(`writ: ${note}`)
    const ports = await composeEngine({ record, workspaces, sandbox, solver: choice, config: config.values, approver: console.approver, network: draft.network, model, policy, run, repository: repository.root, note: console.note })
    return startRun(ports, { ...opening, ...(await readPast(record, repository.root, { byModel: true })) }, saveMemoryLater(console.watch))
  })
}

interface Start {
  readonly state: RunState
  readonly origin: Origin
  readonly repository: Repository
  readonly contract: Contract
}

/** What was known at that event. @throws Fault `request-invalid` for an event from which nothing can go on. */
function findStart(run: RunId, events: readonly StoredEvent[], at: number | undefined): Start {
  const seq = at ?? events.length - 1
  const event = events[seq]
  if (!event) throw new Fault('request-invalid', `${run} has no event ${seq}; it has events 0 to ${events.length - 1} (see them with writ log ${run})`)
  const state = fold(events.slice(0, seq + 1))
  const { opened, contract, tree } = state
  if (!opened || !contract || !tree) {
    const first = events.find((each) => each.type === 'workspace.created')?.seq
    throw new Fault('request-invalid', `${run} had no workspace yet at event ${seq}, so there is nothing to go on from; ${first === undefined ? 'start the goal with writ run' : `choose an event from ${first} on`}`)
  }
  return { state, repository: opened.repository, contract, origin: { run, seq, head: event.hash, tree, story: tellForkStory(state) } }
}

/** What people released before that event stays released. A release that nobody can have signed is left behind, and that is said. */
async function withReleased(record: OpenRecord, origin: Origin, events: readonly StoredEvent[]): Promise<Origin> {
  const before = events.slice(0, origin.seq + 1)
  const released = findReleased(before)
  if (released.length === 0) return origin
  const problems = await findUnsignedAnswers(record, origin.run, before)
  const isGood = (each: Released): boolean => {
    const problem = problems.find(({ gate }) => gate === toSettleGate(each))
    if (problem) process.stderr.write(`writ: ${each.id} of ${each.run} was released, but ${oneLine(problem.problem, 500)}; it is sealed again where it comes up\n`)
    return problem === undefined
  }
  return { ...origin, released: released.filter(isGood) }
}

/** The contract as amended, with pins made anew from the base; a contract file takes the place of all of it. */
async function prepareDraft(workspaces: Workspaces, run: RunId, { repository, contract, options, config, now }: { repository: Repository; contract: Contract; options: ForkOptions; config: ConfigFile; now: number }): Promise<Contract> {
  if (options.contract) return prepareContract(workspaces, run, repository, options.goal, options, config, now)
  const flags: Flags = {
    goal: options.goal, checks: options.check ?? [], scope: options.scope ?? [], constraints: options.constraint ?? [],
    deadline: options.deadline, maxTurns: options.maxTurns, maxUsd: options.maxBudgetUsd,
  }
  const checks = amendChecks(contract, flags)
  const scope = flags.scope.length > 0 ? flags.scope : contract.scope
  const base = await workspaces.readBase(repository.root, repository.base, run)
  const { pins, guarded } = await collectPins(base, checks, scope, findUnpinned(contract))
  return amendContract(contract, flags, { checks: [...checks], pins: [...pins], guarded: [...guarded] }, now)
}
