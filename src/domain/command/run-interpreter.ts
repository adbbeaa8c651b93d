import { deliveryKinds } from './classify/delivery-kinds.ts'
import { packageKinds } from './classify/package-kinds.ts'
import type { CodeLanguage } from './code-literals.ts'
import { noteAct } from './note-act.ts'
import { readCode } from './read-code.ts'
import { resolvePath } from './resolve-path.ts'
import { runPackageScripts } from './run-package-script.ts'
import { runProgram } from './run-program.ts'
import { runScript, withSh } from './run-script.ts'
import type { Outcome, Shell, Way } from './shell.ts'
import { beneath, nothing, sayUnknown } from './shell.ts'
import { inSubshell } from './subshell.ts'
import { ANY, hasSecret, isExact, isKnown, SECRET, toPlain } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

interface Interpreter {
  readonly language: CodeLanguage
  /** Options whose value is a program. */
  readonly code: RegExp
  /** Options that take a value of their own. */
  readonly valued: RegExp
}

const interpreters: readonly (readonly [RegExp, Interpreter])[] = [
  [/^(?:python|pypy)(?:\d(?:\.\d+)?)?$|^ipython3?$/, { language: 'python', code: /^-[BbdEhIiOPqRsSuvVx]*c/, valued: /^-[WXm]$|^--check-hash-based-pycs$/ }],
  [/^(?:node|nodejs|bun|deno|tsx|ts-node)$/, { language: 'javascript', code: /^(?:-[ep]{1,2}|--eval|--print|eval)(?:=|$)/, valued: /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--test-name-pattern|--test-reporter|--env-file)$/ }],
  [/^perl(?:5.*)?$/, { language: 'perl', code: /^-[acdfgilnpstuwCDSTUWX0-9]*[eE]/, valued: /^$/ }],
  [/^(?:ruby|jruby)(?:\d.*)?$/, { language: 'ruby', code: /^-[aclnpsvwW0-9]*e/, valued: /^-[rIEC]$/ }],
  [/^php(?:\d.*)?$/, { language: 'php', code: /^(?:-[rBRE]|--run)$/, valued: /^-[cdzS]$/ }],
  [/^lua(?:jit|\d.*)?$/, { language: 'lua', code: /^-e/, valued: /^-l$/ }],
]

export function findInterpreter(name: string): Interpreter | undefined {
  return interpreters.find(([test]) => test.test(name))?.[1]
}

/** `python -c …`, `node -e …`, a program on the standard input, or a file that the same command has written. */
export function runInterpreter(words: readonly string[], interpreter: Interpreter, at: { readonly shell: Shell; readonly way: Way }): Outcome {
  const { shell, way } = at
  const [name = '', ...args] = words
  if (interpreter.language === 'javascript') runOwnScript(words, at)
  const found = findCode(args, interpreter)
  if (found.kind === 'unclear') throw new Unreadable('which program an interpreter is given is not known')
  if (found.kind === 'code') {
    if (interpreter.language === 'perl' && args.some((arg) => /^-\w*i/.test(arg)) && found.rest.length > 0) noteAct(words, shell, way, found.rest.length > 1 || !isExact(found.rest[0]) ? ['mass-edit'] : [])
    return runCode(found.code, interpreter.language, { words, shell, way, label: `${name} ${found.option}` })
  }
  if (found.kind === 'stdin') {
    if (!isKnown(way.stdin)) {
      if (args.length > 0 && found.isCertain === false) return plain(words, shell, way)
      throw new Unreadable('the program that an interpreter is given is not known before it runs')
    }
    return runCode(way.stdin, interpreter.language, { words, shell, way, label: name })
  }
  if (found.kind === 'file' && isExact(found.path)) {
    const packaged = toPackaged(found.path)
    if (packaged !== undefined) {
      plain(words, shell, way)
      return inSubshell(shell, (child) => runProgram([packaged, ...args.slice(args.indexOf(found.path) + 1)], { shell: child, way: beneath(way, name), extra: {} }))
    }
    const content = shell.state.files.get(resolvePath(found.path, shell))
    if (content !== undefined) {
      if (!isKnown(content)) throw new Unreadable(`${found.path} is made by the same command`)
      return runCode(content, interpreter.language, { words, shell, way, label: `${name} ${found.path}` })
    }
  }
  return plain(words, shell, way)
}

/** `node --run build`: node starts a script of package.json by itself. */
function runOwnScript([name = '', ...args]: readonly string[], { shell, way }: { readonly shell: Shell; readonly way: Way }): void {
  const option = args.findIndex((arg) => /^--run(?:=|$)/.test(arg))
  if (option === -1 || args.slice(0, option).some((arg) => !arg.startsWith('-'))) return
  const given = args[option] ?? ''
  const called = given.includes('=') ? given.slice('--run='.length) : (args[option + 1] ?? '')
  runPackageScripts({ name, args, shell, way, extra: {} }, { names: [called], args: args.slice(args.indexOf('--') === -1 ? args.length : args.indexOf('--') + 1), folder: shell.state.cwd ?? shell.session.place.home })
}

