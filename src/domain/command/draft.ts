import type { Act, ActKind, TouchedPath } from '../../protocol/command.ts'
import { resolvePath, toTouched } from './resolve-path.ts'
import { isSecretPath } from './secret-places.ts'
import type { Shell, Way } from './shell.ts'
import { outgoing } from './shell.ts'
import { ANY, hasSecret, SECRET, toKnownWord, toPlain, toShown, toUnknown } from './text-marks.ts'

const harnessPlaces = /(?:^|\/)\.writ(?:\/|$)|\/\.local\/state\/writ(?:\/|$)|\/\.config\/writ(?:\/|$)/
const judges = /(?:^|\/)node_modules\/\.bin(?:\/|$)/

/** One act while it is being made out: what is told about its words, paths and hosts. */
export class Draft {
  readonly name: string
  readonly args: readonly string[]
  readonly shell: Shell
  readonly way: Way
  /** Words without what means nothing for what it does; as given until something else is set. */
  argv: readonly string[]
  readonly #kinds = new Set<ActKind>()
  readonly #paths = new Map<string, TouchedPath>()
  readonly #hosts = new Set<string>()
  #readsSecret = false

  constructor(words: readonly string[], shell: Shell, way: Way) {
    this.name = words[0] ?? ''
    this.args = words.slice(1)
    this.argv = words
    this.shell = shell
    this.way = way
    for (const { path, access } of way.paths) this.#touch(path, access)
    for (const host of way.hosts) this.host(host)
    if (way.hosts.length > 0) this.#kinds.add('network').add('upload')
  }

  add(...kinds: readonly ActKind[]): this {
    for (const kind of kinds) this.#kinds.add(kind)
    return this
  }

  has(kind: ActKind): boolean {
    return this.#kinds.has(kind)
  }

  host(host: string): void {
    if (host !== '') this.#hosts.add(toShown(host))
  }

  reads(path: string): void {
    if (path !== '' && path !== '-') this.#touch(resolvePath(path, this.shell), 'read')
  }

  writes(path: string): void {
    if (path !== '' && path !== '-') this.#touch(resolvePath(path, this.shell), 'write')
  }

  /** A name out of some text, which counts only where it matters: secrets and what judges the agent. */
  mention(path: string, access: 'read' | 'write'): void {
    const absolute = resolvePath(path, this.shell)
    const matters = isSecretPath(absolute, this.shell) || (access === 'write' && isTampering(absolute, this.shell))
    if (matters || access === 'write' && absolute.startsWith('/') && !absolute.startsWith(`${this.shell.session.place.home}/`) && path.startsWith('/')) this.#touch(absolute, access)
  }

  /** The file is no longer what it was. */
  changes(path: string): void {
    this.writes(path)
    this.shell.state.files.set(resolvePath(path, this.shell), ANY)
  }

  isSecret(path: string): boolean {
    return isSecretPath(resolvePath(path, this.shell), this.shell)
  }

  #touch(absolute: string, access: 'read' | 'write'): void {
    if (/^\/dev\/(?:null|zero|u?random|tty|std(?:in|out|err)|fd\/.*|full|ptmx)$/.test(absolute)) {
      if (hasSecret(this.shell.state.files.get(absolute) ?? '')) this.#readsSecret = true
      return
    }
    const touched = toTouched(absolute, access, this.shell)
    this.#paths.set(`${access} ${touched.path}`, touched)
    if (access === 'read') {
      if (isSecretPath(absolute, this.shell)) this.add('secret-read')
      if (hasSecret(this.shell.state.files.get(absolute) ?? '')) this.#readsSecret = true
    } else {
      if (isTampering(absolute, this.shell)) this.add('tamper')
      if (/^\/dev\/(?:sd|hd|vd|nvme|xvd|mmcblk|mapper|loop|disk|mem|kmem|dm-)/.test(absolute)) this.add('disk-destruction')
    }
  }

  /** Does a secret take part in it? */
  get carriesSecret(): boolean {
    return this.#readsSecret || this.has('secret-read') || hasSecret(this.way.stdin) || this.args.some(hasSecret)
  }

  unknownOutput(): string {
    return this.carriesSecret ? SECRET : toUnknown(...this.args)
  }

  toAct(): Act {
    if (this.args.some(hasSecret)) this.add('secret-read')
    if (this.carriesSecret && [...this.#kinds].some((kind) => outgoing.has(kind))) this.add('secret-out')
    const [first, ...rest] = this.argv
    // Where a path begins with what is not known, it is taken to lie anywhere only if much depends on it.
    const reachesFar = this.has('recursive-delete') || this.has('permission-change')
    const paths = [...this.#paths.values()].map((path) => (path.outside && path.path.startsWith('*') ? { ...path, outside: reachesFar } : path))
    return { argv: [toKnownWord(first ?? this.name), ...rest.map(toKnownWord)], kinds: [...this.#kinds].toSorted(), paths, hosts: [...this.#hosts], via: [...this.way.via] }
  }
}

function isTampering(absolute: string, shell: Shell): boolean {
  const path = toPlain(absolute)
  const { home } = shell.session.place
  if (path === home || !path.startsWith(`${home}/`)) return harnessPlaces.test(path) || /\/\.(?:gitconfig|config\/git(?:\/|$))/.test(path)
  const own = path.slice(home.length + 1)
  return /(?:^|\/)\.git(?:\/|$)/.test(own) || harnessPlaces.test(`/${own}`) || judges.test(own) || /(?:^|\/)\.husky(?:\/|$)/.test(own)
}

/** Options and operands of a program's words; `valued` are options that take the word after them. */
export interface Parsed {
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly operands: readonly string[]
}

/** `valued`: short letters and long names, as in `['o', 'output']`. Short options may stand together. */
export function parseOptions(args: readonly string[], valued: readonly string[] = []): Parsed {
  const flags = new Set<string>()
  const values = new Map<string, string[]>()
  const operands: string[] = []
  const put = (name: string, value: string): void => { values.set(name, [...(values.get(name) ?? []), value]) }
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (arg === '--') {
      operands.push(...args.slice(at + 1))
      break
    }
    if (arg.startsWith('--')) {
      const equals = arg.indexOf('=')
      const name = arg.slice(2, equals === -1 ? undefined : equals)
      flags.add(name)
      if (equals !== -1) put(name, arg.slice(equals + 1))
      else if (valued.includes(name)) put(name, args[++at] ?? '')
    } else if (/^-[^-]/.test(arg)) {
      // A single dash before a long name, as some programs have it.
      if (valued.includes(arg)) {
        put(arg, args[++at] ?? '')
        flags.add(arg)
        continue
      }
      for (let index = 1; index < arg.length; index += 1) {
        const letter = arg.charAt(index)
        flags.add(letter)
        if (!valued.includes(letter)) continue
        put(letter, index + 1 < arg.length ? arg.slice(index + 1) : (args[++at] ?? ''))
        break
      }
    } else operands.push(arg)
  }
  return { flags, values, operands }
}
