import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { SandboxLimits } from '../../engine/ports/sandbox.ts'
import { listTree } from './process-tree.ts'

/** Where this process may make control groups: one directory in v2, one for each controller in v1. */
export interface CgroupRoot {
  readonly version: 1 | 2
  readonly dirs: readonly string[]
}

/** The control group of one command. */
export interface CommandGroup {
  /** Moves a process and all below it in, until nothing new turns up. */
  attach(pid: number): Promise<void>
  /** Processes that the kernel killed for want of memory. */
  oomKills(): number
  /** Removes the group; every process in it is gone by then. */
  remove(): Promise<void>
}

const MEBIBYTE = 1024 * 1024
const ROUNDS = 16

/**
 * Looks for control groups that we may use (v1 as root, v2 where a part is delegated to this user) by making one.
 * @returns undefined where there are none: then rlimits and the watchdog hold the limits alone.
 */
export function findCgroupRoot(): CgroupRoot | undefined {
  const own = fs.existsSync('/proc/self/cgroup') ? fs.readFileSync('/proc/self/cgroup', 'utf8') : ''
  const root = [findVersion1(own), findVersion2(own)].find((found) => found !== undefined && isUsable(found))
  for (const dir of root?.dirs ?? []) sweep(dir)
  return root
}

/** Every group that a Writ of this user's made for a command, with the process that made it. */
export function listCommandGroups(): readonly { readonly dir: string; readonly owner: number }[] {
  const own = fs.existsSync('/proc/self/cgroup') ? fs.readFileSync('/proc/self/cgroup', 'utf8') : ''
  const dirs = [findVersion1(own), findVersion2(own)].flatMap((root) => root?.dirs ?? []).filter((dir) => fs.existsSync(dir))
  return dirs.flatMap((dir) => fs.readdirSync(dir).flatMap((name) => {
    const owner = /^writ-(\d+)-[0-9a-f]+$/.exec(name)?.[1]
    return owner === undefined ? [] : [{ dir: path.join(dir, name), owner: Number(owner) }]
  }))
}

/** Removes the groups of a Writ that was killed; those in use cannot be removed. */
function sweep(dir: string): void {
  for (const name of fs.readdirSync(dir)) {
    const owner = /^writ-(\d+)-[0-9a-f]+$/.exec(name)?.[1]
    if (owner === undefined || fs.existsSync(`/proc/${owner}`)) continue
    try {
      fs.rmdirSync(path.join(dir, name))
    } catch (thrown) {
      if (!hasCode(thrown, 'EBUSY', 'ENOENT')) throw thrown
    }
  }
}

function findVersion1(own: string): CgroupRoot | undefined {
  const dirs = ['memory', 'pids'].map((controller) => {
    const line = new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(.*)$`, 'm').exec(own)
    return line?.[1] === undefined ? undefined : path.join('/sys/fs/cgroup', controller, line[1])
  })
  const found = dirs.filter((dir) => dir !== undefined)
  return found.length === dirs.length ? { version: 1, dirs: found } : undefined
}

/** A group beside our own: v2 forbids processes in a group that has children with controllers. */
function findVersion2(own: string): CgroupRoot | undefined {
  const line = /^0::(.*)$/m.exec(own)
  if (line?.[1] === undefined || line[1] === '/') return undefined
  const parent = path.dirname(path.join('/sys/fs/cgroup', line[1]))
  const enabled = path.join(parent, 'cgroup.subtree_control')
  if (!fs.existsSync(enabled)) return undefined
  const controllers = fs.readFileSync(enabled, 'utf8').split(/\s+/)
  return controllers.includes('memory') && controllers.includes('pids') ? { version: 2, dirs: [parent] } : undefined
}

function isUsable(root: CgroupRoot): boolean {
  try {
    for (const dir of root.dirs) fs.accessSync(path.join(dir, 'cgroup.procs'), fs.constants.W_OK)
    const group = createCommandGroup(root, { timeoutMs: 1, memoryMb: 64, pids: 8, outputBytes: 1, diskBytes: 1 })
    void group.remove()
    return true
  } catch {
    return false
  }
}

/** @throws the file system's error where the group cannot be made. */
export function createCommandGroup(root: CgroupRoot, limits: SandboxLimits): CommandGroup {
  const name = `writ-${process.pid}-${randomBytes(6).toString('hex')}`
  const groups = root.dirs.map((dir) => path.join(dir, name))
  const memory = String(limits.memoryMb * MEBIBYTE)
  // Our own first process and the forwarder are not the command's.
  const pids = String(limits.pids + 3)
  const [first, second] = groups
  if (first === undefined) throw new Error('a cgroup root without directories')
  for (const group of groups) fs.mkdirSync(group)
  try {
    if (root.version === 2) {
      fs.writeFileSync(path.join(first, 'memory.max'), memory)
      fs.writeFileSync(path.join(first, 'pids.max'), pids)
      writeIfThere(path.join(first, 'memory.swap.max'), '0')
      writeIfThere(path.join(first, 'memory.oom.group'), '1')
    } else {
      fs.writeFileSync(path.join(first, 'memory.limit_in_bytes'), memory)
      writeIfThere(path.join(first, 'memory.memsw.limit_in_bytes'), memory)
      fs.writeFileSync(path.join(second ?? first, 'pids.max'), pids)
    }
  } catch (thrown) {
    for (const group of groups) fs.rmdirSync(group)
    throw thrown
  }
  const counts = path.join(first, root.version === 2 ? 'memory.events' : 'memory.oom_control')
  return {
    attach: (pid) => attachTree(groups, pid),
    oomKills: () => Number(/^oom_kill (\d+)/m.exec(fs.readFileSync(counts, 'latin1'))?.[1] ?? 0),
    async remove() {
      for (const group of groups) await removeGroup(group)
    },
  }
}

/** A process that forks while it is being moved leaves children behind, so look again until there are none. */
async function attachTree(groups: readonly string[], pid: number): Promise<void> {
  const moved = new Set<number>()
  for (let round = 0; round < ROUNDS; round += 1) {
    const fresh = listTree(pid, 4_096).filter((member) => !moved.has(member))
    if (fresh.length === 0) return
    for (const member of fresh) {
      moved.add(member)
      for (const group of groups) await moveInto(group, member)
    }
  }
}

async function moveInto(group: string, pid: number): Promise<void> {
  try {
    await fs.promises.writeFile(path.join(group, 'cgroup.procs'), String(pid))
  } catch (thrown) {
    // Gone already, or the whole command (and its group) is.
    if (!hasCode(thrown, 'ESRCH', 'ENOENT', 'ENODEV')) throw thrown
  }
}

/** The kernel may take a moment to notice that the last process has gone. */
export async function removeGroup(group: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return fs.rmdirSync(group)
    } catch (thrown) {
      if (hasCode(thrown, 'ENOENT')) return
      if (!hasCode(thrown, 'EBUSY') || attempt > 100) throw thrown
      await new Promise((resolve) => setTimeout(resolve, Math.min(1 + attempt, 20)))
    }
  }
}

function writeIfThere(file: string, text: string): void {
  if (fs.existsSync(file)) fs.writeFileSync(file, text)
}

function hasCode(thrown: unknown, ...codes: string[]): boolean {
  return thrown instanceof Error && 'code' in thrown && codes.includes(String(thrown.code))
}
