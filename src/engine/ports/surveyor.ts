import type { Machine, Survey } from '../../protocol/events/check.ts'
import type { Sandbox } from './sandbox.ts'
import type { Workspace } from './workspace.ts'

/** Finds out what otherwise costs the model a turn: programs, runners, package managers, instructions, the shape of the tree. */
export interface Surveyor {
  survey(workspace: Workspace, sandbox: Sandbox, signal: AbortSignal): Promise<Survey>
  /** Describes the machine. It may start programs, so that it is asked for when nobody waits. */
  fingerprint?(signal: AbortSignal): Promise<Machine | undefined>
}
