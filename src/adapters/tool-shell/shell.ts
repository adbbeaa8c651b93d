import { z } from 'zod'
import type { NetGrant, SandboxCommand, SandboxLimits, SandboxResult } from '../../engine/ports/sandbox.ts'
import type { Tool, ToolContext, ToolResult } from '../../engine/ports/tools.ts'
import type { Checkout } from '../../engine/ports/workspace.ts'
import type { Background } from './background.ts'
import { startBackground } from './background.ts'
import { looksIrreversible } from './looks-irreversible.ts'
import { toEnding, toNotes, toOutput, toSeconds } from './to-text.ts'

export const ShellInput = z.lazy(() => z.strictObject({
  command: z.string().min(1).max(100_000).optional(),
  timeout_s: z.number().optional(),
  background: z.boolean().optional(),
  on: z.literal('base').optional().describe('run in a clean copy of the base commit, to compare'),
  poll: z.string().optional().describe('id: new output of a background command; waits up to timeout_s'),
  stop: z.string().optional().describe('id'),
}))
export type ShellInput = z.infer<typeof ShellInput>

export interface ShellOptions {
  /** For foreground commands; `timeoutMs` is the default that `timeout_s` changes. */
  readonly limits: SandboxLimits
  /** Longest `timeout_s`, in milliseconds. */
  readonly maxTimeoutMs: number
  /** How long a background command may run. */
  readonly backgroundMs: number
  /** The contract's network grants: with none, nothing a command does leaves the sandbox. */
  readonly network: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export const shellDefaults: ShellOptions = {
  limits: { timeoutMs: 120_000, memoryMb: 4096, pids: 1024, outputBytes: 8 * 1024 * 1024, diskBytes: 4 * 1024 ** 3 },
  maxTimeoutMs: 1_800_000,
  backgroundMs: 3_600_000,
  network: [],
  env: {},
}

const MAX_BACKGROUND = 8
const DEFAULT_POLL_MS = 10_000
const MAX_POLL_MS = 120_000
/** A background command that fails at once says so at once. */
const EARLY_END_MS = 150
const UNREAD_BYTES = 1024 * 1024

export interface ShellTools {
  readonly shell: Tool<ShellInput>
  /** Ends what still runs in the background and removes the copy of the base. To be called once, at the end of the run. */
  stopAll(): Promise<void>
}

/** The shell of one run, with its background commands. */
export function createShellTools(options: Partial<ShellOptions> = {}): ShellTools {
  const session = new ShellSession({ ...shellDefaults, ...options })
  const shell: Tool<ShellInput> = {
    name: 'shell',
    description: 'Run a bash command in the sandbox at the repository root. .git is read-only. background: true answers with an id at once; poll or stop it by id.',
    input: ShellInput,
    effect: (input) => session.toEffect(input),
    command: (input) => input.command,
    sideBySide: (input) => input.background === true || input.on === 'base' || input.command === undefined,
    paths: () => [],
    recordsReach: true,
    timeoutMs: (input) => session.toTimeout(input) + 15_000,
    run: (input, context) => session.run(input, context),
  }
  return { shell, stopAll: () => session.stopAll() }
}

/** Owns the background commands and the checkout of the base of one run. Commands in the foreground leave no trace in it. */
class ShellSession {
  readonly #options: ShellOptions
  readonly #running = new Map<string, Background>()
  #count = 0
  #base: Promise<Checkout> | undefined

  constructor(options: ShellOptions) {
    this.#options = options
  }

  toEffect(input: ShellInput): 'read' | 'reversible' | 'irreversible' {
    if (input.command === undefined) return 'read'
    if (this.#options.network.length > 0 && looksIrreversible(input.command)) return 'irreversible'
    return input.on === 'base' ? 'read' : 'reversible'
  }

  toTimeout(input: ShellInput): number {
    const asked = input.timeout_s === undefined ? undefined : Math.max(1, input.timeout_s) * 1000
    if (input.poll !== undefined) return Math.min(asked ?? DEFAULT_POLL_MS, MAX_POLL_MS)
    if (input.stop !== undefined) return 10_000
    if (input.background === true) return Math.min(asked ?? this.#options.backgroundMs, this.#options.backgroundMs)
    return Math.min(asked ?? this.#options.limits.timeoutMs, this.#options.maxTimeoutMs)
  }

  async run(input: ShellInput, context: ToolContext): Promise<ToolResult> {
    const asked = [input.command, input.poll, input.stop].filter((value) => value !== undefined)
    if (asked.length !== 1) return { ok: false, text: 'Give exactly one of command, poll and stop.' }
    if (input.poll !== undefined) return this.#poll(input.poll, this.toTimeout(input), context)
    if (input.stop !== undefined) return this.#stop(input.stop, context)
    return input.background === true ? this.#start(input, context) : this.#foreground(input, context)
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.values()].map((background) => background.stop()))
    this.#running.clear()
    const base = this.#base
    this.#base = undefined
    if (base !== undefined) await (await base).dispose()
  }

  async #foreground(input: ShellInput, context: ToolContext): Promise<ToolResult> {
    const command = await this.#toCommand(input, context, (chunk) => context.onOutput(Buffer.from(chunk).toString('utf8')))
    const result = await context.sandbox.run(command, context.signal)
    return toResult(result, { ending: toEnding(result, command.limits), output: result.output, droppedBytes: result.droppedBytes, callId: context.callId })
  }

