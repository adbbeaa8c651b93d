// `npm test`: what the tests need, then the build, then every test on node's own runner.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
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
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=2', '--test-timeout=300000', ...files], { stdio: 'inherit' })
process.exit(status ?? 1)
