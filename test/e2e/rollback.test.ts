import assert from 'node:assert/strict'
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parseEvent, type StoredEvent } from '../../src/protocol/events/event.ts'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import type { Script } from '../../src/testing/model-server/reply.ts'
import { brokenLibrary, fingerprint, finish, makeMachine, mend, modelEnv, type Machine } from './harness.ts'

const goal = 'make the failing tests pass'
const dirt = 'mkdir -p cache/a "cache/b c" && echo x > cache/a/one.log && ln -s /nowhere cache/dangling && printf "\\001\\000" > cache/bin && chmod 600 cache/bin && mkdir cache/empty && printf "#!/bin/sh\\n" > tool.sh && chmod 755 tool.sh'

/** Dirt that git ignores, then a wrong turn that wrecks everything, then the mend; whoever was told of a person mends at once. */
const script: Script = (request, n) => {
  if (/A person took this run back/.test(JSON.stringify(request.items))) return n < 2 ? { calls: [mend] } : { calls: [finish('After a person took it back')] }
  return [
    { calls: [{ name: 'shell', input: { command: dirt } }] },
    { calls: [{ name: 'shell', input: { command: 'rm -rf cache tool.sh src/sum.js && mkdir src/sum.js && touch src/sum.js/x && chmod 755 package.json' } }] },
    { calls: [{ name: 'shell', input: { command: 'rm -rf src/sum.js && chmod 644 package.json' } }] },
    { calls: [{ name: 'write', input: { path: 'src/sum.js', content: brokenLibrary['src/sum.js']?.replace('total = 1', 'total = 0') ?? '' } }] },
    { calls: [finish()] },
  ][n] ?? { text: 'Done.' }
}

const runDirectory = (machine: Machine): string => join(machine.state, 'runs', readdirSync(join(machine.state, 'runs'))[0] ?? '')
const eventsOf = (machine: Machine): StoredEvent[] => readFileSync(join(runDirectory(machine), 'rollout.jsonl'), 'utf8').trimEnd().split('\n').map((line) => parseEvent(JSON.parse(line)))

