// `npm test`: what the tests need, then the build, then every test on node's own runner.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBubblewrap } from './ensure-bubblewrap.mjs'

const { ok, message } = ensureBubblewrap()
if (message) process.stderr.write(`${message}\n`)
if (!ok) process.exit(1)

const steps = [
  ['scripts/check.mjs'],
  ['scripts/build.mjs'],
]
for (const step of steps) {
  const { status } = spawnSync(process.execPath, step, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
const named = process.argv.slice(2)
const files = named.length > 0 ? named : globSync(['src/**/*.test.ts', 'test/**/*.test.ts'], { exclude: (name) => name.includes('node_modules') }).sort()
// Each file of tests is a process: what another one has compiled already is not compiled again, which is half of a start.
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env }
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=2', '--test-timeout=900000', ...files], { stdio: 'inherit', env })
process.exit(status ?? 1)
