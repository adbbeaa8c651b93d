import { learn } from '../domain/estimate/learn.ts'
import type { Experience, PastTask } from '../protocol/experience.ts'
import type { OpenRecord } from './compose.ts'

/** Tasks of the past that are looked at, of all repositories: a run waits for it, so that one without a plan looks at few. A table does not wait. */
const mostTasks = { alone: 60, planned: 400 }
const mostShown = 5000

export function readPastTasks({ log }: Pick<OpenRecord, 'log'>, limit = mostShown): Promise<readonly PastTask[]> {
  return log.tasks({ limit })
}

/** What the record says of how long tasks take whoever does them now, a model or the built-in solver, in this repository, as a run is opened with it. `now` in milliseconds since the epoch. */
export async function readExperience(record: Pick<OpenRecord, 'log'>, { repository, now, isPlanned, byModel }: { readonly repository: string; readonly now: number; readonly isPlanned: boolean; readonly byModel: boolean }): Promise<Experience> {
  return learn(await readPastTasks(record, isPlanned ? mostTasks.planned : mostTasks.alone), { repository, now, byModel })
}
