import type { CommandReading } from '../../protocol/command.ts'
import { runScript } from './run-script.ts'
import type { KnownPlace, Session, Shell, Way } from './shell.ts'
import { Exhausted } from './shell.ts'
import { createState } from './shell-state.ts'
import { runTraps } from './subshell.ts'
import { ANY, hasMarks } from './text-marks.ts'

export interface ReadCommand {
  readonly reading: CommandReading
  /** Files whose content it depends on and that `place.files` does not have: load them and read again. */
  readonly wanted: readonly string[]
}

const longestCommand = 100_000

/** A shell command as what it would do. Pure: the same command at the same place reads the same. */
export function readCommand(command: string, place: KnownPlace): ReadCommand {
  const refused = (why: string): ReadCommand => ({ reading: { acts: [], unknown: [{ text: command.slice(0, 500), why }] }, wanted: [] })
  if (command.length > longestCommand) return refused('it is too long to be read')
  if (hasMarks(command)) return refused('it has characters that no command has')
  const session: Session = { place, acts: new Map(), unknown: new Map(), scripts: new Map(), wanted: new Set(), steps: 0, characters: 0 }
  const shell: Shell = { session, state: createState(place.home), env: place.env }
  const way: Way = { stdin: ANY, via: [], depth: 0, paths: [], hosts: [], calls: [], isBeside: false, descriptors: new Map() }
  try {
    runScript(command, { shell, way })
    runTraps(shell, way)
  } catch (thrown) {
    if (thrown instanceof Exhausted) return refused(thrown.message)
    if (thrown instanceof RangeError) return refused('it is nested too deeply')
    throw thrown
  }
  return { reading: { acts: [...session.acts.values()], unknown: [...session.unknown.values()] }, wanted: [...session.wanted] }
}
