import { expandText, expandWord, refuseHiddenCommand } from './expand-word.ts'
import { findBuiltin } from './run-builtin.ts'
import { runProgram } from './run-program.ts'
import { runScript } from './run-script.ts'
import { runNode } from './run-node.ts'
import { noteAct } from './note-act.ts'
import { keepLocal } from './set-variables.ts'
import { openRedirects, toHost, writeOutput } from './redirects.ts'
import type { Outcome, Shell, Way } from './shell.ts'
import { done, nothing } from './shell.ts'
import type { Assignment, SimpleCommand } from './shell-node.ts'
import type { ShellFunction, Variable } from './shell-state.ts'
import { assignState, findVariable, forkState, mergeStates, setVariable, toText } from './shell-state.ts'
import { ANY, hasPattern, isExact, isKnown, toShown, toUnknown } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

/** One simple command: words, then assignments and redirections, then whatever its first word stands for. */
export function runSimple(command: SimpleCommand, shell: Shell, way: Way): Outcome {
  const aliased = runAlias(command, shell, way)
  if (aliased !== undefined) return aliased
  const host = toHost(shell, way)
  // A bracket that nothing closes is a word like any other; it is the name of a builtin too.
  const words = command.words.flatMap((word) => expandWord(word, host)).map((word) => (word === '\uE012' ? '[' : word))
  const [first, ...args] = words
  if (first === undefined || isDeclaring(first)) for (const assignment of command.assignments) assign(assignment, shell, way, first)
  const opened = openRedirects(command.redirects, shell, way)
  if (first === undefined) {
    if (opened.way.paths.length + opened.way.hosts.length > way.paths.length + way.hosts.length) noteAct([':'], shell, opened.way)
    writeOutput('', opened, shell)
    // `$(< file)` stands for what is in it.
    if (command.assignments.length === 0 && command.redirects.some(({ operator }) => operator.startsWith('<'))) return { ...nothing, out: opened.way.stdin }
    return command.assignments.some(({ value }) => Array.isArray(value) || ('parts' in value && value.parts.some((part) => part.kind === 'command'))) ? nothing : done
  }
  const extra = isDeclaring(first) ? {} : Object.fromEntries(command.assignments.map((each) => [each.name, toAssigned(each, shell, way)]))
  const outcome = runWords([first, ...args], { shell, way: opened.way, extra })
  return { ...outcome, out: writeOutput(outcome.out, opened, shell) }
}

function isDeclaring(name: string): boolean {
  return ['export', 'declare', 'typeset', 'local', 'readonly'].includes(name)
}

export interface Start {
  readonly shell: Shell
  readonly way: Way
  /** Variables in front of the command. */
  readonly extra: Readonly<Record<string, string>>
  /** Passes over functions, as `command` does. */
  readonly isDirect?: boolean
}

/** Runs words as a command: a function, a builtin or a program. */
export function runWords(words: readonly [string, ...string[]], start: Start): Outcome {
  const { shell, way, extra } = start
  const [first, ...args] = words
  if (!isKnown(first)) throw new Unreadable('which program it starts is not known before it runs')
  const named = shell.state.functions.get(first)
  if (named !== undefined && start.isDirect !== true) {
    const outcome = runFunction(first, named, args, start)
    if (!named.maybe) return outcome
    return { ...runWords(words, { ...start, isDirect: true }), jumps: outcome.jumps }
  }
  if (hasPattern(first)) return runProgram(words, { shell, way, extra })
  const builtin = findBuiltin(first)
  if (builtin === undefined) return runProgram(words, { shell, way, extra })
  const kept = Object.keys(extra).map((name): [string, Variable | undefined] => [name, shell.state.variables.get(name)])
  for (const [name, value] of Object.entries(extra)) setVariable(shell.state, name, value, true)
  const outcome = builtin({ words, args, shell, way, extra })
  for (const [name, variable] of kept) {
    if (variable === undefined) shell.state.variables.delete(name)
    else shell.state.variables.set(name, variable)
  }
  return outcome
}

