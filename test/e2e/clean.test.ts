import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createSandboxLeftoverFinder } from '../../src/adapters/sandbox-bwrap/leftovers.ts'
import { createTempFolderFinder } from '../../src/adapters/process/temp-folders.ts'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import { ageBlobs, clean, runsOf, used } from './clean-bench.ts'
import { brokenLibrary, finish, fingerprint, makeMachine, mend, modelEnv, runScripted } from './harness.ts'

const goal = 'make the failing tests pass'
/** Output that is too long to be shown whole, so that it becomes a blob. */
const long = { calls: [{ name: 'shell', input: { command: 'seq 1 60000' } }] }

/** What is said where at most control groups of other tests' dead processes are left. */
const nothingOfOurs = 'There is nothing to remove\\.|To be removed:\\n\\nControl groups of dead processes:\\n(?: +/sys/fs/cgroup/[^\\n]+\\n)+\\nTogether'

describe('writ clean', () => {
  test('prunes only what a person decided about, when asked; what it frees is what the disk shows', async () => {
    const machine = makeMachine(brokenLibrary, { ownTemporary: true })
    try {
      for (const n of [0, 1]) assert.equal((await runScripted(machine, [{ calls: [{ name: 'shell', input: { command: `seq ${n} 60000` } }] }, { calls: [mend] }, { calls: [finish()] }], [goal])).code, 0)
      const [decided = '', open = ''] = runsOf(machine)
      assert.equal((await machine.writ(['accept', decided])).code, 0)
      const blobs = ageBlobs(machine)
      const before = fingerprint(machine.repo)

      const usual = await machine.writ(['clean'])
      assert.ok([0, 3].includes(usual.code), usual.stderr)
      assert.match(usual.stdout, new RegExp(`^(?:${nothingOfOurs})[^]*1 run that ended and that you have neither accepted nor rejected \\(${open.slice(-6)}\\): writ accept or writ reject[^]*1 run that you accepted or rejected \\(${decided.slice(-6)}\\): writ clean --older-than 30d`))
      const nobody = await machine.writ(['clean', '--older-than', '0d'])
      assert.equal(nobody.code, 3)
      assert.match(nobody.stdout, /Say yes with --yes/)
      const dry = await clean(machine, '--older-than', '0d', '--dry-run')
      assert.deepEqual([dry.pruned.map((each) => each.run), dry.removed, dry.freed], [[decided], false, 0])
      assert.ok(existsSync(join(machine.state, 'runs', decided, 'git')))

      const taken = used(machine)
      const done = await clean(machine, '--older-than', '0d', '--yes')
      assert.deepEqual(done.pruned.map((each) => each.run), [decided])
      assert.ok(done.freed > 20_000 && Math.abs(done.freed - done.expected) <= 8192, `${done.freed} of ${done.expected}`)
      // The event that says so and the index took some of it again.
      assert.ok(Math.abs(taken - used(machine) - done.freed) < 65_536, `${taken - used(machine)} and ${done.freed}`)
      assert.deepEqual([existsSync(join(machine.state, 'runs', decided, 'git')), existsSync(join(machine.state, 'runs', open, 'git'))], [false, true])
      const kept = blobs.filter((at) => existsSync(at))
      assert.ok(kept.length > 0 && kept.length < blobs.length)
      // What the other run refers to stays, and so does what vouches for this one.
      const attested = readFileSync(join(machine.state, 'runs', decided, 'rollout.jsonl'), 'utf8').split('\n').filter((line) => line.includes('"type":"run.attested"'))
      const log = [readFileSync(join(machine.state, 'runs', open, 'rollout.jsonl'), 'utf8'), ...attested].join('\n')
      for (const at of kept) assert.ok(log.includes(at.split('/').slice(-2).join('').slice(0, 64)))

      assert.match((await machine.writ(['show', decided])).stdout, /workspace and blobs were removed by \S+ to save space/)
      assert.match((await machine.writ(['show', decided])).stdout, /Proven/)
      assert.deepEqual((await clean(machine, '--older-than', '0d', '--yes')).pruned, [], 'once is enough')
      assert.doesNotMatch((await machine.writ(['clean', '--dry-run'])).stdout, /that you accepted or rejected/, 'what went already is not promised again')
      assert.equal(fingerprint(machine.repo), before)
      assert.equal((await machine.writ(['undo', decided])).code, 0, 'the commits are in the repository')
      assert.match((await machine.writ(['rollback', decided, '--to', 't1'])).stderr, /snapshots of run_\w+ were removed/)

      assert.equal((await machine.writ(['reject', open])).code, 0)
      mkdirSync(join(machine.home, '.config/writ'), { recursive: true })
      writeFileSync(join(machine.home, '.config/writ/config.yaml'), 'retention:\n  max_gb: 0.000001\n')
      assert.match((await machine.writ(['doctor'])).stdout, /– retention +[^\n]+ of the 1\.0 KB that retention\.max_gb allows\n[^\n]*→ writ clean/)
      assert.deepEqual((await clean(machine, '--dry-run')).pruned.map((each) => each.run), [open])
      assert.deepEqual((await clean(machine, '--records', '--yes')).records.map((each) => each.run), [open])
      assert.deepEqual(runsOf(machine), [decided])
      assert.equal((await machine.writ(['list', '--json'])).stdout.trim().split('\n').length, 1)
    } finally {
      machine.remove()
    }
  })

  test('finds what a killed run left, names it in doctor, removes it, and the run goes on all the same', async () => {
    const machine = makeMachine(brokenLibrary, { ownTemporary: true })
    const server = await startModelServer({ script: [long, { fault: 'hang' }] })
    try {
      const started = machine.start(['run', goal], { env: modelEnv(server) })
      await server.waitForRequests(2)
      const [run = ''] = runsOf(machine)
      const runDir = join(machine.state, 'runs', run)
      mkdirSync(join(runDir, 'checkouts/c-dead'), { recursive: true })
      writeFileSync(join(runDir, 'git/index.lock'), '')
      assert.deepEqual((await clean(machine)).leftovers, [], 'a live run has no leftovers')
      started.kill('SIGKILL')
      await started.ended
      const names = ['checkouts/c-dead', 'git/index.lock', 'owner.json'].map((name) => join(runDir, name)).sort()
      assert.deepEqual((await clean(machine)).leftovers.map((each) => each.name).sort(), names)
      const doctor = await machine.writ(['doctor', '--json'])
      const findings = (JSON.parse(doctor.stdout) as { findings: { group: string; detail: string; mend?: string }[] }).findings.filter((each) => each.group === 'leftovers' && !each.detail.startsWith('/sys/fs/cgroup/'))
      assert.equal(findings.length, 3)
      for (const name of names) assert.ok(findings.some((each) => each.detail.startsWith(name) && each.mend === 'writ clean'), name)
      const text = await machine.writ(['clean', '--yes'])
      assert.match(text.stdout, /Folders of dead runs and processes:[^]*checkout for checks[^]*1 run that stopped before the end[^]*Freed/)
      assert.deepEqual((await clean(machine)).leftovers, [])
      assert.ok(existsSync(join(runDir, 'work')), 'unfinished work stays')
      const other = await startModelServer({ script: [long, { calls: [mend] }, { calls: [finish()] }] })
      const resumed = await machine.writ(['resume', 'latest'], { env: modelEnv(other) })
      await other.close()
      assert.equal(resumed.code, 0, resumed.stderr)
      mkdirSync(join(runDir, 'work'))
      assert.deepEqual((await clean(machine, '--yes')).leftovers.map((each) => each.name), [join(runDir, 'work')])
    } finally {
      await server.close()
      machine.remove()
    }
  })

  test('bad input is one sentence and exit code 2', async () => {
    const machine = makeMachine(brokenLibrary, { ownTemporary: true })
    try {
      for (const [args, message] of [[['--older-than', 'soon'], /--older-than takes a time like 30d/], [['--records'], /say which with --older-than or --keep/], [['--keep', '0'], /whole number/]] as const) {
        const ended = await machine.writ(['clean', ...args])
        assert.deepEqual([ended.code, ended.stdout], [2, ''], args.join(' '))
        assert.match(ended.stderr, message)
      }
      assert.match((await machine.writ(['clean'])).stdout, new RegExp(`^(?:${nothingOfOurs})`))
    } finally {
      machine.remove()
    }
  })
})

