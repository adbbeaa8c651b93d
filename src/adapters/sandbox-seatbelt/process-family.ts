import { execFile } from 'node:child_process'
import type { SandboxLimits } from '../../engine/ports/sandbox.ts'

const INTERVAL_MS = 500

export interface ProcessRow {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly residentKb: number
  /** When it started, as ps prints it: with the number it names one process for good. */
  readonly started: string
}

/** Reads what `ps -axo pid=,ppid=,pgid=,rss=,lstart=` prints. */
export function parseProcessTable(text: string): ProcessRow[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(.+?)\s*$/.exec(line)
    if (match === null) return []
    const [, pid, parent, group, residentKb, started = ''] = match
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), residentKb: Number(residentKb), started }]
  })
}

/**
 * The family of a command: its group, its descendants, and whoever was one of them at an earlier look, even if it has
 * since left both (a daemon).
 */
export function findFamily(rows: readonly ProcessRow[], leader: number, known: ReadonlySet<string>): ProcessRow[] {
  const members = new Set<number>([leader])
  const belongs = (row: ProcessRow): boolean =>
    row.group === leader || members.has(row.parent) || members.has(row.pid) || known.has(toKey(row))
  for (let size = -1; size !== members.size; ) {
    size = members.size
    for (const row of rows) if (belongs(row)) members.add(row.pid)
  }
  return rows.filter((row) => members.has(row.pid))
}

export const toKey = (row: ProcessRow): string => `${row.pid} ${row.started}`

/**
 * Looks at the family every half second, for memory and number, and remembers who belongs to it.
 * @returns what ends the watching and kills whoever is left.
 */
export function watchFamily(leader: number, limits: SandboxLimits, onBreach: (detail: string) => void): () => Promise<void> {
  const known = new Set<string>()
  let looking: Promise<readonly ProcessRow[]> | undefined
  const look = async (): Promise<readonly ProcessRow[]> => {
    const family = findFamily(parseProcessTable(await readTable()), leader, known)
    for (const row of family) known.add(toKey(row))
    return family
  }
  const timer = setInterval(() => {
    if (looking !== undefined) return
    looking = look().finally(() => {
      looking = undefined
    })
    void looking.then((family) => {
      const megabytes = family.reduce((sum, row) => sum + row.residentKb, 0) / 1024
      if (megabytes > limits.memoryMb) onBreach(`${Math.round(megabytes)} MiB of ${limits.memoryMb} MiB`)
      else if (family.length > limits.pids * 2) onBreach(`more than ${limits.pids} processes`)
    })
  }, INTERVAL_MS)
  return async () => {
    clearInterval(timer)
    for (let round = 0; round < 10; round += 1) {
      const left = (await look()).filter((row) => row.pid !== leader)
      if (left.length === 0) return
      for (const row of left) killOne(row.pid)
    }
  }
}

function readTable(): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('/bin/ps', ['-axo', 'pid=,ppid=,pgid=,rss=,lstart='], { maxBuffer: 16 * 1024 * 1024, timeout: 10_000 }, (error, stdout) => {
      if (error === null) resolve(stdout)
      else reject(error)
    })
  })
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown
  }
}
