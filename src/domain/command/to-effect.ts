import type { Act, ActKind, CommandReading } from '../../protocol/command.ts'
import type { EffectClass } from '../../protocol/policy.ts'

/** What reaches others and stays there. */
const lasting: ReadonlySet<ActKind> = new Set<ActKind>(['force-push', 'publish', 'deploy', 'upload', 'message', 'remote-shell', 'secret-out', 'registry', 'dns'])

const readers: ReadonlySet<string> = new Set(['ls', 'cat', 'head', 'tail', 'wc', 'grep', 'egrep', 'fgrep', 'pwd', 'echo', 'printf', 'stat', 'du', 'df', 'basename', 'dirname', 'realpath', 'readlink', 'which', 'test', '[', ':', 'cut', 'tr', 'rev', 'tac', 'nl', 'uname', 'date', 'whoami', 'id', 'cmp', 'seq', 'true', 'false'])
const gitReaders: ReadonlySet<string> = new Set(['log', 'show', 'ls-files', 'ls-tree', 'rev-parse', 'cat-file', 'blame', 'shortlog', 'describe', 'rev-list', 'merge-base', 'for-each-ref'])

/**
 * What a command can do to the world. Without a network grant nothing leaves the sandbox, and a snapshot undoes the rest.
 * With one, whatever stays with others cannot be undone, and what is not understood might.
 */
export function toEffect(reading: CommandReading, { network }: { readonly network: readonly string[] }): EffectClass {
  if (network.length > 0 && (reading.unknown.length > 0 || reading.acts.some(isLasting))) return 'irreversible'
  return reading.unknown.length === 0 && reading.acts.length > 0 && reading.acts.every(isReader) ? 'read' : 'reversible'
}

function isLasting(act: Act): boolean {
  if (act.kinds.some((kind) => lasting.has(kind))) return true
  if (act.kinds.includes('git-remote') && act.argv[1] !== 'fetch' && act.argv[1] !== 'pull' && act.argv[1] !== 'clone' && act.argv[1] !== 'ls-remote' && act.argv[1] !== 'remote' && act.argv[1] !== 'submodule') return true
  return act.kinds.includes('database-drop') && act.hosts.length > 0
}

function isReader(act: Act): boolean {
  if (act.kinds.length > 0 || act.paths.some((path) => path.access === 'write') || act.argv.includes(null)) return false
  const [name, verb] = act.argv
  if (name === 'git') return gitReaders.has(verb ?? '') && !act.argv.some((word) => word !== null && /^--(?:output|ext-diff|textconv)/.test(word))
  return readers.has(name ?? '') && act.hosts.length === 0
}
