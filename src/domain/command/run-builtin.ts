import { refuseHiddenCommand } from './expand-word.ts'
import { noteAct } from './note-act.ts'
import { declareVariables, readInput, printTo, setOptions } from './set-variables.ts'
import { resolvePath } from './resolve-path.ts'
import { runFile } from './run-file.ts'
import { remainingInput } from './run-node.ts'
import { runScript } from './run-script.ts'
import { runWords } from './run-simple.ts'
import type { Outcome, Shell, Way } from './shell.ts'
import { beneath, done, nothing } from './shell.ts'
import { setVariable } from './shell-state.ts'
import { ANY, isExact, isKnown, toPlain } from './text-marks.ts'
import { runTrap } from './subshell.ts'
import { Unreadable } from './unreadable.ts'

export interface BuiltinCall {
  readonly words: readonly [string, ...string[]]
  readonly args: readonly string[]
  readonly shell: Shell
  readonly way: Way
  readonly extra: Readonly<Record<string, string>>
}

type Builtin = (call: BuiltinCall) => Outcome

export function findBuiltin(name: string): Builtin | undefined {
  return Object.hasOwn(builtins, name) ? builtins[name] : undefined
}

const silent: Builtin = ({ words, shell, way }) => {
  if (way.paths.length + way.hosts.length > 0) noteAct(words, shell, way)
  return done
}
const unclear = (why: string): Builtin => () => { throw new Unreadable(why) }
const jump: Builtin = () => ({ ...done, status: undefined, jumps: true })
const tested: Builtin = ({ words, shell, way }) => {
  for (const word of words) refuseHiddenCommand(word)
  if (way.paths.length + way.hosts.length > 0) noteAct(words, shell, way)
  return nothing
}

