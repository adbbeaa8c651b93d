import type { CommandReading } from '../../protocol/command.ts'
import { runArgv } from './run-argv.ts'
import { bounds, copyShell, giveUp, toPath, type Place, type Reading, type Shell, type Surroundings } from './reader-state.ts'
import type { ShellNode } from './shell-node.ts'
import { expandWhole, expandWord, isKnown, unknownPart, type Scope, type Word } from './words.ts'
import { markFlows } from './mark-flows.ts'

/**
 * What a shell command would do: every program that it would start, wherever it is hidden in it, as far as that can be known
 * before it runs. Pure: contents of files come in by `place.files`; those that are needed first come back in `wanted`.
 */
export function readCommand(command: string, place: Surroundings): CommandReading & { readonly wanted: readonly string[] } {
  const reading: Reading = { place, acts: [], unknown: [], wanted: new Set(), written: new Map(), steps: 0 }
  const shell: Shell = { vars: new Map(Object.entries(place.env)), functions: new Map(), aliases: new Map(), positional: [], cwd: '' }
  shell.vars.set('HOME', '/home')
  shell.vars.set('PWD', place.home)
  shell.vars.set('IFS', ' \t\n')
  readText(reading, command, { shell, via: [], depth: 0, stdin: null, calling: [] })
  return { acts: markFlows(reading.acts), unknown: reading.unknown, wanted: [...reading.wanted] }
}

/** Reads a text as a shell would; what it prints, as far as that is known. */
export function readText(reading: Reading, text: string, place: Place): Word {
  if (text.length > bounds.text) {
    giveUp(reading, text, 'it is too long to be read')
    return unknownPart
  }
  if (!isKnown(text)) giveUp(reading, text, 'a part of what would be run is not known before')
  if (place.depth > bounds.depth) {
    giveUp(reading, text, 'it is nested too deep')
    return unknownPart
  }
  const root = reading.place.parse(text)
  if (!root) {
    giveUp(reading, text, 'it takes too long to be parsed')
    return unknownPart
  }
  const broken = findBroken(root)
  if (broken) giveUp(reading, broken.text || text, 'it cannot be parsed')
  return readNode(reading, root, { ...place, depth: place.depth + 1 })
}

/** Grammar and shell differ in a few harmless places; a fault that hides words is none of them. */
function findBroken(node: ShellNode): ShellNode | undefined {
  if (node.type === 'ERROR' && /[A-Za-z]/.test(node.text)) return node
  for (const child of node.children) {
    const found = findBroken(child)
    if (found) return found
  }
  return undefined
}

function readAll(reading: Reading, nodes: readonly ShellNode[], place: Place): Word {
  let output = ''
  nodes.forEach((node, n) => {
    if (!node.named) return
    const background = nodes[n + 1]?.text === '&'
    output += readNode(reading, node, background ? { ...place, via: [...place.via, '&'] } : place)
  })
  return output
}

/** What a node's commands print, as far as it is known. */
export function readNode(reading: Reading, node: ShellNode, place: Place): Word {
  reading.steps += 1
  if (reading.steps > bounds.steps || reading.acts.length > bounds.acts) {
    giveUp(reading, node.text, 'it does more than can be read')
    return unknownPart
  }
  const sub = (): Place => ({ ...place, shell: copyShell(place.shell) })
  switch (node.type) {
    case 'command': return readSimple(reading, node, place)
    case 'variable_assignment': case 'variable_assignments': case 'declaration_command': case 'unset_command':
      assignAll(reading, node, place)
      return ''
    case 'pipeline': return readPipeline(reading, node, place)
    case 'redirected_statement': return readRedirected(reading, node, place)
    case 'subshell': case 'command_substitution': case 'process_substitution': return readAll(reading, node.children, sub())
    case 'function_definition': {
      const name = node.children.find((each) => each.field === 'name')?.text ?? ''
      place.shell.functions.set(name, node)
      return ''
    }
    case 'for_statement': return readFor(reading, node, place)
    case 'case_statement': {
      const subject = node.children.find((each) => each.field === 'value')
      if (subject) expandWhole(subject, scopeOf(reading, place))
      return node.children.filter((each) => each.type === 'case_item').map((item) => readAll(reading, item.children.filter((each) => each.field !== 'value'), place)).join('')
    }
    case 'if_statement': case 'elif_clause': case 'else_clause': case 'while_statement': case 'do_group': case 'compound_statement': case 'list': case 'negated_command': case 'program': case 'c_style_for_statement': case 'ERROR':
      return readAll(reading, node.children, place)
    case 'test_command': case 'arithmetic_expansion': case 'binary_expression': case 'unary_expression': case 'postfix_expression': case 'parenthesized_expression':
      lookInto(reading, node, place)
      return ''
    case 'comment': case 'heredoc_body': case 'heredoc_start': case 'heredoc_end': case 'file_descriptor': return ''
    default:
      lookInto(reading, node, place)
      return ''
  }
}

