import { evaluateArithmetic } from './arithmetic.ts'
import { expandBraces } from './brace-expansion.ts'
import { expandParameter } from './expand-parameter.ts'
import type { ShellNode, ShellWord, WordPart } from './shell-node.ts'
import type { ShellState } from './shell-state.ts'
import { findVariable, setVariable, toText } from './shell-state.ts'
import { ANY, FIELD, FIELDS, isKnown, markPatterns, toUnquoted } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

/** What expanding needs from whoever runs the program. */
export interface ExpansionHost {
  readonly state: ShellState
  readonly env: Readonly<Record<string, string>>
  /** Counts text that was worked on; throws when it is too much. */
  charge(characters: number): void
  /** What the commands would print, without the line ends at its end. */
  substitute(body: ShellNode): string
  /** The path under which a process stands. */
  connect(body: ShellNode, direction: 'in' | 'out'): string
}

const mostFields = 2000
const longestText = 65_536

/** What a part stands for: one text, or the several words of `"$@"`. */
export type PartValue = string | readonly string[]

/** The words that a word of a command becomes. */
export function expandWord(word: ShellWord, host: ExpansionHost): readonly string[] {
  const fields: string[] = []
  for (const each of expandBraces(word)) fields.push(...expandFields(each, host))
  if (fields.length > mostFields) throw new Unreadable('it has too many words')
  return fields
}

/** As one text, as in an assignment: neither split nor matched with files. `patterns`: unquoted signs of patterns are marked. */
export function expandText(word: ShellWord, host: ExpansionHost, patterns = false): string {
  let text = ''
  for (const [index, part] of word.parts.entries()) {
    if (part.kind === 'text') {
      const own = part.quoted ? part.text : index === 0 ? expandTilde(part.text, host, word.parts.length === 1) : part.text
      text += patterns && !part.quoted ? markPatterns(own) : own
    } else {
      const value = toValue(part, host)
      const joined = typeof value === 'string' ? value : value.join(' ')
      text += patterns && part.kind !== 'process' && !part.quoted ? markPatterns(joined) : joined
    }
    if (text.length > longestText) throw new Unreadable('a text in it grows too long')
  }
  return text
}

function expandFields(word: ShellWord, host: ExpansionHost): readonly string[] {
  const splitter = new FieldSplitter(host)
  for (const [index, part] of word.parts.entries()) {
    if (part.kind === 'text') {
      if (part.quoted) splitter.append(part.text)
      else splitter.append(markPatterns(index === 0 ? expandTilde(part.text, host, word.parts.length === 1) : part.text))
      continue
    }
    const value = toValue(part, host)
    if (part.kind === 'process') splitter.append(typeof value === 'string' ? value : '')
    else if (!part.quoted) for (const [at, each] of (typeof value === 'string' ? [value] : value).entries()) {
      if (at > 0) splitter.end()
      splitter.split(toUnquoted(each))
    }
    else if (typeof value === 'string') splitter.append(value)
    else for (const [at, each] of value.entries()) {
      if (at > 0) splitter.end()
      splitter.append(each)
    }
  }
  splitter.end()
  return splitter.fields
}

class FieldSplitter {
  readonly fields: string[] = []
  readonly #host: ExpansionHost
  #current: string | undefined

  constructor(host: ExpansionHost) {
    this.#host = host
  }

  append(text: string): void {
    this.#current = (this.#current ?? '') + text
    if (this.#current.length > longestText) throw new Unreadable('a text in it grows too long')
  }

  end(): void {
    if (this.#current !== undefined) this.fields.push(this.#current)
    this.#current = undefined
  }

  split(text: string): void {
    const separators = toText(findVariable(this.#host.state, 'IFS', this.#host.env))
    if (!isKnown(separators)) {
      if (text !== '') this.append(`${text}${FIELDS}`)
      return
    }
    let previous = ''
    for (const char of text) {
      if (!separators.includes(char)) this.append(char)
      else {
        // Other separators than blanks make empty words between them.
        const isBlank = ' \t\n'.includes(char)
        if (!isBlank && this.#current === undefined && (previous === '' || (separators.includes(previous) && !' \t\n'.includes(previous)))) this.#current = ''
        this.end()
      }
      previous = char
    }
  }
}

function expandTilde(text: string, host: ExpansionHost, isWhole: boolean): string {
  const match = /^~([^/]*)(\/|$)/.exec(text)
  if (match === null || (match[2] === '' && !isWhole)) return text
  const rest = text.slice(1 + (match[1] ?? '').length)
  if (match[1] === '') return toText(findVariable(host.state, 'HOME', host.env)).replace(ANY, FIELD) + rest
  if (match[1] === '+') return (host.state.cwd ?? FIELD) + rest
  return FIELD + rest
}

function toValue(part: Exclude<WordPart, { kind: 'text' }>, host: ExpansionHost): PartValue {
  switch (part.kind) {
    case 'command': return host.substitute(part.body)
    case 'process': return host.connect(part.body, part.direction)
    case 'arithmetic': return runArithmetic(part.expression, host)
    case 'parameter': {
      const value = expandParameter(part.expansion, part.quoted, host)
      host.charge(typeof value === 'string' ? value.length : value.reduce((sum, each) => sum + each.length + 1, 0))
      return value
    }
  }
}

/** Evaluates and lets the variables that it may set be unknown from here on. */
export function runArithmetic(expression: ShellWord, host: ExpansionHost): string {
  const text = expandText(expression, host)
  refuseHiddenCommand(text)
  const { value, changes } = evaluateArithmetic(text, (name) => {
    const found = toText(findVariable(host.state, name, host.env))
    refuseHiddenCommand(found)
    return found
  })
  for (const name of changes) setVariable(host.state, name, FIELD)
  return value
}

/** Bash expands the index of an array that stands in the value of a variable, commands included. */
export function refuseHiddenCommand(text: string): void {
  if (/\[[^\]]*(?:\$\(|`)/.test(text)) throw new Unreadable('an index that runs a command')
}
