import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { createBwrapSandbox } from './driver.ts'
import { limits, listMarked, openTestBench, toText, waitFor } from './test-bench.ts'

const bench = openTestBench()
before(() => bench.sandbox.ready())
after(() => bench.dispose())

/** Temporary files of this process alone, so that a leftover is seen. */
const temporary = path.join(bench.root, 'tmp')
fs.mkdirSync(temporary)
process.env['TMPDIR'] = temporary

const openHandles = (): string[] => fs.readdirSync('/proc/self/fd').map((name) => {
  try {
    return fs.readlinkSync(`/proc/self/fd/${name}`)
  } catch {
    return ''
  }
}).filter((target) => target.includes('args-') || target.endsWith('.bpf') || target.startsWith('socket:'))

test('aborting kills everything inside and says so', async () => {
  const mark = `5432${process.pid}`
  const controller = new AbortController()
  const running = bench.run(['/bin/sh', '-c', `(setsid sleep ${mark} &); echo begun; sleep ${mark}`], {
    onOutput: () => controller.abort(),
  }, controller.signal)
  const result = await running
  assert.equal(result.ended, 'cancelled')
  assert.equal(result.exitCode, undefined)
  assert.deepEqual(listMarked(mark), [])
})

test('an abort before and during the set-up leaves nothing', async () => {
  const mark = `5433${process.pid}`
  for (let delay = 0; delay < 12; delay += 1) {
    const controller = new AbortController()
    if (delay === 0) controller.abort()
    else setTimeout(() => controller.abort(), delay)
    const result = await bench.run(['sleep', mark], {}, controller.signal)
    assert.equal(result.ended, 'cancelled')
  }
  assert.deepEqual(listMarked(mark), [])
})

test('a daemon that forked twice is gone when the command has ended', async () => {
  const mark = `6543${process.pid}`
  const result = await bench.run(['/bin/sh', '-c', `(setsid sh -c 'sleep ${mark} >/dev/null 2>&1 &' &); (nohup sleep ${mark} >/dev/null 2>&1 &); echo started; exit 3`])
  assert.equal(result.exitCode, 3)
  assert.equal(toText(result.stdout), 'started\n')
  assert.deepEqual(listMarked(mark), [])
})

test('neither descriptors, sockets nor files pile up', async () => {
  // The stock of pipes for the next process comes half a second after the first run, whatever runs then.
  const listFiles = (): string[] => fs.readdirSync(path.join(bench.root, 'state', 'sandbox')).filter((name) => name !== 'pipes').sort()
  await bench.run(['true'])
  const handles = openHandles()
  const files = listFiles()
  await Promise.all(Array.from({ length: 6 }, () => bench.run(['true'])))
  await bench.run(['true'], { net: { mode: 'allow', hosts: ['example.org'] } })
  // Node closes the pipes of a child that has ended in a later turn of its event loop, those of the first run too.
  await waitFor('no handle is open that was not open before', () => openHandles().every((handle) => handles.includes(handle)))
  assert.deepEqual(listFiles(), files)
  assert.deepEqual(fs.readdirSync(temporary), [])
})

