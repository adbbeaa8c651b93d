import fs from 'node:fs'

/** Reads of /proc that may find the process gone: then there is nothing to read, which is an answer. */
function readProc(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'latin1')
  } catch {
    return undefined
  }
}

/** What tells a process from a later one with the same number; undefined when it is gone or a zombie. */
export function findIdentity(pid: number): string | undefined {
  const stat = readProc(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

/**
 * The process and everything below it, as numbers of the host's pid namespace. In a pid namespace of their own,
 * orphans stay below its first process, so nothing escapes the walk.
 * @param limit stops after this many; a fork bomb shall not keep us busy.
 */
export function listTree(pid: number, limit: number): number[] {
  const found = [pid]
  for (let index = 0; index < found.length && found.length < limit; index += 1) {
    for (const child of listChildren(found[index] ?? pid)) found.push(child)
  }
  return found
}

function listChildren(pid: number): number[] {
  let threads: string[]
  try {
    threads = fs.readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
  return threads.flatMap((thread) => {
    const children = readProc(`/proc/${pid}/task/${thread}/children`)
    return children === undefined || children === '' ? [] : children.trim().split(' ').map(Number)
  })
}

/** Memory that only this process explains, in bytes: anonymous pages and shared memory, not mapped files. */
export function residentBytes(pid: number): number {
  const status = readProc(`/proc/${pid}/status`)
  if (status === undefined) return 0
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
  return (field('RssAnon') + field('RssShmem')) * 1024
}

/**
 * Waits until a process is gone (or a zombie, which holds nothing): for the first process of a pid namespace that
 * is when all the others are gone, too. Kills it again now and then.
 */
export async function waitUntilGone(pid: number, identity: string, limitMs: number): Promise<boolean> {
  const start = performance.now()
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    if (findIdentity(pid) !== identity) return true
    const elapsed = performance.now() - start
    if (elapsed > limitMs) return false
    if (elapsed > 20) killPid(pid)
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

/** SIGKILL; that it is gone already is as good. */
export function killPid(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown
  }
}
