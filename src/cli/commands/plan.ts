import { join } from 'node:path'
import { usualWorkers } from '../../domain/plan/graph.ts'
import { toShortId } from '../../domain/report/short-id.ts'
import { Fault } from '../../protocol/fault.ts'
import { openRecord } from '../compose.ts'
import { viewPlan } from '../plan-of-run.ts'
import { toPlanJson, toPlanText, type PlanView } from '../plan-view.ts'
import { toPlanYaml } from '../plan-yaml.ts'
import { isTerminal, print } from '../print.ts'
import { painter } from '../render.ts'
import type { RunOptions } from '../run-options.ts'
import { requireFree, toAbout, toSchemaPath, writePlanFile } from '../write-plan.ts'
import { startCommand } from './run.ts'

export interface PlanOptions extends RunOptions {
  /** Where the plan file goes; `-` prints it and nothing else. */
  readonly output?: string
  readonly force?: boolean
  readonly json?: boolean
}

/** `writ plan "<goal>"`: a run that ends once there is a plan. Shows it, and writes it into a file that a person can edit. */
export async function planCommand(words: string | undefined, options: PlanOptions): Promise<number> {
  if (words === undefined && options.contract === undefined) throw new Fault('request-invalid', 'there is no goal: say in words what is to be true in the end, like writ plan "make the failing tests pass"')
  if (options.json && options.output === '-') throw new Fault('request-invalid', '--json and -o - both want standard output: leave one of them out')
  const { output, force = false, json = false } = options
  requireFree(output, force)
  const { places } = await openRecord()
  return startCommand(words, { ...options, workers: options.workers ?? usualWorkers, outputFormat: json ? 'json' : 'text' }, {
    planning: { stopAfterPlan: true },
    answer: async (state, events, usual) => {
      const { plan, run, ended } = state
      if (!plan || !run || ended?.outcome !== 'planned') return usual(state, events)
      const why = events.findLast((event) => event.type === 'plan.proposed')
      const view = await viewPlan({ state, plan, why: why?.type === 'plan.proposed' ? why.data.why : '', isNewest: true })
      // Without a name it goes beside the record: nothing of the person's changes unasked.
      const path = output ?? join(places.state, 'runs', run, 'plan.yaml')
      if (path !== '-') await writePlanFile(view.file, { path, run, revision: plan.revision, force: force || output === undefined })
      await answerWith({ ...view, written: path }, json)
    },
  })
}

/** What `writ plan` and `writ plan show` print. */
export async function answerWith(view: PlanView, json: boolean): Promise<void> {
  const { run, plan, file, written } = view
  if (written === '-') return print(await toPlanYaml(file, { schema: toSchemaPath('-'), about: toAbout(run, plan.revision, '-') }))
  if (json) return print(`${JSON.stringify(toPlanJson(view), undefined, 2)}\n`)
  const columns = isTerminal() ? (process.stdout.columns || 80) : 100
  const next = written === undefined ? [] : ['', `Plan file: ${written}`, `Carry it out, edited or not: writ run --plan ${written}`, `Again: writ plan show ${toShortId(run)}`]
  await print(`${[toPlanText(view, { columns, paint: painter(process.stdout) }), ...next].join('\n')}\n`)
}
