// `node bench/sandbox.mjs [REPS]`: what the Linux sandbox adds to a command, against starting it bare, in turn.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBwrapSandbox } from '../src/adapters/sandbox-bwrap/driver.ts'
import { median, quantile, toTable } from './figures.mjs'

const reps = Number(process.argv[2] ?? 100)
const base = realpathSync(mkdtempSync(join(tmpdir(), 'writ-sandbox-')))
const workspace = join(base, 'workspace')
const dependencies = join(base, 'dependencies')
mkdirSync(join(workspace, 'node_modules'), { recursive: true })
mkdirSync(dependencies)

const argv = ['/bin/bash', '-c', 'echo step >> log.txt']
const limits = { timeoutMs: 60_000, memoryMb: 4096, pids: 512, outputBytes: 1_000_000, diskBytes: 1024 ** 3 }
const sandbox = createBwrapSandbox({ stateDir: join(base, 'state'), env: { PATH: process.env.PATH, HOME: join(base, 'home') } })
const mounts = [{ mode: 'rw', host: workspace, at: workspace }]
const overlay = { mode: 'overlay', host: dependencies, at: join(workspace, 'node_modules') }

async function runInside(extra) {
  const command = { argv, cwd: workspace, env: {}, mounts: [...mounts, ...extra], net: { mode: 'none' }, limits }
  const { ended, exitCode } = await sandbox.run(command, AbortSignal.timeout(60_000))
  if (ended !== 'exited' || exitCode !== 0) throw new Error(`The command in the sandbox ${ended} with ${exitCode}.`)
}

function runBare() {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), { cwd: workspace, stdio: ['ignore', 'pipe', 'pipe'] })
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`The bare command ended with ${code}.`))))
  })
}

const cases = { 'bare spawn': runBare, 'in the sandbox': () => runInside([]), 'and a dependency overlay': () => runInside([overlay]) }
const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]))
try {
  const opened = performance.now()
  await sandbox.ready()
  const readyMs = performance.now() - opened
  for (let rep = -2; rep < reps; rep += 1) {
    for (const [name, run] of Object.entries(cases)) {
      const start = performance.now()
      await run()
      if (rep >= 0) times[name].push(performance.now() - start)
    }
  }
  const bare = median(times['bare spawn'])
  process.stdout.write(`${toTable(['command', 'median, ms', 'p95, ms', 'least, ms', 'over bare, ms'], Object.entries(times).map(([name, ms]) =>
    [name, median(ms), quantile(ms, 0.95), Math.min(...ms), median(ms) - bare]))}\n\nFirst probe of the sandbox: ${readyMs.toFixed(0)} ms, once a process.\n`)
} finally {
  rmSync(base, { recursive: true, force: true })
}
