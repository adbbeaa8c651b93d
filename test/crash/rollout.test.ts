import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { toFault, collect, requireChain } from '../contract/event-log.ts'
import type { EventLog } from '../../src/engine/ports/event-log.ts'
import type { RunIndex } from '../../src/engine/ports/run-index.ts'
import { openedEvent, startedEvent, toSampleRunId } from '../../src/testing/sample-run.ts'
import { createSqliteIndex } from '../../src/adapters/index-sqlite/sqlite-index.ts'
import { createJsonlLog } from '../../src/adapters/log-jsonl/jsonl-log.ts'

/** Real processes that are killed, that compete for a run, and that run out of room. */

const run = toSampleRunId(1)
const timeout = 60_000
let stateDir: string
let index: RunIndex
let log: EventLog
const children = new Set<ChildProcess>()

beforeEach(() => {
  stateDir = fs.mkdtempSync(join(os.tmpdir(), 'writ-crash-'))
  index = createSqliteIndex({ path: join(stateDir, 'index.db') })
  log = createJsonlLog({ stateDir, clock: Date, index })
})

afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
  index.close()
  fs.rmSync(stateDir, { recursive: true })
})

const prelude = `
  import { createJsonlLog } from ${JSON.stringify(new URL('../../src/adapters/log-jsonl/jsonl-log.ts', import.meta.url))}
  import { createSqliteIndex } from ${JSON.stringify(new URL('../../src/adapters/index-sqlite/sqlite-index.ts', import.meta.url))}
  import { calledEvent, openedEvent, returnedEvent, startedEvent } from ${JSON.stringify(new URL('../../src/testing/sample-run.ts', import.meta.url))}
  import { writeSync } from 'node:fs'
  const [stateDir, run] = process.argv.slice(1)
  const log = createJsonlLog({ stateDir, clock: Date, index: createSqliteIndex({ path: stateDir + '/index.db' }) })
  const say = (line) => writeSync(1, line + '\\n')
`

/** A process with the log of this test; a shell line may go before it (`"$@"` is the process). */
function start(code: string, shell?: string): { child: ChildProcess; lines: AsyncIterator<string> } {
  const argv = [process.execPath, '--input-type=module', '-e', prelude + code, stateDir, run]
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const child = shell === undefined ? spawn(process.execPath, argv.slice(1), { stdio: [...stdio] }) : spawn('bash', ['-c', shell, 'bash', ...argv], { stdio: [...stdio] })
  children.add(child)
  assert.ok(child.stdout)
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
}

async function collectLines(lines: AsyncIterator<string>): Promise<readonly string[]> {
  const all: string[] = []
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) all.push(next.value)
  return all
}

const appendForEver = `
  const rollout = await (process.argv[3] === 'open' ? log.open(run).then((opened) => opened.rollout) : log.create(run))
  await rollout.append([openedEvent()])
  say(rollout.events.length)
  for (let turn = 1; ; turn += 1) {
    // Two batches at once, so that they share a flush; long texts, so that a kill can meet a write half done.
    const text = 'x'.repeat(turn % 7 === 0 ? 2_000_000 : 300)
    await Promise.all([rollout.append([startedEvent(), calledEvent(turn)]), rollout.append([returnedEvent(turn, text)])])
    say(rollout.events.length)
  }
`

describe('SIGKILL in the middle of writing', () => {
  it('loses nothing that was said to be stored, and the run can be taken over at once', { timeout }, async () => {
    let most = 0
    for (let round = 0; round < 10; round += 1) {
      const { child, lines } = start(appendForEver)
      // Killed at another point each time: after so many steps, and then some fraction of the next one.
      for (let step = 0; step <= round * 3; step += 1) await lines.next()
      for (let spin = 0; spin < round * 20_000; spin += 1) Math.sqrt(spin)
      child.kill('SIGKILL')
      await once(child, 'exit')
      const said = Number((await collectLines(lines)).at(-1) ?? round * 3 + 1)
      const { rollout } = await log.open(run)
      assert.ok(rollout.events.length >= said, `${rollout.events.length} events, ${said} were said to be stored`)
      requireChain(rollout.events)
      await rollout.append([startedEvent()])
      await rollout.close()
      assert.equal((await collect(log, run)).length, rollout.events.length)
      most = Math.max(most, rollout.events.length)
      fs.rmSync(join(stateDir, 'runs', run), { recursive: true })
    }
    assert.ok(most > 50)
  })
})

