import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Readable } from 'node:stream'
import type { SandboxLimits } from '../../engine/ports/sandbox.ts'
import { toMessage } from '../../protocol/fault.ts'
import type { PipePool } from '../process/pipe-pool.ts'
import type { StreamName } from '../process/output-window.ts'
import type { StopReason, Supervised } from '../process/supervise.ts'
import { supervise } from '../process/supervise.ts'
import type { CommandGroup } from './cgroup.ts'
import { createCommandGroup } from './cgroup.ts'
import type { Foundation } from './foundation.ts'
import type { Launch } from './overlay.ts'
import { findIdentity, killPid, waitUntilGone } from './process-tree.ts'
import type { Disk } from './watchdog.ts'
import { measureDisks, watch } from './watchdog.ts'

export interface LaunchRequest {
  readonly foundation: Foundation
  readonly pipes: PipePool | undefined
  /** bwrap's options, given on a descriptor so that no process list shows them. */
  readonly options: readonly string[]
  readonly argv: readonly string[]
  readonly limits: SandboxLimits
  readonly signal: AbortSignal
  readonly stdin: Uint8Array | undefined
  readonly onOutput: ((stream: StreamName, chunk: Uint8Array) => void) | undefined
  readonly wrap: (bwrap: Launch) => Launch
  /** For the watchdog: private tmpfs inside, writable directories outside. */
  readonly tmpfs: readonly string[]
  readonly writable: readonly string[]
}

export interface Launched extends Supervised {
  /** The command was started: what went wrong afterwards is its own doing. */
  readonly started: boolean
  /** Most memory that was seen, in MiB. */
  readonly peakMb?: number
  readonly notes: readonly string[]
}

/** Most commands are over sooner; joining a control group costs the kernel more than they do. */
const GROUP_DELAY_MS = 25
const GONE_LIMIT_MS = 10_000
const MEBIBYTE = 1024 * 1024
const ARGS_FD = 3
const SECCOMP_FD = 4
const STATUS_FD = 5

/**
 * Starts bwrap and sees it through: its first inner process is what gets killed, watched and waited for, since the
 * whole pid namespace ends with it. When this resolves, no process, open descriptor or control group is left.
 */
export async function launch(request: LaunchRequest): Promise<Launched> {
  const { foundation } = request
  const handles: number[] = []
  const inner = new InnerProcess()
  const notes: string[] = []
  const ends: (() => void | Promise<void>)[] = []
  let peak = 0
  try {
    const disks = measureDisks(request.writable)
    handles.push(openArgs(foundation.dir, request.options))
    handles.push(fs.openSync(foundation.seccompFile, 'r'))
    const { file, args } = request.wrap({
      file: foundation.bwrap,
      args: ['--args', String(ARGS_FD), '--seccomp', String(SECCOMP_FD), '--json-status-fd', String(STATUS_FD), '--', ...request.argv],
    })
    const supervised = await supervise({
      file,
      args,
      // Nothing of ours: bwrap's own environment can be read inside, in /proc/1/environ.
      env: {},
      cwd: '/',
      stdin: request.stdin,
      extra: coverInherited([...handles, 'pipe'], foundation.inherited, foundation.nothing),
      outputBytes: request.limits.outputBytes,
      timeoutMs: request.limits.timeoutMs,
      signal: request.signal,
      pipes: request.pipes,
      onOutput: request.onOutput,
      onSpawn: (child, stop) => inner.follow(child, () => ends.push(...guard({ request, inner, notes, disks, stop, onSeen: (bytes) => { peak = Math.max(peak, bytes) } }))),
      kill: (child) => inner.kill(child),
      settled: () => inner.gone(),
    })
    return { ...supervised, ...(await verdict(supervised, ends, notes)), started: inner.started, notes, ...(peak > 0 ? { peakMb: Math.ceil(peak / MEBIBYTE) } : {}) }
  } finally {
    for (const handle of handles) fs.closeSync(handle)
    for (const end of ends) await end()
  }
}

/** The kernel may have killed for memory between the last look and the end. */
async function verdict(
  supervised: Supervised,
  ends: (() => void | Promise<void>)[],
  notes: readonly string[],
): Promise<Pick<Supervised, 'ended' | 'exitCode'>> {
  for (const end of ends.splice(0)) await end()
  const memory = supervised.ended === 'exited' && notes.some(isMemoryNote)
  return memory ? { ended: 'memory', exitCode: undefined } : { ended: supervised.ended, exitCode: supervised.exitCode }
}

const isMemoryNote = (note: string): boolean => note.startsWith('The memory limit')

interface Guarded {
  readonly request: LaunchRequest
  readonly inner: InnerProcess
  readonly notes: string[]
  readonly disks: readonly Disk[]
  readonly stop: (reason: StopReason) => void
  /** Bytes of memory in use, at each look. */
  readonly onSeen: (bytes: number) => void
}