  async #start(input: ShellInput, context: ToolContext): Promise<ToolResult> {
    const active = [...this.#running.values()].filter((background) => background.ended() === undefined)
    if (active.length >= MAX_BACKGROUND) {
      const list = active.map((background) => `${background.id} (${background.command.slice(0, 60)})`).join(', ')
      return { ok: false, text: `${MAX_BACKGROUND} background commands run already: ${list}. Stop one first.` }
    }
    const id = `bg${++this.#count}`
    let report: (chunk: Uint8Array) => void = () => undefined
    const command = await this.#toCommand(input, context, (chunk) => report(chunk))
    const background = startBackground(id, input.command ?? '', (onOutput, signal) => {
      report = onOutput
      return context.sandbox.run(command, signal)
    }, { maxBytes: UNREAD_BYTES })
    this.#running.set(id, background)
    this.#forgetOldest()
    const early = await Promise.race([background.end, new Promise<undefined>((resolve) => setTimeout(resolve, EARLY_END_MS, undefined).unref())])
    if (early !== undefined) return this.#report(background, context)
    return { ok: true, text: `started ${id}; {"poll":"${id}"} shows its output, {"stop":"${id}"} ends it.`, detail: { background: id } }
  }

  /** Ended ones that nobody asked about are not kept for ever. */
  #forgetOldest(): void {
    for (const [id, background] of this.#running) {
      if (this.#running.size <= MAX_BACKGROUND * 4) return
      if (background.ended() !== undefined) this.#running.delete(id)
    }
  }

  async #poll(id: string, ms: number, context: ToolContext): Promise<ToolResult> {
    const background = this.#running.get(id)
    if (background === undefined) return this.#explainUnknown(id)
    await background.wait(ms, context.signal)
    return this.#report(background, context)
  }

  async #stop(id: string, context: ToolContext): Promise<ToolResult> {
    const background = this.#running.get(id)
    if (background === undefined) return this.#explainUnknown(id)
    await background.stop()
    return this.#report(background, context)
  }

  #explainUnknown(id: string): ToolResult {
    const known = [...this.#running.keys()].join(', ')
    return { ok: false, text: `There is no background command ${id}${known === '' ? '' : `; there is ${known}`}. One that ran when the run was interrupted is gone: start it again.` }
  }

  #report(background: Background, context: ToolContext): ToolResult {
    const end = background.ended()
    const { output, droppedBytes } = background.take()
    if (end === undefined) {
      const shown = toOutput(output, context.callId)
      const text = [`${background.id} is running`, shown.text === '' ? '(no new output)' : shown.text, ...toNotes([], droppedBytes)].join('\n')
      return { ok: true, text, detail: { background: background.id, running: true }, ...(shown.full === undefined ? {} : { full: shown.full }) }
    }
    this.#running.delete(background.id)
    if (end.kind === 'failed') return { ok: false, text: `${background.id} could not run: ${end.message}` }
    const limits = { ...this.#options.limits, timeoutMs: this.#options.backgroundMs }
    const ending = end.result.ended === 'cancelled' ? `stopped after ${toSeconds(end.result.durationMs)}` : toEnding(end.result, limits)
    return toResult(end.result, { ending: `${background.id} ${ending}`, output, droppedBytes, callId: context.callId })
  }

  async #toCommand(input: ShellInput, context: ToolContext, onOutput: (chunk: Uint8Array) => void): Promise<SandboxCommand> {
    const mounts = input.on === 'base' ? (await this.#findBase(context)).mounts : context.workspace.mounts
    const net: NetGrant = context.network.length === 0 ? { mode: 'none' } : { mode: 'allow', hosts: context.network }
    return {
      argv: ['bash', '-c', input.command ?? ''],
      cwd: context.workspace.home,
      env: this.#options.env,
      mounts,
      net,
      limits: { ...this.#options.limits, timeoutMs: this.toTimeout(input) },
      onOutput: (_stream, chunk) => onOutput(chunk),
    }
  }

  /** Made once: comparing twice costs a checkout only once, and what a build left there is still there. */
  #findBase(context: ToolContext): Promise<Checkout> {
    this.#base ??= context.workspace.checkout(context.workspace.base.tree).catch((thrown: unknown) => {
      this.#base = undefined
      throw thrown
    })
    return this.#base
  }
}

function toResult(result: SandboxResult, shown: { ending: string; output: Uint8Array; droppedBytes: number; callId: string }): ToolResult {
  const output = toOutput(shown.output, shown.callId)
  const text = [shown.ending, output.text === '' ? '(no output)' : output.text, ...toNotes(result.notes, shown.droppedBytes)].join('\n')
  const detail = { exitCode: result.exitCode ?? null, ended: result.ended, durationMs: Math.round(result.durationMs) }
  return { ok: true, text, detail, ...(output.full === undefined ? {} : { full: output.full }) }
}
