import { resolveScript, type ResolvedCommand, type Scripts } from './resolve-script.ts'
import { narrow } from './narrow.ts'
import { toCommand, toShellWord } from './shell-words.ts'

/** How a check's command is to be run so that its runner tells us what it saw. */
export interface CommandPlan {
  /** For `bash -c`. */
  readonly command: string
  /** The runner that the command ends in, where it is known. */
  readonly runner: RunnerName | undefined
  /** What the command itself says of node:test reporters: ours must be added so that the numbers match. */
  readonly nodeReporter: 'none' | 'name-only' | 'with-destination'
  /** The `only` files that it was narrowed to. */
  readonly narrowed: readonly string[]
  /** Among their tests, to those that were named. */
  readonly byName?: boolean
}

export type RunnerName = 'node-test' | 'pytest' | 'unittest' | 'vitest' | 'jest' | 'mocha' | 'ava' | 'tap' | 'go-test' | 'cargo-test'

export interface PlanOptions {
  readonly scripts: Scripts
  /** Where our reporters lie inside the sandbox. */
  readonly reporters: string
  readonly only: readonly string[]
  /** Names of tests in them, as reports give them. */
  readonly names?: readonly string[]
}

const launchers = new Set(['npx', 'bunx', 'exec', 'dlx'])

/** Words without `npx`, `pnpm exec`, `cross-env X=1`, `c8`, … in front. */
export function withoutLaunchers(words: readonly string[]): readonly string[] {
  let rest = words
  for (let n = 0; n < 6; n++) {
    const [first = '', second = ''] = rest
    if (launchers.has(first) || ['c8', 'nyc', 'dotenv', 'env', 'time', 'uv', 'poetry', 'pipenv', 'hatch'].includes(first)) rest = rest.slice(1)
    else if (['pnpm', 'yarn', 'npm', 'bun'].includes(first) && ['exec', 'dlx', 'x'].includes(second)) rest = rest.slice(2)
    else if (first === 'run' || first === '--' || first === '--yes' || first === '-y' || first === '--no-install') rest = rest.slice(1)
    else if (first === 'cross-env' || /^[A-Za-z_]\w*=/.test(first)) rest = rest.slice(1)
    else break
  }
  return rest
}

/** Which runner these words start; undefined for anything else. */
export function findRunner(words: readonly string[]): RunnerName | undefined {
  const rest = withoutLaunchers(words)
  const program = (rest[0] ?? '').split('/').at(-1) ?? ''
  const has = (word: string): boolean => rest.some((one) => one === word || one.startsWith(`${word}=`))
  if (program === 'node' || program === 'tsx') {
    if (has('--test')) return 'node-test'
    const script = rest.slice(1).find((word) => /node_modules\/.*\b(vitest|jest|mocha)\b/.test(word))
    if (script !== undefined) return /vitest/.test(script) ? 'vitest' : /mocha/.test(script) ? 'mocha' : 'jest'
    return undefined
  }
  if (/^python(\d(\.\d+)?)?$/.test(program)) {
    const module = rest[rest.indexOf('-m') + 1]
    return has('-m') && (module === 'pytest' || module === 'unittest') ? module : undefined
  }
  if (program === 'pytest' || program === 'py.test') return 'pytest'
  if (program === 'vitest' || program === 'jest' || program === 'ava' || program === 'tap') return program
  if (program === 'mocha' || program === '_mocha') return 'mocha'
  if (program === 'tape') return 'tap'
  if (program === 'go' && rest[1] === 'test') return 'go-test'
  if (program === 'cargo' && (rest[1] === 'test' || rest[1] === 'nextest')) return 'cargo-test'
  return undefined
}

/** What is added to the runner's arguments so that it reports to us. */
function reporterArguments(runner: RunnerName, words: readonly string[], reporters: string): readonly string[] {
  const has = (...flags: readonly string[]): boolean => words.some((word) => flags.some((flag) => word === flag || word.startsWith(`${flag}=`)))
  switch (runner) {
    case 'vitest':
      return [...(has('--reporter') ? [] : ['--reporter=default']), `--reporter=${reporters}/vitest.mjs`]
    case 'jest':
      return [...(has('--reporters') ? [] : ['--reporters=default']), `--reporters=${reporters}/jest.cjs`]
    case 'mocha':
      return has('--reporter', '-R') ? [] : ['--reporter', `${reporters}/mocha.cjs`]
    case 'ava':
      return has('--tap', '-t') ? [] : ['--tap']
    case 'tap':
      // `tape` prints TAP anyway.
      return has('--reporter', '-R') || !words.some((word) => word.split('/').at(-1) === 'tap') ? [] : ['--reporter=tap']
    case 'go-test':
      return has('-json') ? [] : ['-json']
    case 'node-test':
    case 'pytest':
    case 'unittest':
    case 'cargo-test':
      return []
  }
}

