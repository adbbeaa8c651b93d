import { count } from '../../domain/report/words.ts'
import { Fault } from '../../protocol/fault.ts'
import { print, whilePrinting } from '../print.ts'
import { attemptRepair, type Attempt } from '../repair-bench/attempt-repair.ts'
import { readRepairTasks } from '../repair-bench/repair-task.ts'
import { toCalibration, toCalibrationLines, toConfidenceWord, toHeader, toRateLines, toRates, toRow, toTimes, toTimesLine } from '../repair-bench/repair-table.ts'

export interface BenchRepairOptions {
  readonly only?: string
  readonly set?: 'tune' | 'held'
  /** For each task. */
  readonly seconds: number
  readonly json?: boolean
  readonly verbose?: boolean
}

/** `writ bench repair DIR`: lets the built-in solver mend each task of a folder in a run of its own, one after the other. */
export async function benchRepairCommand(directory: string, options: BenchRepairOptions): Promise<number> {
  const all = readRepairTasks(directory)
  const tasks = all.filter((task) => (options.set === undefined || task.set === options.set) && (options.only === undefined || task.name.includes(options.only) || task.kinds.includes(options.only)))
  if (tasks.length === 0) throw new Fault('request-invalid', `none of the ${count(all.length, 'task')} in ${directory} is ${[options.set === undefined ? '' : `in the set ${options.set}`, options.only === undefined ? '' : `named like, or of the kind, ‘${options.only}’`].filter(Boolean).join(' and ')}`)
  const controller = new AbortController()
  const stop = (): void => controller.abort(new Error('interrupted'))
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop)
  try {
    return await whilePrinting(async () => {
      const attempts: Attempt[] = []
      if (!options.json) await print(`${toHeader()}\n`)
      for (const task of tasks) {
        if (controller.signal.aborted) break
        const attempt = await attemptRepair(task, { seconds: options.seconds, signal: controller.signal })
        if (controller.signal.aborted) break
        attempts.push(attempt)
        if (options.json) await print(`${JSON.stringify({ ...attempt, says: toConfidenceWord(attempt.confidence) })}\n`)
        else await print(`${toRow(attempt)}\n${options.verbose ? toDetails(attempt) : ''}`)
      }
      const [rates, calibration, times] = [toRates(attempts), toCalibration(attempts), toTimes(attempts)]
      if (options.json) await print(`${JSON.stringify({ rates, calibration, times })}\n`)
      else await print(`\n${toRateLines(rates).join('\n')}\n\n${toCalibrationLines(calibration).join('\n')}\n\n${toTimesLine(times)}\n`)
      return controller.signal.aborted ? 130 : 0
    })
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop)
  }
}

function toDetails({ text, diff, kinds }: Attempt): string {
  const changed = diff.split('\n').filter((line) => /^(@@|[-+ ])/.test(line) && !/^(---|\+\+\+) /.test(line))
  return [`planted: ${kinds.join(', ')}`, ...text.split('\n'), ...changed].filter((line) => line !== '').map((line) => `    ${line}\n`).join('')
}
