import { evalLaunchers } from './eval-launchers.ts'
import { findOtherLanguage } from './other-languages.ts'
import { packageLaunchers } from './package-launchers.ts'
import { runAwk } from './run-awk.ts'
import { runGit } from './run-git.ts'
import { runMake } from './run-make.ts'
import { runShellProgram } from './run-shell-program.ts'
import type { Outcome, Shell, Way } from './shell.ts'
import { spreadLaunchers } from './spread-launchers.ts'
import { wrapperPrograms } from './wrapper-programs.ts'
import { runWrapper } from './run-wrapper.ts'

/** A program that leads on to others. `name` is without its folder. */
export interface LaunchCall {
  readonly name: string
  readonly args: readonly string[]
  readonly shell: Shell
  readonly way: Way
  readonly extra: Readonly<Record<string, string>>
}

export type Launcher = (call: LaunchCall) => Outcome

export function findLauncher(name: string): Launcher | undefined {
  if (/^(?:r?bash|sh|dash|zsh|ksh|mksh|ash|yash)$/.test(name)) return runShellProgram
  if (name === 'git') return runGit
  if (/^[gmn]?awk$/.test(name)) return runAwk
  if (/^g?make$/.test(name)) return runMake
  if (Object.hasOwn(packageLaunchers, name)) return packageLaunchers[name]
  if (Object.hasOwn(spreadLaunchers, name)) return spreadLaunchers[name]
  if (Object.hasOwn(evalLaunchers, name)) return evalLaunchers[name]
  return Object.hasOwn(wrapperPrograms, name) ? runWrapper : findOtherLanguage(name)
}
