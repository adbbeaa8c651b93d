import { refuseHiddenCommand } from './expand-word.ts'
import { toKnownOutput } from './known-output.ts'
import { noteAct } from './note-act.ts'
import type { BuiltinCall } from './run-builtin.ts'
import { remainingInput } from './run-node.ts'
import type { Outcome, Shell, Way } from './shell.ts'
import { done, nothing } from './shell.ts'
import { findVariable, setVariable, toText } from './shell-state.ts'
import { ANY, isExact, isKnown, SECRET, toPlain, toUnknown } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

/** What a function declares is gone when it ends. */
export function keepLocal(name: string, declaring: string, shell: Shell, way: Way): void {
  if (way.calls.length === 0 || declaring === 'export' || declaring === 'readonly' || shell.state.locals.has(name)) return
  shell.state.locals.set(name, shell.state.variables.get(name))
}

/** `export`, `declare` and their kin. */
export function declareVariables({ words: [name], args, shell, way }: BuiltinCall): Outcome {
  const options = args.filter((each) => /^[-+][a-zA-Z]+$/.test(each))
  const has = (letter: string): boolean => options.some((each) => each.startsWith('-') && each.includes(letter))
  const rest = args.filter((each) => !/^[-+][a-zA-Z]+$/.test(each) && each !== '--')
  if (has('n') && name !== 'export') throw new Unreadable('a variable that stands for another')
  if ((has('p') || rest.length === 0) && name !== 'local' && !has('f') && !has('F')) {
    if (rest.length === 0 && options.every((each) => each.includes('p') || each.includes('x'))) {
      noteAct([name, ...args], shell, way, ['secret-read'])
      return { ...done, out: SECRET }
    }
    return { ...nothing, out: ANY }
  }
  if (has('g') && way.calls.length > 0) throw new Unreadable('a function sets a variable of the shell')
  const exported = name === 'export' ? !has('n') : has('x') ? true : undefined
  for (const each of rest) {
    const at = each.indexOf('=')
    const key = at === -1 ? each : each.slice(0, at).replace(/\+$/, '')
    if (!isExact(key)) throw new Unreadable('which variable it sets is not known')
    refuseHiddenCommand(toPlain(each))
    const base = key.replace(/\[.*$/, '')
    keepLocal(base, name, shell, way)
    if (has('f')) {
      const named = shell.state.functions.get(key)
      if (named !== undefined) shell.state.functions.set(key, { ...named, exported: true })
    } else if (base !== key || has('A') || has('i')) setVariable(shell.state, base, ANY, exported)
    else if (at !== -1) {
      const before = each.charAt(at - 1) === '+' ? toText(findVariable(shell.state, key, shell.env)) : ''
      const value = before + toPlain(each.slice(at + 1))
      setVariable(shell.state, key, has('l') || has('u') ? toUnknown(value) : value, exported)
    } else if (exported === true) {
      const found = findVariable(shell.state, key, shell.env)
      if (found !== undefined) setVariable(shell.state, key, found.value, true)
    } else if (name === 'local') setVariable(shell.state, key, '')
  }
  return done
}

/** `set -- words` gives the shell its arguments; alone it prints every variable. */
export function setOptions({ words, args, shell, way }: BuiltinCall): Outcome {
  if (args.length === 0) {
    noteAct(words, shell, way, ['secret-read'])
    return { ...done, out: SECRET }
  }
  let at = 0
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (arg === '--' || arg === '-') {
      shell.state.positional = args.slice(at + 1)
      return done
    }
    if (!/^[-+][a-zA-Z]+$/.test(arg)) break
    if (arg.includes('k') || (arg.includes('o') && args[at + 1] === 'keyword')) throw new Unreadable('it changes how the shell works')
    if (arg.endsWith('o')) at += 1
  }
  if (at < args.length) shell.state.positional = args.slice(at)
  return done
}

