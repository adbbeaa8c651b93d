/** Random graphs with random faults, as many as wanted: `node test/plan/sweep.ts [--graphs N] [--from N] [--jobs N]`. */
import { parseArgs } from 'node:util'
import { followGraph } from './follow-graph.ts'
import { makeGraph } from './random-graph.ts'

const { values } = parseArgs({ options: { graphs: { type: 'string', default: '200' }, from: { type: 'string', default: '1' }, jobs: { type: 'string', default: '2' } } })
const seeds = Array.from({ length: Number(values.graphs) }, (_, n) => n + Number(values.from))
const outcomes = new Map<string, number>()
let failed = 0
let kills = 0
let attempts = 0
let events = 0
const next = async (): Promise<void> => {
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
    try {
      const followed = await followGraph(makeGraph(seed))
      outcomes.set(followed.outcome ?? 'none', (outcomes.get(followed.outcome ?? 'none') ?? 0) + 1)
      kills += followed.kills
      attempts += followed.attempts
      events += followed.events
    } catch (error) {
      failed += 1
      process.stdout.write(`FAILED graph ${seed}\n${error instanceof Error ? error.stack?.slice(0, 2500) : String(error)}\n\n`)
    }
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, next))
process.stdout.write(`${JSON.stringify({ outcomes: Object.fromEntries(outcomes), failed, kills, attempts, events })}\n`)
process.exitCode = failed === 0 ? 0 : 1
