import { buildReport } from '../../domain/report/build-report.ts'
import { toMarkdown } from '../../domain/report/to-markdown.ts'
import { openRecord } from '../compose.ts'
import { paintMarkdown } from '../paint-markdown.ts'
import { isTerminal, print, whilePrinting } from '../print.ts'
import { readRun } from '../read-run.ts'
import { painter } from '../render.ts'

/** `writ show`: the report, as Markdown or JSON. Exits with 0 whatever the run's outcome was. */
export async function showCommand(word: string, options: { readonly json?: boolean }): Promise<number> {
  const { log } = await openRecord()
  const { events, state } = await readRun(log, await log.resolve(word))
  const report = buildReport(state, events)
  return whilePrinting(async () => {
    if (options.json) await print(`${JSON.stringify(report, undefined, 2)}\n`)
    else await print(`${isTerminal() ? paintMarkdown(toMarkdown(report), painter(process.stdout)) : toMarkdown(report)}\n`)
    return 0
  })
}
