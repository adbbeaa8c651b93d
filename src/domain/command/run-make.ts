import { plain, valueOf } from './launch.ts'
import type { LaunchCall } from './launchers.ts'
import type { Makefile } from './makefile.ts'
import { parseMakefile } from './makefile.ts'
import { resolvePath } from './resolve-path.ts'
import { findContent } from './run-file.ts'
import { runScript } from './run-script.ts'
import type { Outcome, Shell } from './shell.ts'
import { asContained, beneath, charge, sayUnknown } from './shell.ts'
import { findVariable, forkState, setVariable, takeFiles, toText } from './shell-state.ts'
import { runAsProgram } from './subshell.ts'
import { isExact, isKnown } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

const fileNames = ['GNUmakefile', 'makefile', 'Makefile'] as const
const longestLine = 65_536

/** `make`: a program of the repository. Where its Makefile is plain, its recipes are read; where it is not, that is said. */
export function runMake(call: LaunchCall): Outcome {
  const { args, shell } = call
  refuseOwnRules(call)
  const settings = new Map<string, string>()
  const targets: string[] = []
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    const setting = /^([A-Za-z_][\w.-]*)(?::{0,3}|\?|\+)=([^]*)$/.exec(arg)
    if (setting !== null) settings.set(setting[1] ?? '', setting[2] ?? '')
    else if (/^(?:-[CfIloW]|--(?:directory|file|makefile|include-dir|load-average|old-file|what-if))$/.test(arg)) at += 1
    else if (!arg.startsWith('-') && !/^\d+(?:\.\d+)?$/.test(arg)) targets.push(arg)
  }
  const out = plain(call)
  if (args.length > 0 && args.every((arg) => /^(?:-v|--version|-h|--help)$/.test(arg))) return out
  const where = valueOf(args, /^(?:-C|--directory(?:=.*)?)$/) ?? args.find((arg) => /^-C./.test(arg))?.slice(2)
  const folder = where === undefined ? shell.state.cwd : isExact(where) ? resolvePath(where, shell) : undefined
  const text = folder === undefined ? undefined : findMakefile(folder, call)
  if (text === undefined || folder === undefined) return out
  const outer: Shell = { ...shell, state: { ...forkState(shell.state), files: shell.state.files, cwd: folder } }
  for (const [name, value] of [...Object.entries(call.extra), ...settings]) setVariable(outer.state, name, value, true)
  asContained(shell.session, () => {
    try {
      if (!isKnown(text)) throw new Unreadable('its Makefile is not known before it runs')
      charge(shell.session, text.length)
      make({ call, shell: outer, makefile: parseMakefile(text), settings }, targets)
    } catch (thrown) {
      if (!(thrown instanceof Unreadable)) throw thrown
      sayUnknown(shell.session, [call.name, ...args].join(' '), thrown.message)
    }
  })
  takeFiles(shell.state, outer.state)
  return out
}

function refuseOwnRules({ args, shell }: LaunchCall): void {
  for (const arg of args) {
    const given = /^(?:SHELL|MAKEFLAGS|\.SHELLFLAGS)=(.*)/.exec(arg)?.[1]
    if (given !== undefined && !/^(?:\/bin\/|\/usr\/bin\/)?(?:ba)?sh$/.test(given)) throw new Unreadable('make is given another shell')
    if (/^--eval(?:=|$)/.test(arg) || arg === '-f-' || arg === '/dev/stdin') throw new Unreadable('make is given rules in the command')
  }
  const file = valueOf(args, /^(?:-f|--file(?:=.*)?|--makefile(?:=.*)?)$/)
  if (file === '-' || (file !== undefined && shell.state.files.has(resolvePath(file, shell))) || [...shell.state.files.keys()].some((path) => /\/(?:GNUm|M|m)akefile$/.test(path))) throw new Unreadable('make is given rules in the command')
}

/** The text of the Makefile that counts. Undefined where there is none, it lies outside, or it has to be loaded first. */
function findMakefile(folder: string, { args, shell, way }: LaunchCall): string | undefined {
  const { home } = shell.session.place
  if (folder !== home && !folder.startsWith(`${home}/`)) return undefined
  const named = valueOf(args, /^(?:-f|--file(?:=.*)?|--makefile(?:=.*)?)$/)
  if (named !== undefined && !isExact(named)) throw new Unreadable('which rules make is given is not known')
  const inside: Shell = { ...shell, state: { ...shell.state, cwd: folder } }
  const found = (named === undefined ? fileNames : [named]).map((name) => findContent(resolvePath(name, inside), shell, way))
  const [first] = found.filter(({ kind }) => kind === 'text' || kind === 'awaited')
  return first?.kind === 'text' ? first.text : undefined
}

