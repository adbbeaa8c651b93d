/**
 * The macOS driver: Seatbelt (`sandbox-exec`) behind the same port as the Linux driver.
 * UNTESTED ON A MAC. The profile's text has unit tests; that the system enforces it as meant has not been seen.
 * Weaker than Linux in these ways: no pid namespace (processes that leave their group and their parents are found by
 * watching), no private view of the file system, no overlays, no loopback, no network grants, memory by watching.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Sandbox, SandboxCommand, SandboxLimits, SandboxProbe, SandboxResult } from '../../engine/ports/sandbox.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { supervise } from '../process/supervise.ts'
import { listToolchainRoots, toHostView } from './host-paths.ts'
import { watchFamily } from './process-family.ts'
import { toSeatbeltProfile } from './profile.ts'

const SANDBOX_EXEC = '/usr/bin/sandbox-exec'
const PROBE_LIMITS: SandboxLimits = { timeoutMs: 20_000, memoryMb: 512, pids: 64, outputBytes: 8_192, diskBytes: 16 * 1024 * 1024 }

export interface SeatbeltSandboxOptions {
  readonly stateDir: string
  /** The person's environment: only PATH and HOME are looked at. */
  readonly env: NodeJS.ProcessEnv
}

export function createSeatbeltSandbox(options: SeatbeltSandboxOptions): Sandbox {
  const toolchains = listToolchainRoots(options.env)
  const profileHash = createHash('sha256')
    .update(toSeatbeltProfile({ readOnly: toolchains, writable: [], masked: [], guarded: [], scratch: '/scratch' }))
    .digest('hex')
  let readiness: Promise<void> | undefined

  const execute = async (command: SandboxCommand, signal: AbortSignal): Promise<SandboxResult> => {
    if (command.net.mode !== 'none') {
      throw new Fault('sandbox-unavailable', 'Network grants do not work in the macOS sandbox yet. Run without --net, or on Linux.')
    }
    const base = path.join(options.stateDir, 'sandbox')
    fs.mkdirSync(base, { recursive: true, mode: 0o700 })
    const scratch = fs.realpathSync(fs.mkdtempSync(path.join(base, 'scratch-')))
    try {
      return await runIn(scratch, command, signal, toolchains, options.env)
    } finally {
      fs.rmSync(scratch, { recursive: true, force: true })
    }
  }
  const whenReady = (): Promise<void> => {
    readiness ??= checkReady(execute).catch((thrown: unknown) => {
      readiness = undefined
      throw thrown
    })
    return readiness
  }
  return {
    driver: 'macos-seatbelt',
    profileHash,
    ready: whenReady,
    probe: () => probeSeatbelt(execute),
    async run(command, signal) {
      await whenReady()
      return execute(command, signal)
    },
  }
}

async function runIn(
  scratch: string,
  command: SandboxCommand,
  signal: AbortSignal,
  toolchains: readonly string[],
  userEnv: NodeJS.ProcessEnv,
): Promise<SandboxResult> {
  const view = toHostView(command, toolchains, scratch)
  const family: { stop?: () => Promise<void> } = {}
  const notes = [...view.notes]
  try {
    const supervised = await supervise({
      file: SANDBOX_EXEC,
      args: ['-p', toSeatbeltProfile(view.policy), '/bin/sh', '-c', limitScript(command.limits), 'sh', ...command.argv],
      env: {
        PATH: userEnv['PATH'] ?? '/usr/bin:/bin:/usr/sbin:/sbin', HOME: scratch, TMPDIR: scratch, LANG: 'en_US.UTF-8',
        TERM: 'dumb', USER: os.userInfo().username, GIT_OPTIONAL_LOCKS: '0', ...command.env,
      },
      cwd: view.cwd,
      stdin: command.stdin,
      outputBytes: command.limits.outputBytes,
      timeoutMs: command.limits.timeoutMs,
      signal,
      onOutput: command.onOutput,
      onSpawn(child, stop) {
        if (child.pid === undefined) return
        family.stop = watchFamily(child.pid, command.limits, (detail) => {
          notes.push(`The memory limit was reached: ${detail}.`)
          stop('memory')
        })
      },
      kill: (child) => child.pid !== undefined && killGroup(child.pid),
      settled: async () => {
        await family.stop?.()
        delete family.stop
      },
    })
    return { ...supervised, notes }
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    throw new Fault('sandbox-failed', `The sandbox could not be started with ${SANDBOX_EXEC}: ${toMessage(thrown)}.`, { cause: thrown })
  } finally {
    await family.stop?.()
  }
}

/** ulimit counts files in blocks of 512 bytes. The count of processes is the user's on macOS, so it is only watched. */
function limitScript(limits: SandboxLimits): string {
  return `ulimit -c 0; ulimit -f ${Math.ceil(limits.diskBytes / 512)}; exec "$@"`
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && (thrown.code === 'ESRCH' || thrown.code === 'EPERM'))) throw thrown
  }
}

type Execute = (command: SandboxCommand, signal: AbortSignal) => Promise<SandboxResult>

const probeCommand = (script: string): SandboxCommand => ({
  argv: ['/bin/sh', '-c', script], cwd: '/', env: {}, mounts: [], net: { mode: 'none' }, limits: PROBE_LIMITS,
})

async function checkReady(execute: Execute): Promise<void> {
  if (process.platform !== 'darwin') {
    throw new Fault('sandbox-unavailable', `The Seatbelt sandbox runs on macOS only; this is ${process.platform}. Use the Linux driver there.`)
  }
  const result = await execute(probeCommand('echo ready'), new AbortController().signal)
  if (result.exitCode === 0 && Buffer.from(result.stdout).toString() === 'ready\n') return
  const said = Buffer.from(result.stderr).toString('utf8').trim()
  const nested = /sandbox_apply: Operation not permitted/.test(said)
  throw new Fault(
    'sandbox-unavailable',
    `The sandbox cannot start: sandbox-exec failed (${said}). Do this: ${nested ? 'start Writ outside any other sandbox; Seatbelt does not nest' : 'report this message with the version of macOS'}`,
  )
}

async function probeSeatbelt(execute: Execute): Promise<SandboxProbe> {
  const home = os.homedir()
  const checks: readonly (readonly [string, string, string])[] = [
    ['writing outside is refused', `touch ${home}/.writ-probe 2>/dev/null && rm ${home}/.writ-probe && echo open`, ''],
    ['the home directory cannot be listed', `ls ${home} >/dev/null 2>&1 && echo open`, ''],
    ['the network is closed', '/usr/bin/nc -z -w 1 1.1.1.1 443 >/dev/null 2>&1 && echo open', ''],
    ['scratch space works', 'echo x > "$TMPDIR/x" && echo fine', 'fine'],
  ]
  try {
    await checkReady(execute)
    const findings = [{ name: 'seatbelt', ok: true, detail: 'a command ran under the profile; this driver is untested on macOS' }]
    for (const [name, script, expected] of checks) {
      const result = await execute(probeCommand(script), new AbortController().signal)
      const said = Buffer.from(result.stdout).toString('utf8').trim()
      findings.push({ name, ok: said === expected, detail: said === expected ? 'as it should be' : `seen: ${said}` })
    }
    return { ok: findings.every((finding) => finding.ok), findings }
  } catch (thrown) {
    return { ok: false, findings: [{ name: 'seatbelt', ok: false, detail: toMessage(thrown) }] }
  }
}