describe('two processes', () => {
  it('that open a run at once: one owns it, the other is told by whom', { timeout }, async () => {
    await (await log.create(run)).close()
    const compete = `
      say('ready')
      try {
        const { rollout } = await log.open(run)
        await rollout.append([openedEvent()])
        say('won ' + process.pid)
        setInterval(() => rollout.head, 1000)
      } catch (thrown) {
        say(thrown.code + ' ' + thrown.message)
      }
    `
    const racers = [start(compete), start(compete)]
    await Promise.all(racers.map(({ lines }) => lines.next()))
    const said = await Promise.all(racers.map(async ({ lines }) => String((await lines.next()).value)))
    const winner = said.findIndex((line) => line.startsWith('won'))
    const loser = said[1 - winner] ?? ''
    assert.match(loser, /^run-locked/, said.join('\n'))
    assert.ok(loser.includes(String(racers[winner]?.child.pid)))
    assert.equal((await log.list({ limit: 1 }))[0]?.status, 'running')
    await assert.rejects(log.open(run), toFault('run-locked', new RegExp(String(racers[winner]?.child.pid))))
    racers[winner]?.child.kill('SIGKILL')
    await once(racers[winner]?.child ?? assert.fail(), 'exit')
    assert.equal((await log.list({ limit: 1 }))[0]?.status, 'stopped')
    await (await log.open(run)).rollout.close()
  })

  it('looking at a run never keeps another from taking it', { timeout }, async () => {
    await (await log.create(run)).close()
    const looker = start(`say('ready'); for (;;) await log.list({ limit: 5 })`)
    await looker.lines.next()
    for (let i = 0; i < 30; i += 1) await (await log.open(run)).rollout.close()
  })

  it('a list is right while another process writes', { timeout }, async () => {
    const { lines } = start(appendForEver)
    let said = 0
    for (let look = 0; look < 15; look += 1) {
      said = Number((await lines.next()).value)
      const [line] = await log.list({ limit: 1 })
      assert.equal(line?.status, 'running')
      assert.ok((line?.events ?? 0) >= said)
      for (const event of (await collect(log, run)).slice(-1)) assert.ok(event.seq + 1 >= said)
    }
  })
})

describe('no room', () => {
  it('leaves the log with its last whole line and says so', { timeout }, async () => {
    const code = `
      // The default action would end the process before the write can fail.
      process.on('SIGXFSZ', () => undefined)
      const rollout = await log.create(run)
      await rollout.append([openedEvent()])
      for (let turn = 1; turn < 1000; turn += 1) {
        try {
          await rollout.append([calledEvent(turn), returnedEvent(turn, 'y'.repeat(5000))])
        } catch (thrown) {
          say(thrown.code + ' ' + thrown.message)
          const kept = rollout.events.length
          await rollout.append([startedEvent()])
          say([kept, rollout.events.length].join(' '))
          await rollout.close()
          break
        }
      }
    `
    const { lines } = start(code, 'ulimit -f 64; "$@"')
    const [fault, counts] = await collectLines(lines)
    assert.match(fault ?? '', /^disk-failed Could not write 2 event\(s\) to .*rollout\.jsonl: .*EFBIG.*writ resume/)
    const [kept, after] = (counts ?? '').split(' ').map(Number)
    assert.ok(kept !== undefined && kept > 3 && kept % 2 === 1, counts)
    assert.equal(after, kept + 1)
    const { rollout, repaired } = await log.open(run)
    assert.equal(repaired, undefined)
    assert.equal(rollout.events.length, after)
    requireChain(rollout.events)
    await rollout.close()
  })

  it('is told when a run cannot be started', async () => {
    fs.writeFileSync(join(stateDir, 'runs'), 'a file where the directory should be')
    await assert.rejects(log.create(run), toFault('disk-failed', /start the log of run_/))
    const broken = createJsonlLog({ stateDir: join(stateDir, 'runs'), clock: Date, index })
    await assert.rejects(broken.create(run), toFault('disk-failed', /Could not/))
  })

  it('closes quietly when nothing was written', async () => {
    const rollout = await log.create(run)
    await rollout.close()
    assert.equal((await log.list({ limit: 1 }))[0]?.goal, '(nothing recorded yet)')
    const again = await log.open(run)
    await again.rollout.append([openedEvent()])
    await again.rollout.close()
  })
})
