import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { sealLine, toStart } from '../../src/domain/chain.ts'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import type { NewEvent, StoredEvent } from '../../src/protocol/events/event.ts'
import { brokenLibrary, fingerprint, finish, makeMachine, mend, modelEnv, runScripted, type Machine } from '../e2e/harness.ts'
import { parseRollout, reseal, sha256 } from './golden.ts'

const goal = 'make the failing tests pass'
const dirt = 'mkdir -p cache/empty && echo x > cache/one.log && ln -s /nowhere cache/dangling && printf "\\001\\000" > cache/bin && chmod 600 cache/bin && echo new > untracked.txt && printf "#!/bin/sh\\n" > tool.sh && chmod 755 tool.sh'

function rolloutOf(machine: Machine): string {
  const runs = join(machine.state, 'runs')
  return join(runs, readdirSync(runs).sort()[0] ?? '', 'rollout.jsonl')
}

/** Everything below a directory: paths, modes, contents. */
function listAll(directory: string): string[] {
  const found: string[] = []
  const visit = (path: string, at: string): void => {
    for (const name of readdirSync(path).sort()) {
      if (at === '' && name === '.git') continue
      const full = join(path, name)
      const stat = lstatSync(full)
      const what = stat.isSymbolicLink() ? `-> ${readlinkSync(full)}` : stat.isDirectory() ? '/' : readFileSync(full, 'base64')
      found.push(`${at}${name} ${stat.isSymbolicLink() ? '' : (stat.mode & 0o7777).toString(8)} ${what}`)
      if (stat.isDirectory()) visit(full, `${at}${name}/`)
    }
  }
  visit(directory, '')
  return found
}

/** The same rollout with other versions or facts in it, sealed anew. */
function rewrite(machine: Machine, change: (event: NewEvent, seq: number) => NewEvent): void {
  const path = rolloutOf(machine)
  const events = reseal(parseRollout(readFileSync(path, 'utf8')), change)
  let position = toStart((events[0] as StoredEvent).run)
  writeFileSync(path, events.map((event) => {
    const { line } = sealLine(event, event.at, position, sha256)
    position = { run: position.run, seq: event.seq + 1, head: event.hash }
    return `${line}\n`
  }).join(''))
}

