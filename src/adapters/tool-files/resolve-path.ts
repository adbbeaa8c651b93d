import { constants } from 'node:fs'
import { lstat, readFile, readlink, realpath } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Stats } from 'node:fs'
import type { PathAccess } from '../../protocol/policy.ts'
import { holdsCredential, toSecrecy } from '../../domain/text/secret-paths.ts'
import type { Workspace } from '../../engine/ports/workspace.ts'

/** What the resolver needs to know of a workspace. */
export type PathRoot = Pick<Workspace, 'root' | 'home' | 'dependencies'>

export interface ResolvedPath {
  /** Relative to the repository's root, with `/`, links followed; `.` for the root itself. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'missing'
  /** Bytes of a file; 0 otherwise. */
  readonly bytes: number
  /** Directory on the host from which `parts` are to be opened one by one, never following a link. */
  readonly anchor: string
  readonly parts: readonly string[]
  /** Inside a dependency directory: the person's own, read-only. */
  readonly dependency: boolean
}

export type PathRefusalReason = 'malformed' | 'outside' | 'git' | 'link' | 'link-outside' | 'secret' | 'dependency' | 'special' | 'not-directory'

export type PathResolution =
  | ({ readonly ok: true } & ResolvedPath)
  /** `path` is as far as it could be followed. `message` says what to do instead. */
  | { readonly ok: false; readonly reason: PathRefusalReason; readonly path: string; readonly message: string }

const MAX_LINKS = 40

/**
 * Where a path that a model wrote leads, and whether a tool may go there: the same walls as the sandbox's, on the host.
 * Accepts paths relative to the root and absolute ones below `home` (or `root`). Links are followed by hand, component by
 * component, and must stay inside; nothing is opened. What is opened later must be opened with `openFile` or
 * `openDirectory`, which follow no link at all, so that a path cannot change its meaning in between.
 */
export async function resolvePath(workspace: PathRoot, written: string, access: PathAccess['access']): Promise<PathResolution> {
  const pending = toParts(workspace, written)
  if (pending === undefined) return refuse('outside', written, `${written} is outside the repository. Use a path relative to its root.`)
  if (written.includes('\0') || written.length > 4096) return refuse('malformed', '.', 'The path is malformed.')
  let done: string[] = []
  let links = 0
  let stats: Stats | undefined
  while (pending.length > 0) {
    const part = pending.shift() ?? ''
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (done.pop() === undefined) return refuse('outside', written, `${written} leads out of the repository. Use a path relative to its root.`)
      continue
    }
    if (isGitName(part)) return refuse('git', [...done, part].join('/'), `${written}: .git is closed to tools. Use git commands in shell to look at history.`)
    const next = [...done, part]
    const host = await toHost(workspace, next)
    stats = await findStats(join(host.anchor, ...host.parts))
    if (stats === undefined) {
      done = next
      continue
    }
    if (stats.isSymbolicLink()) {
      if (++links > MAX_LINKS) return refuse('link', next.join('/'), `${written} runs through more than ${MAX_LINKS} symbolic links.`)
      const target = await readlink(join(host.anchor, ...host.parts))
      const parts = toTarget(workspace, target)
      if (parts === undefined) return refuse('link-outside', next.join('/'), `${next.join('/')} is a symbolic link to ${target}, outside the repository, and is not followed.`)
      if (access === 'write') {
        return refuse('link', next.join('/'), `${next.join('/')} is a symbolic link to ${target}; nothing is written through links. Name the file it leads to.`)
      }
      if (isAbsolute(target)) done = []
      pending.unshift(...parts)
      continue
    }
    if (!stats.isDirectory() && pending.some((rest) => rest !== '' && rest !== '.')) {
      return refuse('not-directory', next.join('/'), `${next.join('/')} is not a directory.`)
    }
    done = next
  }
  return toResolution(workspace, done, access)
}

