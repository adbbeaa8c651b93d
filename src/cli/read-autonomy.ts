import { computeAutonomy, memoryMs, type EarnedLevel } from '../domain/autonomy/compute.ts'
import type { AutonomyLevel } from '../protocol/policy.ts'
import type { OpenRecord } from './compose.ts'

/** Domains that a run is told of, the least trusted first: what it is not told of is where everything begins. */
const mostLevels = 300

/** What the record of a repository allows unasked, by domain, with the figures behind it. `now` in milliseconds since the epoch. */
export async function readEarnedLevels({ log }: Pick<OpenRecord, 'log'>, repository: string, now: number): Promise<readonly EarnedLevel[]> {
  return computeAutonomy(await log.autonomy({ repository, since: now - memoryMs }), now)
}

/** The same as a run is opened with it. */
export async function readAutonomy(record: Pick<OpenRecord, 'log'>, repository: string, now: number): Promise<readonly AutonomyLevel[]> {
  const levels = await readEarnedLevels(record, repository, now)
  return levels.toSorted((a, b) => a.level - b.level).slice(0, mostLevels).map(({ kind, area, action, level, why }) => ({ kind, area, action, level, why }))
}
