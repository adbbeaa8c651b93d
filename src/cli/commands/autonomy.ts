import picomatch from 'picomatch'
import type { EarnedLevel } from '../../domain/autonomy/compute.ts'
import { everywhere, firstLevel, levelNames } from '../../domain/autonomy/levels.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { findRoot, openRecord } from '../compose.ts'
import { displayWidth, padWidth } from '../display-width.ts'
import { print, whilePrinting } from '../print.ts'
import { readEarnedLevels } from '../read-autonomy.ts'
import { oneLine, painter } from '../render.ts'

export interface AutonomyOptions {
  readonly repo?: string
  readonly area?: string
  readonly json?: boolean
}

/** `writ autonomy`: what was earned in each domain of a repository, why, and what would change it. */
export async function autonomyCommand(options: AutonomyOptions): Promise<number> {
  const record = await openRecord()
  const root = await findRoot(options.repo ?? process.cwd())
  const isWanted = options.area === undefined ? () => true : toMatcher(options.area)
  const levels = (await readEarnedLevels(record, root, record.clock.now())).filter(({ area }) => isWanted(area))
  return whilePrinting(async () => {
    if (options.json) for (const level of levels) await print(`${JSON.stringify(level)}\n`)
    else if (levels.length > 0) await print(`${toTable(levels, painter(process.stdout)).join('\n')}\n`)
    else process.stderr.write(`Nothing is known ${options.area === undefined ? `of ${root} yet` : `of ${oneLine(options.area, 200)}`}: everything begins at level ${firstLevel}, ${levelNames[firstLevel]}. Proven runs that nobody objects to widen it.\n`)
    return 0
  })
}

/** What holds for all of a repository concerns every area. */
function toMatcher(glob: string): (area: string) => boolean {
  try {
    const matches = picomatch(glob.replace(/\/+$/, ''), { dot: true })
    return (area) => area === everywhere || matches(area)
  } catch (error) {
    throw new Fault('request-invalid', `--area takes a glob of folders, like 'src/**': ${toMessage(error)}`)
  }
}

/** A row for each domain and level; actions that stand the same share one. */
function toTable(levels: readonly EarnedLevel[], paint: ReturnType<typeof painter>): string[] {
  const groups = Map.groupBy(levels, ({ area, kind, level, why, next }) => JSON.stringify([area, kind, level, why, next]))
  const rows = [...groups.values()].map((same) => {
    const [{ area, kind, level, wins, failures, why, next }] = same as [EarnedLevel]
    const cells = [area === everywhere ? '(all)' : oneLine(area, 60), kind, same.map((each) => each.action).join(', '), `${level} ${levelNames[level] ?? ''}`, String(wins), String(failures)]
    return { cells, level, why, next }
  })
  const titles = ['AREA', 'KIND', 'ACTION', 'LEVEL', 'WON', 'FAILED']
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map(({ cells }) => displayWidth(cells[column] ?? ''))))
  const line = (cells: readonly string[]): string[] => cells.map((cell, column) => padWidth(cell, widths[column] ?? 0))
  return [paint('dim', line(titles).join('  ').trimEnd()), ...rows.flatMap(({ cells, level, why, next }) => {
    const padded = line(cells)
    const style = level > firstLevel ? 'green' : level < firstLevel ? 'red' : undefined
    const painted = padded.map((cell, column) => (column === 3 && style ? paint(style, cell) : cell)).join('  ').trimEnd()
    return [painted, `  why   ${why}`, `  next  ${next}`]
  })]
}
