import { computeAutonomy, levelNames } from '../../domain/autonomy/compute.ts'
import { findRoot, openRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'
import { readAutonomyFacts } from '../read-autonomy.ts'

/** `writ autonomy`: what was earned, by domain. */
export async function autonomyCommand(options: { readonly repo?: string; readonly json?: boolean }): Promise<number> {
  const record = await openRecord()
  const root = await findRoot(options.repo ?? process.cwd())
  const levels = computeAutonomy(await readAutonomyFacts(record, root), record.clock.now())
  return whilePrinting(async () => {
    if (options.json) {
      await print(levels.map((each) => `${JSON.stringify(each)}\n`).join(''))
      return 0
    }
    const rows = levels.filter((each) => each.action === 'integrate')
    if (rows.length === 0) await print(`Nothing is known yet of ${root}: every domain begins at level 1 (${levelNames[1] ?? ''}).\n`)
    for (const { kind, area, level, why, next, wins, failures } of rows) await print(`${area.padEnd(24)} ${kind.padEnd(14)} level ${level} (${levelNames[level] ?? ''})  ${wins} won, ${failures} failed\n    because: ${why}\n    next:    ${next}\n`)
    return 0
  })
}
