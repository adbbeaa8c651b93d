import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { SandboxLimits } from '../../engine/ports/sandbox.ts'
import { INSIDE_UID } from './etc-copy.ts'
import type { Toolchains } from './toolchains.ts'

/** What the profile takes from this machine: worked out once, then the same for every command. */
export interface HostParts {
  /** Home directory inside: an empty tmpfs with read-only toolchains in it. */
  readonly home: string
  /** The directory bound at /etc. */
  readonly etc: string
  readonly toolchains: Toolchains
  /** Paths below /proc that stay writable for root outside unless they are bound read-only. */
  readonly guardedProc: readonly string[]
}

const MEBIBYTE = 1024 * 1024
const SYSTEM_DIRS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']

/** Namespaces and rights: the same on every machine. */
const ISOLATION = [
  '--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net', '--unshare-cgroup-try',
  '--disable-userns', '--uid', String(INSIDE_UID), '--gid', String(INSIDE_UID), '--hostname', 'writ',
  '--cap-drop', 'ALL', '--new-session', '--die-with-parent', '--clearenv',
]

export interface Profile {
  /** Hash of all that is always there. */
  readonly hash: string
  /** bwrap's arguments before the command's own mounts. */
  before(limits: SandboxLimits): string[]
  /** And after them. */
  after(cwd: string, env: Readonly<Record<string, string>>): string[]
  /** The driver's small environment, which a command may add to. */
  readonly env: Readonly<Record<string, string>>
}

export function createProfile(host: HostParts, seccomp: Uint8Array): Profile {
  const system = systemMounts()
  const base = [
    ...ISOLATION,
    '--ro-bind', '/usr', '/usr', ...system,
    '--ro-bind', host.etc, '/etc',
    '--proc', '/proc', ...host.guardedProc.flatMap((place) => ['--ro-bind', place, place]),
    '--dir', '/run', '--dir', '/var', '--symlink', '../tmp', '/var/tmp',
  ]
  const tools = host.toolchains.roots.flatMap((root) => ['--ro-bind', root.host, root.at])
  const env = {
    PATH: host.toolchains.path,
    HOME: host.home,
    USER: 'writ',
    LOGNAME: 'writ',
    SHELL: fs.existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh',
    LANG: 'C.UTF-8',
    TMPDIR: '/tmp',
    TERM: 'dumb',
    // What is inside cannot answer for people.
    WRIT_SANDBOX: '1',
    GIT_OPTIONAL_LOCKS: '0',
    ...host.toolchains.env,
  }
  return {
    hash: createHash('sha256').update(JSON.stringify([base, tools, env])).update(seccomp).digest('hex'),
    env,
    before(limits) {
      // Each tmpfs may take the whole allowance; that their sum does not is the memory limit's business.
      const size = String(Math.max(1, limits.memoryMb) * MEBIBYTE)
      return [
        ...base,
        '--dev', '/dev', '--perms', '1777', '--size', size, '--tmpfs', '/dev/shm', '--remount-ro', '/dev',
        '--perms', '1777', '--size', size, '--tmpfs', '/tmp',
        '--perms', '0700', '--size', size, '--tmpfs', host.home,
        ...tools,
      ]
    },
    after(cwd, added) {
      return [
        '--remount-ro', '/', '--chdir', cwd,
        ...Object.entries({ ...env, ...added }).flatMap(([name, value]) => ['--setenv', name, value]),
      ]
    },
  }
}

/** /bin and its like: links into /usr on merged systems, directories of their own on others. */
function systemMounts(): string[] {
  return SYSTEM_DIRS.flatMap((dir) => {
    const stats = fs.lstatSync(dir, { throwIfNoEntry: false })
    if (stats === undefined) return []
    return stats.isSymbolicLink() ? ['--symlink', fs.readlinkSync(dir), dir] : ['--ro-bind', dir, dir]
  })
}

/** The home directory inside is where it is outside, so that toolchains find themselves; odd ones get a plain place. */
export function toInsideHome(home: string): string {
  const odd = !path.isAbsolute(home) || /^\/(?:$|usr|bin|sbin|lib|etc|proc|dev|sys|run|nonexistent)/.test(home) || home === '/tmp'
  return odd ? '/home/writ' : path.normalize(home).replace(/\/$/, '')
}

/**
 * /proc/sys always: for root outside, core_pattern and others open for writing from inside a user namespace. And what
 * else at the top of /proc whoever runs Writ may write, such as sysrq-trigger (root) or the pressure files (everyone).
 */
export function listGuardedProc(isRoot: boolean): string[] {
  const mayWrite = isRoot ? 0o222 : 0o002
  const writable = fs.readdirSync('/proc').filter((name) => {
    if (/^\d|^(?:self|thread-self|sys|net|mounts|irq|bus)$/.test(name)) return false
    const stats = fs.lstatSync(`/proc/${name}`, { throwIfNoEntry: false })
    if (stats === undefined || stats.isSymbolicLink()) return false
    return stats.isDirectory() ? ['pressure', 'fs', 'acpi', 'scsi'].includes(name) : (stats.mode & mayWrite) !== 0
  })
  return ['/proc/sys', ...writable.map((name) => `/proc/${name}`)]
}