const builtins: Readonly<Record<string, Builtin>> = {
  ':': silent, true: silent, wait: silent, umask: silent, ulimit: silent, jobs: silent, fg: silent, bg: silent, disown: silent, times: silent, dirs: silent, history: silent, bind: unclear('it binds keys'),
  false: ({ words, shell, way }) => ({ ...silent({ words, args: [], shell, way, extra: {} }), status: 1 }),
  '[': tested, test: tested, let: onlyBash(setSums),
  exit: jump, return: jump, break: jump, continue: jump, logout: jump,
  cd: changeDirectory, pushd: changeDirectory, popd: ({ shell }) => {
    shell.state.cwd = undefined
    return done
  },
  eval: ({ args, shell, way }) => runScript(args.map(toPlain).join(' '), { shell, way: beneath(way, 'eval') }),
  command: ({ words, args, shell, way, extra }) => runDirect('command', { words, args, shell, way, extra }),
  builtin: ({ words, args, shell, way, extra }) => runDirect('builtin', { words, args, shell, way, extra }),
  exec: runExec,
  source: runSource, '.': runSource,
  export: declareVariables, declare: onlyBash(declareVariables), typeset: onlyBash(declareVariables), local: declareVariables, readonly: declareVariables,
  unset: ({ args, shell }) => {
    for (const arg of args.filter((each) => !each.startsWith('-'))) {
      if (!isExact(arg)) throw new Unreadable('which variable it takes away is not known')
      refuseHiddenCommand(arg)
      const name = arg.replace(/\[.*$/, '')
      shell.state.variables.delete(name)
      if (name === arg) shell.state.unset.add(name)
      else setVariable(shell.state, name, ANY)
      if (!args.includes('-v')) shell.state.functions.delete(name)
    }
    return done
  },
  set: setOptions,
  shift: ({ args, shell }) => {
    const count = args[0] === undefined ? 1 : Number(args[0])
    const { positional } = shell.state
    if (!Number.isInteger(count) || positional.slice(0, count).some((each) => !isKnown(each) && each !== '\uE002')) shell.state.positional = positional.length === 0 ? [] : ['\uE001']
    else shell.state.positional = positional.slice(count)
    return done
  },
  read: readInput, mapfile: onlyBash(readInput), readarray: onlyBash(readInput), printf: printTo,
  getopts: ({ args, shell }) => {
    for (const name of [args[1] ?? 'opt', 'OPTARG', 'OPTIND']) setVariable(shell.state, isExact(name) ? name : 'opt', ANY)
    return nothing
  },
  alias: ({ args, shell }) => {
    for (const arg of args) {
      const at = arg.indexOf('=')
      if (arg === '-g' || arg === '-s') throw new Unreadable('an alias that stands for any word')
      if (at < 1) continue
      if (!isKnown(arg)) throw new Unreadable('what an alias stands for is not known')
      shell.state.aliases.set(toPlain(arg.slice(0, at)), [toPlain(arg.slice(at + 1))])
    }
    return done
  },
  unalias: silent,
  shopt: ({ args, shell }) => {
    if (args.includes('expand_aliases')) shell.state.usesAliases = true
    if (args.includes('-s') && (args.includes('lastpipe') || args.includes('compat31') || args.includes('extdebug'))) throw new Unreadable('it changes how the shell works')
    return done
  },
  trap: ({ args, shell, way }) => {
    const [action, ...signals] = args.filter((each) => each !== '--')
    if (action === undefined || action === '-' || action === '' || /^-[lp]$/.test(action)) return done
    // It can run at once, or after anything that follows.
    if (runTrap(action, shell, way) && signals.some((each) => !/^(?:EXIT|0)$/.test(each))) throw new Unreadable('a trap sets variables while the command runs')
    shell.state.traps = [...shell.state.traps, action]
    return done
  },
  enable: unclear('it changes what builtins mean'), hash: ({ args }) => {
    if (args.includes('-p')) throw new Unreadable('it changes where a program is found')
    return done
  },
  complete: silent, compopt: silent, caller: silent, suspend: silent,
  compgen: ({ words, shell, way }) => {
    if (words.some((word) => /^-\w*[CF]/.test(word))) throw new Unreadable('compgen starts a program')
    noteAct(words, shell, way)
    return { ...nothing, out: ANY }
  },
  type: ({ args }) => ({ ...nothing, out: isExact(args.at(-1)) ? `${args.at(-1)}\n` : ANY }),
  pwd: ({ words, shell, way }) => {
    noteAct(words, shell, way)
    return { ...done, out: `${shell.state.cwd ?? ANY}\n` }
  },
}

/** Other shells do not have it, and their variables stay what they were. */
function onlyBash(builtin: Builtin): Builtin {
  return (call) => {
    if (call.shell.state.dialect !== 'bash') throw new Unreadable(`${call.words[0]} means something else to other shells than bash`)
    return builtin(call)
  }
}

function setSums({ args, shell }: BuiltinCall): Outcome {
  for (const arg of args) {
    refuseHiddenCommand(toPlain(arg))
    const name = /^\s*([A-Za-z_]\w*)/.exec(arg)?.[1]
    if (name !== undefined) setVariable(shell.state, name, ANY)
  }
  return nothing
}

function changeDirectory({ args, shell }: BuiltinCall): Outcome {
  const target = args.find((each) => !/^-[LPe@]+$/.test(each) && each !== '--')
  if (target === undefined) shell.state.cwd = shell.env['HOME']
  else if (target === '-' || !isExact(target) || /^[+-]\d/.test(target)) shell.state.cwd = undefined
  else shell.state.cwd = shell.state.cwd === undefined && !target.startsWith('/') ? undefined : resolvePath(target, shell)
  return done
}

function runDirect(name: string, { args, shell, way, extra }: BuiltinCall): Outcome {
  const at = args.findIndex((each) => each === '--' || !/^-[pvV]+$/.test(each))
  const options = at === -1 ? args : args.slice(0, at)
  const [first, ...rest] = args.slice(args[at] === '--' ? at + 1 : at)
  if (at === -1 || first === undefined) return nothing
  // `command -v` only says where it is.
  if (options.some((each) => /[vV]/.test(each))) return { ...nothing, out: isExact(first) ? `${first}\n` : ANY }
  return runWords([first, ...rest], { shell, way: beneath(way, name), extra, isDirect: true })
}

function runExec({ args, shell, way, extra }: BuiltinCall): Outcome {
  let at = 0
  while (at < args.length && /^-[cla]+$/.test(args[at] ?? '')) at += args[at]?.includes('a') === true ? 2 : 1
  const [first, ...rest] = args.slice(args[at] === '--' ? at + 1 : at)
  if (first === undefined) {
    // Redirections of the shell itself: what is read after them comes from somewhere else.
    if (way.stdin !== ANY || way.hosts.length > 0 || way.descriptors.size > 0) {
      if (way.hosts.length > 0) {
        noteAct(['exec'], shell, way)
        shell.state.connection = way.hosts.at(-1)
      }
      setVariable(shell.state, remainingInput, way.stdin)
    }
    if (way.paths.length > 0) noteAct(['exec'], shell, way)
    return done
  }
  return { ...runWords([first, ...rest], { shell, way: beneath(way, 'exec'), extra, isDirect: true }), jumps: true }
}

function runSource({ args, shell, way }: BuiltinCall): Outcome {
  const [path, ...rest] = args[0] === '--' ? args.slice(1) : args
  if (path === undefined) return nothing
  const { positional } = shell.state
  if (rest.length > 0) shell.state.positional = rest
  const outcome = runFile(path, { shell, way: beneath(way, 'source'), isSourced: true })
  shell.state.positional = positional
  return { ...outcome, jumps: false }
}

