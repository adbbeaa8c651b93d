import fs from 'node:fs'
import path from 'node:path'
import type { SandboxCommand } from '../../engine/ports/sandbox.ts'
import { Fault } from '../../protocol/fault.ts'
import type { SeatbeltPolicy } from './profile.ts'

/** Seatbelt filters paths and cannot move them, so a command sees its mounts where they are on the host. */
export interface HostView {
  readonly policy: SeatbeltPolicy
  readonly cwd: string
  readonly notes: readonly string[]
}

/**
 * Translates mounts and working directory to host paths.
 * @throws Fault `sandbox-failed` for a working directory in no mount, or a mount whose source is missing.
 */
export function toHostView(command: SandboxCommand, toolchains: readonly string[], scratch: string): HostView {
  const writable: string[] = []
  const readOnly: string[] = [...toolchains]
  const guarded: string[] = []
  const masked: string[] = []
  const notes: string[] = []
  const placed: { at: string; host: string }[] = []
  const locate = (inside: string): string | undefined => {
    const outer = placed.findLast((mount) => inside === mount.at || inside.startsWith(`${mount.at}/`))
    return outer === undefined ? undefined : path.join(outer.host, path.relative(outer.at, inside))
  }
  for (const mount of command.mounts) {
    if (mount.mode === 'mask') {
      const target = locate(mount.at)
      if (target !== undefined) masked.push(target)
      continue
    }
    // Paths are forbidden here by their names; nothing can be mounted to hold a folder.
    if (mount.mode === 'hold') continue
    if (!fs.existsSync(mount.host)) throw new Fault('sandbox-failed', `The sandbox was not set up: ${mount.host} does not exist.`)
    const host = fs.realpathSync(mount.host)
    const inPlace = locate(mount.at)
    placed.push({ at: mount.at, host })
    if (mount.mode === 'rw') writable.push(host)
    else {
      readOnly.push(host)
      guarded.push(host)
    }
    if (mount.mode === 'overlay') notes.push(`${mount.at} is read-only: macOS has no overlays.`)
    if (mount.at !== host && inPlace !== host) notes.push(`${mount.at} is at ${host}: on macOS paths stay those of the host.`)
  }
  const cwd = locate(command.cwd) ?? (fs.existsSync(command.cwd) ? fs.realpathSync(command.cwd) : undefined)
  if (cwd === undefined) throw new Fault('sandbox-failed', `The working directory ${command.cwd} lies in no mount.`)
  return { policy: { readOnly, writable, masked, guarded, scratch }, cwd, notes }
}

/** Installations that the person's PATH leads to: the directory, and the prefix above a `bin` that has libraries. */
export function listToolchainRoots(env: NodeJS.ProcessEnv): string[] {
  const home = env['HOME'] ?? ''
  const tooWide = new Set(['/', '/Users', '/private', '/opt', '/Applications', home, path.dirname(home)])
  const roots = (env['PATH'] ?? '').split(':').filter((entry) => path.isAbsolute(entry) && fs.existsSync(entry)).map((entry) => {
    const real = fs.realpathSync(entry)
    const above = path.dirname(real)
    const isPrefix = path.basename(real) === 'bin' && ['lib', 'libexec', 'share'].some((name) => fs.existsSync(path.join(above, name)))
    return isPrefix && !tooWide.has(above) && !fs.existsSync(path.join(above, '.git')) ? above : real
  })
  return [...new Set(roots.filter((root) => !tooWide.has(root)))]
}
