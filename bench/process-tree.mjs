// What a process and everything it started take from the machine, read from /proc. Elsewhere than on Linux: nothing.
import { readFileSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'

const hasProc = process.platform === 'linux'
const pageBytes = 4096
const ticksPerSecond = 100
/** Reading shared pages costs the process that is looked at some time; the plain figures do not. */
const samplesPerPss = 4

/** CPU seconds of all ended children of this process, and of theirs. The difference around a run is that run's. */
export function readChildCpu() {
  if (!hasProc) return Number.NaN
  const fields = findStat('self').fields
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond
}

/** Seconds that all cores were busy since the machine started. */
export function readMachineCpu() {
  if (!hasProc) return Number.NaN
  const [user, nice, system, , , irq, soft] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].trim().split(/\s+/).slice(1).map(Number)
  return (user + nice + system + irq + soft) / ticksPerSecond
}

/** Returns once less than a third of the machine was busy for half a second, or after `seconds`. */
export async function waitForQuiet(seconds) {
  const end = performance.now() + seconds * 1000
  while (hasProc && performance.now() < end) {
    const [before, start] = [readMachineCpu(), performance.now()]
    await new Promise((resolve) => setTimeout(resolve, 500))
    const cores = (readMachineCpu() - before) / ((performance.now() - start) / 1000)
    if (cores < availableParallelism() / 3) return
  }
}

/**
 * Looks at the tree every 50 ms until `stop`, which returns the peaks (bytes; sums over the tree), and ends by their
 * ids the processes that are left over.
 */
export function watchTree(root) {
  /** pid → start time, so that a number used again is not taken for the same process. */
  const known = new Map()
  const peak = { rss: 0, pss: 0, processes: 0 }
  let samples = 0
  const look = () => {
    if (!hasProc || root === undefined) return
    const tree = findTree(root, known)
    const rss = tree.reduce((sum, { fields }) => sum + Number(fields[21]) * pageBytes, 0)
    peak.rss = Math.max(peak.rss, rss)
    peak.processes = Math.max(peak.processes, tree.length)
    if (samples % samplesPerPss === 0) peak.pss = Math.max(peak.pss, tree.reduce((sum, { pid }) => sum + readPss(pid), 0))
    samples += 1
  }
  const timer = setInterval(look, 50)
  const kill = (signal) => {
    // Undefined where the program could not be started at all.
    if (root === undefined) return []
    const left = hasProc ? findTree(root, known) : [{ pid: root }]
    for (const { pid } of left) {
      try {
        process.kill(pid, signal)
      } catch (error) {
        // It may have ended meanwhile.
        if (error.code !== 'ESRCH') throw error
      }
    }
    return left
  }
  return {
    kill,
    /** @returns peaks, and the CPU seconds of processes that outlived the root (they are ended now) */
    stop() {
      clearInterval(timer)
      if (!hasProc || root === undefined) return { rss: Number.NaN, pss: Number.NaN, processes: Number.NaN, left: [], leftCpu: 0 }
      const left = kill('SIGKILL')
      const leftCpu = left.reduce((sum, { fields }) => sum + (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, 0)
      return { ...peak, left: left.map(({ name }) => name), leftCpu }
    },
  }
}

/** The living processes of the tree, with those that lost their parent since they were first seen. */
function findTree(root, known) {
  const children = new Map()
  const stats = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d/.test(name)) continue
    const stat = findStat(name)
    if (stat === undefined || stat.fields[0] === 'Z') continue
    stats.set(stat.pid, stat)
    const parent = Number(stat.fields[1])
    children.set(parent, [...(children.get(parent) ?? []), stat.pid])
  }
  const open = [root, ...[...known].filter(([pid, start]) => stats.get(pid)?.fields[19] === start).map(([pid]) => pid)]
  const seen = new Set()
  while (open.length > 0) {
    const pid = open.pop()
    if (seen.has(pid) || !stats.has(pid)) continue
    seen.add(pid)
    open.push(...(children.get(pid) ?? []))
  }
  return [...seen].map((pid) => {
    const stat = stats.get(pid)
    known.set(pid, stat.fields[19])
    return stat
  })
}

/** `fields[0]` is the state, the third field of proc(5)'s stat. Undefined where the process is gone. */
function findStat(name) {
  const text = findText(`/proc/${name}/stat`)
  if (text === undefined) return undefined
  const end = text.lastIndexOf(')')
  return { pid: Number(text.slice(0, text.indexOf(' '))), name: text.slice(text.indexOf('(') + 1, end), fields: text.slice(end + 2).split(' ') }
}

function readPss(pid) {
  const found = /^Pss:\s+(\d+)/m.exec(findText(`/proc/${pid}/smaps_rollup`) ?? '')
  return found === null ? 0 : Number(found[1]) * 1024
}

function findText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // Processes end while they are looked at, and some may not be looked into.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code)) return undefined
    throw error
  }
}
