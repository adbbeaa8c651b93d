import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import type { CgroupRoot } from './cgroup.ts'
import { findCgroupRoot } from './cgroup.ts'
import { prepareEtc } from './etc-copy.ts'
import { MISSING_BWRAP } from './mend.ts'
import type { Blanks } from './mounts.ts'
import type { Profile } from './profile.ts'
import { createProfile, listGuardedProc, toInsideHome } from './profile.ts'
import { findMachine, toSeccompProgram } from './seccomp.ts'
import { isBelow } from './toolchains.ts'
import { findToolchains } from './toolchain-cache.ts'

/** Everything a command needs that does not change between commands. */
export interface Foundation {
  readonly bwrap: string
  /** Private directory of the driver. */
  readonly dir: string
  readonly profile: Profile
  /** File with the seccomp program; opened anew for each command because the read offset is shared. */
  readonly seccompFile: string
  readonly blanks: Blanks
  /** Empty directory for the mounts of the outer namespace, on a path without separators of mount options. */
  readonly overlayPoint: string
  readonly home: string
  readonly cgroups: CgroupRoot | undefined
  /** Our own descriptors that a child would inherit. */
  readonly inherited: readonly number[]
  /** An open /dev/null. */
  readonly nothing: number
}

export interface FoundationOptions {
  readonly stateDir: string
  readonly env: NodeJS.ProcessEnv
  readonly bwrapPath: string | undefined
}

/**
 * Makes the driver's files under `stateDir` and works the profile out.
 * @throws Fault `sandbox-unavailable` where bwrap is missing or the processor has no seccomp program.
 */
export function prepareFoundation(options: FoundationOptions): Foundation {
  const machine = findMachine(process.arch)
  if (process.platform !== 'linux' || machine === undefined) {
    throw new Fault(
      'sandbox-unavailable',
      `The Linux sandbox runs on x64 and arm64 Linux; this is ${process.platform} on ${process.arch}. Use a machine of that kind.`,
    )
  }
  const bwrap = options.bwrapPath ?? findBwrap(options.env)
  if (bwrap === undefined || !fs.existsSync(bwrap)) {
    const tried = options.bwrapPath === undefined ? '' : ` (tried ${options.bwrapPath})`
    throw new Fault('sandbox-unavailable', `The sandbox cannot start: ${MISSING_BWRAP.cause}${tried}. Do this: ${MISSING_BWRAP.mend}`)
  }
  const dir = path.join(fs.realpathSync(makePrivate(options.stateDir)), 'sandbox')
  makePrivate(dir)
  const seccomp = toSeccompProgram(machine)
  const home = toInsideHome(options.env['HOME'] ?? os.homedir())
  const toolchains = findToolchains({
    env: options.env,
    home: options.env['HOME'] ?? os.homedir(),
    hidden: [dir],
    cacheFile: path.join(dir, 'toolchains.json'),
  })
  const isRoot = process.getuid?.() === 0
  const etc = prepareEtc(dir, home)
  return {
    bwrap,
    dir,
    home,
    profile: createProfile({ home, etc, toolchains, guardedProc: listGuardedProc(isRoot) }, seccomp),
    seccompFile: putFile(path.join(dir, `seccomp-${machine}.bpf`), seccomp),
    blanks: { file: putFile(path.join(dir, 'blank'), new Uint8Array()), dir: makePrivate(path.join(dir, 'blank.d')) },
    overlayPoint: makeOverlayPoint(dir),
    cgroups: findCgroupRoot(),
    inherited: listInheritable(),
    nothing: fs.openSync('/dev/null', 'r'),
  }
}

/** The first bwrap on PATH that only root can have put there: one planted in a project would be a way out. */
function findBwrap(env: NodeJS.ProcessEnv): string | undefined {
  const dirs = [...(env['PATH'] ?? '').split(':'), '/usr/bin', '/usr/local/bin', '/bin']
  const candidates = dirs.filter((dir) => path.isAbsolute(dir)).map((dir) => path.join(dir, 'bwrap'))
  return candidates.find((file) => {
    const stats = findStats(file)
    if (stats === undefined || !stats.isFile() || (stats.mode & 0o111) === 0) return false
    const real = fs.realpathSync(file)
    const trusted = ['/usr', '/bin', '/nix/store', '/run/current-system', '/opt'].some((root) => isBelow(real, root))
    return trusted && stats.uid === 0 && (stats.mode & 0o022) === 0
  })
}

/** undefined where there is no such file, or in a directory that this user may not enter: PATH may have been somebody else's. */
function findStats(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file, { throwIfNoEntry: false })
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && ['EACCES', 'ELOOP', 'ENAMETOOLONG'].includes(String(thrown.code))) return undefined
    throw thrown
  }
}

/** Node opens everything close-on-exec, so these are what our parent left open for us. */
function listInheritable(): number[] {
  const CLOSE_ON_EXEC = 0o2000000
  return fs.readdirSync('/proc/self/fdinfo').map(Number).filter((handle) => {
    if (handle < 3) return false
    try {
      const flags = /^flags:\s+0?([0-7]+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${handle}`, 'latin1'))?.[1]
      return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0
    } catch {
      // The descriptor that listed the directory is gone again.
      return false
    }
  })
}

function makePrivate(dir: string): string {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
  return dir
}

/** Writes through a rename, so that another process never reads half a file. Unchanged files are left alone. */
function putFile(file: string, bytes: Uint8Array): string {
  if (fs.existsSync(file) && Buffer.compare(fs.readFileSync(file), bytes) === 0) return file
  const draft = `${file}.${process.pid}`
  fs.writeFileSync(draft, bytes, { mode: 0o600 })
  fs.renameSync(draft, file)
  return file
}

function makeOverlayPoint(dir: string): string {
  const usual = path.join(dir, 'overlay')
  if (!/[,:\\]/.test(usual)) return makePrivate(usual)
  return makePrivate(path.join(os.tmpdir(), `writ-overlay-${process.getuid?.() ?? 0}`))
}
