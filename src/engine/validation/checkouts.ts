import type { CheckPlace } from '../ports/checks.ts'
import type { Sandbox, SandboxLimits, SandboxResult } from '../ports/sandbox.ts'
import type { Subject, ValidationRequest } from '../ports/validation.ts'
import type { Checkout } from '../ports/workspace.ts'

/** Bounds of one command of a validator. */
export const commandLimits: Omit<SandboxLimits, 'timeoutMs'> = { memoryMb: 4096, pids: 1024, outputBytes: 16 * 2 ** 20, diskBytes: 2 * 2 ** 30 }
/** Longest look for a program, in milliseconds. */
const lookMs = 20_000

/** Tools say less, ask nothing and wait for no network; nothing is left behind by merely running Python. */
const environment = { CI: 'true', NO_COLOR: '1', PYTHONDONTWRITEBYTECODE: '1', npm_config_offline: 'true', CARGO_NET_OFFLINE: 'true', GOFLAGS: '-mod=mod', GOPROXY: 'off' }

export type Side = 'result' | 'base'
type Command = Parameters<Subject['run']>[1]

export interface Checkouts {
  run(on: Side, command: Command, signal: AbortSignal): Promise<SandboxResult>
  at<T>(on: Side, work: (place: CheckPlace) => Promise<T>): Promise<T>
  has(program: string, signal: AbortSignal): Promise<boolean>
  dispose(): Promise<void>
}

/**
 * Clean checkouts of result and base, made when a command first needs one and used by all that follow.
 * Invariants: (1) one command at a time on a side, so that files in place are seen by the one that asked for them;
 * (2) nothing is left of them after `dispose`, which waits for what still runs.
 */
export function openCheckouts(request: ValidationRequest, sandbox: Sandbox, limits: Partial<typeof commandLimits>): Checkouts {
  const { workspace } = request
  const made = new Map<Side, Promise<Checkout>>()
  const last = new Map<Side, Promise<unknown>>()
  const programs = new Map<string, Promise<boolean>>()
  let ready: Promise<void> | undefined
  const toTree = (on: Side) => (on === 'result' ? request.tree : request.base)

  const take = (on: Side): Promise<Checkout> => {
    const found = made.get(on) ?? workspace.checkout(toTree(on))
    made.set(on, found)
    return found
  }
  const inTurn = <T>(on: Side, work: () => Promise<T>): Promise<T> => {
    const result = (last.get(on) ?? Promise.resolve()).then(work)
    last.set(on, result.catch(() => undefined))
    return result
  }
  const start = async (on: Side | undefined, command: Command, signal: AbortSignal): Promise<SandboxResult> => {
    ready ??= sandbox.ready()
    await ready
    signal.throwIfAborted()
    const checkout = on === undefined ? undefined : await take(on)
    return sandbox.run({
      argv: command.argv, cwd: checkout ? workspace.home : '/', env: { ...environment, ...command.env }, mounts: checkout?.mounts ?? [], net: { mode: 'none' },
      limits: { ...commandLimits, ...limits, timeoutMs: Math.max(1, Math.round(command.timeoutMs)) },
      ...(command.onOutput ? { onOutput: command.onOutput } : {}),
    }, signal)
  }
  const runWithFiles = async (on: Side, command: Command, signal: AbortSignal): Promise<SandboxResult> => {
    const files = command.files ?? new Map<string, Uint8Array>()
    if (files.size === 0) return start(on, command, signal)
    const checkout = await take(on)
    const before = new Map<string, Uint8Array | undefined>()
    for (const path of files.keys()) before.set(path, await workspace.readAt(toTree(on), path))
    await checkout.write(files)
    try {
      return await start(on, command, signal)
    } finally {
      await checkout.write(before)
    }
  }
  const look = async (program: string, signal: AbortSignal): Promise<boolean> => {
    const command = { argv: ['/bin/sh', '-c', 'command -v -- "$1" >/dev/null 2>&1', 'sh', program], timeoutMs: lookMs }
    const isInside = program.includes('/') && !program.startsWith('/')
    const result = isInside ? await inTurn('result', () => start('result', command, signal)) : await start(undefined, command, signal)
    return result.ended === 'exited' && result.exitCode === 0
  }

  return {
    run: (on, command, signal) => inTurn(on, () => runWithFiles(on, command, signal)),
    at: (on, work) => inTurn(on, async () => {
      ready ??= sandbox.ready()
      await ready
      const { root, mounts, tree } = await take(on)
      return work({ root, mounts, tree, home: workspace.home })
    }),
    has: (program, signal) => {
      const found = programs.get(program) ?? look(program, signal)
      programs.set(program, found)
      // What could not be found out now may be later.
      found.catch(() => programs.delete(program))
      return found
    },
    dispose: async () => {
      await Promise.all(last.values())
      const settled = await Promise.allSettled(made.values())
      await Promise.all(settled.map((each) => (each.status === 'fulfilled' ? each.value.dispose() : undefined)))
    },
  }
}
