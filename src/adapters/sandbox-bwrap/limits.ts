import fs from 'node:fs'
import type { SandboxLimits } from '../../engine/ports/sandbox.ts'

const PRLIMIT = '/usr/bin/prlimit'
const MAX_OPEN_FILES = 65_536
let openFilesCeiling: number | undefined

/**
 * Puts the limits that the kernel holds per process before a command. It is done inside, where RLIMIT_NPROC counts
 * only this sandbox's user namespace. Never RLIMIT_AS: it ends V8 and WebAssembly at once.
 */
export function withProcessLimits(argv: readonly string[], limits: SandboxLimits): string[] {
  openFilesCeiling ??= Math.min(findHardOpenFiles() ?? 4_096, MAX_OPEN_FILES)
  if (fs.existsSync(PRLIMIT)) {
    return [
      PRLIMIT, '--core=0', `--nofile=${openFilesCeiling}`, `--fsize=${limits.diskBytes}`, `--nproc=${limits.pids + 3}`,
      '--', ...argv,
    ]
  }
  // Without util-linux: the shell's own ulimit, which counts files in blocks of 512 bytes.
  const blocks = Math.ceil(limits.diskBytes / 512)
  const pids = limits.pids + 3
  const most = `ulimit -c 0; ulimit -n ${openFilesCeiling}; ulimit -f ${blocks}`
  const script = `${most}; ulimit -u ${pids} 2>/dev/null || ulimit -p ${pids}; exec "$@"`
  return ['/bin/sh', '-c', script, 'sh', ...argv]
}

function findHardOpenFiles(): number | undefined {
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'latin1'))?.[1]
  return hard === undefined ? undefined : Number(hard)
}
