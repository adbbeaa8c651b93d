import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { SandboxCommand } from '../../engine/ports/sandbox.ts'
import { Fault } from '../../protocol/fault.ts'
import type { Foundation } from './foundation.ts'
import type { Launched } from './launch.ts'
import { findCause, WSL1 } from './mend.ts'
import type { OverlayWay } from './overlay.ts'
import { overlayWays } from './overlay.ts'

/** What the start-up probe found out; kept on disk until bwrap, the kernel or the profile changes. */
export interface Readiness {
  readonly overlay: OverlayWay
}

export type RunCommand = (command: SandboxCommand, signal: AbortSignal, way: OverlayWay) => Promise<Launched>

const PROBE_LIMITS = { timeoutMs: 20_000, memoryMb: 256, pids: 32, outputBytes: 8_192, diskBytes: 16 * 1024 * 1024 }
const SAYS_READY = 'writ-sandbox-ready'
/** Different shells have different toolchains, and so different profiles. */
const MAX_REMEMBERED = 8

/**
 * Runs one real command under the full profile and, once, finds the way to overlays.
 * @throws Fault `sandbox-unavailable` with cause and mend.
 */
export async function ensureReady(foundation: Foundation, run: RunCommand): Promise<Readiness> {
  if (/Microsoft/.test(os.release()) && !/WSL2|microsoft-standard/.test(os.release())) throw unavailable(WSL1.cause, WSL1.mend)
  const file = path.join(foundation.dir, 'ready.json')
  const key = readinessKey(foundation)
  const known = readRemembered(file)
  const before = known.find((entry) => entry.key === key)
  if (before !== undefined) return before
  await runPlain(foundation, run)
  const overlay = await findOverlayWay(foundation, run)
  const entries = [{ key, overlay }, ...known].slice(0, MAX_REMEMBERED)
  const draft = `${file}.${process.pid}`
  fs.writeFileSync(draft, JSON.stringify(entries), { mode: 0o600 })
  fs.renameSync(draft, file)
  return { overlay }
}

/** Namespaces depend on sysctls as well, which can change under a running kernel: those are part of the key. */
function readinessKey(foundation: Foundation): string {
  const stats = fs.statSync(foundation.bwrap)
  const sysctls = [
    '/proc/sys/user/max_user_namespaces',
    '/proc/sys/kernel/unprivileged_userns_clone',
    '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
  ].map((name) => (fs.existsSync(name) ? fs.readFileSync(name, 'latin1').trim() : ''))
  const parts = [foundation.bwrap, stats.mtimeMs, stats.size, os.release(), process.getuid?.(), foundation.profile.hash, sysctls]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

interface Remembered extends Readiness {
  readonly key: string
}

/** A torn or foreign file remembers nothing: the probe is made again. */
function readRemembered(file: string): Remembered[] {
  if (!fs.existsSync(file)) return []
  try {
    const parsed: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    return Array.isArray(parsed) ? parsed.flatMap(toRemembered) : []
  } catch {
    return []
  }
}

function toRemembered(value: unknown): Remembered[] {
  if (typeof value !== 'object' || value === null || !('key' in value) || !('overlay' in value)) return []
  const overlay = overlayWays.find((way) => way === value.overlay)
  return typeof value.key === 'string' && overlay !== undefined ? [{ key: value.key, overlay }] : []
}

async function runPlain(foundation: Foundation, run: RunCommand): Promise<void> {
  const launched = await run(
    { argv: ['/bin/sh', '-c', `echo ${SAYS_READY}`], cwd: '/', env: {}, mounts: [], net: { mode: 'none' }, limits: PROBE_LIMITS },
    new AbortController().signal,
    'none',
  )
  const said = Buffer.from(launched.stdout).toString('utf8').trim()
  if (launched.ended === 'exited' && launched.exitCode === 0 && said === SAYS_READY) return
  const errors = Buffer.from(launched.stderr).toString('utf8').trim()
  const known = findCause(errors)
  const seen = errors === '' ? `it ${launched.ended === 'exited' ? `exited with ${launched.exitCode}` : `ended by ${launched.ended}`}` : errors
  throw unavailable(
    `a command under the full profile failed with ${foundation.bwrap} (${seen})${known === undefined ? '' : `: ${known.cause}`}`,
    known?.mend ?? 'run `writ doctor`, which tries each layer by itself',
  )
}

/** Tries the ways in order of cost: the file written must be seen inside and must not be there outside. */
async function findOverlayWay(foundation: Foundation, run: RunCommand): Promise<OverlayWay> {
  const lower = fs.mkdtempSync(path.join(foundation.dir, 'overlay-probe-'))
  try {
    fs.mkdirSync(path.join(lower, 'kept'))
    fs.writeFileSync(path.join(lower, 'kept', 'file'), 'below')
    for (const way of ['native', 'namespace'] as const) {
      const script = `cd /tmp/lower && echo above > new && echo changed > kept/file && rm -r kept && mkdir kept && test ! -e kept/file && echo ${SAYS_READY}`
      const launched = await run(
        {
          argv: ['/bin/sh', '-c', script],
          cwd: '/',
          env: {},
          mounts: [{ mode: 'overlay', host: lower, at: '/tmp/lower' }],
          net: { mode: 'none' },
          limits: PROBE_LIMITS,
        },
        new AbortController().signal,
        way,
      )
      const said = Buffer.from(launched.stdout).toString('utf8').trim()
      const untouched = !fs.existsSync(path.join(lower, 'new')) && fs.readFileSync(path.join(lower, 'kept', 'file'), 'utf8') === 'below'
      if (launched.exitCode === 0 && said === SAYS_READY && untouched) return way
    }
    return 'none'
  } finally {
    fs.rmSync(lower, { recursive: true, force: true })
  }
}

function unavailable(cause: string, mend: string): Fault {
  return new Fault('sandbox-unavailable', `The sandbox cannot start: ${cause}. Do this: ${mend}`)
}
