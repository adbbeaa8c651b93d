import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive } from '../../adapters/process/temp-folders.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'

/** Where archives are laid out before they are taken in. Its folders carry the number of their process. */
export function toImportsDirectory(state: string): string {
  return join(state, 'importing')
}

/** Beside the runs, so that what was staged gets to its place by a rename. What killed imports left behind goes. @throws Fault `disk-failed`. */
export function makeStaging(state: string): string {
  const parent = toImportsDirectory(state)
  try {
    mkdirSync(parent, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(parent)) if (isLeft(name)) rmSync(join(parent, name), { recursive: true, force: true })
    return mkdtempSync(join(parent, `writ-import-${process.pid}-`))
  } catch (thrown) {
    throw new Fault('disk-failed', `${parent} cannot be written: ${toMessage(thrown)}. Look at free space and permissions there, then try again.`, { cause: thrown })
  }
}

/** Earlier versions began the name with the number. */
function isLeft(name: string): boolean {
  const pid = /^(?:writ-import-)?(\d+)-/.exec(name)?.[1]
  return pid !== undefined && !isAlive(Number(pid))
}
