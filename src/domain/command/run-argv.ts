import { classify } from './classify.ts'
import { printedBy } from './printed.ts'
import { readCode } from './read-code.ts'
import { readNode, readText } from './read-command.ts'
import { bounds, copyShell, giveUp, toPath, type Place, type Reading } from './reader-state.ts'
import { unwrap } from './unwrap.ts'
import { isKnown, unknownPart, type Word } from './words.ts'

const shells = new Set(['sh', 'bash', 'zsh', 'dash', 'ksh', 'ash', 'mksh', 'fish', 'rbash'])
const silent = new Set([':', 'true', 'false', 'shift', 'return', 'break', 'continue', 'wait', 'jobs', 'umask', 'ulimit', 'hash', 'type', 'pwd', 'pushd', 'popd', 'dirs', 'getopts', 'let', '[', 'test', 'exit', 'fg', 'bg', 'disown', 'times', 'history', 'bind', 'compgen', 'complete', 'mapfile', 'readarray'])
/** Programs whose next word says what they do. */
const subcommanded = new Set(['git', 'npm', 'pnpm', 'yarn', 'docker', 'podman', 'kubectl', 'oc', 'gh', 'glab', 'cargo', 'gem', 'twine', 'terraform', 'tofu', 'helm', 'aws', 'gcloud', 'az', 'dropdb', 'systemctl'])

const takesOrders = new Set(['psql', 'mysql', 'mariadb', 'sqlite3', 'mongosh', 'mongo', 'redis-cli', 'sqlcmd', 'cqlsh', 'duckdb'])

/** Reads one command of a shell: its words after expansion. Returns what it prints, as far as that is known. */
export function runArgv(reading: Reading, argv: readonly Word[], place: Place, settings: readonly (readonly [string, Word])[] = [], quiet = false): Word {
  const [first = '', ...rest] = argv
  if (argv.length === 0) return ''
  if (place.depth > bounds.depth || reading.acts.length > bounds.acts) {
    giveUp(reading, argv.join(' '), 'it is nested too deep, or does too much')
    return unknownPart
  }
  const name = toName(first)
  if (name === undefined) {
    giveUp(reading, argv.join(' '), 'which program it starts is not known before it runs')
    return unknownPart
  }
  for (const [variable, value] of settings) readSetting(reading, variable, value, place)
  const alias = place.shell.aliases.get(first)
  if (alias !== undefined && !place.calling.includes(`alias ${first}`)) return readText(reading, [alias, ...rest.map(quote)].join(' '), { ...place, depth: place.depth + 1, calling: [...place.calling, `alias ${first}`] })
  const own = place.shell.functions.get(first)
  if (own) return callFunction(reading, first, rest, place)
  const built = runBuiltin(reading, name, rest, place)
  if (built !== undefined) return built
  const inner = unwrap(name, rest, settings, typeof place.stdin === 'string' && isKnown(place.stdin) ? place.stdin : undefined)
  if (inner) return runInner(reading, name, argv, inner, place)
  if (shells.has(name)) return runShell(reading, name, rest, place)
  if (isScriptPath(first)) return runScript(reading, first, rest, place)
  const code = readCode(name, rest, place.stdin)
  if (code) {
    for (const script of code.shell) readText(reading, script, { ...place, depth: place.depth + 1, via: [...place.via, name], stdin: null })
    for (const words of code.argv) runArgv(reading, words, { ...place, depth: place.depth + 1, via: [...place.via, name], stdin: null })
    for (const why of code.unknown) giveUp(reading, argv.join(' '), why)
  }
  if (subcommanded.has(name) && rest.slice(0, 1).some((word) => !isKnown(word))) giveUp(reading, argv.join(' '), `what ${name} does is not known before it runs`)
  if (!quiet || reading.place.isSecret(toPath(place.shell, reading.place.home, rest[0] ?? '')?.path ?? '')) reading.acts.push(...classify(name, rest, { shell: place.shell, home: reading.place.home, isSecret: reading.place.isSecret, via: place.via, kinds: code?.kinds ?? [], stdin: takesOrders.has(name) && typeof place.stdin === 'string' ? place.stdin : undefined }))
  noteCopies(reading, name, rest, place)
  return printedBy(name, rest, place.stdin, (path) => contentOf(reading, path, place)) ?? unknownPart
}

