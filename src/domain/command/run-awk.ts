import { plain } from './launch.ts'
import type { LaunchCall } from './launchers.ts'
import { noteAct } from './note-act.ts'
import { resolvePath } from './resolve-path.ts'
import { runCode } from './run-interpreter.ts'
import type { Outcome } from './shell.ts'
import { nothing } from './shell.ts'
import { ANY, isExact, isKnown, toPlain } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

interface AwkWords {
  /** Texts of the program; with `-e` and `-f` there may be several. */
  readonly programs: readonly string[]
  readonly files: readonly string[]
}

/** `awk 'program' files`, `gawk -e 'program'`, `awk -f file`. A file of the repository is a program as any other. */
export function runAwk(call: LaunchCall): Outcome {
  const { name, args, shell, way } = call
  const { programs, files } = splitWords(call)
  if (programs.length === 0) return plain(call)
  const text = toPlain(programs.join('\n'))
  if (!isKnown(text)) throw new Unreadable('the program that awk is given is not known before it runs')
  if (!/\bsystem\b|\||>|@|ENVIRON|\/inet/.test(text)) return { ...nothing, out: noteAct([name, ...args], shell, way) }
  noteAct([name, ...files], shell, way)
  // A comparison and a file that is written look alike; both are harmless here.
  return runCode(text, 'awk', { words: [name, ...args], shell, way, label: 'awk' })
}

function splitWords(call: LaunchCall): AwkWords {
  const { args } = call
  const programs: string[] = []
  let isGiven = false
  let at = 0
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (arg === '--') {
      at += 1
      break
    }
    if (!arg.startsWith('-') || arg === '-') break
    if (!isKnown(arg)) throw new Unreadable('which options awk is given is not known')
    const source = /^(?:-e|--so\w*(?:=|$))/.exec(arg)?.[0]
    const file = /^(?:-[fE]|--(?:fi(?!eld)\w*|ex\w*)(?:=|$))/.exec(arg)?.[0]
    const option = source ?? file
    if (option !== undefined) {
      const value = arg.length > option.length || option.endsWith('=') ? arg.slice(option.length) : (args[++at] ?? '')
      isGiven = true
      if (source !== undefined) programs.push(value)
      else programs.push(...contentOf(value, call))
    } else if (/^(?:-[FvilW]|--(?:field-separator|assign|include|load))$/.test(arg)) at += 1
  }
  const [first, ...rest] = args.slice(at)
  if (isGiven) return { programs, files: args.slice(at) }
  return { programs: first === undefined ? [] : [first], files: rest }
}

/** What is known of a file that holds a program: it came by the input, or the same command has written it. */
function contentOf(path: string, { shell, way }: LaunchCall): readonly string[] {
  if (/^(?:-|\/dev\/stdin|\/dev\/fd\/0)$/.test(path)) return [way.stdin]
  if (!isExact(path)) throw new Unreadable('which file awk reads is not known')
  const content = shell.state.files.get(resolvePath(path, shell)) ?? (/^\/(?:dev|proc\/self)\/fd\/\d+$/.test(path) ? ANY : undefined)
  return content === undefined ? [] : [content]
}
