import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { limits, openTestBench, PLACE, toText } from './test-bench.ts'

const bench = openTestBench()
before(() => bench.sandbox.ready())
after(() => bench.dispose())

test('a test suite that listens, forks and talks over sockets runs', async () => {
  const script = `
    const http = require('node:http'), net = require('node:net'), cp = require('node:child_process'), fs = require('node:fs')
    const { Worker } = require('node:worker_threads')
    const say = (what) => console.log(what)
    const server = http.createServer((_, response) => response.end('over http')).listen(0, '127.0.0.1', async () => {
      say(await (await fetch('http://localhost:' + server.address().port)).text())
      const six = http.createServer((_, response) => response.end('over v6')).listen(0, '::1', async () => {
        say(await (await fetch('http://[::1]:' + six.address().port)).text())
        say(cp.execSync('echo from a child').toString().trim())
        say(cp.spawnSync('cat', { input: 'from a pipe' }).stdout.toString())
        const unix = net.createServer((socket) => socket.end('over unix')).listen('/tmp/inside.sock', () => {
          net.connect('/tmp/inside.sock').on('data', (data) => {
            say(data.toString())
            fs.writeFileSync('/tmp/forked.js', "process.send('over ipc')")
            const forked = cp.fork('/tmp/forked.js')
            forked.on('error', say)
            forked.on('exit', () => {
              new Worker("require('node:worker_threads').parentPort.postMessage('from a worker')", { eval: true }).on('message', (message) => {
                say(message)
                process.exit(0)
              })
            })
            forked.on('message', say)
          })
        })
      })
    })`
  const result = await bench.run(['node', '-e', script])
  assert.equal(result.exitCode, 0, toText(result.output))
  assert.deepEqual(toText(result.stdout).trim().split('\n'), [
    'over http', 'over v6', 'from a child', 'from a pipe', 'over unix', 'over ipc', 'from a worker',
  ])
})

test('what is written in the workspace is there afterwards and belongs to whoever runs Writ', async () => {
  fs.writeFileSync(path.join(bench.workspace, 'old.txt'), 'old')
  const result = await bench.run(['/bin/sh', '-c', 'echo new > new.txt && echo changed > old.txt && mkdir -p d/e && chmod 755 new.txt && stat -c %u new.txt'])
  assert.equal(toText(result.output), '1000\n')
  assert.equal(fs.readFileSync(path.join(bench.workspace, 'old.txt'), 'utf8'), 'changed\n')
  const stats = fs.statSync(path.join(bench.workspace, 'new.txt'))
  assert.equal(stats.uid, process.getuid?.())
  assert.equal(stats.gid, process.getgid?.())
  assert.equal(stats.mode & 0o777, 0o755)
})

test('private places are writable, programs too, and gone afterwards', async () => {
  const script = 'for d in /tmp /dev/shm /var/tmp "$HOME" "$TMPDIR"; do echo x > "$d/mark" || exit 1; done; printf "#!/bin/sh\\necho ran" > /tmp/p; chmod +x /tmp/p; /tmp/p'
  const result = await bench.run(['/bin/sh', '-c', script])
  assert.equal(toText(result.output), 'ran\n')
  assert.equal(result.exitCode, 0)
  assert.equal(await bench.shell('ls /tmp "$HOME"/mark /dev/shm 2>/dev/null | grep mark'), '')
})

test('/dev/stderr and /dev/stdout can be opened by name', async () => {
  const result = await bench.run(['/bin/sh', '-c', 'echo one > /dev/stdout; echo two > /dev/stderr'])
  assert.equal(toText(result.stdout), 'one\n')
  assert.equal(toText(result.stderr), 'two\n')
})

test('standard input, exit codes, signals and a missing program are told apart', async () => {
  const given = await bench.run(['cat'], { stdin: new Uint8Array(Buffer.from('x'.repeat(300_000))), limits: { ...limits, outputBytes: 400_000 } })
  assert.equal(given.stdout.length, 300_000)
  assert.equal((await bench.run(['cat'])).stdout.length, 0)
  assert.equal((await bench.run(['/bin/sh', '-c', 'exit 7'])).exitCode, 7)
  assert.equal((await bench.run(['/bin/sh', '-c', 'exit 1'])).exitCode, 1)
  assert.equal((await bench.run(['/bin/sh', '-c', 'kill -TERM $$'])).exitCode, 143)
  const missing = await bench.run(['no-such-program'])
  assert.equal(missing.exitCode, 127)
  assert.match(toText(missing.stderr), /no-such-program/)
})

