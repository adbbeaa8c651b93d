import type { Contract } from '../protocol/contract.ts'
import type { Payload, StoredEvent } from '../protocol/events/event.ts'
import type { Origin, Parent, Planning, Repository, Request, Specialist } from '../protocol/events/run.ts'
import type { Digest, Json, RunId } from '../protocol/ids.ts'
import type { AutonomyLevel } from '../protocol/policy.ts'
import type { Experience } from '../protocol/experience.ts'
import type { LiveSignal } from '../protocol/live.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import { findSystemFault } from '../protocol/system-error.ts'
import { decide } from '../domain/decide.ts'
import { decisionsVersion, saysItWell } from '../domain/decisions.ts'
import { digestOfJson } from '../domain/digest.ts'
import { fold } from '../domain/evolve.ts'
import { emptyState, type RunState } from '../domain/run-state.ts'
import { templateDigest } from '../domain/context/template.ts'
import type { EnginePorts } from './ports/engine-ports.ts'
import type { Rollout } from './ports/event-log.ts'
import { act } from './loop/act.ts'
import { observe } from './loop/observe.ts'
import { perceive } from './loop/perceive.ts'
import { plan } from './loop/plan.ts'
import { reflect } from './loop/reflect.ts'
import { callHooks } from './hooks.ts'
import { keepGrounds, nameGrounds } from './grounds.ts'
import { record, type RunContext } from './record.ts'

export interface Watch {
  readonly signal: AbortSignal
  readonly emit: (signal: LiveSignal) => void
  readonly onEvent: (event: StoredEvent) => void
}

export interface Opening {
  readonly run: RunId
  readonly request: Request
  readonly repository: Repository
  readonly draft: Contract
  readonly config: Digest
  readonly by: string
  readonly version: string
  /** The effective configuration, as it is recorded. */
  readonly settings?: Json
  readonly origin?: Origin
  readonly autonomy?: readonly AutonomyLevel[]
  readonly experience?: Experience
  readonly parent?: Parent
  readonly specialist?: Specialist
  readonly planning?: Planning
  readonly batch?: string
}

/** Starts a run and works until it has ended, is interrupted, or meets a fault. The log has everything either way. */
export async function startRun(ports: EnginePorts, opening: Opening, watch: Watch): Promise<RunState> {
  refuseSecretCommands(ports, opening.draft)
  const rollout = await ports.log.create(opening.run)
  return work(ports, rollout, emptyState(), watch, async (run) => {
    await openRun(run, {
      request: opening.request, repository: opening.repository, draft: opening.draft, config: opening.config, by: opening.by,
      writ: { version: opening.version, node: process.versions.node, platform: `${process.platform}-${process.arch}` },
      sandbox: { driver: ports.sandbox.driver, profile: ports.sandbox.profileHash as Digest },
      policy: ports.policy.hash,
      template: templateDigest,
      decisions: decisionsVersion,
      kept: nameGrounds(ports),
      ...(opening.settings === undefined ? {} : { settings: opening.settings }),
      ...(opening.origin ? { origin: opening.origin } : {}),
      ...(ports.policy.bundles ? { bundles: [...ports.policy.bundles] } : {}),
      ...(opening.autonomy ? { autonomy: [...opening.autonomy] } : {}),
      ...(opening.experience ? { experience: opening.experience } : {}),
      ...(opening.parent ? { parent: opening.parent } : {}),
      ...(opening.specialist ? { specialist: opening.specialist } : {}),
      ...(opening.planning ? { planning: opening.planning } : {}),
      ...(opening.batch ? { batch: opening.batch } : {}),
    })
  }, attestEnd)
}

/** The first event, and the word to hooks that a session begins. */
export async function openRun(run: RunContext, data: Payload<'run.opened'>): Promise<void> {
  await record(run, { type: 'run.opened', data })
  await callHooks(run, 'SessionStart', { source: data.origin ? 'fork' : 'startup' })
}

/** A command is run as it is recorded, today and after a crash: one with a secret in it could be neither. */
function refuseSecretCommands({ masker }: EnginePorts, draft: Contract): void {
  const found = draft.checks.find((check) => masker !== undefined && masker.mask(check.command) !== check.command)
  if (found === undefined) return
  throw new Fault('request-invalid', `the check "${masker?.mask(found.command) ?? ''}" has in it what is or looks like a secret, and checks are recorded and proven word for word: let the command read it from a file of the repository instead`)
}

/** Goes on with a run that stopped, from its log alone. */
export async function resumeRun(ports: EnginePorts, id: RunId, by: { readonly who: string; readonly version: string }, watch: Watch): Promise<RunState> {
  const { rollout, repaired } = await ports.log.open(id)
  const state = fold(rollout.events)
  return work(ports, rollout, state, watch, async (run) => {
    if (repaired) watch.emit({ kind: 'status', text: repaired })
    if (!state.ended) await goOn(run, by)
  }, attestEnd)
}

