import { isClassified } from './classify/classify.ts'
import { findLauncher } from './launchers.ts'
import { noteAct } from './note-act.ts'
import { resolvePath } from './resolve-path.ts'
import { startFile } from './run-file.ts'
import { findInterpreter, runInterpreter } from './run-interpreter.ts'
import { runScript } from './run-script.ts'
import type { Outcome, Shell, Way } from './shell.ts'
import { beneath, nothing, step } from './shell.ts'
import { inSubshell } from './subshell.ts'
import { toText } from './shell-state.ts'
import { toExpression, toExpressionSource } from './shell-pattern.ts'
import { ANY, hasPattern, isExact, isKnown } from './text-marks.ts'
import { notablePrograms } from './wrapper-programs.ts'
import { Unreadable } from './unreadable.ts'

export interface ProgramStart {
  readonly shell: Shell
  readonly way: Way
  readonly extra: Readonly<Record<string, string>>
}

const programFolders = /^(?:\/usr|\/usr\/local|\/opt\/[\w.-]+|\/home\/[\w.-]+\/\.[\w.-]+|\/root\/\.[\w.-]+)?\/s?bin\/[^/]+$|^\/usr\/(?:lib|libexec)\/git-core\/[^/]+$|\/node\/bin\/node$/
const toolFolders = /(?:^|\/)(?:node_modules\/\.bin|\.?venv\/bin|env\/bin|vendor\/bin)\/([^/]+)$/

/** Starts a program by its words; shells, wrappers and interpreters lead on to what they would start. */
export function runProgram(words: readonly [string, ...string[]], start: ProgramStart): Outcome {
  const { shell, way } = start
  step(shell.session)
  if (way.depth > 40) throw new Unreadable('it is nested too deeply')
  const [given, ...args] = words
  const first = hasPattern(given) ? resolvePattern(given) : given
  if (!isExact(first) || first === '') throw new Unreadable('which program it starts is not known before it runs')
  runEnvironment(start)
  const name = toName(first, shell)
  if (name === undefined) return { ...startFile([first, ...args], { shell, way }), jumps: false }
  const planted = findPlanted(name, start)
  if (planted !== undefined) return startFile([planted, ...args], { shell, way })
  const launcher = findLauncher(name)
  if (launcher !== undefined) return { ...launcher({ name, args, shell, way, extra: start.extra }), jumps: false }
  const interpreter = findInterpreter(name)
  if (interpreter !== undefined) return runInterpreter([name, ...args], interpreter, { shell, way })
  const out = noteAct([name, ...args], shell, way)
  if (!isClassified(name)) runBehind(name, args, start)
  return { ...nothing, out }
}

const telling = /^(?:git|npm|curl|wget|bash|sh|dash|zsh|ksh|rm|sudo|xargs|ssh|scp|dropdb|python3?|node|perl)$/

/** A program that nobody knows may start what follows in its words. */
function runBehind(name: string, args: readonly string[], { shell, way }: ProgramStart): void {
  const at = args.findIndex((arg, index) => isExact(arg) && telling.test(arg) && index + 1 < args.length)
  const [first, ...rest] = at === -1 ? [] : args.slice(at)
  if (first !== undefined) inSubshell(shell, (child) => runProgram([first, ...rest], { shell: child, way: beneath(way, name), extra: {} }))
}

/** The name of an installed program. Undefined for a file that stands for itself. */
function toName(first: string, shell: Shell): string | undefined {
  if (!first.includes('/')) return first
  const absolute = resolvePath(first, shell)
  if (shell.state.files.has(absolute)) return undefined
  const tool = toolFolders.exec(absolute)?.[1]
  if (tool !== undefined) return tool
  return first.startsWith('/') && programFolders.test(absolute) ? (absolute.split('/').at(-1) ?? '').replace(/^git-(?=push$|fetch$)/, 'git-') : undefined
}

/** A pattern in the place of a program: the one well-known program that it fits. */
function resolvePattern(pattern: string): string {
  const last = pattern.split('/').at(-1) ?? ''
  const test = toExpression(`^${toExpressionSource(last)}$`)
  const fitting = notablePrograms.filter((name) => test.test(name))
  const [only] = fitting
  if (fitting.length !== 1 || only === undefined || !/^(?:[\uE010-\uE012\w/.-]*\/)?[^/]*$/.test(pattern)) throw new Unreadable('which program a pattern stands for is not known')
  return only
}

/** A file of that name that the same command has written, once the places of programs are others. */
function findPlanted(name: string, { shell, extra }: ProgramStart): string | undefined {
  if (!shell.state.variables.has('PATH') && extra['PATH'] === undefined) return undefined
  return [...shell.state.files.keys()].find((path) => path.endsWith(`/${name}`) && !path.startsWith('/dev/'))
}

const commandVariables = /^(?:GIT_SSH_COMMAND|GIT_SSH|GIT_EDITOR|GIT_SEQUENCE_EDITOR|GIT_PAGER|GIT_EXTERNAL_DIFF|GIT_ASKPASS|GIT_PROXY_COMMAND|SSH_ASKPASS|EDITOR|VISUAL|PAGER|MANPAGER|BROWSER|LESSOPEN|RSYNC_RSH|CVS_RSH|TAR_OPTIONS)$/
const loadingVariables = /^(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES|PERL5OPT|PERL5DB|RUBYOPT|PYTHONSTARTUP|PYTHONINSPECT|BASH_FUNC_.*|PROMPT_COMMAND|PS4|GIT_CONFIG_COUNT|GIT_CONFIG_PARAMETERS|GIT_CONFIG_GLOBAL|GIT_CONFIG_SYSTEM|GIT_EXEC_PATH|GIT_TEMPLATE_DIR|JAVA_TOOL_OPTIONS|BASHOPTS|SHELLOPTS)$/

/** Variables that make a program start another one, or load what somebody else wrote. */
function runEnvironment({ shell, way, extra }: ProgramStart): void {
  const exported = [...shell.state.variables].filter(([, variable]) => variable.exported).map(([name, variable]): [string, string] => [name, toText(variable)])
  if (exported.length === 0 && Object.keys(extra).length === 0) return
  for (const [name, value] of [...exported, ...Object.entries(extra)]) {
    if (commandVariables.test(name) && value !== '' && !(/^[\w./-]+$/.test(value) && !value.includes('/'))) {
      inSubshell(shell, (child) => runScript(`${value} file`, { shell: { ...child, state: { ...child.state, variables: new Map() } }, way: { ...beneath(way, name), stdin: ANY } }))
    } else if (commandVariables.test(name) && value !== '') inSubshell(shell, (child) => noteAct([value], child, beneath(way, name)))
    if (loadingVariables.test(name) && value !== '' && !/^\/dev\/null$/.test(value)) throw new Unreadable(`${name} makes programs do what is not known`)
    if (name === 'NODE_OPTIONS' && (!isKnown(value) || /(?:^|\s)(?:-r|--require|--import|--eval|-e|--loader|--experimental-loader)/.test(value))) throw new Unreadable(`${name} makes programs do what is not known`)
  }
}