function insertArguments(runner: RunnerName, words: readonly string[], extra: readonly string[]): readonly string[] {
  if (extra.length === 0) return words
  // Go reads flags only before the packages.
  const at = runner === 'go-test' ? words.indexOf('test') + 1 : words.includes('--') ? words.indexOf('--') : words.length
  return [...words.slice(0, at), ...extra, ...words.slice(at)]
}

function nodeReporterOf(text: string): CommandPlan['nodeReporter'] {
  if (!text.includes('--test-reporter')) return 'none'
  return text.includes('--test-reporter-destination') ? 'with-destination' : 'name-only'
}

/** Assignments in the command itself would hide ours: what they set is added to ours instead. */
function keepOurEnvironment(command: string, reporters: string): string {
  return command.replaceAll(/(^|[\s;&(])PYTHONPATH=(["']?)/g, (_, before: string, quote: string) => `${before}PYTHONPATH=${quote}${reporters}/python:`)
    .replaceAll(/(^|[\s;&(])NODE_OPTIONS=(?:"([^"]*)"|'([^']*)'|(\S*))/g, (_, before: string, a?: string, b?: string, c?: string) => `${before}NODE_OPTIONS="$NODE_OPTIONS ${a ?? b ?? c ?? ''}"`)
}

/** AVA takes no reporter of others': ours is loaded into its process before it. */
function loadReporter(command: string, runner: RunnerName, reporters: string): string {
  return runner === 'ava' ? `export NODE_OPTIONS="$NODE_OPTIONS --import=${reporters}/ava.mjs"; export npm_config_node_options="$NODE_OPTIONS"; ${command}` : command
}

function toFullCommand(resolved: ResolvedCommand, words: readonly string[]): string {
  const path = resolved.depth === 0 ? '' : 'export PATH="$PWD/node_modules/.bin:$PATH"; '
  return path + toCommand({ ...resolved.last, words })
}

/** Decides how a command is run: with our reporter's arguments added, narrowed to some files where that was asked. */
export function planCommand(command: string, options: PlanOptions): CommandPlan {
  const resolved = resolveScript(command, options.scripts)
  const text = [command, ...Object.values(options.scripts)].join('\n')
  const runner = resolved === undefined ? undefined : findRunner(resolved.last.words)
  if (resolved === undefined || runner === undefined) {
    const own = command.includes('--test-reporter') ? command : text
    return { command: keepOurEnvironment(command, options.reporters), runner: undefined, nodeReporter: nodeReporterOf(own), narrowed: [] }
  }
  const nodeReporter = nodeReporterOf(toCommand(resolved.last))
  const narrowing = narrow(runner, resolved.last.words, options.only, options.names)
  const extra = reporterArguments(runner, resolved.last.words, options.reporters)
  if (narrowing !== undefined) {
    const each = narrowing.commands.map((words) => insertArguments(runner, words, extra))
    const [first = []] = each
    const full = each.length === 1
      ? toFullCommand(resolved, first)
      : `${toFullCommand(resolved, first)}; writ_status=$?; ${each.slice(1).map((words) => `${[...resolved.last.assignments, ...words.map(toShellWord)].join(' ')} || writ_status=$?`).join('; ')}; exit $writ_status`
    return { command: loadReporter(keepOurEnvironment(full, options.reporters), runner, options.reporters), runner, nodeReporter, narrowed: narrowing.files, ...(narrowing.byName ? { byName: true } : {}) }
  }
  const overrides = resolved.depth > 0 && /\b(NODE_OPTIONS|PYTHONPATH)=/.test(toCommand(resolved.last))
  if (extra.length === 0 && !overrides) return { command: loadReporter(keepOurEnvironment(command, options.reporters), runner, options.reporters), runner, nodeReporter, narrowed: [] }
  const whole = !overrides && resolved.depth === 1 && resolved.manager !== undefined && runner !== 'go-test'
    ? `${command}${resolved.manager === 'npm' && !/ -- /.test(command) ? ' --' : ''} ${extra.map(toShellWord).join(' ')}`
    : toFullCommand(resolved, insertArguments(runner, resolved.last.words, extra))
  return { command: loadReporter(keepOurEnvironment(whole, options.reporters), runner, options.reporters), runner, nodeReporter, narrowed: [] }
}
