import { deliveryKinds } from './classify/delivery-kinds.ts'
import { findVerbs } from './classify/verbs.ts'
import { operandsOf, plain, runJoined, start, valueOf } from './launch.ts'
import type { LaunchCall, Launcher } from './launchers.ts'
import { noteAct } from './note-act.ts'
import { toNpmCommands, withoutValues } from './npm-verbs.ts'
import { resolvePath } from './resolve-path.ts'
import { findInterpreter, runInterpreter } from './run-interpreter.ts'
import { runPackageScripts } from './run-package-script.ts'
import { runScript } from './run-script.ts'
import { runWrapper } from './run-wrapper.ts'
import type { Outcome } from './shell.ts'
import { asContained, beneath, nothing, sayUnknown } from './shell.ts'
import { isExact, toPlain } from './text-marks.ts'

/** The program of a package: `twine`, of `twine==5`, `@scope/twine@latest` or `nixpkgs#twine`. */
function toProgram(named: string | undefined): string {
  return (named ?? '').replace(/(?<=.)(?:@|[=<>~!]=)[^/]*$/, '').split(/[/#]/).at(-1) ?? ''
}

/** What is known under that name is read as what it is; the rest is a package's own program. */
function startPackage(call: LaunchCall, words: readonly string[]): Outcome {
  const program = toProgram(words[0])
  return isExact(program) && program !== '' ? start(call, [program, ...words.slice(1)], call.name) : nothing
}

const packageRunner: Launcher = (call) => {
  const { name, args } = call
  const isRunner = name === 'npx' || name === 'bunx' || name === 'pnpx'
  const verb = findVerbs(args).find((each) => (name === 'npm' ? toNpmCommands(each).includes('exec') : /^(?:exec|dlx)$/.test(each)))
  if (!isRunner && verb === undefined) {
    runOwnScripts(call)
    // pnpm and yarn start a package's program by its name alone.
    const at = args.findIndex((arg) => !arg.startsWith('-'))
    const own = args[at]
    return name !== 'npm' && own !== undefined && Object.hasOwn(deliveryKinds, own) ? start(call, [own, ...args.slice(at + 1)], name) : plain(call)
  }
  const runs = isRunner ? args : args.slice(args.indexOf(verb ?? '') + 1)
  const text = valueOf(runs, /^(?:-c|--call(?:=.*)?)$/)
  noteAct([name, ...args], call.shell, call.way, ['package-install'])
  if (text !== undefined) return runJoined(call, [text], `${name} -c`)
  return startPackage(call, operandsOf(runs, /^(?:-p|--package|-w|--workspace)$/))
}

/** Commands of pnpm, yarn and bun themselves, which never start a script of that name. */
const ownCommands = /^(?:add|install|i|remove|rm|uninstall|un|update|up|upgrade|link|unlink|ls|list|why|outdated|audit|config|cache|store|pack|init|create|info|view|login|logout|import|dedupe|patch|prune|rebuild|root|bin|licenses|version|versions|constraints|plugin|npm|set|env|fetch|deploy|publish|pm|help)$/

/** Commands by which npm starts scripts, and the names of those. */
const npmScripts: Readonly<Record<string, readonly string[]>> = { test: ['test'], start: ['start'], stop: ['stop'], restart: ['restart', 'stop', 'start'], 'install-test': ['test'], 'install-ci-test': ['test'] }

/** `npm run x`, `npm test`, `yarn x`: which scripts, of which package. */
function runOwnScripts(call: LaunchCall): void {
  const { name, args } = call
  const words = withoutValues(args)
  for (const verb of findVerbs(words).filter(isExact)) {
    const commands = name === 'npm' ? toNpmCommands(verb) : [verb]
    const behind = words.slice(words.indexOf(verb) + 1)
    const isRun = commands.some((command) => /^run(?:-script)?$/.test(command))
    const names = isRun ? findVerbs(behind) : name === 'npm' ? commands.flatMap((command) => (Object.hasOwn(npmScripts, command) ? (npmScripts[command] ?? []) : [])) : ownCommands.test(verb) ? [] : [verb]
    if (names.length === 0) continue
    // The script's own words stand as they are given.
    const at = args.indexOf(verb)
    const given = args.slice((isRun ? args.indexOf(names.at(-1) ?? '', at + 1) : at) + 1)
    runScriptsOf(call, names, given.filter((arg, index) => arg !== '--' || given.indexOf('--') !== index))
  }
}

function runScriptsOf(call: LaunchCall, names: readonly string[], given: readonly string[]): void {
  const { name, args, shell } = call
  const refuse = (): void => asContained(shell.session, () => sayUnknown(shell.session, [name, ...args].join(' '), 'in which packages it runs a script is not known'))
  if (names[0] === 'workspace' || names[0] === 'workspaces' || args.some((arg) => /^(?:-r|--recursive|--workspaces|-ws|-F|--filter(?:=.*)?|--filter-prod(?:=.*)?)$/.test(arg))) return refuse()
  const workspace = name === 'npm' ? valueOf(args, /^(?:-w|--workspace(?:=.*)?)$/) : undefined
  const where = [valueOf(args, /^(?:--prefix|--cwd|--dir|-C)(?:=.*)?$/), workspace].filter((each) => each !== undefined)
  // In a folder that is not known, what a script of the root does under that name is the best guess.
  const folder = where.reduce<string | undefined>((from, each) => (isExact(each) && from !== undefined ? resolvePath(each, { ...shell, state: { ...shell.state, cwd: from } }) : undefined), shell.state.cwd) ?? shell.session.place.home
  const at = runPackageScripts(call, { names, args: given, folder })
  // A workspace can be named by its folder or by its package's name.
  if (workspace !== undefined && at !== undefined && at !== folder) refuse()
}

const bun: Launcher = (call) => {
  const { args } = call
  const [verb = '', ...rest] = args
  if (verb === 'x') return (noteAct(['bun', ...args], call.shell, call.way, ['package-install']), startPackage(call, operandsOf(rest, /^(?:-p|--package)$/)))
  runOwnScripts(call)
  const interpreter = findInterpreter('bun')
  return interpreter === undefined ? plain(call) : runInterpreter(['bun', ...args], interpreter, call)
}

/** `run-s build test:*`, of npm-run-all. */
const scriptRunner: Launcher = (call) => {
  const { args, shell } = call
  const names = args.filter((arg) => !arg.startsWith('-')).map((arg) => toPlain(arg).split(/\s/)[0] ?? '')
  runPackageScripts(call, { names, args: [], folder: shell.state.cwd ?? shell.session.place.home })
  return plain(call)
}

const corepack: Launcher = (call) => {
  noteAct([call.name, ...call.args], call.shell, call.way)
  const words = operandsOf(call.args, /^$/)
  return /^(?:npm|npx|pnpm|pnpx|yarn|yarnpkg)(?:@|$)/.test(words[0] ?? '') ? startPackage(call, words) : nothing
}

const ofUv = /^(?:-[pP]|-w|--(?:from|with|with-editable|with-requirements|python|index|index-url|extra-index-url|default-index|directory|project|env-file|refresh-package|cache-dir|color|constraints|overrides))$/

const uvx: Launcher = (call) => {
  noteAct([call.name, ...call.args], call.shell, call.way, ['package-install'])
  return startPackage(call, operandsOf(call.args, ofUv))
}

const pipx: Launcher = (call) => {
  const at = call.args.indexOf('run')
  noteAct([call.name, ...call.args], call.shell, call.way)
  return at === -1 ? nothing : startPackage(call, operandsOf(call.args.slice(at + 1), /^(?:--spec|--python|--pip-args|--index-url|-i|--with|--backend)$/))
}

const mise: Launcher = (call) => {
  const { args } = call
  const at = args.findIndex((arg) => /^(?:x|exec)$/.test(arg))
  if (at === -1) return plain(call)
  noteAct([call.name, ...args], call.shell, call.way)
  const behind = args.slice(at + 1)
  const text = valueOf(behind, /^(?:-c|--command(?:=.*)?)$/)
  if (text !== undefined) return runJoined(call, [text], 'mise -c')
  const dashes = behind.indexOf('--')
  return start(call, dashes === -1 ? behind.filter((arg, index) => !arg.startsWith('-') && !behind.slice(0, index + 1).every((each) => each.includes('@'))) : behind.slice(dashes + 1), 'mise exec')
}

/** A shell with some packages: a text, words, or what comes by its input. */
const nix: Launcher = (call) => {
  const { name, args, shell, way } = call
  noteAct([name, ...args], shell, way)
  const verb = name === 'nix-shell' ? 'shell' : args.find((arg) => !arg.startsWith('-'))
  if (name === 'nix-shell') {
    const text = valueOf(args, /^(?:--run|--command)(?:=.*)?$/)
    if (text !== undefined) return runJoined(call, [text], 'nix-shell --run')
  } else {
    const at = args.findIndex((arg) => /^(?:-c|--command)$/.test(arg))
    if (at !== -1) return start(call, args.slice(at + 1), `nix ${verb ?? ''}`)
  }
  if (verb === 'run') {
    const [program, ...rest] = operandsOf(args.slice(args.indexOf('run') + 1), /^(?:-I|--inputs-from|--override-input|--profile)$/)
    return startPackage(call, [program ?? '', ...(rest[0] === '--' ? rest.slice(1) : rest)])
  }
  if (verb === 'shell' || verb === 'develop') runScript(way.stdin, { shell, way: { ...beneath(way, `${name} from its input`), stdin: '' } })
  return nothing
}

/** Programs that start the programs of packages, or the scripts of one. */
export const packageLaunchers: Readonly<Record<string, Launcher>> = {
  npx: packageRunner, bunx: packageRunner, pnpx: packageRunner, npm: packageRunner, pnpm: packageRunner, yarn: packageRunner, yarnpkg: packageRunner, bun,
  'run-s': scriptRunner, 'run-p': scriptRunner, 'npm-run-all': scriptRunner, 'npm-run-all2': scriptRunner,
  corepack, uvx, pipx, mise, nix, 'nix-shell': nix,
  uv: (call) => {
    const at = call.args.findIndex((arg, index) => arg === 'run' && call.args[index - 1] === 'tool')
    if (at === -1) return runWrapper(call)
    noteAct([call.name, ...call.args], call.shell, call.way)
    return startPackage(call, operandsOf(call.args.slice(at + 1), ofUv))
  },
}
