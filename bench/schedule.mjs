// `node bench/schedule.mjs`: how good schedules are, and how fast they are made. With the library of standard instances, against the best that
// is known; without it, on generated problems of the same kind, against the lower bound.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createHighsProver } from '../src/adapters/schedule-highs/highs-prover.ts'
import { createSystemClock } from '../src/adapters/system/system-clock.ts'
import { createImprover } from '../src/domain/schedule/candidate.ts'
import { findCriticalPath } from '../src/domain/schedule/critical-path.ts'
import { createDecoder } from '../src/domain/schedule/decoder.ts'
import { findFlaw } from '../src/domain/schedule/find-flaw.ts'
import { sampleOrder } from '../src/domain/schedule/list-orders.ts'
import { toNetwork } from '../src/domain/schedule/network.ts'
import { rankTasks } from '../src/domain/schedule/priority-rules.ts'
import { createRandom } from '../src/domain/schedule/random.ts'
import { createSearch } from '../src/domain/schedule/search-schedule.ts'
import { generateProblem } from '../src/domain/schedule/test-problems.ts'
import { findSchedule } from '../src/engine/find-schedule.ts'
import { toTable } from './figures.mjs'
import { readBest, readInstance } from './read-sm.mjs'

const usage = `Usage: node bench/schedule.mjs [options]
  --library DIR   a folder of .sm files (PSPLIB, single mode), all of one size
  --best FILE     the best makespans that are known of them, as the library lists them (j30opt.sm, j60hrs.sm, j120hrs.sm)
  --seconds S     for each instance (default 2)
  --every N       only every Nth instance (default 1)`

try {
  const text = { type: 'string' }
  const { values } = parseArgs({ options: { library: text, best: text, seconds: text, every: text, help: { type: 'boolean' } } })
  if (values.help) process.stdout.write(`${usage}\n`)
  else if (values.library === undefined) await measureGenerated(Number(values.seconds ?? 2))
  else await measureLibrary({ ...values, seconds: Number(values.seconds ?? 2), every: Number(values.every ?? 1) })
} catch (error) {
  process.stderr.write(`${error.message}\n${usage}\n`)
  process.exitCode = 2
}

function solve(problem, seconds) {
  return findSchedule(problem, { clock: createSystemClock(), prover: createHighsProver() }, { seconds })
}

async function measureLibrary({ library, best: bestFile, seconds, every }) {
  const names = readdirSync(library).filter((name) => name.endsWith('.sm')).sort().filter((_, index) => index % every === 0)
  if (names.length === 0) throw new Error(`${library} has no .sm files`)
  const set = ['j120', 'j30', 'j60', 'j90'].find((each) => names[0].startsWith(each)) ?? ''
  const best = bestFile === undefined ? new Map() : readBest(bestFile, set)
  const found = []
  for (const name of names) {
    const start = performance.now()
    const schedule = await solve(readInstance(join(library, name)), seconds)
    found.push({ name, schedule, ms: performance.now() - start, known: best.get(name.replace(/\.sm$/, '')) ?? schedule.lowerBound })
  }
  const wrong = found.filter(({ schedule, known }) => best.size > 0 && (schedule.lowerBound > known || (schedule.proven && schedule.makespan > known)))
  report(best.size > 0 ? 'best known' : 'lower bound', [summarise(library, found)])
  for (const { name, schedule, known } of found) if (schedule.makespan < known) process.stdout.write(`${name}: ${schedule.makespan}, shorter than the best known ${known}\n`)
  for (const { name, schedule, known } of wrong) process.stdout.write(`${name}: WRONG: at least ${schedule.lowerBound}, ${schedule.makespan}${schedule.proven ? ' proven' : ''}, known ${known}\n`)
  if (wrong.length > 0) process.exitCode = 1
}

function summarise(label, found) {
  const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length
  const gaps = found.map(({ schedule, known }) => 100 * (schedule.makespan / known - 1))
  const by = (kind) => found.filter(({ schedule }) => schedule.provenBy === kind).length
  return [label, found.length, mean(gaps).toFixed(3), Math.max(...gaps).toFixed(2), gaps.filter((gap) => gap <= 0).length, `${by('bound')}, ${by('branches')}, ${by('solver')}`, Math.round(mean(found.map(({ ms }) => ms)))]
}

function report(against, rows) {
  process.stdout.write(`${toTable(['instances', 'count', `% above the ${against}`, 'most', 'reached', 'proven by bound, branches, solver', 'ms'], rows)}\n`)
}

async function measureGenerated(seconds) {
  const rows = []
  for (const tasks of [30, 60, 120]) {
    const found = []
    for (let seed = 0; seed < 16; seed += 1) {
      const start = performance.now()
      const schedule = await solve(generateProblem({ tasks, seed, complexity: 1.5 + 0.3 * (seed % 3), factor: 0.25 + 0.25 * (seed % 4), strength: 0.2 + 0.2 * (seed % 4) }), seconds)
      found.push({ schedule, ms: performance.now() - start, known: schedule.lowerBound })
    }
    rows.push(summarise(`${tasks} tasks, generated`, found))
  }
  report('lower bound', rows)
  process.stdout.write('\n')
  const speeds = [30, 60, 120].map((tasks) => {
    const network = toNetwork(generateProblem({ tasks, seed: 1, strength: 0.2, factor: 0.75 }))
    const improver = createImprover(network, createDecoder(network))
    const ranks = rankTasks('lft', network, findCriticalPath(network))
    const orders = Array.from({ length: 200 }, (_, seed) => sampleOrder(network, ranks, createRandom(seed)))
    const run = () => orders.forEach((order) => improver.improve(order))
    for (let warm = 0; warm < 5; warm += 1) run()
    const before = improver.decoded()
    const start = performance.now()
    for (let n = 0; n < 20; n += 1) run()
    return [tasks, Math.round(((improver.decoded() - before) / (performance.now() - start)) * 1000)]
  })
  process.stdout.write(`${toTable(['tasks', 'schedules decoded a second'], speeds)}\n\n`)
  measureLarge()
}

/** 10,000 tasks with 20,000 dependencies: from the problem as data to a schedule, first by one rule, then by all of them. */
function measureLarge() {
  const random = createRandom(5)
  const size = 10_000
  const back = (n) => n - 1 - Math.floor(random() * Math.min(n, 200))
  const tasks = Array.from({ length: size }, (_, n) => ({
    id: `t${n}`, minutes: 1 + Math.floor(random() * 30), demands: { workers: 1, memory: 1 + Math.floor(random() * 9) },
    after: n < 3 ? [] : [...(function* () { const first = back(n); let second = back(n); while (second === first) second = back(n); yield* [`t${first}`, `t${second}`] })()],
  }))
  const problem = { tasks, resources: [{ name: 'workers', capacity: 40 }, { name: 'memory', capacity: 150 }], exclusive: [] }
  const rows = [1, Infinity].map((rules) => {
    const start = performance.now()
    if (findFlaw(problem)) throw new Error('the large problem is wrong')
    const search = createSearch(toNetwork(problem))
    let asked = 0
    const { best, bounds } = search.open(() => (asked += 1) >= rules)
    return [rules === 1 ? 'the first rule' : 'all rules, serial and parallel', tasks.reduce((sum, { after }) => sum + after.length, 0), Math.round(performance.now() - start), (100 * (best.end / bounds.best - 1)).toFixed(1)]
  })
  process.stdout.write(`${toTable(['10,000 tasks', 'dependencies', 'ms', '% above the bound'], rows)}\n`)
}