/** The program's name without its folder; undefined where it is not known. A pattern is matched with what it can only be. */
function toName(word: Word): string | undefined {
  if (!isKnown(word) || word === '') return undefined
  if (/[*?[]/.test(word) && word !== '[' && word !== '[[') return undefined
  if (isScriptPath(word)) return word
  return word.slice(word.lastIndexOf('/') + 1) || word
}

/** A file of the workspace that is run, not a program of the system. */
function isScriptPath(word: Word): boolean {
  return word.includes('/') && !/^\/(usr\/(local\/)?)?s?bin\/|^\/opt\/|^\/usr\/lib|node_modules\/\.bin\/|(^|\/)\.?venv\/bin\//.test(word)
}

/** What a variable makes a program run is a command too. */
function readSetting(reading: Reading, variable: string, value: Word, place: Place): void {
  if (/^(GIT_SSH_COMMAND|GIT_EDITOR|GIT_SEQUENCE_EDITOR|GIT_PAGER|GIT_EXTERNAL_DIFF|GIT_ASKPASS|EDITOR|VISUAL|PAGER|BROWSER|PROMPT_COMMAND|LESSOPEN|GIT_PROXY_COMMAND)$/.test(variable)) readText(reading, value, { ...place, depth: place.depth + 1, via: [...place.via, variable], stdin: null })
  if (variable === 'BASH_ENV' || variable === 'ENV' || /^LD_(PRELOAD|AUDIT|LIBRARY_PATH)$/.test(variable)) giveUp(reading, `${variable}=${value}`, 'it loads code into every program')
}

function callFunction(reading: Reading, name: string, args: readonly Word[], place: Place): Word {
  const definition = place.shell.functions.get(name)
  // One that is defined anew while it runs is another.
  const mark = `${name} ${definition?.start ?? 0} ${definition?.text.length ?? 0}`
  if (place.calling.includes(mark)) {
    // A function that starts itself beside itself never ends.
    if (place.via.includes('&') || place.via.includes('|')) reading.acts.push({ argv: [name], kinds: ['process-bomb'], paths: [], hosts: [], via: [...place.via] })
    return unknownPart
  }
  const body = definition?.children.find((each) => each.field === 'body')
  if (!body) return ''
  const before = place.shell.positional
  place.shell.positional = args
  const output = readNode(reading, body, { ...place, depth: place.depth + 1, calling: [...place.calling, mark] })
  place.shell.positional = before
  return output
}

/** What the shell does itself. Undefined where it is a program's work. */
function runBuiltin(reading: Reading, name: string, rest: readonly Word[], place: Place): Word | undefined {
  const { shell } = place
  const deeper = { ...place, depth: place.depth + 1 }
  switch (name) {
    case 'cd': {
      const target = rest.find((word) => !word.startsWith('-')) ?? '/home'
      shell.cwd = toPath(shell, reading.place.home, target)?.path
      return ''
    }
    case 'eval': return readText(reading, rest.join(' '), { ...deeper, via: [...place.via, 'eval'] })
    case 'source': case '.': return sourceFile(reading, rest, { ...deeper, via: [...place.via, 'source'] })
    case 'trap': {
      const [handler = ''] = rest.filter((word) => word !== '--')
      if (handler !== '' && handler !== '-' && rest.length > 1) readText(reading, handler, { ...deeper, via: [...place.via, 'trap'] })
      return ''
    }
    case 'alias':
      for (const word of rest) {
        const at = word.indexOf('=')
        if (at > 0) shell.aliases.set(word.slice(0, at), word.slice(at + 1))
      }
      return ''
    case 'set':
      if (rest[0] === '--') shell.positional = rest.slice(1)
      return ''
    case 'read':
      for (const word of rest) if (/^[A-Za-z_]\w*$/.test(word)) shell.vars.set(word, typeof place.stdin === 'string' && !place.stdin.trim().includes('\n') && rest.filter((each) => !each.startsWith('-')).length === 1 ? place.stdin.trim() : unknownPart)
      return ''
    case 'export': case 'declare': case 'local': case 'typeset': case 'readonly': case 'unset': case 'shopt': case 'enable': return ''
    case 'command': return /^-[vV]$/.test(rest[0] ?? '') ? `${rest[1] ?? ''}\n` : undefined
    case 'which': return rest.length === 1 ? `${rest[0] ?? ''}\n` : undefined
    default: return silent.has(name) ? '' : undefined
  }
}

function sourceFile(reading: Reading, rest: readonly Word[], place: Place): Word {
  const [file = ''] = rest
  if (/^\/dev\/(stdin|fd\/0)$/.test(file)) return runInput(reading, place)
  const content = contentOf(reading, file, place)
  if (content !== undefined) return readText(reading, content, place)
  const path = toPath(place.shell, reading.place.home, file)
  // An environment that people set up beside the repository's sources is part of the machine.
  if (path && /(^|\/)(\.?venv|env)\/bin\/activate$|\.nvm\/nvm\.sh$|\.cargo\/env$|\.(bashrc|profile|bash_profile)$/.test(path.path)) return ''
  giveUp(reading, `source ${file}`, 'what it would run is not known')
  return unknownPart
}

/** A shell that runs what it reads. */
function runInput(reading: Reading, place: Place): Word {
  if (place.stdin === null) return ''
  if (place.stdin === undefined || !isKnown(place.stdin)) {
    giveUp(reading, `${place.via.join(' ')} sh`.trim(), 'a shell would run what it reads, and that is not known before')
    return unknownPart
  }
  return readText(reading, place.stdin, { ...place, stdin: null, depth: place.depth + 1 })
}

function runShell(reading: Reading, name: string, rest: readonly Word[], place: Place): Word {
  const inner = { ...place, shell: copyShell(place.shell), depth: place.depth + 1 }
  for (let n = 0; n < rest.length; n += 1) {
    const word = rest[n] ?? ''
    if (/^-\w*c\w*$/.test(word) && !word.startsWith('--')) {
      const script = rest[n + 1] ?? ''
      inner.shell.positional = rest.slice(n + 3)
      inner.shell.vars.set('0', rest[n + 2] ?? name)
      return readText(reading, script, { ...inner, via: [...place.via, `${name} -c`] })
    }
    if (word === '-s' || word === '-') return runInput(reading, { ...inner, via: [...place.via, name] })
    if (word === '--rcfile' || word === '--init-file' || word === '-o' || word === '+o' || word === '-O') {
      n += 1
      continue
    }
    if (!word.startsWith('-') && !word.startsWith('+')) return runScript(reading, word, rest.slice(n + 1), { ...inner, via: [...place.via, name] })
    if (word === '--version' || word === '--help') return unknownPart
  }
  return runInput(reading, { ...inner, via: [...place.via, name] })
}

/** A script of the workspace is read as if its text stood here. */
function runScript(reading: Reading, file: Word, args: readonly Word[], place: Place): Word {
  if (/^\/dev\/(stdin|fd\/0)$/.test(file)) return runInput(reading, place)
  const content = contentOf(reading, file, place)
  const path = toPath(place.shell, reading.place.home, file)
  if (content === undefined) {
    if (path && reading.written.has(path.path)) giveUp(reading, file, 'it runs a file that this command writes, and what is in it is not known')
    else if (!path || (path.outside && !/^\/(usr|opt|bin|sbin)\//.test(path.path))) giveUp(reading, file, 'it runs a file that cannot be read before')
    else reading.acts.push({ argv: [file, ...args.map((word) => (isKnown(word) ? word : null))], kinds: [], paths: [], hosts: [], via: [...place.via] })
    return unknownPart
  }
  const line = /^#!\s*(\S+)(?:\s+(\S+))?/.exec(content)
  const program = line ? (line[1]?.endsWith('/env') ? line[2] : line[1]?.slice(line[1].lastIndexOf('/') + 1)) : 'sh'
  if (program !== undefined && !shells.has(program)) {
    // A program of another language: an act, whose code is looked at for what it starts.
    const code = readCode(program, ['-'], content)
    for (const script of code?.shell ?? []) readText(reading, script, { ...place, depth: place.depth + 1, via: [...place.via, file], stdin: null })
    for (const words of code?.argv ?? []) runArgv(reading, words, { ...place, depth: place.depth + 1, via: [...place.via, file], stdin: null })
    reading.acts.push({ argv: [file, ...args.map((word) => (isKnown(word) ? word : null))], kinds: [...(code?.kinds ?? [])], paths: [], hosts: [], via: [...place.via] })
    return unknownPart
  }
  const inner = { ...place, shell: copyShell(place.shell), depth: place.depth + 1, via: [...place.via, file] }
  inner.shell.positional = args
  reading.acts.push({ argv: [file, ...args.map((word) => (isKnown(word) ? word : null))], kinds: [], paths: [], hosts: [], via: [...place.via] })
  return readText(reading, content, inner)
}

/** What a file holds when the command gets there; asked for where it is not known yet. */
function contentOf(reading: Reading, file: Word, place: Place): string | undefined {
  const path = toPath(place.shell, reading.place.home, file)
  if (!path) return undefined
  if (reading.written.has(path.path)) return reading.written.get(path.path)
  // What holds secrets is not looked into, not even here.
  if (path.outside || reading.place.isSecret(path.path)) return undefined
  if (!reading.place.files.has(path.path)) reading.wanted.add(path.path)
  return reading.place.files.get(path.path)
}

/** Files that a program writes whose content is known: what is copied, decoded, printed into them. */
function noteCopies(reading: Reading, name: string, rest: readonly Word[], place: Place): void {
  const names = rest.filter((word) => !word.startsWith('-'))
  const mark = (file: Word | undefined, content: string | undefined): void => {
    const path = file === undefined ? undefined : toPath(place.shell, reading.place.home, file)
    if (path) reading.written.set(path.path, content)
  }
  if (name === 'tee') for (const file of names) mark(file, typeof place.stdin === 'string' && isKnown(place.stdin) ? place.stdin : undefined)
  else if (name === 'cp' || name === 'mv' || name === 'ln' || name === 'install') mark(names.at(-1), names.length === 2 ? contentOf(reading, names[0] ?? '', place) : undefined)
  else if (name === 'dd') mark(rest.find((word) => word.startsWith('of='))?.slice(3), typeof place.stdin === 'string' && isKnown(place.stdin) ? place.stdin : undefined)
  else if (name === 'curl' || name === 'wget') mark(rest[rest.findIndex((word) => /^-[oO]$|^--output$|^--output-document$/.test(word)) + 1], undefined)
  else if (name === 'sed' && rest.some((word) => /^-\w*i|^--in-place/.test(word))) for (const file of names.slice(1)) mark(file, undefined)
}

function runInner(reading: Reading, name: string, argv: readonly Word[], inner: NonNullable<ReturnType<typeof unwrap>>, place: Place): Word {
  const deeper = { ...place, depth: place.depth + 1, via: [...place.via, inner.as ?? name], ...(inner.stdin === undefined ? {} : { stdin: inner.stdin }) }
  if (inner.kinds.length > 0) reading.acts.push({ argv: [name, ...argv.slice(1).map((word) => (isKnown(word) ? word : null))], kinds: [...inner.kinds], paths: [], hosts: [...(inner.hosts ?? [])], via: [...place.via] })
  for (const why of inner.unknown ?? []) giveUp(reading, argv.join(' '), why)
  let output: Word = ''
  for (const script of inner.scripts ?? []) output = readText(reading, script, deeper)
  for (const words of inner.argvs ?? []) if (words.length > 0) output = runArgv(reading, words, deeper, inner.settings ?? [])
  return output
}

function quote(word: Word): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

