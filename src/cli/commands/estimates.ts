import { assess } from '../../domain/estimate/assess.ts'
import { estimateTask } from '../../domain/estimate/estimate-task.ts'
import { learn } from '../../domain/estimate/learn.ts'
import { calibrate } from '../../domain/estimate/calibrate.ts'
import { count, toAmount } from '../../domain/report/words.ts'
import type { Calibration } from '../../protocol/experience.ts'
import { findRoot, openRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'
import { readPastTasks } from '../read-experience.ts'
import { oneLine, painter } from '../render.ts'
import { toRows } from '../to-rows.ts'

export interface EstimatesOptions {
  readonly repo?: string
  readonly json?: boolean
}

/** Stated probabilities that are shown with what they are worth. */
const shown = [0.5, 0.7, 0.9]

/** `writ estimates`: what was expected against what it took, and what would be expected now. */
export async function estimatesCommand(options: EstimatesOptions): Promise<number> {
  const record = await openRecord()
  const root = await findRoot(options.repo ?? process.cwd())
  const past = await readPastTasks(record)
  const experience = learn(past, { repository: root, now: record.clock.now() })
  const kinds = experience.kinds.filter(({ kind }) => kind !== '*').map(({ kind, here, elsewhere }) => ({ kind, here, elsewhere, usual: estimateTask(experience, { kind, risk: 'low', checks: 1 }) }))
  const calibration = assess(past, root)
  const { planned, claimed, tokens } = experience.confidence
  return whilePrinting(async () => {
    if (options.json) {
      await print(`${JSON.stringify({ repository: root, tasks: past.length, kinds, calibration, given: experience.given, confidence: { planned, claimed, tokens } }, undefined, 2)}\n`)
      return 0
    }
    if (past.length === 0) {
      process.stderr.write('No task has been done yet: estimates are what is usual, with a wide spread, and a stated confidence is taken as it is.\n')
      return 0
    }
    const paint = painter(process.stdout)
    const lines = [
      ...table(paint, ['ROLE', 'HERE', 'ELSEWHERE', 'MINUTES', '80 % WITHIN', 'TOKENS', 'MEMORY'], kinds.map(({ kind, here, elsewhere, usual }) => [oneLine(kind, 32), String(here), String(elsewhere), toText(usual.minutes), `${toText(usual.low ?? 0)}–${toText(usual.high ?? 0)}`, `${toAmount(usual.tokens)} ± ${toAmount(usual.tokensSpread ?? 0)}`, usual.memoryMb > 0 ? `${usual.memoryMb} ± ${usual.memorySpreadMb ?? 0} MB` : '–'])),
      '',
      ...(calibration.length === 0 ? ['No task that had an estimate is done yet.'] : table(paint, ['EXPECTED BEFORE', 'WHERE', 'TASKS', 'IN THE 80 %', 'TAKEN/EXPECTED', 'OFF BY', 'TOKENS', 'MEMORY'], calibration.map((row) => [oneLine(row.kind, 32), row.where, String(row.tasks), `${Math.round(row.coverage * 100)} %`, row.ratio.toFixed(2), `×${row.factor.toFixed(2)}`, row.tokens.toFixed(2), row.memory?.toFixed(2) ?? '–']))),
      '',
      ...(['model', 'person'] as const).filter((by) => experience.given[by].count > 0).map((by) => `Estimates by a ${by}: ${count(experience.given[by].count, 'task')}, which took ${Math.exp(experience.given[by].bias).toFixed(2)} of what was said`),
      describe('Confidence of plans', planned), describe('Confidence in finished work', claimed), ...(tokens.count > 0 ? [describe('Probability of tokens', tokens)] : []),
    ]
    await print(`${lines.join('\n')}\n`)
    return 0
  })
}

function describe(what: string, line: Calibration): string {
  if (line.count === 0) return `${what}: no outcome yet, it counts as stated`
  const score = (brier: number | undefined): string => (brier ?? 0).toFixed(3)
  return `${what}: ${line.held} of ${line.count} held; Brier score ${score(line.before)} as stated, ${score(line.after)} by the record; ${shown.map((each) => `${each * 100} % counts as ${Math.round(calibrate(line, each) * 100)} %`).join(', ')}`
}

function table(paint: ReturnType<typeof painter>, titles: readonly string[], cells: readonly (readonly string[])[]): string[] {
  const [head = '', ...rows] = toRows([titles, ...cells])
  return [paint('dim', head), ...rows]
}

function toText(minutes: number): string {
  return minutes < 10 ? minutes.toFixed(1) : String(Math.round(minutes))
}