/** `read` and `mapfile`: variables out of the input. */
export function readInput({ words: [name], args, shell, way }: BuiltinCall): Outcome {
  const valued = name === 'read' ? 'adnNptiu' : 'dnOsucC'
  const options = new Map<string, string>()
  const names: string[] = []
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (!/^-\w/.test(arg)) {
      names.push(arg)
      continue
    }
    const letters = arg.slice(1)
    const found = [...letters].findIndex((letter) => valued.includes(letter))
    for (const letter of letters.slice(0, found === -1 ? letters.length : found)) options.set(letter, '')
    if (found !== -1) {
      const attached = letters.slice(found + 1)
      options.set(letters.charAt(found), attached === '' ? (args[++at] ?? '') : attached)
    }
  }
  if (names.some((each) => !isExact(each)) || options.has('C')) throw new Unreadable('what it reads into is not known')
  for (const each of names) refuseHiddenCommand(each)
  const descriptor = options.get('u')
  const stdin = descriptor === undefined ? way.stdin : (way.descriptors.get(Number(descriptor)) ?? ANY)
  if (shell.state.dialect !== 'bash' && [...options.keys()].some((key) => !'rpt'.includes(key))) throw new Unreadable('an option of read that other shells than bash do not have')
  const isPlain = isKnown(stdin) && [...options.keys()].every((key) => 'reatp'.includes(key) && key !== 't')
  if (name !== 'read') {
    const lines = isKnown(stdin) && !options.has('d') && !options.has('n') && !options.has('s') ? stdin.split('\n').slice(0, stdin.endsWith('\n') ? -1 : undefined) : undefined
    setVariable(shell.state, names[0] ?? 'MAPFILE', lines === undefined ? toUnknown(stdin) : options.has('t') ? lines : lines.map((line) => `${line}\n`))
    return nothing
  }
  const array = options.get('a')
  const targets = array === undefined ? (names.length === 0 ? ['REPLY'] : names) : [array]
  const separators = toText(findVariable(shell.state, 'IFS', shell.env))
  if (!isPlain || !isKnown(separators)) {
    for (const each of targets) setVariable(shell.state, each, toUnknown(stdin))
    return { ...nothing, status: stdin === '' ? 1 : undefined }
  }
  const end = stdin.indexOf('\n')
  const line = end === -1 ? stdin : stdin.slice(0, end)
  // Without -r a backslash takes the meaning from what follows.
  if (!options.has('r') && line.includes('\\')) {
    for (const each of targets) setVariable(shell.state, each, ANY)
    return nothing
  }
  setVariable(shell.state, remainingInput, end === -1 ? '' : stdin.slice(end + 1))
  const fields = splitLine(line, separators, array === undefined ? targets.length : Number.POSITIVE_INFINITY)
  if (array === undefined) for (const [index, each] of targets.entries()) setVariable(shell.state, each, fields[index] ?? '')
  else setVariable(shell.state, array, fields)
  return nothing
}

function splitLine(line: string, separators: string, most: number): readonly string[] {
  if (separators === '') return [line]
  const fields: string[] = []
  const isBlank = (char: string): boolean => separators.includes(char) && ' \t\n'.includes(char)
  let rest = line
  while (rest !== '' && isBlank(rest.charAt(0))) rest = rest.slice(1)
  while (rest !== '') {
    if (fields.length === most - 1) {
      fields.push(rest.replace(/[ \t]+$/, ''))
      return fields
    }
    const at = [...rest].findIndex((char) => separators.includes(char))
    fields.push(at === -1 ? rest : rest.slice(0, at))
    rest = at === -1 ? '' : rest.slice(at + 1)
    while (rest !== '' && isBlank(rest.charAt(0))) rest = rest.slice(1)
  }
  return fields
}

/** `printf -v name` sets a variable; otherwise it prints. */
export function printTo({ words, args, shell, way }: BuiltinCall): Outcome {
  const isSh = shell.state.dialect !== 'bash'
  if (args[0] === '-v' && args[1] !== undefined) {
    if (isSh) throw new Unreadable('printf -v means something else to other shells than bash')
    if (!isExact(args[1])) throw new Unreadable('which variable it sets is not known')
    refuseHiddenCommand(args[1])
    setVariable(shell.state, args[1].replace(/\[.*$/, ''), args[1].includes('[') ? ANY : (toKnownOutput(['printf', ...args.slice(2)], '', () => undefined) ?? toUnknown(...args)))
    return done
  }
  noteAct(words, shell, way)
  return { ...done, out: toKnownOutput(words, way.stdin, () => undefined) ?? toUnknown(...words) }
}