/** Watchdog and control group for one command. @returns what ends them, in order. */
function guard({ request, inner, notes, disks, stop, onSeen }: Guarded): (() => void | Promise<void>)[] {
  const { limits, foundation } = request
  let group: CommandGroup | undefined
  let joining: Promise<void> = Promise.resolve()
  let killed = 0
  const countKills = (): number => {
    if (group !== undefined) killed = group.oomKills()
    return killed
  }
  const enter = async (): Promise<void> => {
    if (foundation.cgroups === undefined || inner.pid === undefined) return
    group = createCommandGroup(foundation.cgroups, limits)
    await group.attach(inner.pid)
  }
  const join = setTimeout(() => {
    joining = enter().catch((thrown: unknown) => {
      notes.push(`The control group could not be used (${toMessage(thrown)}): limits are held by watching alone.`)
    })
  }, GROUP_DELAY_MS)
  const stopWatching = watch(
    { pid: inner.pid ?? 0, limits, tmpfs: request.tmpfs, disks, startedAt: Date.now(), oomKills: countKills },
    (breach) => {
      notes.push(`The ${breach.reason} limit was reached: ${breach.detail}.`)
      stop(breach.reason)
    },
    onSeen,
  )
  return [
    stopWatching,
    async () => {
      clearTimeout(join)
      await joining
      if (countKills() > 0 && !notes.some(isMemoryNote)) {
        notes.push(`The memory limit was reached: more than ${limits.memoryMb} MiB (the kernel's count).`)
      }
      await group?.remove()
      group = undefined
    },
  ]
}

/** The first process of the sandbox's pid namespace, as bwrap reports it. */
class InnerProcess {
  pid: number | undefined
  started = false
  private identity: string | undefined
  private killWanted = false
  private attempts = 0
  private statusEnd: Promise<void> = Promise.resolve()

  follow(child: ChildProcess, onPid: () => void): void {
    const status = (child.stdio as readonly (Readable | null | undefined)[])[STATUS_FD]
    if (status === null || status === undefined) throw new Error('bwrap has no status pipe')
    let text = ''
    status.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      // With the exit code comes the proof that the command itself was reached.
      if (text.includes('"exit-code"')) this.started = true
      const found = this.pid === undefined ? /"child-pid": (\d+)/.exec(text)?.[1] : undefined
      if (found === undefined) return
      this.pid = Number(found)
      this.identity = findIdentity(this.pid)
      if (this.killWanted) this.kill(child)
      else onPid()
    })
    this.statusEnd = new Promise((resolve) => {
      status.once('error', () => resolve())
      status.once('close', () => resolve())
    })
  }

  /**
   * Kills the inner process, and bwrap follows. bwrap itself is not killed while its child is still being set up:
   * the child is not yet bound to its parent's life and would go on alone.
   */
  kill(child: ChildProcess): void {
    this.killWanted = true
    this.attempts += 1
    if (this.pid !== undefined && this.identity !== undefined && findIdentity(this.pid) === this.identity) killPid(this.pid)
    else if (child.pid !== undefined && this.attempts > 3) killPid(-child.pid)
  }

  async gone(): Promise<void> {
    await this.statusEnd
    if (this.pid === undefined || this.identity === undefined) return
    const gone = await waitUntilGone(this.pid, this.identity, GONE_LIMIT_MS)
    if (!gone) throw new Error(`the sandbox's first process (${this.pid}) could not be killed`)
  }
}

/**
 * Descriptors that we were started with and that children would inherit (a shell's, a supervisor's) become /dev/null:
 * bwrap hands on whatever it finds open.
 */
function coverInherited(extra: readonly (number | 'pipe')[], inherited: readonly number[], nothing: number): (number | 'pipe' | 'ignore')[] {
  const covered: (number | 'pipe' | 'ignore')[] = [...extra]
  for (const handle of inherited) {
    const index = handle - ARGS_FD
    if (index < extra.length) continue
    while (covered.length <= index) covered.push('ignore')
    covered[index] = nothing
  }
  return covered
}

/** A file without a name that holds bwrap's options; the positional write leaves its offset at the start. */
function openArgs(dir: string, options: readonly string[]): number {
  const file = path.join(dir, `args-${process.pid}-${Math.random().toString(36).slice(2)}`)
  const handle = fs.openSync(file, 'wx+', 0o600)
  try {
    fs.unlinkSync(file)
    const bytes = Buffer.from(`${options.join('\0')}\0`)
    for (let at = 0; at < bytes.length; ) at += fs.writeSync(handle, bytes, at, bytes.length - at, at)
  } catch (thrown) {
    fs.closeSync(handle)
    throw thrown
  }
  return handle
}
