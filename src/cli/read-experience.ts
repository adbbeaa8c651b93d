import { learn } from '../domain/estimate/learn.ts'
import type { Experience, PastTask } from '../protocol/experience.ts'
import type { OpenRecord } from './compose.ts'

/** Tasks of the past that are looked at, of all repositories. */
const mostTasks = 1000

export function readPastTasks({ log }: Pick<OpenRecord, 'log'>): Promise<readonly PastTask[]> {
  return log.tasks({ limit: mostTasks })
}

/** What the record says of how long tasks take in this repository, as a run is opened with it. `now` in milliseconds since the epoch. */
export async function readExperience(record: Pick<OpenRecord, 'log'>, repository: string, now: number): Promise<Experience> {
  return learn(await readPastTasks(record), { repository, now })
}
