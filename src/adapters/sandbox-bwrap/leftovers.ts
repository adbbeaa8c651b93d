import fs from 'node:fs'
import path from 'node:path'
import type { Leftover, LeftoverFinder } from '../../engine/ports/leftovers.ts'
import { RunId } from '../../protocol/ids.ts'
import { measure, removeMeasured } from '../process/disk-usage.ts'
import { isAlive } from '../process/temp-folders.ts'
import { listCommandGroups, removeGroup } from './cgroup.ts'
import { findIdentity, killPid, waitUntilGone } from './process-tree.ts'

const goneMs = 10_000
/** Files that a command's start makes and removes within milliseconds. */
const draftMs = 60 * 60_000

export interface SandboxLeftoverOptions {
  readonly stateDir: string
  readonly now: () => number
  /** Is there such a run, and does no live process own it? */
  readonly isDead: (run: RunId) => boolean
}

/** Processes that still run in a dead run's sandbox, control groups of dead processes, drafts in the driver's folder. */
export function createSandboxLeftoverFinder(options: SandboxLeftoverOptions): LeftoverFinder {
  return {
    async find() {
      if (process.platform !== 'linux') return findDrafts(options)
      return [...findProcesses(options), ...findGroups(), ...(await findDrafts(options))]
    },
  }
}

/** A process sees what its mount namespace binds: one that sees a run's worktree is a command of that run. */
function findProcesses(options: SandboxLeftoverOptions): Leftover[] {
  const own = readProc('self', 'mountinfo')
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name): Leftover[] => {
    const mounts = readProc(name, 'mountinfo')
    if (mounts === undefined || mounts === own) return []
    const word = /\/runs\/(run_[0-9a-z]{16})\/(?:work|checkouts)\b/.exec(mounts)?.[1]
    const run = RunId.safeParse(word).data
    const identity = findIdentity(Number(name))
    if (run === undefined || identity === undefined || !isOurs(name) || !options.isDead(run)) return []
    const command = (readProc(name, 'cmdline') ?? '').replaceAll('\0', ' ').trim() || (readProc(name, 'comm') ?? '').trim()
    return [toProcess({ pid: Number(name), identity, command, run }, options)]
  })
}

function toProcess({ pid, identity, command, run }: { pid: number; identity: string; command: string; run: RunId }, options: SandboxLeftoverOptions): Leftover {
  return {
    kind: 'process', name: `process ${pid} (${command.slice(0, 120)})`, run, why: 'a command of a run that has no owner', bytes: 0,
    remove: async () => {
      if (findIdentity(pid) !== identity || !options.isDead(run)) return 0
      killPid(pid)
      await waitUntilGone(pid, identity, goneMs)
      return 0
    },
  }
}

function isOurs(pid: string): boolean {
  return fs.statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === process.getuid?.()
}

function readProc(pid: string, file: string): string | undefined {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return undefined // it has ended, or is not ours to look at
  }
}

function findGroups(): Leftover[] {
  return listCommandGroups().filter(({ owner }) => !isAlive(owner)).map(({ dir }) => ({
    kind: 'control-group', name: dir, run: undefined, why: 'the control group of a process that is gone', bytes: 0,
    remove: async () => {
      for (const pid of (fs.existsSync(dir) ? fs.readFileSync(path.join(dir, 'cgroup.procs'), 'latin1') : '').split('\n').filter((line) => line !== '')) killPid(Number(pid))
      await removeGroup(dir)
      return 0
    },
  }))
}

async function findDrafts({ stateDir, now }: SandboxLeftoverOptions): Promise<Leftover[]> {
  const folder = path.join(stateDir, 'sandbox')
  const isOld = (at: string): boolean => (fs.lstatSync(at, { throwIfNoEntry: false })?.mtimeMs ?? now()) < now() - draftMs
  const found = (fs.existsSync(folder) ? fs.readdirSync(folder) : []).filter((name) => /^(args-\d+-|etc-draft-|overlay-probe-|scratch-)/.test(name)).map((name) => path.join(folder, name)).filter(isOld)
  return Promise.all(found.map(async (at): Promise<Leftover> => ({
    kind: 'folder', name: at, run: undefined, why: 'a draft of the sandbox, from a process that was killed', bytes: await measure(at), remove: async () => (isOld(at) ? removeMeasured(at) : 0),
  })))
}
