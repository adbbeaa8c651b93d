import fs from 'node:fs'
import path from 'node:path'
import { Fault } from '../../protocol/fault.ts'
import type { SandboxCommand, SandboxMount } from '../../engine/ports/sandbox.ts'
import { isBelow } from './toolchains.ts'

/** Empty things, made once, to lie over what is masked. */
export interface Blanks {
  readonly file: string
  readonly dir: string
}

/** A mount with its paths checked; a mask knows what kind of thing it covers. */
export type CheckedMount =
  | { readonly mode: 'ro' | 'rw' | 'overlay'; readonly host: string; readonly at: string }
  | { readonly mode: 'blank'; readonly host: string; readonly at: string }
  | { readonly mode: 'held'; readonly host: string; readonly at: string }

/**
 * Checks a command, and its mounts against the host. A mask over nothing is dropped: making a file to cover it would
 * leave a ghost in the workspace.
 * @throws Fault `sandbox-failed` for a relative path, a missing source, or a mount point inside a bind that is
 *   missing or reached through a symbolic link (which something inside could have planted).
 */
export function checkMounts(command: SandboxCommand, blanks: Blanks): CheckedMount[] {
  checkAbsolute('cwd', command.cwd)
  if (command.argv.length === 0) throw refuse('there is no command to run')
  for (const [name, value] of Object.entries(command.env)) {
    // bwrap's options are separated by NUL: one in a value would be read as further options.
    if (!/^[^=\0]+$/.test(name) || value.includes('\0')) throw refuse(`the environment variable ${JSON.stringify(name)} cannot be passed`)
  }
  const checked: CheckedMount[] = []
  for (const mount of command.mounts) {
    checkAbsolute('mount', mount.at)
    const under = findOuter(mount.at, checked)
    const kind = under === undefined ? undefined : kindInside(under, mount)
    if (mount.mode === 'mask') {
      if (kind !== undefined) checked.push({ mode: 'blank', host: kind === 'dir' ? blanks.dir : blanks.file, at: mount.at })
      continue
    }
    if (mount.mode === 'hold') {
      if (kind === 'dir' && (under?.mode === 'rw' || under?.mode === 'held')) checked.push({ mode: 'held', host: path.join(under.host, path.relative(under.at, mount.at)), at: mount.at })
      continue
    }
    checkAbsolute('mount', mount.host)
    const source = fs.statSync(mount.host, { throwIfNoEntry: false })
    if (source === undefined) throw refuse(`${mount.host} (to be mounted at ${mount.at}) does not exist`)
    if (under !== undefined && kind === undefined) {
      throw refuse(`the mount point ${mount.at} does not exist in ${under.host}; create it there first`)
    }
    if (kind !== undefined && (kind === 'dir') !== source.isDirectory()) {
      throw refuse(`${mount.host} cannot be mounted at ${mount.at}: one is a directory and the other is not`)
    }
    if (mount.mode === 'overlay' && !source.isDirectory()) throw refuse(`${mount.host} is not a directory: only those overlay`)
    checked.push({ mode: mount.mode, host: mount.host, at: mount.at })
  }
  return checked
}

function checkAbsolute(what: string, place: string): void {
  if (!path.isAbsolute(place) || place.includes('\0')) throw refuse(`the ${what} path ${JSON.stringify(place)} is not absolute`)
  if (path.normalize(place) !== place || (place !== '/' && place.endsWith('/'))) {
    throw refuse(`the ${what} path ${place} is not in its plain form`)
  }
}

/** The last earlier mount that `at` lies in. */
function findOuter(at: string, earlier: readonly CheckedMount[]): CheckedMount | undefined {
  return earlier.findLast((mount) => isBelow(at, mount.at))
}

/** What is at the mount point on the host; undefined where nothing is. */
function kindInside(outer: CheckedMount, mount: SandboxMount): 'dir' | 'file' | undefined {
  let place = outer.host
  for (const part of path.relative(outer.at, mount.at).split('/').filter((name) => name !== '')) {
    place = path.join(place, part)
    const stats = fs.lstatSync(place, { throwIfNoEntry: false })
    if (stats === undefined) return undefined
    if (stats.isSymbolicLink()) {
      throw refuse(`the mount point ${mount.at} leads through a symbolic link (${place}); remove the link or mount its target`)
    }
  }
  return fs.statSync(place).isDirectory() ? 'dir' : 'file'
}

function refuse(why: string): Fault {
  return new Fault('sandbox-failed', `The sandbox was not set up: ${why}.`)
}