async function toResolution(workspace: PathRoot, done: readonly string[], access: PathAccess['access']): Promise<PathResolution> {
  const path = done.length === 0 ? '.' : done.join('/')
  const { anchor, parts, dependency } = await toHost(workspace, done)
  const stats = await findStats(join(anchor, ...parts))
  if (access === 'write' && dependency) {
    return refuse('dependency', path, `${path} belongs to the installed dependencies, which are read-only. Change the code that uses them.`)
  }
  if (access === 'write' && done.length === 0) return refuse('malformed', path, 'That is the root of the repository, not a file.')
  if (stats !== undefined && !stats.isFile() && !stats.isDirectory()) {
    return refuse('special', path, `${path} is ${toKind(stats)}, not a file; it is neither read nor written.`)
  }
  const secrecy = stats?.isDirectory() === true ? 'no' : toSecrecy(path)
  if (secrecy === 'yes' || (secrecy === 'look' && !dependency && (await holdsCredentialAt(join(anchor, ...parts), stats)))) {
    return refuse('secret', path, `${path} holds secrets, which no tool sees or writes. Go on without it; a template such as .env.example may be read.`)
  }
  const kind = stats === undefined ? 'missing' : stats.isDirectory() ? 'directory' : 'file'
  return { ok: true, path, kind, bytes: kind === 'file' ? (stats?.size ?? 0) : 0, anchor, parts, dependency }
}

async function holdsCredentialAt(host: string, stats: Stats | undefined): Promise<boolean> {
  if (stats === undefined || !stats.isFile()) return false
  if (stats.size > 1_000_000) return true
  return holdsCredential(await readFile(host, { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK }))
}

function refuse(reason: PathRefusalReason, path: string, message: string): PathResolution {
  return { ok: false, reason, path, message }
}

/** Components below the root, or undefined where the path is plainly elsewhere. */
function toParts(workspace: PathRoot, written: string): string[] | undefined {
  if (!isAbsolute(written)) return written.split('/')
  return toTarget(workspace, written)
}

/** A link inside the worktree may have been written with the path that the sandbox shows. */
function toTarget(workspace: PathRoot, target: string): string[] | undefined {
  if (!isAbsolute(target)) return target.split('/')
  for (const base of [workspace.home, workspace.root]) {
    if (target === base) return []
    if (target.startsWith(`${base}/`)) return target.slice(base.length + 1).split('/')
  }
  return undefined
}

/** `.git` in any case, and what Windows and macOS disks take for it. */
function isGitName(part: string): boolean {
  return /^(\.git|git~\d+)$/i.test(part.replaceAll(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, '').replace(/[. ]+$/, ''))
}

/** Dependencies are looked up in the person's repository, all else in the worktree. */
async function toHost(workspace: PathRoot, parts: readonly string[]): Promise<{ anchor: string; parts: readonly string[]; dependency: boolean }> {
  const path = parts.join('/')
  for (const { path: at, way } of workspace.dependencies) {
    if (path !== at && !path.startsWith(`${at}/`)) continue
    const below = parts.slice(at.split('/').length)
    if (way === 'copy') return { anchor: workspace.root, parts, dependency: true }
    return { anchor: await toRealPath(join(workspace.home, at)), parts: below, dependency: true }
  }
  return { anchor: workspace.root, parts, dependency: false }
}

/** The dependency directory itself may be a link of the person's; where it leads is theirs to say. */
async function toRealPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (thrown) {
    if (isMissing(thrown)) return path
    throw thrown
  }
}

async function findStats(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (thrown) {
    if (isMissing(thrown)) return undefined
    throw thrown
  }
}

/** Nothing is there: also below a file, or under a name that no disk can hold. */
export function isMissing(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG'
}

function toKind(stats: Stats): string {
  if (stats.isFIFO()) return 'a named pipe'
  if (stats.isSocket()) return 'a socket'
  return 'a device'
}