/** Words that start nothing themselves may hold commands all the same. */
function lookInto(reading: Reading, node: ShellNode, place: Place): void {
  for (const child of node.children) {
    if (child.type === 'command_substitution' || child.type === 'process_substitution') readNode(reading, child, place)
    else lookInto(reading, child, place)
  }
}

export function scopeOf(reading: Reading, place: Place): Scope {
  const { shell } = place
  return {
    find: (name) => shell.vars.get(name),
    positional: () => shell.positional,
    assign: (name, value) => void shell.vars.set(name, value),
    substitute: (node) => readSubstitution(reading, node, place),
    open: (node) => {
      const content = readNode(reading, node, { ...place, via: [...place.via, '<(…)'] })
      reading.written.set('/dev/fd/63', isKnown(content) ? content : undefined)
    },
  }
}

function readSubstitution(reading: Reading, node: ShellNode, place: Place): Word {
  const inner = { ...place, shell: copyShell(place.shell), via: [...place.via, '$(…)'], stdin: null }
  // `$(<file)` is the file's content.
  const only = node.children.filter((each) => each.named)
  if (only.length === 1 && only[0]?.type === 'file_redirect') return readRedirectedFile(reading, only[0], inner) ?? unknownPart
  return readAll(reading, node.children, inner)
}

function readRedirectedFile(reading: Reading, redirect: ShellNode, place: Place): Word | undefined {
  const target = redirect.children.find((each) => each.field === 'destination')
  if (!target) return undefined
  return runArgv(reading, ['cat', expandWhole(target, scopeOf(reading, place))], place)
}

function assignAll(reading: Reading, node: ShellNode, place: Place): void {
  const scope = scopeOf(reading, place)
  const each = node.type === 'variable_assignment' ? [node] : node.children
  for (const child of each) {
    if (child.type === 'variable_assignment') assign(reading, child, place)
    else if (child.named && child.type !== 'variable_name') {
      // export "$x=…": which variable it is may not be known, and then none is.
      const word = expandWhole(child, scope)
      const at = word.indexOf('=')
      if (at > 0) place.shell.vars.set(word.slice(0, at), word.slice(at + 1))
    }
    if (node.type === 'unset_command' && child.type === 'variable_name') place.shell.vars.delete(child.text)
  }
}