test('killing Writ itself takes the sandboxed processes along', async () => {
  const mark = `7654${process.pid}`
  const script = `
    import { createBwrapSandbox } from ${JSON.stringify(path.join(import.meta.dirname, 'driver.ts'))}
    const sandbox = createBwrapSandbox({ stateDir: ${JSON.stringify(path.join(bench.root, 'state'))}, env: process.env })
    await sandbox.run({ argv: ['/bin/sh', '-c', '(setsid sleep ${mark} &); sleep ${mark}'], cwd: '/', env: {}, mounts: [], net: { mode: 'none' }, limits: ${JSON.stringify(limits)} }, new AbortController().signal)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore', env: { ...process.env, HOME: bench.home } })
  await waitFor('both sleepers run', () => listMarked(mark).filter((pid) => fs.readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n').length === 2)
  child.kill('SIGKILL')
  await waitFor('all of them are gone', () => listMarked(mark).length === 0)
})

test('output is passed on as it comes', async () => {
  const seen: string[] = []
  const controller = new AbortController()
  const result = await bench.run(['/bin/sh', '-c', 'echo one; echo two >&2; read never < /dev/zero'], {
    limits: { ...limits, timeoutMs: 20_000 },
    onOutput(stream, chunk) {
      seen.push(`${stream} ${toText(chunk).trim()}`)
      if (seen.length === 2) controller.abort()
    },
  }, controller.signal)
  assert.equal(result.ended, 'cancelled')
  assert.deepEqual(seen.sort(), ['stderr two', 'stdout one'])
})

test('ready is remembered, and asked anew when bwrap is another', async () => {
  const file = path.join(bench.root, 'state', 'sandbox', 'ready.json')
  const env = { PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: bench.home }
  const before = fs.readFileSync(file, 'utf8')
  const stamp = fs.statSync(file).mtimeMs
  await createBwrapSandbox({ stateDir: path.join(bench.root, 'state'), env }).ready()
  assert.equal(fs.statSync(file).mtimeMs, stamp)
  const other = path.join(bench.root, 'bwrap')
  fs.copyFileSync(fs.realpathSync('/usr/bin/bwrap'), other)
  fs.chmodSync(other, 0o755)
  await createBwrapSandbox({ stateDir: path.join(bench.root, 'state'), env, bwrapPath: other }).ready()
  assert.notEqual(fs.readFileSync(file, 'utf8'), before)
})

test('what cannot be set up is refused with its cause and mend', async () => {
  const env = { PATH: process.env['PATH'], HOME: bench.home }
  const refusals = [
    ['bwrap: setting up uid map: Permission denied', /AppArmor.*bwrap-userns-restrict/],
    ['bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted', /AppArmor/],
    ['bwrap: Creating new namespace failed: No space left on device', /max_user_namespaces/],
    ['bwrap: Can\'t mount proc on /newroot/proc: Operation not permitted', /container/],
    ['bwrap: Creating new namespace failed: Operation not permitted', /seccomp profile/],
    ['bwrap: Unknown option --disable-userns', /0\.8\.0 or newer/],
  ] as const
  for (const [said, message] of refusals) {
    const fake = path.join(bench.root, 'fake-bwrap')
    fs.writeFileSync(fake, `#!/bin/sh\necho "${said}" >&2\nexit 1\n`, { mode: 0o755 })
    const sandbox = createBwrapSandbox({ stateDir: path.join(bench.root, 'other-state'), env, bwrapPath: fake })
    await assert.rejects(sandbox.ready(), { code: 'sandbox-unavailable', message })
    await assert.rejects(sandbox.run({ argv: ['true'], cwd: '/', env: {}, mounts: [], net: { mode: 'none' }, limits }, new AbortController().signal), { code: 'sandbox-unavailable' })
  }
  const missing = createBwrapSandbox({ stateDir: path.join(bench.root, 'other-state'), env, bwrapPath: '/no/such/bwrap' })
  await assert.rejects(missing.ready(), { code: 'sandbox-unavailable', message: /apt-get install bubblewrap/ })
})

test('a bwrap planted in a project directory on PATH is passed over', async () => {
  const planted = path.join(bench.root, 'planted')
  fs.mkdirSync(planted)
  fs.writeFileSync(path.join(planted, 'bwrap'), '#!/bin/sh\necho planted\n', { mode: 0o755 })
  const env = { PATH: `${planted}:${process.env['PATH'] ?? ''}`, HOME: bench.home }
  const sandbox = createBwrapSandbox({ stateDir: path.join(bench.root, 'planted-state'), env })
  const result = await sandbox.run({ argv: ['/bin/echo', 'real'], cwd: '/', env: {}, mounts: [], net: { mode: 'none' }, limits }, new AbortController().signal)
  assert.equal(toText(result.stdout), 'real\n')
})
