import type { LaunchCall } from './launchers.ts'
import { noteAct } from './note-act.ts'
import { runProgram } from './run-program.ts'
import { runScript, withSh } from './run-script.ts'
import type { Outcome } from './shell.ts'
import { beneath, nothing } from './shell.ts'
import { inSubshell } from './subshell.ts'
import { isExact, toPlain } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

/** A program that is what its words say. */
export function plain({ name, args, shell, way }: LaunchCall): Outcome {
  return { ...nothing, out: noteAct([name, ...args], shell, way) }
}

/** Words as a program that joins them for a shell. */
export function runJoined(call: LaunchCall, words: readonly string[], label: string): Outcome {
  if (words.length === 0) return nothing
  return inSubshell(call.shell, (child) => runScript(words.map(toPlain).join(' '), { shell: withSh(child), way: beneath(call.way, label) }))
}

/** A program by its words, in a shell of its own. */
export function start(call: LaunchCall, words: readonly string[], label: string): Outcome {
  const [first, ...rest] = words
  if (first === undefined) return nothing
  return inSubshell(call.shell, (child) => runProgram([first, ...rest], { shell: child, way: beneath(call.way, label), extra: call.extra }))
}

/** The operands behind options; `valued` take the next word. */
export function operandsOf(args: readonly string[], valued: RegExp): readonly string[] {
  let at = 0
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (arg === '--') return args.slice(at + 1)
    if (!arg.startsWith('-')) break
    if (!isExact(arg)) throw new Unreadable('which options it is given is not known')
    if (valued.test(arg)) at += 1
  }
  return args.slice(at)
}

/** The value of the first option that fits, attached or in the next word. */
export function valueOf(args: readonly string[], option: RegExp): string | undefined {
  const at = args.findIndex((arg) => option.test(arg))
  if (at === -1) return undefined
  const arg = args[at] ?? ''
  return arg.startsWith('--') && arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : args[at + 1]
}
