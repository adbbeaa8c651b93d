import type { z } from 'zod'
import type { Json, TreeId } from '../../protocol/ids.ts'
import type { EffectClass, PathAccess } from '../../protocol/policy.ts'
import type { Blobs } from './event-log.ts'
import type { Sandbox } from './sandbox.ts'
import type { Workspace } from './workspace.ts'

/** What a tool answers. An outcome, not a fault: a failing command is `ok: true` with its exit code in the text. */
export interface ToolResult {
  readonly ok: boolean
  /** What the model reads; already cut to size. */
  readonly text: string
  /** All of it, where `text` was cut. Kept as a blob and readable by range. */
  readonly full?: Uint8Array
  /** Facts for people and machines: exit code, diff, paths. */
  readonly detail?: Json
}

/** What tools may reach. Everything in it is held to the same protections. */
export interface ToolContext {
  readonly workspace: Workspace
  readonly sandbox: Sandbox
  readonly blobs: Blobs
  /** `host:port` grants of the contract. */
  readonly network: readonly string[]
  /** What this run has read: path → digest of the content that the model saw. Edits of anything newer are refused. */
  readonly seen: Map<string, string>
  /** Does the policy let this file be read? For where a call's words do not say which it is: behind a link. Left out: yes. */
  mayRead?(path: string): boolean
  /** Text of files as it may be shown, with as many lines: to be asked for before it is cut to size. */
  mask?(text: string): string
  /** Content of the workspace that a failed validation took back, by its name; undefined where it is unknown or sealed away. */
  takenBack?(name: string): TreeId | undefined
  /** Finds the whole of an earlier result that was cut, by its call id. */
  findResult(callId: string): Promise<Uint8Array | undefined>
  readonly callId: string
  readonly signal: AbortSignal
  readonly onOutput: (text: string) => void
}

/** A typed adapter to the outside. */
export interface Tool<Input = unknown> {
  readonly name: string
  /** For the model: what it does and what it answers, in as few words as are clear. */
  readonly description: string
  readonly input: z.ZodType<Input>
  /** What a model is offered of it, where more is taken than it needs to know. Left out: all. */
  readonly offered?: z.ZodType
  /** What a call can do to the world; where it runs a command, the choke point reads that too. Calls that only read run side by side. */
  effect(input: Input): EffectClass
  /** The shell command that a call would run, for tools that run any. */
  command?(input: Input): string | undefined
  /** Runs beside others of the same turn, although it may write (a background command). */
  sideBySide?(input: Input): boolean
  /** Paths that it will touch, as the model wrote them; the choke point resolves and judges them. */
  paths(input: Input): readonly PathAccess[]
  /**
   * Everything that it does outside of the workspace goes through connections that are recorded before they are made
   * (`SandboxCommand.onReach`): a call without one had no effect outside. Left out where that is not so.
   */
  readonly recordsReach?: boolean
  /** Milliseconds after which the call is stopped. */
  timeoutMs(input: Input): number
  run(input: Input, context: ToolContext): Promise<ToolResult>
}

/**
 * A tool among others. Its input type is not known here: the choke point parses with the tool's own schema before it calls
 * anything (methods take their parameters bivariantly, which is what allows it).
 */
export type AnyTool = Tool<unknown>
