// `node bench/autonomy.mjs [RUNS]`: what a run waits for the levels of its repository, with so many runs on record.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteIndex } from '../src/adapters/index-sqlite/sqlite-index.ts'
import { createJsonlLog } from '../src/adapters/log-jsonl/jsonl-log.ts'
import { readAutonomy } from '../src/cli/read-autonomy.ts'
import { storyEvents } from '../src/testing/sample-story.ts'
import { toSampleRunId } from '../src/testing/sample-run.ts'
import { median, quantile, toTable } from './figures.mjs'

const runs = Number(process.argv[2] ?? 500)
const stateDir = mkdtempSync(join(tmpdir(), 'writ-bench-autonomy-'))
const root = '/home/person/shop'
const open = () => createJsonlLog({ stateDir, clock: { now: () => Date.now() }, index: createSqliteIndex({ path: join(stateDir, 'index.db') }) })
try {
  const log = open()
  for (let n = 0; n < runs; n += 1) {
    const rollout = await log.create(toSampleRunId(n + 1))
    await rollout.append(storyEvents({ root, solver: n % 2 === 0 ? 'model' : 'repair', accepted: n % 3 === 0 }))
    await rollout.close()
  }
  let began = performance.now()
  await log.reindex()
  const reindexed = performance.now() - began
  // A view of its own, as another process would have: the file is opened and checked on the way.
  const other = open()
  began = performance.now()
  await readAutonomy({ log: other }, root, Date.now())
  const first = performance.now() - began
  const times = []
  for (let n = 0; n < 200; n += 1) {
    began = performance.now()
    await readAutonomy({ log: other }, root, Date.now())
    times.push(performance.now() - began)
  }
  process.stdout.write(`${toTable(['runs', 'read anew, ms', 'first, with opening, ms', 'median, ms', 'p95, ms'], [[runs, reindexed, first, median(times), quantile(times, 0.95)]])}\n`)
} finally {
  rmSync(stateDir, { recursive: true, force: true })
}
