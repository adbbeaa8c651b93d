import path from 'node:path'
import { findPipePool } from '../process/pipe-pool.ts'
import type { PipePool } from '../process/pipe-pool.ts'
import type { Sandbox, SandboxCommand, SandboxProbe, SandboxResult } from '../../engine/ports/sandbox.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { findSystemFault } from '../../protocol/system-error.ts'
import type { Foundation } from './foundation.ts'
import { prepareFoundation } from './foundation.ts'
import type { Launched } from './launch.ts'
import { launch } from './launch.ts'
import { withProcessLimits } from './limits.ts'
import { findCause } from './mend.ts'
import { checkMounts } from './mounts.ts'
import type { NetDecision } from './net-rules.ts'
import type { OverlayWay } from './overlay.ts'
import { planMounts } from './overlay.ts'
import type { Readiness } from './readiness.ts'
import { ensureReady } from './readiness.ts'

export interface BwrapSandboxOptions {
  /** Writ's state directory; the driver keeps to `sandbox/` in it. */
  readonly stateDir: string
  /** The person's environment: PATH and the homes of toolchains are taken from it, nothing else. */
  readonly env: NodeJS.ProcessEnv
  /** Instead of the first trustworthy `bwrap` on PATH. */
  readonly bwrapPath?: string
  /** Told each decision of the network proxy. */
  readonly onNetDecision?: (decision: NetDecision) => void
}

const MEBIBYTE = 1024 * 1024

/**
 * The Linux driver: bubblewrap, a seccomp program, limits, and a proxy where network is granted.
 * Each command gets a sandbox of its own; several may run side by side. Nothing happens before `ready` or `run`.
 */
export function createBwrapSandbox(options: BwrapSandboxOptions): Sandbox {
  let foundation: Foundation | undefined
  let pipes: PipePool | undefined
  let readiness: Promise<Readiness> | undefined

  const lay = (): Foundation => {
    if (foundation === undefined) {
      // First, so that the pipes are made while the foundation is laid.
      pipes ??= findPipePool({ stock: path.join(options.stateDir, 'sandbox', 'pipes') })
      foundation = prepareFoundation({ stateDir: options.stateDir, env: options.env, bwrapPath: options.bwrapPath })
    }
    return foundation
  }
  const runWith = async (command: SandboxCommand, signal: AbortSignal, way: OverlayWay): Promise<Launched> => {
    const base = lay()
    if (command.net.mode === 'none') return start(base, pipes, command, signal, way)
    // Loaded where it is used: most commands have no network, and the HTTP modules cost start-up time.
    const { openNetwork } = await import('./network.ts')
    const network = await openNetwork(command, command.net.hosts, options.onNetDecision)
    try {
      const launched = await start(base, pipes, { ...command, ...network.command }, signal, way)
      return { ...launched, notes: [...launched.notes, ...network.notes()] }
    } finally {
      await network.close()
    }
  }
  const whenReady = (): Promise<Readiness> => {
    readiness ??= ensureReady(lay(), runWith).catch((thrown: unknown) => {
      // A mended machine shall not need a new process.
      readiness = undefined
      throw thrown
    })
    return readiness
  }

  return {
    driver: 'linux-bwrap',
    get profileHash() {
      return lay().profile.hash
    },
    async ready() {
      await whenReady()
    },
    async probe(): Promise<SandboxProbe> {
      const { selfTest } = await import('./self-test.ts')
      return selfTest({ prepare: lay, whenReady, run: runWith })
    },
    async run(command, signal) {
      const { overlay } = await whenReady()
      return toResult(await runWith(command, signal, overlay), command)
    },
  }
}

async function start(
  foundation: Foundation,
  pipes: PipePool | undefined,
  command: SandboxCommand,
  signal: AbortSignal,
  way: OverlayWay,
): Promise<Launched> {
  const { profile } = foundation
  const usable = (await pipes?.ready()) === true ? pipes : undefined
  const mounts = checkMounts(command, foundation.blanks)
  const sizeBytes = Math.min(command.limits.diskBytes, command.limits.memoryMb * MEBIBYTE)
  const plan = planMounts(mounts, { way, mountPoint: foundation.overlayPoint, sizeBytes })
  const overlaid = way === 'none' ? [] : mounts.filter((mount) => mount.mode === 'overlay').slice(0, 1)
  const covered = new Set(mounts.map((mount) => mount.at))
  try {
    const launched = await launch({
      foundation,
      pipes: usable,
      options: [...profile.before(command.limits), ...plan.bwrapArgs, ...profile.after(command.cwd, command.env)],
      argv: withProcessLimits(command.argv, command.limits),
      limits: command.limits,
      signal,
      stdin: command.stdin,
      onOutput: command.onOutput,
      wrap: plan.wrap,
      tmpfs: [...['/tmp', '/dev/shm', foundation.home].filter((place) => !covered.has(place)), ...overlaid.map((mount) => mount.at)],
      writable: mounts.filter((mount) => mount.mode === 'rw').map((mount) => mount.host),
    })
    return { ...launched, notes: [...plan.notes, ...launched.notes] }
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    const machine = findSystemFault(thrown, 'try again (a run goes on with writ resume)')
    if (machine) throw machine
    const what = `The sandbox could not be started with ${foundation.bwrap}: ${toMessage(thrown)}. Run \`writ doctor\`.`
    throw new Fault('sandbox-failed', what, { cause: thrown })
  }
}

/** @throws Fault `sandbox-failed` when bwrap ended before it reached the command. */
function toResult(launched: Launched, command: SandboxCommand): SandboxResult {
  assertStarted(launched, command)
  const { ended, exitCode, durationMs, peakMb, stdout, stderr, output, droppedBytes, notes } = launched
  return { ended, exitCode, durationMs, ...(peakMb === undefined ? {} : { peakMb }), stdout, stderr, output, droppedBytes, notes }
}

function assertStarted(launched: Launched, command: SandboxCommand): void {
  if (launched.ended !== 'exited' || launched.started || (launched.exitCode ?? 0) >= 128) return
  const said = Buffer.from(launched.stderr).toString('utf8').trim()
  const known = findCause(said)
  const advice = known === undefined ? 'Run `writ doctor`.' : `${known.cause}. Do this: ${known.mend}`
  throw new Fault('sandbox-failed', `The sandbox for \`${command.argv.join(' ')}\` could not be set up: ${said}. ${advice}`)
}