test('git reads the repository and leaves its index alone', async () => {
  const git = (...args: string[]): string => execFileSync('git', ['-C', bench.workspace, ...args], { encoding: 'utf8' })
  git('init', '-q')
  fs.writeFileSync(path.join(bench.workspace, 'tracked.txt'), 'one\n')
  git('add', '-A')
  git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-qm', 'first')
  const said = await bench.shell('echo two >> tracked.txt; git status --short; git log --format=%s; git diff --stat', {
    mounts: [{ mode: 'rw', host: bench.workspace, at: PLACE }, { mode: 'ro', host: path.join(bench.workspace, '.git'), at: `${PLACE}/.git` }],
  })
  assert.match(said, /^ M tracked\.txt$/m)
  assert.match(said, /^first$/m)
})

test('several commands run side by side, each in its own sandbox', async () => {
  const results = await Promise.all(['a', 'b', 'c', 'd'].map((name) => bench.run(['/bin/sh', '-c', `echo ${name} > /tmp/mark; sleep 0.1; cat /tmp/mark; ls /proc | grep -cE '^[0-9]+$'`])))
  assert.deepEqual(results.map((result) => toText(result.output)[0]), ['a', 'b', 'c', 'd'])
})

test('a path below /tmp, a file as mount, and the working directory', async () => {
  const said = await bench.shell('pwd; cat /opt/data/file', {
    cwd: '/tmp/deep/down/project',
    mounts: [
      { mode: 'rw', host: bench.workspace, at: '/tmp/deep/down/project' },
      { mode: 'ro', host: path.join(bench.root, 'outside.txt'), at: '/opt/data/file' },
    ],
  })
  assert.match(said, /^\/tmp\/deep\/down\/project\n/)
  assert.match(said, /the-secret-of-the-host/)
})

test('mounts that cannot be made are said in a sentence', async () => {
  const failing = [
    [{ mode: 'ro', host: '/no/such/dir', at: PLACE }, /\/no\/such\/dir .* does not exist/],
    [{ mode: 'ro', host: bench.home, at: `${PLACE}/not-there` }, /create it there first/],
    [{ mode: 'ro', host: 'relative', at: '/x' }, /not absolute/],
    [{ mode: 'ro', host: bench.home, at: '/x/../y' }, /plain form/],
  ] as const
  for (const [mount, message] of failing) {
    const mounts = mount.at.startsWith(`${PLACE}/`) ? [{ mode: 'rw', host: bench.workspace, at: PLACE } as const, mount] : [mount]
    await assert.rejects(bench.run(['true'], { mounts }), { code: 'sandbox-failed', message })
  }
  assert.ok(!fs.existsSync(path.join(bench.workspace, 'not-there')))
})

test('a working directory that is not there is a fault of the request, not an exit code', async () => {
  await assert.rejects(bench.run(['true'], { cwd: '/not/there' }), { code: 'sandbox-failed', message: /\/not\/there/ })
})

test('a NUL cannot smuggle options to bwrap', async () => {
  const smuggled = 'x\0--ro-bind\0/\0/tmp/host'
  await assert.rejects(bench.run(['true'], { env: { A: smuggled } }), { code: 'sandbox-failed' })
  await assert.rejects(bench.run(['true'], { env: { [`A${smuggled}`]: 'x' } }), { code: 'sandbox-failed' })
  await assert.rejects(bench.run(['true'], { cwd: `/${smuggled}` }), { code: 'sandbox-failed' })
  await assert.rejects(bench.run(['true'], { mounts: [{ mode: 'ro', host: '/usr', at: `/${smuggled}` }] }), { code: 'sandbox-failed' })
  await assert.rejects(bench.run(['true'], { mounts: [{ mode: 'ro', host: `/${smuggled}`, at: '/x' }] }), { code: 'sandbox-failed' })
  await assert.rejects(bench.run(['echo', smuggled]), { code: 'sandbox-failed' })
  await assert.rejects(bench.run([]), { code: 'sandbox-failed' })
})
