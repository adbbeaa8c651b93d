import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { createBwrapSandbox } from './driver.ts'
import { openTestBench } from './test-bench.ts'

const bench = openTestBench()
after(() => bench.dispose())

test('the self-test tries the walls and the work, and all of it holds here', async () => {
  const probe = await bench.sandbox.probe()
  assert.deepEqual(probe.findings.filter((finding) => !finding.ok && finding.name !== 'overlay'), [])
  assert.ok(probe.ok)
  for (const name of ['bwrap', 'profile', 'seccomp', 'AF_VSOCK', 'sockets of the host', 'what must work', 'memory limit', 'time limit', 'limits']) {
    assert.ok(probe.findings.some((finding) => finding.name === name), name)
  }
})

test('where no command runs it says why and what to do', async () => {
  const fake = path.join(bench.root, 'fake-bwrap')
  fs.writeFileSync(fake, '#!/bin/sh\n[ "$1" = --version ] && { echo bubblewrap 9; exit 0; }\necho "bwrap: setting up uid map: Permission denied" >&2\nexit 1\n', { mode: 0o755 })
  const probe = await createBwrapSandbox({ stateDir: path.join(bench.root, 'fake-state'), env: { PATH: '/usr/bin', HOME: bench.home }, bwrapPath: fake }).probe()
  assert.equal(probe.ok, false)
  const last = probe.findings.at(-1)
  assert.match(last?.detail ?? '', /AppArmor/)
  assert.match(last?.mend ?? '', /apparmor_parser/)
})

test('walls that do not stand are found: a bwrap that only pretends', async () => {
  // Runs the command without any sandbox, reporting as bwrap does.
  const fake = path.join(bench.root, 'no-bwrap')
  fs.writeFileSync(fake, `#!/bin/sh
[ "$1" = --version ] && { echo bubblewrap 9; exit 0; }
exec 9>&5 5>&-
echo "{ \\"child-pid\\": $$ }" >&9
while [ "$1" != -- ]; do shift; done; shift
"$@" 9>&-; code=$?
echo "{ \\"exit-code\\": $code }" >&9
exit $code
`, { mode: 0o755 })
  const probe = await createBwrapSandbox({ stateDir: path.join(bench.root, 'no-state'), env: { PATH: '/usr/bin', HOME: bench.home }, bwrapPath: fake }).probe()
  assert.equal(probe.ok, false)
  const fallen = probe.findings.filter((finding) => !finding.ok)
  assert.ok(fallen.length > 0)
  for (const finding of fallen) assert.ok(finding.mend !== undefined, finding.name)
})