describe('processes and folders of the dead', () => {
  test('a command that still sees the worktree of a run without an owner is found and ended; of a live run it is not', async () => {
    const machine = makeMachine(brokenLibrary, { ownTemporary: true })
    const run = 'run_0123456789abcdef'
    const work = join(machine.state, 'runs', run, 'work')
    mkdirSync(work, { recursive: true })
    const child = spawn('bwrap', ['--unshare-user', '--ro-bind', '/', '/', '--dev', '/dev', '--bind', work, '/mnt', '--', 'sleep', '987'], { stdio: ['ignore', 'pipe', 'pipe'] })
    const gone = new Promise((resolve) => child.once('close', resolve))
    try {
      let isDead = false
      const finder = createSandboxLeftoverFinder({ stateDir: machine.state, now: () => Date.now(), isDead: () => isDead })
      const find = async () => (await finder.find()).filter((each) => each.run === run)
      assert.deepEqual(await find(), [])
      isDead = true
      let found = await find()
      for (const until = Date.now() + 10_000; !found.some((each) => each.name.includes('sleep 987')) && Date.now() < until; found = await find()) await new Promise((resolve) => setImmediate(resolve))
      assert.ok(found.some((each) => each.kind === 'process' && /^process \d+ \(.*sleep 987/.test(each.name)))
      for (const each of found) await each.remove()
      await gone
      assert.deepEqual(await find(), [])
    } finally {
      child.kill('SIGKILL')
      machine.remove()
    }
  })

  test('a temporary folder whose process is gone is found once it is settled; one of a live process, or of another name, is not', async () => {
    const { pid: dead = 0 } = spawnSync('true')
    const made = [`writ-net-${dead}-abcDEF`, `writ-net-${process.pid}-abcDEF`, `writ-mine-${dead}-abcDEF`].map((name) => join(tmpdir(), name))
    try {
      for (const at of made) {
        mkdirSync(at)
        writeFileSync(join(at, 'forward.cjs'), 'x'.repeat(10_000))
      }
      const find = async () => (await createTempFolderFinder(() => Date.now()).find()).filter((each) => made.includes(each.name))
      assert.deepEqual(await find(), [])
      for (const at of made) for (const name of ['forward.cjs', '.']) utimesSync(join(at, name), Date.now() / 1000 - 3600, Date.now() / 1000 - 3600)
      const [only, ...more] = await find()
      assert.deepEqual([only?.name, more], [made[0], []])
      const blocks = (at: string): number => statSync(at).blocks * 512
      assert.equal(only?.bytes, blocks(made[0] ?? '') + blocks(join(made[0] ?? '', 'forward.cjs')))
      assert.equal(await only?.remove(), only?.bytes)
      assert.deepEqual(made.map((at) => existsSync(at)), [false, true, true])
    } finally {
      for (const at of made) spawnSync('rm', ['-rf', at])
    }
  })
})
