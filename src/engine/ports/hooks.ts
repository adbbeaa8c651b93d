import type { Json } from '../../protocol/ids.ts'
import type { Workspace } from './workspace.ts'

/** Moments at which hooks are called, by the names that users know. */
export type HookEvent = 'PreToolUse' | 'PostToolUse' | 'Stop' | 'SubagentStop' | 'PreCompact' | 'SessionStart' | 'SessionEnd' | 'Notification' | 'PermissionRequest'

export interface HookOutcome {
  /** What is configured, as people recognise it: its command. */
  readonly hook: string
  readonly event: HookEvent
  /** `blocked`: it ended with 2, and `reason` is what it said on standard error. `refused`: the policy did not let it run. */
  readonly status: 'passed' | 'blocked' | 'failed' | 'refused'
  readonly reason: string
  readonly durationMs: number
}

/** Programs of the person's that are told what happens and may say no. Each gets JSON on standard input, within a time. */
export interface Hooks {
  /** Is anything called at this moment, for this tool? Costs nothing. */
  wants(event: HookEvent, tool?: string): boolean
  /** Calls them in their order; the first that blocks ends it. */
  call(event: HookEvent, input: Readonly<Record<string, Json>>, place: { readonly workspace: Pick<Workspace, 'home' | 'mounts'> | undefined; readonly tool?: string; readonly signal: AbortSignal }): Promise<readonly HookOutcome[]>
}