describe('writ rollback', () => {
  test('brings an ended run back to an earlier point, ignored files, links and modes too; resume goes another way', async () => {
    const machine = makeMachine({ ...brokenLibrary, '.gitignore': 'cache\n' })
    const server = await startModelServer({ script })
    try {
      const env = modelEnv(server)
      const first = await machine.writ(['run', goal], { env })
      assert.equal(first.code, 0, first.stderr)
      const before = fingerprint(machine.repo)
      const told = eventsOf(machine)
      const [dirty, wrecked] = told.filter((event) => event.type === 'tool.returned')
      assert.ok(dirty && wrecked)
      const branch = machine.git('rev-parse', 'writ/' + (told[0]?.run.slice(4) ?? '')).trim()

      const dry = await machine.writ(['rollback', 'latest', '--to', String(wrecked.seq), '--dry-run'])
      assert.equal(dry.code, 0, dry.stderr)
      assert.match(dry.stdout, /would be again as it was after event[^]*src\/sum\.js[^]*Nothing was changed/)
      assert.equal(eventsOf(machine).length, told.length)
      assert.ok(!existsSync(join(runDirectory(machine), 'work')))

      const back = await machine.writ(['rollback', 'latest', '--to', String(dirty.seq), '--why', 'do not delete the sources'])
      assert.equal(back.code, 0, back.stderr)
      assert.match(back.stdout, /4 turns are taken back[^]*comes back +cache\/a\/one\.log[^]*stays at [0-9a-f]{10} until the run ends again[^]*writ resume/)
      const work = join(runDirectory(machine), 'work')
      assert.equal(readFileSync(join(work, 'src/sum.js'), 'utf8'), brokenLibrary['src/sum.js'])
      assert.equal(readFileSync(join(work, 'cache/a/one.log'), 'utf8'), 'x\n')
      assert.equal(readlinkSync(join(work, 'cache/dangling')), '/nowhere')
      assert.deepEqual([...readFileSync(join(work, 'cache/bin'))], [1, 0])
      assert.equal(lstatSync(join(work, 'cache/bin')).mode & 0o777, 0o600)
      assert.equal(lstatSync(join(work, 'tool.sh')).mode & 0o777, 0o755)
      assert.ok(lstatSync(join(work, 'cache/empty')).isDirectory())
      assert.equal(fingerprint(machine.repo), before)
      assert.match((await machine.writ(['show', 'latest'])).stdout, /Not finished[^]*took the run back to event \d+: do not delete the sources[^]*writ resume/)

      const asked = server.requests.length
      const resumed = await machine.writ(['resume', 'latest'], { env })
      assert.equal(resumed.code, 0, resumed.stderr)
      assert.equal(server.requests.length, asked + 2, 'the two turns that the other way takes')
      const events = eventsOf(machine)
      assert.deepEqual(events.flatMap((event) => (event.type === 'turn.replied' && event.data.purpose === 'work' ? [event.data.turn] : [])), [1, 2, 3, 4, 5, 6, 7])
      const result = machine.git('rev-parse', 'writ/' + (told[0]?.run.slice(4) ?? '')).trim()
      assert.notEqual(result, branch)
      assert.equal(machine.git('log', '--format=%s', `main..${result}`).trim(), 'After a person took it back')
      assert.deepEqual(machine.git('diff', '--name-only', `main..${result}`).trim().split('\n').sort(), ['src/sum.js', 'tool.sh'])
      assert.equal(fingerprint(machine.repo), before)

      assert.equal((await machine.writ(['accept', 'latest'])).code, 0)
      const late = await machine.writ(['rollback', 'latest', '--to', '9'])
      assert.deepEqual([late.code, late.stdout], [2, ''])
      assert.match(late.stderr, /was accepted onto main; take that back first: writ undo/)
      assert.equal((await machine.writ(['undo', 'latest'])).code, 0)
      assert.equal((await machine.writ(['rollback', 'latest', '--to', 't1', '--json'])).code, 0)
      assert.deepEqual(eventsOf(machine).slice(-2).map((event) => event.type), ['run.rewound', 'run.attested'])
    } finally {
      await server.close()
      machine.remove()
    }
  })

  test('a run that was killed comes back as well; bad places and a live owner are refused in a sentence', async () => {
    const machine = makeMachine(brokenLibrary)
    const server = await startModelServer({ script: [{ calls: [{ name: 'shell', input: { command: 'echo one > one' } }] }, { calls: [{ name: 'shell', input: { command: 'echo two > two' } }] }, { fault: 'hang' }] })
    try {
      const started = machine.start(['run', goal], { env: modelEnv(server) })
      await server.waitForRequests(3)
      const live = await machine.writ(['rollback', 'latest', '--to', 't1'])
      assert.equal(live.code, 2)
      assert.match(live.stderr, /is owned by process \d+/)
      started.kill('SIGKILL')
      await started.ended
      for (const [to, message] of [['99999', /no snapshot at event 99999; its events are \d+ to \d+/], ['0', /no snapshot at event 0/], ['t7', /no task t7; it has begun t1/], ['-3', /takes the number of an event/], ['x', /takes the number of an event/]] as const) {
        const refused = await machine.writ(['rollback', 'latest', '--to', to])
        assert.deepEqual([refused.code, refused.stdout], [2, ''], to)
        assert.match(refused.stderr, message)
      }
      assert.equal((await machine.writ(['rollback', 'latest'])).code, 2)
      const work = join(runDirectory(machine), 'work')
      writeFileSync(join(work, 'three'), 'put there by nobody whom the log knows\n')
      const first = eventsOf(machine).find((event) => event.type === 'tool.returned')
      const back = await machine.writ(['rollback', 'latest', '--to', String(first?.seq)])
      assert.equal(back.code, 0, back.stderr)
      assert.deepEqual(['one', 'two', 'three'].map((name) => existsSync(join(work, name))), [true, false, false])
      const taken = eventsOf(machine).findLast((event) => event.type === 'snapshot.taken')
      assert.equal((await machine.writ(['rollback', 'latest', '--to', String(taken?.seq)])).code, 0)
      assert.deepEqual(['one', 'two', 'three'].map((name) => existsSync(join(work, name))), [true, true, true], 'one can go forward again')
    } finally {
      await server.close()
      machine.remove()
    }
  })
})
