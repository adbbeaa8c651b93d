import { killGroup } from '../process/kill-group.ts'
import { supervise } from '../process/supervise.ts'
import type { Sandbox, SandboxMount } from '../../engine/ports/sandbox.ts'

export interface HookCommand {
  readonly command: string
  /** For standard input. */
  readonly input: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface HookEnd {
  readonly ended: 'exited' | 'timeout' | 'memory' | 'disk' | 'cancelled'
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Far more than is passed on, so that nothing is cut before its secrets are masked. */
const outputBytes = 256 * 1024

/** No network, no secrets, a home of its own. @throws Fault `sandbox-failed`. */
export async function runInSandbox(hook: HookCommand & { readonly sandbox: Sandbox; readonly mounts: readonly SandboxMount[]; readonly limits: { readonly memoryMb?: number; readonly pids?: number } }): Promise<HookEnd> {
  const result = await hook.sandbox.run({
    argv: ['bash', '-c', hook.command], cwd: hook.cwd, env: hook.env, mounts: hook.mounts, net: { mode: 'none' },
    limits: { memoryMb: hook.limits.memoryMb ?? 2048, pids: hook.limits.pids ?? 256, timeoutMs: hook.timeoutMs, outputBytes, diskBytes: 1024 ** 3 },
    stdin: Buffer.from(hook.input),
  }, hook.signal)
  return toEnd(result)
}

/** A program of the person's, as the person. Everything that it started ends with it. @throws the error of starting bash. */
export async function runOnHost(hook: HookCommand): Promise<HookEnd> {
  let pid: number | undefined
  const result = await supervise({
    file: 'bash', args: ['-c', hook.command], cwd: hook.cwd, env: hook.env, stdin: Buffer.from(hook.input), outputBytes, timeoutMs: hook.timeoutMs, signal: hook.signal,
    onSpawn: (child) => { pid = child.pid },
    kill: (child) => killGroup(child.pid),
    settled: async () => killGroup(pid),
  })
  return toEnd(result)
}

function toEnd(result: { readonly ended: HookEnd['ended']; readonly exitCode: number | undefined; readonly stdout: Uint8Array; readonly stderr: Uint8Array }): HookEnd {
  return { ended: result.ended, exitCode: result.exitCode, stdout: Buffer.from(result.stdout).toString('utf8'), stderr: Buffer.from(result.stderr).toString('utf8') }
}
