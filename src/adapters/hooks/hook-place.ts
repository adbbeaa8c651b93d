import { constants, lstatSync } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { toSecrecy } from '../../domain/text/secret-paths.ts'
import type { CommandPlace } from '../../engine/ports/commands.ts'
import type { SandboxMount } from '../../engine/ports/sandbox.ts'
import type { Workspace } from '../../engine/ports/workspace.ts'
import type { HookEvent } from '../../protocol/hooks.ts'
import { hookFolder } from './repository-hooks.ts'

/** Where a hook is called: what it is given to see, and what is known of it for judging the command. */
export interface HookPlace {
  readonly cwd: string
  readonly mounts: readonly SandboxMount[]
  readonly reads: CommandPlace
  /** The trusted programs of the repository could not be put in place: the workspace has something else there. */
  readonly isTamperedWith: boolean
}

/** Scripts longer than this are not read, which makes them unknown. */
const mostBytes = 1_000_000
/** Moments after which files may be put in order. At all others hooks look and do not touch: nothing records what they would change. */
const mayChange: ReadonlySet<HookEvent> = new Set(['PostToolUse', 'Stop', 'SubagentStop'])

export interface PlaceOptions {
  readonly event: HookEvent
  readonly env: Readonly<Record<string, string>>
  readonly workspace: Pick<Workspace, 'home' | 'mounts'> | undefined
  /** The folder of trusted programs, where the hook is the repository's. */
  readonly folder: string | undefined
}

/** In the sandbox: the workspace as commands see it, with the repository's hook programs as they were trusted lying over the agent's. */
export function toHookPlace({ event, env, workspace, folder }: PlaceOptions): HookPlace {
  if (workspace === undefined) return { cwd: '/tmp', mounts: [], reads: toCommandPlace('/tmp', env, async () => undefined), isTamperedWith: false }
  const { home } = workspace
  const root = workspace.mounts.find((each) => 'host' in each && each.at === home)
  const host = root !== undefined && 'host' in root ? root.host : undefined
  const isThere = folder !== undefined && host !== undefined && isPlainFolder(host, hookFolder)
  const given = mayChange.has(event) ? workspace.mounts : workspace.mounts.map((each) => (each.mode === 'rw' ? { ...each, mode: 'ro' as const } : each))
  const read = async (path: string): Promise<string | undefined> => {
    if (host === undefined) return undefined
    if (isThere && path.startsWith(`${hookFolder}/`)) return readBelow(folder, relative(hookFolder, path))
    return readBelow(host, path)
  }
  return {
    cwd: home,
    mounts: isThere ? [...given, { mode: 'ro', host: folder, at: join(home, hookFolder) }] : given,
    reads: toCommandPlace(home, env, read),
    isTamperedWith: folder !== undefined && !isThere,
  }
}

/** Outside of the sandbox: the person's home, never the workspace, where a script could be the agent's. */
export function toHostPlace(home: string, env: Readonly<Record<string, string>>): HookPlace {
  return { cwd: home, mounts: [], reads: toCommandPlace(home, env, (path) => readBelow(home, path)), isTamperedWith: false }
}

function toCommandPlace(home: string, env: Readonly<Record<string, string>>, read: (path: string) => Promise<string | undefined>): CommandPlace {
  return {
    home, env,
    isSecret: (path) => toSecrecy(path) !== 'no',
    readFile: async (path) => {
      const inside = isAbsolute(path) ? relative(home, path) : path
      return inside.startsWith('..') || isAbsolute(inside) ? undefined : read(inside)
    },
  }
}

/** A real folder, reached through real folders. */
function isPlainFolder(root: string, path: string): boolean {
  let at = root
  for (const part of path.split('/')) {
    at = join(at, part)
    const stats = lstatSync(at, { throwIfNoEntry: false })
    if (stats?.isDirectory() !== true) return false
  }
  return true
}

/** Text of a plain file below a folder, links followed only as far as they stay in it. What cannot be read is not understood, and that asks. */
async function readBelow(root: string, path: string): Promise<string | undefined> {
  try {
    const [whole, base] = await Promise.all([realpath(resolve(root, path)), realpath(root)])
    if (!whole.startsWith(`${base}/`)) return undefined
    const file = await open(whole, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const found = await file.stat()
      return found.isFile() && found.size <= mostBytes ? (await file.readFile()).toString('utf8') : undefined
    } finally {
      await file.close()
    }
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown) return undefined
    throw thrown
  }
}
