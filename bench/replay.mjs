// `node bench/replay.mjs [EVENTS]`: a long run, as the engine records it: read and verified, folded, listed, and replayed.
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteIndex } from '../src/adapters/index-sqlite/sqlite-index.ts'
import { createJsonlLog } from '../src/adapters/log-jsonl/jsonl-log.ts'
import { createGroundsOpener } from '../src/cli/open-grounds.ts'
import { sealLine, toStart } from '../src/domain/chain.ts'
import { fold } from '../src/domain/evolve.ts'
import { replayRun } from '../src/engine/replay/replay.ts'
import { toTable } from './figures.mjs'
import { recordLongRun } from './long-run.mjs'

const wanted = Number(process.argv[2] ?? 10_000)
const rounds = Number(process.argv[3] ?? 5)
const eventsInThreeTurns = 16
const recorded = await recordLongRun(Math.ceil((wanted * 3) / eventsInThreeTurns))
const stateDir = mkdtempSync(join(tmpdir(), 'writ-replay-'))
const rollout = join(stateDir, 'runs', recorded.run, 'rollout.jsonl')
const index = createSqliteIndex({ path: join(stateDir, 'index.db') })
const log = createJsonlLog({ stateDir, clock: { now: () => Date.now() }, index })

try {
  mkdirSync(join(stateDir, 'runs', recorded.run), { recursive: true })
  let position = toStart(recorded.run)
  writeFileSync(rollout, recorded.events.map((event) => {
    const { line } = sealLine(event, event.at, position, (text) => hash('sha256', text, 'hex'))
    position = { run: recorded.run, seq: position.seq + 1, head: event.hash }
    return `${line}\n`
  }).join(''))
  const rows = { 'list (index made)': [], 'list again': [], 'open and verify': [], fold: [], replay: [], 'SHA-256 of its bytes': [] }
  let events = []
  for (let round = 0; round < rounds; round += 1) {
    if (round === 0) await time(rows['list (index made)'], () => log.list({ limit: 10 }))
    await time(rows['list again'], () => log.list({ limit: 10 }))
    await time(rows['open and verify'], async () => {
      const opened = await log.open(recorded.run)
      events = opened.rollout.events
      await opened.rollout.close()
    })
    await time(rows.fold, async () => fold(events))
    await time(rows.replay, async () => {
      const { divergence } = await replayRun({ events, blobs: recorded.blobs, openGrounds: createGroundsOpener(recorded.blobs), signal: new AbortController().signal })
      if (divergence) throw new Error(`The replay differs at event ${divergence.seq}: ${JSON.stringify(divergence).slice(0, 2000)}`)
    })
    const text = recorded.events.map((event) => JSON.stringify(event)).join('\n')
    await time(rows['SHA-256 of its bytes'], async () => hash('sha256', text, 'hex'))
  }
  const { size } = statSync(rollout)
  const perSecond = (ms) => Math.round((events.length / ms) * 1000)
  const least = (values) => Math.min(...values)
  const floor = least(rows['SHA-256 of its bytes'])
  process.stdout.write(`${toTable([`${events.length} events, ${(size / 1e6).toFixed(1)} MB, ${rounds} rounds`, 'first, ms', 'least, ms', 'events/s, least', 'times the hash of its bytes'],
    Object.entries(rows).map(([name, ms]) => [name, ms[0], least(ms), perSecond(least(ms)), least(ms) / floor]))}\n\n`)
  process.stdout.write(`listed, opened and folded, first time: ${Math.round(rows['list again'][0] + rows['open and verify'][0] + rows.fold[0])} ms; with the index made: ${Math.round(rows['list (index made)'][0] + rows['open and verify'][0] + rows.fold[0])} ms\n`)
  process.stdout.write(`replay: ${perSecond(rows.replay[0])} events a second the first time, ${perSecond(least(rows.replay))} at best\n`)
} finally {
  index.close()
  rmSync(stateDir, { recursive: true, force: true })
}

async function time(into, work) {
  const start = performance.now()
  await work()
  into.push(performance.now() - start)
}
