import { runScript } from './run-script.ts'
import type { ShellDialect } from './shell-cursor.ts'
import type { Outcome, Shell, Way } from './shell.ts'
import { beneath } from './shell.ts'
import type { Variable } from './shell-state.ts'
import { forkState, takeFiles, toText } from './shell-state.ts'
import { toUnknown } from './text-marks.ts'

/** Runs something in a shell of its own: of what it changes, only files last. */
export function inSubshell<Result>(shell: Shell, run: (child: Shell) => Result): Result {
  const child: Shell = { ...shell, state: { ...forkState(shell.state), traps: [] } }
  const result = run(child)
  takeFiles(shell.state, child.state)
  return result
}

/** A shell of its own whose traps run when it ends. */
export function runToEnd(shell: Shell, way: Way, run: (child: Shell) => Outcome): Outcome {
  return inSubshell(shell, (child) => {
    const outcome = run(child)
    runTraps(child, way)
    return outcome
  })
}

/** What a shell was told to do when it ends or is told to: with functions as they are by then, and variables as they may be. */
export function runTraps(shell: Shell, way: Way): void {
  for (const action of shell.state.traps) runTrap(action, shell, way)
}

/** Gives back whether it sets something: then it matters when it runs. */
export function runTrap(action: string, shell: Shell, way: Way): boolean {
  const state = forkState(shell.state)
  if (action.includes('$')) state.variables = new Map([...state.variables].map(([name, variable]): [string, Variable] => [name, { ...variable, value: toUnknown(toText(variable)) }]))
  const inner: Shell = { ...shell, state: { ...state, traps: [] } }
  const before = forkState(inner.state)
  runScript(action, { shell: inner, way: beneath(way, 'trap') })
  return [...inner.state.variables].some(([name, variable]) => toText(before.variables.get(name)) !== toText(variable)) || inner.state.functions.size !== before.functions.size || inner.state.cwd !== before.cwd
}

export interface AsProgram {
  readonly shell: Shell
  readonly way: Way
  readonly dialect: ShellDialect
  readonly self: string
  readonly args: readonly string[]
}

/** Runs something as a shell that is a program of its own: of what is set, it sees only what is exported. */
export function runAsProgram({ shell, way, dialect, self, args }: AsProgram, run: (child: Shell) => Outcome): Outcome {
  const { state } = shell
  const child: Shell = { ...shell, state: {
    ...forkState(state), files: state.files, dialect, self, positional: args, aliases: new Map(), traps: [],
    variables: new Map([...state.variables].filter(([, each]) => each.exported)), functions: new Map([...state.functions].filter(([, each]) => each.exported)),
  } }
  const outcome = run(child)
  runTraps(child, way)
  takeFiles(state, child.state)
  return outcome
}
