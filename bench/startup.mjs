// `node bench/startup.mjs [REPS]`: how long `writ --help` takes, against Node doing nothing, in turn. Needs the build.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, quantile, toTable } from './figures.mjs'
import { node, root } from './harnesses.mjs'

const reps = Number(process.argv[2] ?? 30)
const writ = join(root, 'bin/writ.mjs')
const cases = {
  'node -e 0': ['-e', '0'],
  'writ --version': [writ, '--version'],
  'writ --help': [writ, '--help'],
  'writ run --help': [writ, 'run', '--help'],
}

if (!existsSync(join(root, 'dist/main.js'))) {
  process.stderr.write('writ is not built yet: run npm run build first.\n')
  process.exit(2)
}
const home = mkdtempSync(join(tmpdir(), 'writ-startup-'))
const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home, XDG_STATE_HOME: join(home, 'state') }
const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]))
try {
  for (let rep = -1; rep < reps; rep += 1) {
    for (const [name, args] of Object.entries(cases)) {
      const start = performance.now()
      const { status, stderr } = spawnSync(node, args, { env, encoding: 'utf8', timeout: 30_000 })
      const ms = performance.now() - start
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`)
      // The first round fills the compile cache.
      if (rep >= 0) times[name].push(ms)
    }
  }
} finally {
  rmSync(home, { recursive: true, force: true })
}
const bare = median(times['node -e 0'])
process.stdout.write(`${toTable(['command', 'median, ms', 'p95, ms', 'least, ms', 'over bare node, ms'], Object.entries(times).map(([name, ms]) =>
  [name, median(ms), quantile(ms, 0.95), Math.min(...ms), median(ms) - bare]))}\n`)
