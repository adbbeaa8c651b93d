import type { Act, CommandReading, TouchedPath } from '../../protocol/command.ts'
import type { Remembered } from '../../protocol/policy.ts'
import { escapeGlob } from '../contract/guarded.ts'
import { isWithin } from '../contract/scope.ts'

/** Programs that do whatever their words or the files of the repository say: a yes to one says nothing of the next. */
const anything = /^(sh|bash|zsh|dash|ksh|fish|busybox|python[\d.]*|node|perl|ruby|php|lua|deno|bun|tsx|ts-node|java|sudo|doas|su|env|nice|nohup|timeout|xargs|parallel|eval|exec|source|\.|ssh|scp|sftp|rsync|curl|wget|nc|ncat|socat|telnet|find|awk|gawk|sed|make|just|task|npx|pnpx|bunx|uvx|pipx|psql|mysql|sqlite3|redirect)$/
/** Of these, the word that makes them such. */
const anythingBy: Readonly<Record<string, ReadonlySet<string>>> = {
  npm: new Set(['run', 'run-script', 'exec', 'x', 'start', 'test', 'create', 'init']),
  yarn: new Set(['run', 'exec', 'dlx', 'node', 'create']), pnpm: new Set(['run', 'exec', 'dlx', 'create']),
  docker: new Set(['run', 'exec', 'compose']), podman: new Set(['run', 'exec']), kubectl: new Set(['exec', 'run']),
  git: new Set(['-c', 'filter-branch', 'rebase', 'bisect', 'submodule', 'config']), uv: new Set(['run', 'tool']), poetry: new Set(['run']), cargo: new Set(['run']), go: new Set(['run', 'generate']),
}
/** Programs of which two words say too little: with the third, what it is done to. */
const threeWords = new Set(['git', 'docker', 'podman', 'kubectl', 'gh', 'glab', 'aws', 'gcloud', 'az', 'helm'])
/** Kinds that are asked about each time. */
const never: ReadonlySet<string> = new Set(['secret-read', 'secret-out', 'tamper', 'force-push', 'history-rewrite', 'database-drop', 'privilege', 'disk-destruction', 'remote-shell', 'dns'])
/** Programs that change nothing beyond the command that they stand in. */
const idle = new Set(['cd', 'pwd', 'true', ':', 'ls', 'echo'])

/** The prefix by which an answer could be remembered; undefined where each time is another matter. */
export function toRememberable(reading: CommandReading | undefined, paths: readonly TouchedPath[]): Remembered | undefined {
  if (reading === undefined) {
    const [only, ...more] = paths
    return only && more.length === 0 && !only.outside ? { kind: 'path', glob: escapeGlob(only.path), access: only.access } : undefined
  }
  const acts = reading.acts.filter((act) => !isIdle(act))
  const prefix = toPrefix(acts[0])
  if (!prefix) return undefined
  const remembered: Remembered = { kind: 'argv', prefix }
  return isRemembered(remembered, { reading, paths }) ? remembered : undefined
}

/** The program, what it is told to do and, where that alone says too little, to what; words that can be known, and no options. */
function toPrefix(act: Act | undefined): string[] | undefined {
  const program = act?.argv[0]
  if (!act || !program || anything.test(program)) return undefined
  const count = threeWords.has(program) ? 3 : 2
  const words = act.argv.slice(0, count).flatMap((word) => (word === null ? [] : [word]))
  if (words.length < count || words.slice(1).some((word) => word.startsWith('-'))) return undefined
  return anythingBy[program]?.has(words[1] ?? '') === true ? undefined : words
}

/**
 * Does a remembered answer cover this? Every program that the command would start must begin with the words, and nothing in it may
 * be unknown: a yes to `npm publish` is none to `npm publish && rm -rf /`. Paths: every one must lie under the glob.
 */
export function isRemembered(remembered: Remembered, question: { readonly reading: CommandReading | undefined; readonly paths: readonly TouchedPath[] }): boolean {
  const { reading, paths } = question
  if (remembered.kind === 'path') {
    return reading === undefined && paths.length > 0 && paths.every((each) => !each.outside && each.access === remembered.access && isWithin(each.path, [remembered.glob]))
  }
  if (!reading || reading.unknown.length > 0) return false
  const acts = reading.acts.filter((act) => !isIdle(act))
  return acts.length > 0 && acts.every((act) => !act.kinds.some((kind) => never.has(kind)) && remembered.prefix.every((word, n) => act.argv[n] === word))
}

function isIdle(act: Act): boolean {
  return act.kinds.length === 0 && idle.has(act.argv[0] ?? '') && !act.paths.some((each) => each.access === 'write')
}

export function describeRemembered(remembered: Remembered): string {
  return remembered.kind === 'argv' ? `every command that does nothing but ${remembered.prefix.join(' ')} …` : `${remembered.access === 'write' ? 'writing' : 'reading'} ${remembered.glob}`
}