function assign(reading: Reading, node: ShellNode, place: Place): void {
  const scope = scopeOf(reading, place)
  const name = node.children.find((each) => each.field === 'name')?.text.replace(/\[.*$/s, '') ?? ''
  const value = node.children.find((each) => each.field === 'value')
  const added = node.children.some((each) => each.text === '+=')
  const indexed = node.children.find((each) => each.field === 'name')?.type === 'subscript'
  if (value?.type === 'array') {
    const list = value.children.filter((each) => each.named).flatMap((each) => expandWord(each, scope))
    const before = place.shell.vars.get(name)
    place.shell.vars.set(name, added && before !== undefined ? [...(typeof before === 'string' ? [before] : before), ...list] : list)
    return
  }
  const word = value ? expandWhole(value, scope) : ''
  const before = place.shell.vars.get(name)
  if (indexed) place.shell.vars.set(name, unknownPart)
  else place.shell.vars.set(name, added && typeof before === 'string' ? `${before}${word}` : added ? unknownPart : word)
}

function readSimple(reading: Reading, node: ShellNode, place: Place): Word {
  const scope = scopeOf(reading, place)
  const words: Word[] = []
  const assignments = node.children.filter((each) => each.type === 'variable_assignment')
  let stdin = place.stdin
  for (const child of node.children) {
    if (child.field === 'name' || child.field === 'argument') words.push(...expandWord(child, scope))
    else if (child.type === 'herestring_redirect') stdin = child.children.filter((each) => each.named).map((each) => expandWhole(each, scope)).join('')
    else if (child.type === 'file_redirect') stdin = redirectFile(reading, child, place) ?? stdin
  }
  if (assignments.length > 0) {
    if (words.length === 0) assignments.forEach((each) => assign(reading, each, place))
    else return runArgv(reading, words, { ...place, stdin }, assignments.map((each) => toSetting(each, scope)))
  }
  return words.length === 0 ? '' : runArgv(reading, words, { ...place, stdin })
}

function toSetting(node: ShellNode, scope: Scope): readonly [string, Word] {
  const value = node.children.find((each) => each.field === 'value')
  return [node.children.find((each) => each.field === 'name')?.text ?? '', value ? expandWhole(value, scope) : '']
}

function readPipeline(reading: Reading, node: ShellNode, place: Place): Word {
  const stages = node.children.filter((each) => each.named)
  let stdin = place.stdin
  let output: Word = ''
  stages.forEach((stage, n) => {
    output = readNode(reading, stage, { ...place, shell: copyShell(place.shell), stdin, via: n > 0 ? [...place.via, '|'] : place.via })
    stdin = output
  })
  return output
}

/** Redirections, and here-documents with whatever stands behind them on their first line. */
function readRedirected(reading: Reading, node: ShellNode, place: Place): Word {
  const scope = scopeOf(reading, place)
  const body = node.children.find((each) => each.field === 'body')
  let stdin = place.stdin
  let target: string | undefined
  let appends = false
  let follows: ShellNode[] = []
  for (const redirect of node.children.filter((each) => each !== body)) {
    if (redirect.type === 'heredoc_redirect') {
      const found = readHeredoc(redirect, reading, place)
      stdin = found.text
      follows = [...follows, ...found.follows]
      for (const inner of redirect.children.filter((each) => each.type === 'file_redirect')) {
        const written = writtenFile(inner, reading, place)
        if (written) ({ path: target, appends } = written)
      }
    } else if (redirect.type === 'herestring_redirect') stdin = redirect.children.filter((each) => each.named).map((each) => expandWhole(each, scope)).join('')
    else if (redirect.type === 'file_redirect') {
      const written = writtenFile(redirect, reading, place)
      if (written) ({ path: target, appends } = written)
      else stdin = redirectFile(reading, redirect, place) ?? stdin
    }
  }
  const pipe = follows.find((each) => each.type === 'pipeline')
  const first = body ? readNode(reading, body, { ...place, stdin }) : ''
  if (target !== undefined) noteWritten(reading, place, target, first, appends)
  if (pipe) return readPipeline(reading, pipe, { ...place, stdin: first })
  const rest = readAll(reading, follows.filter((each) => each !== pipe), { ...place, stdin: null })
  return target === undefined ? `${first}${rest}` : rest
}

function writtenFile(redirect: ShellNode, reading: Reading, place: Place): { path: string; appends: boolean } | undefined {
  const operator = redirect.children.find((each) => !each.named)?.text ?? ''
  const target = redirect.children.find((each) => each.field === 'destination')
  const descriptor = redirect.children.find((each) => each.field === 'descriptor')?.text
  if (!target || !operator.includes('>') || /^>&$/.test(operator) || target.type === 'number') return undefined
  const word = expandWhole(target, scopeOf(reading, place))
  if (word === '/dev/null') return { path: '/dev/null', appends: true }
  reading.acts.push(...redirectActs(reading, place, word, 'write'))
  return descriptor === '2' ? undefined : { path: word, appends: operator.includes('>>') }
}

/** `< file`: its content, as far as it is known. */
function redirectFile(reading: Reading, redirect: ShellNode, place: Place): Word | undefined {
  const operator = redirect.children.find((each) => !each.named)?.text ?? ''
  const target = redirect.children.find((each) => each.field === 'destination')
  if (!target || target.type === 'number') return undefined
  if (target.type === 'process_substitution') return readNode(reading, target, { ...place, via: [...place.via, '<(…)'] })
  const word = expandWhole(target, scopeOf(reading, place))
  if (operator.includes('>')) {
    if (operator !== '>&' && word !== '/dev/null') {
      reading.acts.push(...redirectActs(reading, place, word, 'write'))
      noteWritten(reading, place, word, unknownPart, true)
    }
    return undefined
  }
  reading.acts.push(...redirectActs(reading, place, word, 'read'))
  return runArgv(reading, ['cat', word], { ...place, stdin: null }, [], true)
}

/** A redirection is an act of the shell itself where it matters: a device, a network path, a secret, a place outside. */
function redirectActs(reading: Reading, { shell, via }: Place, word: Word, access: 'read' | 'write'): Reading['acts'] {
  const { home, isSecret } = reading.place
  const network = /^\/dev\/(tcp|udp)\/([^/]+)\/(\w+)/.exec(word)
  if (network) return [{ argv: ['redirect', word.includes(unknownPart) ? null : word], kinds: access === 'write' ? ['network', 'upload'] : ['network'], paths: [], hosts: [`${network[2] ?? ''}:${network[3] ?? ''}`], via: [...via] }]
  const path = toPath(shell, home, word)
  if (!path) return []
  const secret = !path.outside && isSecret(path.path)
  const device = access === 'write' && /^\/dev\/(sd|nvme|hd|vd|mmcblk|disk|mapper|mem|kmem)/.test(path.path)
  const tamper = access === 'write' && /(^|\/)(\.git|\.writ|\.husky)(\/|$)/.test(path.path)
  if (!secret && !device && !tamper) return []
  return [{ argv: ['redirect', word], kinds: secret ? ['secret-read'] : device ? ['disk-destruction'] : ['tamper'], paths: [{ ...path, access }], hosts: [], via: [...via] }]
}

function noteWritten(reading: Reading, { shell }: Place, word: Word, content: Word, appends: boolean): void {
  const path = toPath(shell, reading.place.home, word)
  if (!path) return
  const before = appends ? (reading.written.has(path.path) ? reading.written.get(path.path) : reading.place.files.get(path.path)) ?? '' : ''
  reading.written.set(path.path, isKnown(content) ? `${before}${content}` : undefined)
}

function readHeredoc(redirect: ShellNode, reading: Reading, place: Place): { text: Word; follows: ShellNode[] } {
  const body = redirect.children.find((each) => each.type === 'heredoc_body')
  const start = redirect.children.find((each) => each.type === 'heredoc_start')?.text ?? ''
  const follows = redirect.children.filter((each) => each.named && !['heredoc_body', 'heredoc_start', 'heredoc_end', 'file_redirect', 'file_descriptor'].includes(each.type))
  const end = redirect.children.find((each) => each.type === 'heredoc_end')
  // Text at the beginning of a line is passed over by the grammar; the whole lies between the first line and the end.
  const whole = redirect.text
  const from = body ? whole.indexOf('\n', Math.max(0, whole.indexOf(start) + start.length)) + 1 : whole.length
  const to = end ? end.start - redirect.start : whole.length
  const raw = body ? whole.slice(from, Math.max(from, to)) : ''
  const tidy = redirect.children.some((each) => each.text === '<<-') ? raw.replaceAll(/^\t+/gm, '') : raw
  if (/['"\\]/.test(start)) return { text: tidy, follows }
  if (!/[$`\\]/.test(tidy)) return { text: tidy, follows }
  const parsed = reading.place.parse(`: "${tidy.replaceAll('"', '\\"')}"`)
  const word = parsed && findString(parsed)
  if (!word) {
    giveUp(reading, tidy, 'what is expanded in a here-document cannot be parsed')
    return { text: unknownPart, follows }
  }
  return { text: expandWhole(word, scopeOf(reading, place)), follows }
}

function findString(node: ShellNode): ShellNode | undefined {
  if (node.type === 'string') return node
  for (const child of node.children) {
    const found = findString(child)
    if (found) return found
  }
  return undefined
}

/** Each value is tried where they are known, a few at most: what a loop does with them is what it does. */
function readFor(reading: Reading, node: ShellNode, place: Place): Word {
  const scope = scopeOf(reading, place)
  const name = node.children.find((each) => each.field === 'variable')?.text ?? ''
  const values = node.children.filter((each) => each.field === 'value').flatMap((each) => expandWord(each, scope))
  const body = node.children.find((each) => each.field === 'body')
  if (!body) return ''
  const tried = values.length === 0 ? [unknownPart] : values.length > 12 ? [...values.slice(0, 12), unknownPart] : values
  return tried.map((value) => {
    place.shell.vars.set(name, value)
    return readNode(reading, body, place)
  }).join('')
}