describe('writ replay', () => {
  test('says that all is the same, rebuilds any content, tells what was changed, and touches nothing', async () => {
    const machine = makeMachine({ ...brokenLibrary, '.gitignore': 'cache/\n' })
    try {
      const ended = await runScripted(machine, [{ calls: [{ name: 'shell', input: { command: dirt } }] }, { calls: [{ name: 'shell', input: { command: 'rm -rf cache untracked.txt tool.sh' } }] }, { calls: [mend] }, { calls: [finish()] }], [goal])
      assert.equal(ended.code, 0, ended.stderr)
      const record = (): string[] => ['runs', 'blobs'].map((name) => fingerprint(join(machine.state, name)))
      const before = record()
      // Without git, without a network, without a PATH: the log and its blobs are all that it takes.
      const same = await machine.writ(['replay', 'latest'], { env: { PATH: '/nonexistent' } })
      assert.equal(same.code, 0, same.stderr)
      assert.match(same.stdout, /^Same: run_\w+ comes out of its log as recorded: \d+ decisions from \d+ facts of one process; 1 event beside it \(signatures, acts of people\) \(\d+ ms\)\. Nothing was sent or run\.\n$/)
      assert.equal(same.stderr, '')
      const json = JSON.parse((await machine.writ(['replay', 'latest', '--json'])).stdout) as { same: boolean; decisions: number; writ: { same: boolean } }
      assert.equal(json.same, true)
      assert.equal(json.writ.same, true)
      assert.ok(json.decisions > 20)
      assert.deepEqual(record(), before, 'nothing was written')

      const events = parseRollout(readFileSync(rolloutOf(machine), 'utf8'))
      const dirty = events.find((event) => event.type === 'tool.returned' && event.data.name === 'shell')?.seq ?? -1
      const target = join(machine.home, 'then')
      const rebuilt = await machine.writ(['replay', 'latest', '--rebuild', target, '--at', String(dirty)])
      assert.equal(rebuilt.code, 0, rebuilt.stderr)
      assert.match(rebuilt.stdout, new RegExp(`Rebuilt ${target} as it was at event ${dirty}: tree [0-9a-f]{40}, 9 files`))
      const wanted = join(machine.home, 'wanted')
      execFileSync('git', ['clone', '-q', machine.repo, wanted])
      execFileSync('bash', ['-c', dirt], { cwd: wanted })
      assert.deepEqual(listAll(target), listAll(wanted))
      const last = join(machine.home, 'last')
      mkdirSync(last)
      assert.equal((await machine.writ(['replay', 'latest', '--rebuild', last])).code, 0)
      assert.ok(!existsSync(join(last, 'cache')))
      assert.match(readFileSync(join(last, 'src/sum.js'), 'utf8'), /total = 0/)
      const first = join(machine.home, 'first')
      assert.equal((await machine.writ(['replay', 'latest', '--rebuild', first, '--at', '0'])).code, 0)
      execFileSync('rm', ['-rf', wanted])
      execFileSync('git', ['clone', '-q', machine.repo, wanted])
      assert.deepEqual(listAll(first), listAll(wanted), 'before there was a workspace: the base')

      const full = await machine.writ(['replay', 'latest', '--rebuild', target])
      assert.equal(full.code, 2)
      assert.match(full.stderr, /is not empty/)
      const beyond = await machine.writ(['replay', 'latest', '--rebuild', join(machine.home, 'x'), '--at', '9999'])
      assert.equal(beyond.code, 2)
      assert.match(beyond.stderr, /there is no event 9999/)
      for (const [args, said] of [[['--at', '3'], /--rebuild/], [['--at', 'x', '--rebuild', 'y'], /number of an event/]] as const) {
        const wrong = await machine.writ(['replay', 'latest', ...args])
        assert.equal(wrong.code, 2)
        assert.match(wrong.stderr, said)
      }

      rewrite(machine, (event) => (event.type === 'commit.created' ? { ...event, data: { ...event.data, message: 'Forged' } } : event))
      const differs = await machine.writ(['replay', 'latest'])
      assert.equal(differs.code, 1)
      assert.match(differs.stdout, /^Different at event \d+ of run_\w+ \(commit\.created\)/)
      assert.match(differs.stdout, /message\n\s+recorded\s+derived\n\s+Forged\s+Start the sum at 0/)

      rewrite(machine, (event) => (event.type === 'run.opened' ? { ...event, data: { ...event.data, writ: { ...event.data.writ, version: '0.0.9' } } } : event))
      const older = await machine.writ(['replay', 'latest'])
      assert.match(older.stderr, /^writ: this run was recorded by Writ 0\.0\.9, which decides the same way; this is Writ /)
      rewrite(machine, (event) => (event.type === 'run.opened' ? { ...event, data: { ...event.data, decisions: 99 } } : event))
      const newer = await machine.writ(['replay', 'latest'])
      assert.equal(newer.code, 2)
      assert.match(newer.stderr, /replay it with that version/)
    } finally {
      machine.remove()
    }
  })

  test('a pinned file with a secret in it decides the same although the record is without the secret', async () => {
    const secret = `ghp_${'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'}`
    const machine = makeMachine({ ...brokenLibrary, 'test/sum.test.js': `const token = '${secret}'\n${brokenLibrary['test/sum.test.js'] ?? ''}void token\n` })
    try {
      const there = { name: 'shell', input: { command: 'cp test/sum.test.js /tmp/keep; sed -i s/6/7/ test/sum.test.js; sed -i s/7/6/ test/sum.test.js; touch src/new.js; chmod 755 test/sum.test.js' } }
      const ended = await runScripted(machine, [{ calls: [{ name: 'shell', input: { command: 'sed -i s/6/7/ test/sum.test.js' } }] }, { calls: [there] }, { calls: [{ name: 'shell', input: { command: 'rm src/new.js' } }] }, { calls: [mend] }, { calls: [finish()] }], [goal])
      assert.equal(ended.code, 0, ended.stderr)
      const text = readFileSync(rolloutOf(machine), 'utf8')
      assert.ok(!text.includes(secret))
      assert.match(text, /"sha256"/)
      const same = await machine.writ(['replay', 'latest'])
      assert.equal(same.code, 0, same.stdout)
    } finally {
      machine.remove()
    }
  })

  test('a blob that is missing is no difference, but a fault that names it', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      await runScripted(machine, [{ calls: [mend] }, { calls: [finish()] }], [goal])
      execFileSync('rm', ['-rf', join(machine.state, 'blobs')])
      const ended = await machine.writ(['replay', 'latest'])
      assert.equal(ended.code, 5, ended.stdout)
      assert.match(ended.stderr, /blobs\/\w\w\/\w+ is missing/)
    } finally {
      machine.remove()
    }
  })
})

