import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { planMounts } from './overlay.ts'
import { limits, openTestBench, PLACE, toText } from './test-bench.ts'

const bench = openTestBench()
const modules = path.join(bench.root, 'repo, with: odd\\name', 'node_modules')
const mounts = [
  { mode: 'rw', host: bench.workspace, at: PLACE },
  { mode: 'overlay', host: modules, at: `${PLACE}/node_modules` },
] as const

before(async () => {
  fs.mkdirSync(path.join(modules, 'pkg'), { recursive: true })
  fs.writeFileSync(path.join(modules, 'pkg', 'index.js'), 'module.exports = 1\n')
  fs.mkdirSync(path.join(bench.workspace, 'node_modules'))
  await bench.sandbox.ready()
})
after(() => bench.dispose())

test('writes to an overlay are seen inside, nowhere outside, and not by the next command', async () => {
  const result = await bench.run(['/bin/sh', '-c', 'cat node_modules/pkg/index.js && echo changed > node_modules/pkg/index.js && echo new > node_modules/.cache && cat node_modules/pkg/index.js && rm -r node_modules/pkg && mkdir node_modules/pkg && ls -A node_modules node_modules/pkg'], { mounts })
  if (result.notes.length > 0) {
    // No overlays on this machine: then it must be read-only and said.
    assert.match(result.notes.join(), /read-only/)
    assert.notEqual(result.exitCode, 0)
    return
  }
  assert.equal(toText(result.output), 'module.exports = 1\nchanged\nnode_modules:\n.cache\npkg\n\nnode_modules/pkg:\n')
  assert.deepEqual(fs.readdirSync(modules), ['pkg'])
  assert.equal(fs.readFileSync(path.join(modules, 'pkg', 'index.js'), 'utf8'), 'module.exports = 1\n')
  assert.deepEqual(fs.readdirSync(path.join(bench.workspace, 'node_modules')), [])
  assert.equal(await bench.shell('ls -A node_modules; cat node_modules/pkg/index.js', { mounts }), 'pkg\nmodule.exports = 1\n')
})

test('with an overlay the walls stand as without', async () => {
  const said = await bench.shell('unshare -Ur true 2>&1; (echo x > /usr/x) 2>&1; cat /proc/1/environ | wc -c; grep -E "^(CapEff|Seccomp:)" /proc/self/status; id -u; touch w; stat -c %u w', { mounts })
  assert.match(said, /Operation not permitted/)
  assert.match(said, /\n0\nCapEff:\s+0000000000000000\nSeccomp:\s+2\n1000\n1000\n$/)
  assert.equal(fs.statSync(path.join(bench.workspace, 'w')).uid, process.getuid?.())
})

test('a failing command keeps its exit code, and an abort leaves no mount', async () => {
  assert.equal((await bench.run(['/bin/sh', '-c', 'exit 32'], { mounts })).exitCode, 32)
  assert.equal((await bench.run(['sleep', '60'], { mounts, limits: { ...limits, timeoutMs: 200 } })).ended, 'timeout')
  assert.ok(!fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(bench.root))
})

test('an overlay cannot grow without bound', async () => {
  const result = await bench.run(['/bin/sh', '-c', 'i=0; while head -c 5000000 /dev/zero > node_modules/f$i; do i=$((i+1)); done; echo stopped'], {
    mounts,
    limits: { ...limits, memoryMb: 128, diskBytes: 40_000_000 },
  })
  assert.ok(result.ended === 'memory' || toText(result.stdout) === 'stopped\n', result.ended)
})

test('where overlays are impossible the mount is read-only and a note says so', () => {
  const plan = planMounts([{ mode: 'overlay', host: '/a', at: '/b' }], { way: 'none', mountPoint: '/x', sizeBytes: 1 })
  assert.deepEqual(plan.bwrapArgs, ['--ro-bind', '/a', '/b'])
  assert.match(plan.notes.join(), /\/b is read-only/)
})
