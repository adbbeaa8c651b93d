import type { RunState } from '../../domain/run-state.ts'
import { buildReport, type Today } from '../../domain/report/build-report.ts'
import { toMarkdown } from '../../domain/report/to-markdown.ts'
import type { EventLog } from '../../engine/ports/event-log.ts'
import { Fault } from '../../protocol/fault.ts'
import { openRecord } from '../compose.ts'
import { paintMarkdown } from '../paint-markdown.ts'
import { readQuestionsTarget } from '../read-questions-target.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { getRun, readRun } from '../read-run.ts'
import { painter } from '../render.ts'

/** `writ show`: the report, as Markdown or JSON. Exits with 0 whatever the run's outcome was. */
export async function showCommand(word: string, options: { readonly json?: boolean; readonly repo?: string }): Promise<number> {
  const { log, blobs } = await openRecord()
  const { events, state } = await readRun(log, await getRun(log, word, { repo: options.repo }))
  const report = buildReport(state, events, { ...(await look(log, state)), questionsTarget: await readQuestionsTarget(blobs, state) })
  return whilePrinting(async () => {
    if (options.json) await print(`${JSON.stringify(report, undefined, 2)}\n`)
    else await print(`${isTerminal() ? paintMarkdown(toMarkdown(report), painter(process.stdout)) : toMarkdown(report)}\n`)
    return 0
  })
}

/** Runs among which one that has not ended is looked for. */
const mostRuns = 1000

async function look(log: EventLog, state: RunState): Promise<Today> {
  const repository = state.opened?.repository.root
  if (!state.ended) {
    const runs = await log.list({ limit: mostRuns, ...(repository === undefined ? {} : { repository }) })
    const status = runs.find((each) => each.run === state.run)?.status
    return status === undefined ? {} : { running: status === 'running' }
  }
  return { accepted: await findAccepted(state) }
}

/** What became of the accepted result; undefined where nothing was accepted, or the repository cannot be asked any more. */
export async function findAccepted(state: RunState): Promise<Today['accepted']> {
  const { accepted, ended, opened } = state
  if (!accepted || !ended?.result || !opened) return undefined
  const { findStanding } = await import('../../adapters/workspace-git/accept-standing.ts')
  try {
    return await findStanding({ repository: opened.repository.root, base: opened.repository.base, commit: ended.result.commit, accepted, env: process.env })
  } catch (error) {
    if (error instanceof Fault && (error.code === 'accept-refused' || error.code === 'git-failed')) return undefined
    throw error
  }
}
