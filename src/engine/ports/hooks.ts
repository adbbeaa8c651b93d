import type { Contract } from '../../protocol/contract.ts'
import type { HookEvent } from '../../protocol/hooks.ts'
import type { Json } from '../../protocol/ids.ts'
import type { Workspace } from './workspace.ts'

export type { HookEvent }

export interface HookOutcome {
  /** What is configured, as people recognise it: its command. */
  readonly hook: string
  readonly event: HookEvent
  /** `blocked`: it ended with 2 or said so, and `reason` is what it said. `refused`: the policy did not let it run. */
  readonly status: 'passed' | 'blocked' | 'failed' | 'refused'
  readonly reason: string
  readonly durationMs: number
  /** It asked for the whole run to stop here, not only for this one thing not to be done. */
  readonly stopsRun?: boolean
}

/** Where a hook is called. */
export interface HookCallPlace {
  readonly workspace: Pick<Workspace, 'home' | 'mounts'> | undefined
  /** As it is at this moment: pinned, and amended since. Before it is pinned, its draft. */
  readonly contract: Contract
  readonly tool?: string
  readonly signal: AbortSignal
}

/** Programs of the person's that are told what happens and may say no. Each gets JSON on standard input, within a time. */
export interface Hooks {
  /** Is anything called at this moment, for this tool? Costs nothing. */
  wants(event: HookEvent, tool?: string): boolean
  /** Calls them in their order; the first that blocks ends it. Never throws for what a hook does. */
  call(event: HookEvent, input: Readonly<Record<string, Json>>, place: HookCallPlace): Promise<readonly HookOutcome[]>
}