describe('writ fork', () => {
  test('goes on from any event with another model and an amended contract', async () => {
    const machine = makeMachine({ ...brokenLibrary, '.gitignore': 'cache/\n' })
    const parent = await startModelServer({ script: [{ calls: [{ name: 'shell', input: { command: dirt } }] }, { text: 'I leave it there.', calls: [finish('Nothing was done')] }, ...Array.from({ length: 4 }, () => ({ calls: [finish('Nothing was done')] }))] })
    const child = await startModelServer({ script: [{ calls: [{ name: 'shell', input: { command: 'cat untracked.txt; stat -c %a cache/bin; ls -d cache/empty' } }] }, { calls: [mend] }, { calls: [{ name: 'shell', input: { command: 'rm -rf untracked.txt tool.sh' } }] }, { calls: [finish()] }] })
    try {
      assert.equal((await machine.writ(['run', goal], { env: modelEnv(parent) })).code, 1)
      const events = parseRollout(readFileSync(rolloutOf(machine), 'utf8'))
      const [opened] = events
      assert.ok(opened?.type === 'run.opened')
      const at = events.find((event) => event.type === 'edit.checked')
      assert.ok(at)
      const before = fingerprint(machine.repo)
      const forked = await machine.writ(['fork', 'latest', '--at', String(at.seq), '--model', 'openai-chat/another', '--constraint', 'keep it short', '--max-turns', '9'], { env: modelEnv(child) })
      assert.equal(forked.code, 0, forked.stderr)
      assert.equal(fingerprint(machine.repo), before)
      const shown = await machine.writ(['show', 'latest'])
      assert.match(shown.stdout, new RegExp(`Forked from \`${opened.run}\` at event ${at.seq}`))
      assert.match(shown.stdout, /Constraint: keep it short/)
      assert.match(shown.stdout, /Bounds: 9 turns/)
      const log = (await machine.writ(['log', 'latest', '--json'])).stdout.trim().split('\n').map((line) => JSON.parse(line) as StoredEvent)
      const start = log[0]
      assert.ok(start?.type === 'run.opened' && start.data.origin)
      assert.deepEqual([start.data.origin.run, start.data.origin.seq, start.data.origin.head], [opened.run, at.seq, at.hash])
      assert.equal(start.data.repository.base, opened.data.repository.base)
      assert.equal(start.data.request.model, 'openai-chat/another')
      const contracts = [events, log].map((each) => each.flatMap((event) => (event.type === 'contract.pinned' ? [event.data] : []))[0])
      assert.notEqual(contracts[0]?.hash, contracts[1]?.hash)
      assert.deepEqual(contracts[0]?.contract.pins, contracts[1]?.contract.pins)
      const result = log.flatMap((event) => (event.type === 'tool.returned' && event.data.name === 'shell' ? [event.data.text] : []))[0]
      assert.match(result ?? '', /new\n600\ncache\/empty/, 'untracked and ignored files are there, with their modes')
      assert.match(JSON.stringify(child.requests[0]?.body ?? ''), /Another run worked on this goal before/)
      assert.doesNotMatch(JSON.stringify(child.requests[0]?.body ?? ''), /I leave it there/, 'nothing after that event is told')
      for (const run of [opened.run, start.run]) assert.equal((await machine.writ(['replay', run])).code, 0)
      execFileSync('rm', ['-rf', join(machine.state, 'runs', opened.run)])
      assert.equal((await machine.writ(['replay', start.run, '--rebuild', join(machine.home, 'r'), '--at', String(log.find((event) => event.type === 'workspace.filled')?.seq)])).code, 0, 'it does not need its parent any more')
      assert.ok(lstatSync(join(machine.home, 'r', 'cache', 'dangling')).isSymbolicLink())
    } finally {
      await parent.close()
      await child.close()
      machine.remove()
    }
  })

  test('what cannot be a start is refused in a sentence', async () => {
    const machine = makeMachine(brokenLibrary)
    const server = await startModelServer({ script: [{ calls: [mend] }, { calls: [finish()] }] })
    const env = modelEnv(server)
    try {
      assert.equal((await machine.writ(['run', goal, '--deadline', '20m'], { env })).code, 0)
      for (const [args, said] of [
        [['--at', '1'], /no workspace yet at event 1.*choose an event from \d+ on/], [['--at', '5000'], /has no event 5000/], [['--at', '-1'], /number of an event/],
        [['--solver', 'repair'], /built-in solver/], [['--deadline', 'soon'], /deadline/], [['--check', ' '], /check is empty/],
      ] as const) {
        const refused = await machine.writ(['fork', 'latest', ...args], { env })
        assert.equal(refused.code, 2, refused.stderr)
        assert.match(refused.stderr, said)
      }
      assert.equal((await machine.writ(['list', '--json'])).stdout.trim().split('\n').length, 1, 'nothing was recorded of them')
    } finally {
      await server.close()
      machine.remove()
    }
  })
})