function runFunction(name: string, named: ShellFunction, args: readonly string[], start: Start): Outcome {
  const { shell, way } = start
  if (way.calls.includes(name)) {
    // A function that starts itself beside itself never comes to an end.
    if (way.isBeside) {
      noteAct([name, ...args], shell, way, ['process-bomb'])
      return { ...nothing, out: ANY }
    }
    if (way.calls.filter((each) => each === name).length >= 12) throw new Unreadable('a function calls itself without an end that can be seen')
  }
  const { positional } = shell.state
  for (const [key, value] of Object.entries(start.extra)) setVariable(shell.state, key, value, true)
  const inner: Way = { ...way, calls: [...way.calls, name], depth: way.depth + 1, isBeside: way.calls.includes(name) ? way.isBeside : false }
  if (inner.depth > 40) throw new Unreadable('functions are nested too deeply')
  const outcomes: Outcome[] = []
  const before = forkState(shell.state)
  let merged = named.maybe ? before : undefined
  for (const body of named.bodies) {
    const child: Shell = { ...shell, state: forkState(before) }
    child.state.positional = args
    child.state.locals = new Map()
    outcomes.push(runNode(body, child, inner))
    restoreLocals(child)
    child.state.locals = before.locals
    merged = merged === undefined ? child.state : mergeStates(merged, child.state)
  }
  if (merged !== undefined) assignState(shell.state, merged)
  shell.state.positional = positional
  const [only] = outcomes
  const out = outcomes.length === 1 && !named.maybe ? (only?.out ?? '') : toUnknown(...outcomes.map((each) => each.out))
  return { status: outcomes.length === 1 && !named.maybe && only?.jumps === false ? only.status : undefined, out: only?.jumps === true && out !== '' ? toUnknown(out) : out, jumps: false }
}

function restoreLocals({ state }: Shell): void {
  for (const [name, variable] of state.locals) {
    if (variable === undefined) state.variables.delete(name)
    else state.variables.set(name, variable)
  }
}

function runAlias(command: SimpleCommand, shell: Shell, way: Way): Outcome | undefined {
  const [word] = command.words
  if (word === undefined || !shell.state.usesAliases || shell.state.aliases.size === 0) return undefined
  const [part] = word.parts
  if (word.parts.length !== 1 || part?.kind !== 'text' || part.quoted || way.via.includes(`alias ${part.text}`)) return undefined
  const texts = shell.state.aliases.get(part.text)
  if (texts === undefined) return undefined
  const rest = command.text.slice(word.text.length)
  if (command.redirects.some((each) => each.operator === '<<')) throw new Unreadable('an alias is used with a here-document')
  const before = forkState(shell.state)
  let out = ''
  let merged = before
  // On the line that defines it, an alias means nothing yet: the word itself is read as well.
  for (const text of [...texts, `\\${part.text}`]) {
    const child: Shell = { ...shell, state: forkState(before) }
    out += runScript(`${text}${rest}`, { shell: child, way: { ...way, via: [...way.via, `alias ${part.text}`] } }).out
    merged = mergeStates(merged, child.state)
  }
  assignState(shell.state, merged)
  return { ...nothing, out: out === '' ? '' : toUnknown(out) }
}

function toAssigned(assignment: Assignment, shell: Shell, way: Way): string {
  if (!('parts' in assignment.value)) return ANY
  const text = expandText(assignment.value, toHost(shell, way))
  return assignment.appends ? toText(findVariable(shell.state, assignment.name, shell.env)) + text : text
}

function assign(assignment: Assignment, shell: Shell, way: Way, declaring: string | undefined): void {
  const { name, index, appends, value } = assignment
  if (declaring !== undefined) keepLocal(name, declaring, shell, way)
  const host = toHost(shell, way)
  const found = findVariable(shell.state, name, shell.env)
  const exported = declaring === 'export' ? true : undefined
  if (!('parts' in value)) {
    const items = value.flatMap((word) => expandWord(word, host))
    const isKeyed = items.some((item) => /^[[\uE012].*\]\+?=/.test(item))
    for (const item of items) refuseHiddenCommand(toShown(item))
    const before = !appends || found === undefined || !shell.state.variables.has(name) ? [] : typeof found.value === 'string' ? [found.value] : found.value
    setVariable(shell.state, name, isKeyed ? toUnknown(...items) : [...before, ...items], exported)
    return
  }
  const text = expandText(value, host)
  refuseHiddenCommand(text)
  if (index === undefined) {
    const own = appends ? toText(found) + text : text
    if (own.length > 65_536) throw new Unreadable('a variable grows too long')
    setVariable(shell.state, name, own, exported)
    if (/^(?:PS4|PROMPT_COMMAND|PS0)$/.test(name) && /\$\(|`/.test(text)) throw new Unreadable(`${name} makes the shell run something`)
    if (name === 'SHELLOPTS' || name === 'BASHOPTS') throw new Unreadable('it changes how the shell works')
    return
  }
  const key = expandText(index, host)
  refuseHiddenCommand(`[${key}]`)
  const items = found === undefined || !shell.state.variables.has(name) ? [] : typeof found.value === 'string' ? [found.value] : [...found.value]
  const at = Number(key)
  if (!isExact(key) || !Number.isInteger(at) || at < 0 || at > items.length || appends) setVariable(shell.state, name, toUnknown(text, ...items))
  else setVariable(shell.state, name, items.toSpliced(at, 1, text))
}
