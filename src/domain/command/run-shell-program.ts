import type { LaunchCall } from './launchers.ts'
import { resolvePath } from './resolve-path.ts'
import { runFile } from './run-file.ts'
import { runScript } from './run-script.ts'
import type { Outcome, Shell } from './shell.ts'
import { beneath } from './shell.ts'
import { createState, takeFiles, toText } from './shell-state.ts'
import { isExact, isKnown } from './text-marks.ts'
import { runTraps } from './subshell.ts'
import { Unreadable } from './unreadable.ts'

/** `bash -c …`, `sh file`, `… | sh`. */
export function runShellProgram(call: LaunchCall): Outcome {
  const { name, args, shell, way } = call
  let at = 0
  let takesText = false
  let takesInput = false
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (!isKnown(arg)) {
      if (takesText) break
      throw new Unreadable('what a shell is given is not known before it runs')
    }
    if (arg === '--' || arg === '-') {
      at += 1
      break
    }
    if (/^--(?:rcfile|init-file)$/.test(arg)) throw new Unreadable('a shell is given a file to begin with')
    if (/^--\w/.test(arg)) continue
    if (!/^[-+]\w/.test(arg)) break
    if (arg.startsWith('-') && arg.includes('c')) takesText = true
    if (arg.startsWith('-') && arg.includes('s')) takesInput = true
    if (/[oO]$/.test(arg)) at += 1
  }
  const child = createChild(call, args.slice(at), takesText)
  for (const key of ['BASH_ENV', 'ENV']) {
    const startup = child.extra[key] ?? toText(shell.state.variables.get(key))
    if (startup !== '' && (key === 'BASH_ENV' || shell.state.files.has(resolvePath(startup, shell)) || !isExact(startup))) runFile(startup, { shell: child.shell, way: beneath(way, key), isSourced: true })
  }
  const run = (): Outcome => {
    const first = args[at]
    if (takesText) {
      if (first === undefined) return { status: undefined, out: '', jumps: false }
      return runScript(first, { shell: child.shell, way: beneath(way, `${name} -c`) })
    }
    if (takesInput || first === undefined) return runScript(way.stdin, { shell: child.shell, way: { ...beneath(way, `${name} from its input`), stdin: '' } })
    if (!isExact(first)) throw new Unreadable('which file a shell reads is not known')
    return runFile(first, { shell: child.shell, way: beneath(way, `${name} ${first}`), isSourced: false })
  }
  const outcome = run()
  runTraps(child.shell, way)
  takeFiles(shell.state, child.shell.state)
  return { ...outcome, jumps: false }
}

function createChild({ name, shell, extra }: LaunchCall, operands: readonly string[], takesText: boolean): { shell: Shell; extra: Readonly<Record<string, string>> } {
  const state = createState(shell.state.cwd ?? shell.session.place.home)
  state.cwd = shell.state.cwd
  for (const [key, variable] of shell.state.variables) if (variable.exported && typeof variable.value === 'string') state.variables.set(key, variable)
  for (const [key, value] of Object.entries(extra)) state.variables.set(key, { value, exported: true })
  for (const [key, named] of shell.state.functions) if (named.exported) state.functions.set(key, named)
  state.unset = new Set(shell.state.unset)
  state.files = shell.state.files
  state.filesChanged = shell.state.filesChanged
  state.secretStaged = shell.state.secretStaged
  // Every shell but bash knows aliases also where nobody is there to type them.
  state.usesAliases = name !== 'bash'
  state.dialect = /^r?bash$/.test(name) ? 'bash' : 'sh'
  state.self = takesText ? (operands[1] ?? name) : (operands[0] ?? name)
  state.positional = takesText ? operands.slice(2) : operands.slice(1)
  return { shell: { ...shell, state }, extra }
}
