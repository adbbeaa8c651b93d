import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { computeAutonomy, toAutonomyFacts, type AutonomyFact } from '../domain/autonomy/compute.ts'
import type { AutonomyLevel } from '../protocol/policy.ts'
import type { OpenRecord } from './compose.ts'
import { readRun } from './read-run.ts'

const Fact = z.object({ run: z.string(), at: z.number(), kind: z.string(), area: z.string(), what: z.enum(['won', 'accepted', 'rolled-back', 'rejected', 'undone', 'overruled', 'sealed']) })
/** By run: the rollout's size when it was read, and what it said. A cache; it may be removed at any time. */
const Cache = z.record(z.string(), z.object({ size: z.number(), facts: z.array(Fact) }))

/** Runs that are looked at, newest first: what is older has faded anyway. */
const mostRuns = 500

/** The facts of a repository's runs. Only rollouts that have grown since the last time are read. */
export async function readAutonomyFacts(record: OpenRecord, root: string): Promise<readonly AutonomyFact[]> {
  const path = join(record.places.state, 'autonomy', `${createHash('sha256').update(root).digest('hex').slice(0, 16)}.json`)
  const known = await readCache(path)
  const next: z.infer<typeof Cache> = {}
  let isNew = false
  for (const { run } of await record.log.list({ repository: root, limit: mostRuns })) {
    const size = await sizeOf(join(record.places.state, 'runs', run, 'rollout.jsonl'))
    const before = known[run]
    if (before && before.size === size) next[run] = before
    else {
      const { events } = await readRun(record.log, run)
      next[run] = { size, facts: toAutonomyFacts(events).map((fact) => ({ ...fact })) }
      isNew = true
    }
  }
  if (isNew) await writeCache(path, next)
  return Object.values(next).flatMap((each) => each.facts)
}

/** What the record of a repository allows unasked, by domain. */
export async function readAutonomy(record: OpenRecord, root: string): Promise<readonly AutonomyLevel[]> {
  return computeAutonomy(await readAutonomyFacts(record, root), record.clock.now()).map(({ kind, area, action, level, why }) => ({ kind, area, action, level, why }))
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch {
    return -1 // pruned meanwhile: it is read anew, and says nothing then
  }
}

async function readCache(path: string): Promise<z.infer<typeof Cache>> {
  try {
    return Cache.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return {} // missing or damaged: the rollouts are read again
  }
}

async function writeCache(path: string, value: z.infer<typeof Cache>): Promise<void> {
  try {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
    await writeFile(`${path}.next`, JSON.stringify(value), { mode: 0o600 })
    await rename(`${path}.next`, path)
  } catch {
    return // a full disk costs the cache only
  }
}
