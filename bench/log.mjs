// `node bench/log.mjs [EVENTS]`: the rollout on this disk: appending, flushing, opening with the chain verified, folding.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteIndex } from '../src/adapters/index-sqlite/sqlite-index.ts'
import { createJsonlLog } from '../src/adapters/log-jsonl/jsonl-log.ts'
import { fold } from '../src/domain/evolve.ts'
import { calledEvent, openedEvent, repliedEvent, returnedEvent, startedEvent, toSampleRunId } from '../src/testing/sample-run.ts'
import { median, quantile, toTable } from './figures.mjs'

const count = Number(process.argv[2] ?? 10_000)
const turns = Math.max(1, Math.floor((count - 2) / 3))
const stateDir = mkdtempSync(join(tmpdir(), 'writ-log-'))
const index = createSqliteIndex({ path: join(stateDir, 'index.db') })
const log = createJsonlLog({ stateDir, clock: { now: () => Date.now() }, index })
const run = toSampleRunId(1)
const total = (values) => values.reduce((sum, value) => sum + value, 0)

try {
  const created = await timed(() => log.create(run))
  const rollout = created.value
  const first = await timed(() => rollout.append([openedEvent(), startedEvent()]))
  // As a run does: the reply, then the intent of the call, then its result, each waited for.
  const kinds = { 'append a reply': [], 'append an intent': [], 'append a result': [] }
  for (let turn = 1; turn <= turns; turn += 1) {
    kinds['append a reply'].push((await timed(() => rollout.append([repliedEvent(turn)]))).ms)
    kinds['append an intent'].push((await timed(() => rollout.append([calledEvent(turn)]))).ms)
    kinds['append a result'].push((await timed(() => rollout.append([returnedEvent(turn)]))).ms)
  }
  const { length } = rollout.events
  const closed = await timed(() => rollout.close())
  const opened = await timed(() => log.open(run))
  const { events } = opened.value.rollout
  if (events.length !== length) throw new Error(`${length} events were stored and ${events.length} read.`)
  const folded = await timed(() => fold(events))
  if (folded.value.spent.turns !== turns) throw new Error(`${turns} turns were stored and ${folded.value.spent.turns} folded.`)
  await opened.value.rollout.close()
  const listed = await timed(() => log.list({ limit: 10 }))
  if (listed.value.length !== 1) throw new Error(`The index lists ${listed.value.length} runs instead of 1.`)
  const { size } = statSync(join(stateDir, 'runs', run, 'rollout.jsonl'))

  const each = Object.entries(kinds).map(([name, ms]) => [name, median(ms), quantile(ms, 0.95), median(ms.slice(0, 100)), median(ms.slice(-100)), total(ms)])
  process.stdout.write(`${toTable([`${length} events, ${(size / 1e6).toFixed(1)} MB`, 'median, ms', 'p95, ms', 'first 100, ms', 'last 100, ms', 'all, ms'], each)}\n\n`)
  const once = Object.entries({ create: created, 'first append': first, close: closed, 'open and verify': opened, fold: folded, 'list (index made)': listed })
  process.stdout.write(`${toTable(['once', 'ms'], once.map(([name, { ms }]) => [name, ms]))}\n`)
} finally {
  index.close()
  rmSync(stateDir, { recursive: true, force: true })
}

async function timed(work) {
  const start = performance.now()
  const value = await work()
  return { value, ms: performance.now() - start }
}