interface Make {
  readonly call: LaunchCall
  /** In the folder of the Makefile, with what the command line sets. */
  readonly shell: Shell
  readonly makefile: Makefile
  readonly settings: ReadonlyMap<string, string>
}

function make(making: Make, targets: readonly string[]): void {
  const { makefile: { first, rules, unclear }, shell } = making
  if (unclear !== undefined) throw new Unreadable(unclear)
  for (const [name, { exported }] of making.makefile.variables) if (exported) setVariable(shell.state, name, expand(`$(${name})`, making, new Map()), true)
  const made = new Set<string>()
  const visit = (target: string): void => {
    const rule = rules.get(target)
    if (made.has(target) || rule === undefined) return
    made.add(target)
    const needs = expand(rule.needs.join(' '), making, new Map()).split(/\s+/).filter((need) => need !== '')
    for (const need of needs) visit(need)
    for (const line of rule.lines) runLine(line, making, new Map([['@', target], ['<', needs[0] ?? ''], ['^', needs.join(' ')], ['+', needs.join(' ')], ['?', needs.join(' ')]]))
  }
  for (const target of targets.length > 0 ? targets : first === undefined ? [] : [first]) {
    if (!isExact(target)) throw new Unreadable('which target make is given is not known')
    visit(target)
  }
}

function runLine(line: string, making: Make, own: ReadonlyMap<string, string>): void {
  const { call, shell } = making
  const text = expand(line.replace(/^[@+\- \t]+/, ''), making, own)
  const way = beneath(call.way, `make ${own.get('@') ?? ''}`)
  runAsProgram({ shell, way, dialect: 'sh', self: 'sh', args: [] }, (child) => runScript(text.replace(/^[@+\- \t]+/, ''), { shell: child, way }))
}

/** What make puts in the place of its variables, before the shell sees the line. @throws Unreadable for functions and the like */
function expand(text: string, making: Make, own: ReadonlyMap<string, string>, depth = 0): string {
  charge(making.shell.session, text.length + 10)
  if (depth > 20) throw new Unreadable('variables of make that stand for each other')
  let expanded = ''
  let at = 0
  for (const match of text.matchAll(/\$(?:\$|\(([A-Za-z_][\w.-]*|[@<^+?])\)|\{([A-Za-z_][\w.-]*|[@<^+?])\}|([A-Za-z_@<^+?]))|\$/g)) {
    const [all, round, curly, single] = match
    if (all === '$') throw new Unreadable(`a function of make that is not understood: ${text.trim().slice(0, 200)}`)
    const name = round ?? curly ?? single
    expanded += text.slice(at, match.index) + (name === undefined ? '$' : own.get(name) ?? expandVariable(name, making, own, depth))
    at = match.index + all.length
    if (expanded.length > longestLine) throw new Unreadable('a recipe of make grows too long')
  }
  return expanded + text.slice(at)
}

/** Those that make itself defines, as far as recipes name them. */
const builtIn: ReadonlyMap<string, string> = new Map([['MAKE', 'make'], ['CC', 'cc'], ['CXX', 'g++'], ['CPP', 'cc -E'], ['LD', 'ld'], ['AR', 'ar'], ['AS', 'as'], ['RM', 'rm -f'], ['SHELL', '/bin/sh']])

function expandVariable(name: string, making: Make, own: ReadonlyMap<string, string>, depth: number): string {
  const { makefile, settings, shell } = making
  const set = settings.get(name)
  if (set !== undefined) return set
  const variable = makefile.variables.get(name)
  const around = shell.state.variables.get(name)
  const given = around?.exported === true ? toText(around) : shell.env[name] === undefined ? undefined : toText(findVariable(shell.state, name, shell.env))
  if (variable !== undefined && !(variable.isDefault && given !== undefined)) return expand(variable.value, making, own, depth + 1)
  if (name === 'CURDIR') return shell.state.cwd ?? ''
  return builtIn.get(name) ?? given ?? ''
}
