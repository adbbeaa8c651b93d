import { narrowToNames } from './narrow-names.ts'
import type { RunnerName } from './plan-command.ts'

/** The same run over fewer files. More than one command where the runner takes one pattern at a time. */
export interface Narrowing {
  readonly commands: readonly (readonly string[])[]
  readonly files: readonly string[]
  /** Also to tests by their names. */
  readonly byName: boolean
}

/** Flags that take their value as the next word: that word is no file. */
const valued = new Set([
  '--import', '-r', '--require', '--loader', '--experimental-loader', '--env-file', '-C', '--conditions', '-c', '--config', '--project', '--dir', '--root',
  '--test-name-pattern', '--test-reporter', '--test-reporter-destination', '--test-concurrency', '--test-timeout', '-k', '-m', '-p', '-o', '-n', '-t',
  '--timeout', '-W', '--rootdir', '--reporter', '-R', '--ui', '-u', '--extension', '--file', '--testNamePattern', '--run', '-run', '-timeout', '-count', '-tags',
])

function withoutPositionals(words: readonly string[], from: number): string[] {
  const kept = words.slice(0, from)
  for (let i = from; i < words.length; i++) {
    const word = words[i] ?? ''
    if (!word.startsWith('-')) continue
    kept.push(word)
    if (valued.has(word) && i + 1 < words.length) kept.push(words[++i] ?? '')
  }
  return kept
}

const scriptFile = /\.[cm]?[jt]sx?$/
const applies: Record<RunnerName, RegExp> = {
  'node-test': scriptFile,
  vitest: scriptFile,
  jest: scriptFile,
  mocha: scriptFile,
  ava: scriptFile,
  tap: scriptFile,
  pytest: /\.py$/,
  unittest: /\.py$/,
  'go-test': /_test\.go$/,
  'cargo-test': /(?!)/,
}

function after(words: readonly string[], ...names: readonly string[]): number {
  const at = words.findIndex((word) => names.includes(word.split('/').at(-1) ?? ''))
  return at === -1 ? words.length : at + 1
}

/** One `-p file.py` run each, since discovery takes one pattern; modules named on the command line are picked from it. */
function narrowUnittest(words: readonly string[], files: readonly string[]): readonly (readonly string[])[] | undefined {
  const at = after(words, 'unittest')
  const rest = words.slice(at)
  const named = rest.filter((word) => !word.startsWith('-') && word !== 'discover')
  if (!rest.includes('discover') && named.length > 0) {
    const wanted = named.filter((name) => files.some((file) => file === name || file.replace(/\.py$/, '').replaceAll('/', '.').endsWith(name)))
    return wanted.length === 0 ? undefined : [[...words.slice(0, at), ...rest.filter((word) => word.startsWith('-')), ...wanted]]
  }
  const options: string[] = []
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? ''
    if (word === 'discover') continue
    if (word === '-p' || word === '--pattern') i++
    else if (!word.startsWith('--pattern=')) options.push(word)
  }
  return files.map((file) => [...words.slice(0, at), 'discover', ...options, '-p', file.split('/').at(-1) ?? file])
}

/** Undefined where the runner cannot be narrowed to any of the files. `names` narrow further, where all of them can be told to it. */
export function narrow(runner: RunnerName, words: readonly string[], only: readonly string[], names: readonly string[] = []): Narrowing | undefined {
  const files = only.filter((file) => applies[runner].test(file)).slice(0, 50)
  if (files.length === 0) return undefined
  const byName = narrowToNames(runner, words, files, names)
  const commands = narrowToFiles(runner, words, files, byName === undefined ? files : [...byName.words, ...(byName.replacesFiles ? [] : files)])
  return commands === undefined ? undefined : { files, commands, byName: byName !== undefined }
}

/** `last` is what the command line ends with: the files, and what chooses among their tests. */
function narrowToFiles(runner: RunnerName, words: readonly string[], files: readonly string[], last: readonly string[]): readonly (readonly string[])[] | undefined {
  switch (runner) {
    case 'node-test':
      return [[...withoutPositionals(words, after(words, 'node', 'tsx')), ...last]]
    case 'pytest':
      return [[...withoutPositionals(words, after(words, 'pytest', 'py.test')), ...last]]
    case 'vitest': {
      const at = after(words, 'vitest', 'vitest.mjs')
      const verb = ['run', 'watch', 'dev', 'related'].includes(words[at] ?? '') ? 1 : 0
      return [[...words.slice(0, at), 'run', ...withoutPositionals(words.slice(at + verb), 0), ...last]]
    }
    case 'jest':
      return [[...withoutPositionals(words, after(words, 'jest', 'jest.js')), ...last.slice(0, last.length - files.length), '--runTestsByPath', ...files]]
    case 'mocha':
    case 'ava':
    case 'tap':
      return [[...withoutPositionals(words, after(words, 'mocha', '_mocha', 'mocha.js', 'ava', 'tap', 'tape')), ...last]]
    case 'go-test': {
      const folders = [...new Set(files.map((file) => `./${file.split('/').slice(0, -1).join('/')}`))]
      return [[...withoutPositionals(words, after(words, 'test')), ...folders]]
    }
    case 'unittest':
      return narrowUnittest(words, files)?.map((each) => [...each, ...last.slice(0, last.length - files.length)])
    case 'cargo-test':
      return undefined
  }
}
