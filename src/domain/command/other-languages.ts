import { plain } from './launch.ts'
import type { LaunchCall, Launcher } from './launchers.ts'
import { resolvePath } from './resolve-path.ts'
import type { Outcome } from './shell.ts'
import { isExact, isKnown } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

interface OtherLanguage {
  readonly names: RegExp
  /** Options whose value is a program. */
  readonly code: RegExp
  /** Options count behind operands too: operands are not programs. */
  readonly anywhere?: boolean
  /** Programs that are known: a language's usual way to run tests. */
  readonly usual?: RegExp
}

/** Shells with a grammar of their own: whatever they run is not understood. */
const shells = /^(?:t?csh|fish|nu|xonsh|rc|es|elvish|oil|ysh|scsh|pwsh|powershell|expect|tclsh|wish)$/

/** Languages that are not understood. A file of the repository that they run is a program as any other; a text is not known to be harmless. */
const languages: readonly OtherLanguage[] = [
  { names: /^(?:Rscript|R|littler)$/, code: /^(?:-e|--eval)/, usual: /^(?:(?:testthat|devtools|tinytest|lintr|styler|covr|roxygen2)::(?:test\w*|run_test\w*|check|document|load_all|lint\w*|style_\w+|package_coverage|roxygeni[sz]e)\([\w\s"'.,=/-]*\)[;\s]*)+$/ },
  { names: /^julia$/, code: /^(?:-[eE]|--eval|--print)/, usual: /^(?:(?:using|import) Pkg[;\s]+|Pkg\.(?:test|instantiate|precompile|resolve|status|build)\([\w\s"'.,=/-]*\)[;\s]*)+$/ },
  { names: /^(?:elixir|iex)$/, code: /^(?:-e|--eval|--rpc-eval)/ },
  { names: /^(?:scala|scala-cli|groovy|kotlin|clojure|clj|bb|crystal|coffee|nim|haxe|swift|dotnet-script|racket|gjs|qjs|d8|spidermonkey|pry|irb|ghci?|runghc|ocaml|utop|janet|fennel|picolisp|csi)$/, code: /^(?:-[eEx]|--?eval|--execute-snippet|--expr)(?![a-z])/ },
  { names: /^(?:raku|perl6|swipl|gosh)$/, code: /^-[a-z]*[eg]/ },
  { names: /^guile$/, code: /^-c/ },
  { names: /^(?:osascript|jshell)$/, code: /^-e|^-$/ },
  { names: /^(?:erl|werl|sbcl|clisp|ecl|ccl|octave(?:-cli)?|matlab|maxima|gp|sage|emacsclient)$/, code: /^(?:--?eval|-e|-x|-s|-run|-batch|-r|-c|--batch-string.*)(?:=|$)/, anywhere: true },
]

export function findOtherLanguage(name: string): Launcher | undefined {
  if (shells.test(name)) return runOtherShell
  const language = languages.find(({ names }) => names.test(name))
  return language === undefined ? undefined : (call) => runOther(call, language)
}

function isOnlyAsked(args: readonly string[]): boolean {
  return args.length > 0 && args.every((arg) => /^(?:-V|-v|--version|-h|--help|-version|-help)$/.test(arg))
}

function runOtherShell(call: LaunchCall): Outcome {
  if (isOnlyAsked(call.args)) return plain(call)
  throw new Unreadable(`${call.name} is a language that is not understood`)
}

function runOther(call: LaunchCall, { code, anywhere, usual }: OtherLanguage): Outcome {
  const { name, args, shell, way } = call
  if (isOnlyAsked(args)) return plain(call)
  const refuse = (): never => { throw new Unreadable(`${name} is a language that is not understood, and it is given a program in the command`) }
  // The word behind an option may be its value: only one that cannot be is the program's file.
  const end = anywhere === true ? -1 : args.findIndex((arg, index) => !arg.startsWith('-') && (index === 0 || !(args[index - 1] ?? '').startsWith('-') || (args[index - 1] ?? '').includes('=')))
  const own = end === -1 ? args : args.slice(0, end)
  for (const [index, arg] of own.entries()) {
    if (!isKnown(arg)) throw new Unreadable(`what ${name} is given is not known before it runs`)
    const match = code.exec(arg)
    if (match === null) continue
    const text = arg.length > match[0].length ? arg.slice(match[0].length).replace(/^=/, '') : (args[index + 1] ?? '')
    if (usual?.test(text.trim()) !== true) refuse()
    return plain(call)
  }
  const file = args[end]
  // What a pipe or the command itself puts in is a program; a file behind `<` is one of the repository.
  const takesInput = args.length === 0 || own.includes('-') || (file === undefined && own.every((arg) => arg.startsWith('-')) && (way.isBeside || isKnown(way.stdin)))
  if (takesInput) return way.stdin === '' ? plain(call) : refuse()
  if (args.some((arg) => isExact(arg) && shell.state.files.has(resolvePath(arg, shell)))) throw new Unreadable(`${name} is given a file that the same command has made`)
  return plain(call)
}
