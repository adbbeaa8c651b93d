import type { LaunchCall } from './launchers.ts'
import { noteAct } from './note-act.ts'
import { runProgram } from './run-program.ts'
import { runScript } from './run-script.ts'
import type { Outcome, Shell } from './shell.ts'
import { beneath, nothing } from './shell.ts'
import { setVariable } from './shell-state.ts'
import { forkState } from './shell-state.ts'
import { isExact, isKnown, SECRET } from './text-marks.ts'
import { privilegedWrappers, wrapperPrograms } from './wrapper-programs.ts'
import { Unreadable } from './unreadable.ts'

/** `env`, `sudo`, `timeout` and their kin: passes over what is theirs and starts what follows. */
export function runWrapper(call: LaunchCall): Outcome {
  const { name, args, shell, way } = call
  const program = wrapperPrograms[name]
  if (program === undefined) return nothing
  const privileged = privilegedWrappers.has(name)
  let at = 0
  for (const word of program.after) {
    while (isExact(args[at]) && (args[at] ?? '').startsWith('-') && program.plain.test(args[at] ?? '')) at += 1
    if (args[at] !== word) return plain(call)
    at += 1
  }
  const extra: Record<string, string> = { ...call.extra }
  let clears = false
  let loginShell = false
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (arg === '--') {
      at += 1
      break
    }
    if (!arg.startsWith('-')) break
    if (!isExact(arg)) throw new Unreadable(`which options ${name} is given is not known`)
    if (name === 'env' && /^(?:-S|--split-string|-[iv]*S)/.test(arg)) return splitString(call, arg, args.slice(at + 1))
    if (program.plain.test(arg)) {
      clears ||= name === 'env' && /^(?:-|-\w*i\w*|--ignore-environment)$/.test(arg)
      loginShell ||= name === 'sudo' && /^-\w*[is]\w*$|^--(?:login|shell)$/.test(arg)
    } else if (program.valued.test(arg)) at += 1
    // A value that is written together with its option.
    else if (!(program.valued.test(arg.replace(/=.*$/, '')) && arg.includes('=')) && !(arg.length > 2 && !arg.startsWith('--') && program.valued.test(arg.slice(0, 2)))) throw new Unreadable(`an option of ${name} that is not understood: ${arg}`)
  }
  at += program.skips
  if (program.assigns) for (; at < args.length; at += 1) {
    const match = /^([^=/-][^=/]*)=([^]*)$/.exec(args[at] ?? '')
    if (match === null) break
    extra[match[1] ?? ''] = match[2] ?? ''
  }
  const [first, ...rest] = args.slice(at)
  if (privileged) noteAct([name, ...args], shell, way, ['privilege'])
  if (first === undefined) {
    if (loginShell) throw new Unreadable(`${name} starts a shell that is given its commands later`)
    return name === 'env' ? { ...nothing, out: (noteAct([name, ...args], shell, way, ['secret-read']), SECRET) } : privileged ? nothing : plain(call)
  }
  return runProgram([first, ...rest], { shell: withVariables(shell, extra, clears), way: beneath(way, name), extra })
}

function plain({ name, args, shell, way }: LaunchCall): Outcome {
  return { ...nothing, out: noteAct([name, ...args], shell, way) }
}

/** `env -S 'git push'`: one text that is split into words. */
function splitString(call: LaunchCall, option: string, rest: readonly string[]): Outcome {
  const attached = option.replace(/^(?:-[iv]*S|--split-string=?)/, '')
  const [text, ...others] = attached === '' ? rest : [attached, ...rest]
  if (text === undefined || !isKnown(text) || /[;&|<>()`]/.test(text)) throw new Unreadable('what env splits into words is not understood')
  return runScript([text, ...others.map((each) => quote(each))].join(' '), { shell: call.shell, way: beneath(call.way, 'env -S') })
}

export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** A shell as a program would be started from with these variables. */
export function withVariables(shell: Shell, extra: Readonly<Record<string, string>>, clears = false): Shell {
  if (Object.keys(extra).length === 0 && !clears) return shell
  const state = { ...forkState(shell.state), files: shell.state.files }
  if (clears) {
    state.variables = new Map()
    state.unset = new Set(Object.keys(shell.env))
  }
  for (const [name, value] of Object.entries(extra)) setVariable(state, name, value, true)
  return { ...shell, state, env: clears ? {} : shell.env }
}

