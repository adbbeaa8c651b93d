import type { RunnerName } from './plan-command.ts'

/** More names, or longer ones in sum, are not worth a command line. */
const mostNames = 40
const mostChars = 6000

/** Flags by which a command chooses tests already: what we would add does not go together with them. */
const choosing: Partial<Record<RunnerName, RegExp>> = {
  'node-test': /^--test-(name-pattern|skip-pattern|only)/,
  vitest: /^(-t|--testNamePattern)/,
  jest: /^(-t|--testNamePattern)/,
  mocha: /^(-[gfi]|--(grep|fgrep|invert))/,
  ava: /^(-m|--match)/,
  unittest: /^-k/,
}

/** What replaces the files on a runner's command line, or goes before them. */
export interface ByName {
  readonly words: readonly string[]
  readonly replacesFiles: boolean
}

/**
 * Narrows a run of some files to tests by their names, as reports give them: `file › suite › test`. It may run a few more, whose names
 * are alike. Undefined where the runner takes no names, or these cannot be told so.
 */
export function narrowToNames(runner: RunnerName, words: readonly string[], files: readonly string[], names: readonly string[]): ByName | undefined {
  if (names.length === 0 || names.length > mostNames || words.some((word) => choosing[runner]?.test(word))) return undefined
  const parts = names.map((name) => name.replace(/ #\d+$/, '').split(' › '))
  if (parts.some((path) => path.length < 2 || path.some((part) => part === '') || !files.includes(path[0] ?? ''))) return undefined
  const said = toWords(runner, parts)
  return said === undefined || said.words.join(' ').length > mostChars ? undefined : said
}

function toWords(runner: RunnerName, parts: readonly (readonly string[])[]): ByName | undefined {
  const before = (words: readonly string[]): ByName => ({ words, replacesFiles: false })
  const each = (say: (path: readonly string[]) => string): string[] => [...new Set(parts.map((path) => say(path)))]
  switch (runner) {
    case 'pytest':
      return { words: each((path) => path.join('::')), replacesFiles: true }
    case 'unittest':
      return parts.every((path) => path.length === 3) ? before(each((path) => path.slice(1).join('.')).flatMap((name) => ['-k', name])) : undefined
    case 'node-test':
      // Older versions match a title, newer ones also all titles above it: the last one is in both.
      return before(each((path) => `--test-name-pattern=${toPattern(path.at(-1) ?? '')}`))
    case 'vitest':
      // The titles above are joined by a space, in newer versions by ` > `.
      return before(['-t', each((path) => path.slice(1).map((title) => toPattern(title)).join(String.raw`\s+(>\s+)?`)).join('|')])
    case 'jest':
      return before(['-t', each((path) => toPattern(path.slice(1).join(' '))).join('|')])
    case 'mocha':
      return before(['--grep', each((path) => toPattern(path.slice(1).join(' '))).join('|')])
    case 'ava':
      return parts.every((path) => path.length === 2 && !/[*!\\]/.test(path[1] ?? '')) ? before(each((path) => path[1] ?? '').flatMap((title) => ['--match', title])) : undefined
    case 'tap':
    case 'go-test':
    case 'cargo-test':
      return undefined
  }
}

/** Reports put one space where a title has any white space. */
function toPattern(title: string): string {
  return title.replaceAll(/[$()*+.?[\\\]^{|}/]/g, String.raw`\$&`).replaceAll(' ', String.raw`\s+`)
}