/** The installed program that an interpreter is given as a file: `node $(which npm)`, `node .yarn/releases/yarn-4.1.0.cjs`. */
function toPackaged(path: string): string | undefined {
  const file = path.slice(path.lastIndexOf('/') + 1)
  const manager = /^(npm|npx|pnpm|pnpx|yarn)(?:-cli|-[\d.]+)?(?:\.[cm]?js)$/.exec(file)?.[1]
  return manager ?? (Object.hasOwn(packageKinds, file) || Object.hasOwn(deliveryKinds, file) ? file : undefined)
}

function plain(words: readonly string[], shell: Shell, way: Way): Outcome {
  return { ...nothing, out: noteAct(words, shell, way) }
}

type FoundCode =
  | { readonly kind: 'code'; readonly code: string; readonly option: string; readonly rest: readonly string[] }
  | { readonly kind: 'stdin'; readonly isCertain: boolean }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'none' | 'unclear' }

function findCode(args: readonly string[], interpreter: Interpreter): FoundCode {
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (!isKnown(arg)) return { kind: at === 0 ? 'unclear' : 'file', path: arg }
    const match = interpreter.code.exec(arg)
    if (match !== null) {
      const attached = arg.slice(match[0].length)
      const pieces = attached === '' ? [args[at + 1] ?? ''] : [attached]
      let rest = args.slice(at + (attached === '' ? 2 : 1))
      // Perl and Ruby put several together.
      while (rest[0] !== undefined && interpreter.code.test(rest[0]) && rest[1] !== undefined && interpreter.language !== 'python') {
        pieces.push(rest[1])
        rest = rest.slice(2)
      }
      return { kind: 'code', code: toPlain(pieces.join('\n')), option: match[0], rest }
    }
    if (arg === '-' || arg === '/dev/stdin') return { kind: 'stdin', isCertain: true }
    if (/^(?:-V|--version|-v|-h|--help|--test|--check|--watch)$/.test(arg) && (args.length === 1 || arg.startsWith('--'))) return { kind: 'none' }
    if (arg === '-m' && interpreter.language === 'python') return { kind: /^(?:timeit|cProfile|profile|pdb|trace|runpy|code|doctest|IPython|zipapp|webbrowser)$/.test(args[at + 1] ?? '') || !isKnown(args[at + 1]) ? 'unclear' : 'none' }
    if (/^(?:-r|--require|--import|--loader|--experimental-loader)(?:=|$)/.test(arg) && interpreter.language === 'javascript' && !/^(?:--import=|--require=)?(?:tsx|ts-node\/.*|dotenv\/config|source-map-support\/.*|@\w.*)$/.test(arg.includes('=') ? arg : (args[at + 1] ?? ''))) return { kind: 'unclear' }
    if (interpreter.valued.test(arg)) at += 1
    else if (!arg.startsWith('-')) return { kind: 'file', path: arg }
  }
  return { kind: 'stdin', isCertain: args.length === 0 }
}

interface CodeRun {
  readonly words: readonly string[]
  readonly shell: Shell
  readonly way: Way
  readonly label: string
}

/** Notes what a program in another language would do, and reads the commands that it would start. */
export function runCode(code: string, language: CodeLanguage, { words, shell, way, label }: CodeRun): Outcome {
  if (hasSecret(code)) throw new Unreadable('a secret becomes part of a program')
  const reading = readCode(code, language)
  if (reading.unclear !== undefined) sayUnknown(shell.session, code, reading.unclear)
  const paths = reading.literals.filter((literal) => literal.length < 300 && /^[\w./~@+-]+$/.test(literal) && /[./]/.test(literal))
  const out = noteAct(words, shell, way, reading.kinds, { hosts: reading.hosts, reads: paths, writes: reading.writes ? paths : [] })
  if (reading.writes) for (const path of paths) shell.state.files.set(resolvePath(path, shell), ANY)
  const inner = beneath(way, label)
  for (const script of reading.scripts) inSubshell(shell, (child) => runScript(script, { shell: withSh(child), way: { ...inner, stdin: ANY } }))
  for (const [first, ...rest] of reading.starts) {
    if (first !== undefined) inSubshell(shell, (child) => runProgram([first, ...rest], { shell: child, way: { ...inner, stdin: ANY }, extra: {} }))
  }
  return { ...nothing, out: out === '' ? ANY : hasSecret(out) ? SECRET : out }
}
