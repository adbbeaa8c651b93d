import type { CheckOutcome } from '../protocol/evidence.ts'
import type { LiveSignal } from '../protocol/live.ts'
import { payloads, type NewEvent, type StoredEvent } from '../protocol/events/event.ts'
import { Bug } from '../protocol/fault.ts'
import { evolve } from '../domain/evolve.ts'
import { maskJson } from '../domain/secrets/mask-json.ts'
import type { RunState } from '../domain/run-state.ts'
import type { EnginePorts } from './ports/engine-ports.ts'
import type { Rollout } from './ports/event-log.ts'
import type { Workspace } from './ports/workspace.ts'

/** One run while this process works on it. Owns the rollout and the state; `record` is the only way to change either. */
export interface RunContext {
  readonly ports: EnginePorts
  readonly rollout: Rollout
  readonly state: RunState
  readonly signal: AbortSignal
  readonly emit: (signal: LiveSignal) => void
  readonly onEvent: (event: StoredEvent) => void
  /** There from `workspace.created` on. */
  workspace: Workspace | undefined
  /** Files of the base that hold secrets; found when the first call needs to know. */
  secrets: Promise<readonly string[]> | undefined
  /** Files and folders of the base that the policy closes to the solver; found with the first command. */
  closed?: Promise<readonly string[]>
  /** What the model has seen of each file in this process: path → digest. */
  readonly seen: Map<string, string>
  /** Files with secrets have been read, so that their values are masked; begun before the first command or tool. */
  learned?: Promise<void>
  /** Whole runs of checks on scratch copies, by check and content. */
  tried?: Map<string, CheckOutcome>
  /** What the solver itself wrote that looks like a secret, by the mark of its placeholder: it may go into files as it is. */
  readonly written?: Map<string, Set<string>>
}

/**
 * Takes secrets out of facts, stores them, then folds them into the state, then tells whoever watches: never in another order.
 */
export async function record(run: RunContext, ...given: readonly NewEvent[]): Promise<void> {
  const { masker } = run.ports
  const events = masker === undefined ? given : given.map((event) => maskJson(event, masker))
  for (const event of events) {
    const fits = payloads[event.type].safeParse(event.data)
    // Better to stop here than to store what nobody can read again.
    if (!fits.success) throw new Bug(`${event.type} does not fit its own schema: ${fits.error.issues[0]?.path.join('.') ?? ''} ${fits.error.issues[0]?.message ?? ''}`)
  }
  const stored = await run.rollout.append(events)
  for (const event of stored) {
    evolve(run.state, event)
    run.onEvent(event)
  }
}

export function getWorkspace(run: RunContext): Workspace {
  if (!run.workspace) throw new Error('the workspace is not open yet')
  return run.workspace
}