/** The beginning of every process but the first: says who goes on, and finds the workspace as the log has it. */
export async function goOn(run: RunContext, by: { readonly who: string; readonly version: string }): Promise<void> {
  const { state, ports } = run
  const kept = nameGrounds(ports)
  const { bundles: ours } = ports.policy
  const bundles = ours && digestOfJson(kept.policy) !== digestOfJson(state.kept?.policy ?? null) ? { bundles: [...ours] } : {}
  const changed = digestOfJson(kept) === digestOfJson(state.kept) ? {} : { kept }
  await record(run, { type: 'run.resumed', data: { by: by.who, writ: by.version, lastSeq: run.rollout.events.length - 1, decisions: decisionsVersion, ...changed, ...bundles } })
  await keepGrounds(run, { flush: true })
  const { opened, workspace, tree } = state
  if (!opened || !workspace || !tree) return
  run.workspace = await ports.workspaces.reopen({ run: run.rollout.run, repository: opened.repository.root, base: opened.repository.base, branch: workspace.branch, last: tree, head: state.head })
  const now = await run.workspace.snapshot(run.signal)
  if (now !== tree && !state.calls.some((each) => each.status === 'called')) {
    await run.workspace.rollback(tree, run.signal)
    await record(run, { type: 'workspace.rolledback', data: { to: tree, why: 'the run stopped while the workspace was being changed' } })
  }
  const text = describeResume(run.rollout.events)
  const last = state.messages.at(-1)
  const isTold = saysItWell(state) && (state.unsaid.at(-1) === text || (last?.role === 'user' && last.text.endsWith(text)))
  if (state.messages.length > 0 && !isTold) await record(run, { type: 'observation.made', data: { task: state.active?.id ?? '', kind: 'resume', text } })
  await callHooks(run, 'SessionStart', { source: 'resume' })
}

/** What the solver is told when the run goes on. */
function describeResume(events: readonly StoredEvent[]): string {
  const repaired = events.findLastIndex((event) => event.type === 'log.repaired')
  const told = events.findLastIndex((event) => event.type === 'observation.made' && event.data.kind === 'resume')
  const plain = 'The run was interrupted and goes on from here; background commands have ended.'
  return repaired > told ? `${plain} A part of its record was damaged and set aside: files are as they are shown now, and things may have been done outside that this conversation does not show. Look before you repeat any.` : plain
}

/** The loop, from where the state is. Replay uses it as it is, on ports that answer from the log, and signs nothing at the `end`. */
export async function work(ports: EnginePorts, rollout: Rollout, state: RunState, watch: Watch, begin: (run: RunContext) => Promise<void>, end?: (run: RunContext) => Promise<void>): Promise<RunState> {
  const run: RunContext = { ports, rollout, state, signal: watch.signal, emit: watch.emit, onEvent: watch.onEvent, workspace: undefined, secrets: undefined, seen: new Map(), written: new Map() }
  let during = 'begin'
  let failure: unknown
  try {
    await begin(run)
    for (let step = decide(state); step; step = decide(state)) {
      watch.signal.throwIfAborted()
      during = `${step.phase} ${step.do}`
      switch (step.phase) {
        case 'perceive': await perceive(run, step); break
        case 'plan': await plan(run, step); break
        case 'act': await act(run, step); break
        case 'observe': await observe(run, step); break
        case 'reflect': await reflect(run, step); break
        default: step satisfies never
      }
    }
    if (state.ended) await end?.(run)
    return state
  } catch (error) {
    failure = watch.signal.aborted
      ? new Fault('cancelled', `interrupted; go on with: writ resume ${rollout.run}`, { cause: error })
      : (findSystemFault(error, `writ resume ${rollout.run}`) ?? error)
    if (!watch.signal.aborted) await noteFault(run, during, failure)
    throw failure
  } finally {
    await close(run, failure)
  }
}

/** What stopped the run is told, not what it led to on the way out. */
async function close(run: RunContext, failure: unknown): Promise<void> {
  try {
    await run.ports.children?.stop()
    await run.ports.stopTools()
    await run.rollout.close()
  } catch (error) {
    throw failure ?? error
  }
}

/** The outcome stands whether or not it could be signed: what was in the way is recorded and told, and it can be made up for. */
async function attestEnd(run: RunContext): Promise<void> {
  const { ports, rollout } = run
  try {
    const { attest } = await import('./attest.ts')
    await attest({ events: rollout.events, blobs: ports.blobs, attester: ports.attester, append: (event) => record(run, event) })
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    await noteFault(run, 'attest', new Fault(error.code, `The run has ended and its record is whole, but it is not attested yet: ${toMessage(error)} Then: writ verify ${rollout.run} --attest`, { cause: error }))
  }
}

/** A fault stops the run but does not end it: with its cause mended it goes on where it was. */
async function noteFault(run: RunContext, during: string, error: unknown): Promise<void> {
  if (error instanceof Fault && error.code === 'disk-failed') return // the log may be what cannot be written
  const detail = error instanceof Error && error.stack ? await run.ports.blobs.put(error.stack) : undefined
  await record(run, { type: 'fault.met', data: { code: error instanceof Fault ? error.code : 'bug', message: toMessage(error), during, ...(detail ? { detail } : {}) } })
}
