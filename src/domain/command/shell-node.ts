/** A shell program as plain data. Words are kept in parts, so that what is quoted and what is expanded stays apart. */
export type ShellNode =
  | { readonly kind: 'list'; readonly items: readonly ShellNode[] }
  | { readonly kind: 'and' | 'or'; readonly left: ShellNode; readonly right: ShellNode }
  | { readonly kind: 'pipeline'; readonly items: readonly ShellNode[]; readonly negated: boolean }
  | { readonly kind: 'background' | 'subshell' | 'group' | 'coprocess'; readonly body: ShellNode }
  | { readonly kind: 'if'; readonly branches: readonly { readonly test: ShellNode | undefined; readonly body: ShellNode }[] }
  | { readonly kind: 'while'; readonly test: ShellNode; readonly body: ShellNode }
  /** `words` is undefined where it goes over "$@". */
  | { readonly kind: 'for'; readonly name: string; readonly words: readonly ShellWord[] | undefined; readonly body: ShellNode }
  | { readonly kind: 'counting'; readonly expressions: ShellWord; readonly body: ShellNode }
  | { readonly kind: 'case'; readonly subject: ShellWord; readonly arms: readonly { readonly patterns: readonly ShellWord[]; readonly body: ShellNode }[] }
  | { readonly kind: 'function'; readonly name: string; readonly body: ShellNode }
  /** `[[ … ]]` and `(( … ))`: nothing of them runs but what is substituted. */
  | { readonly kind: 'condition'; readonly words: readonly ShellWord[] }
  | { readonly kind: 'arithmetic'; readonly expression: ShellWord }
  | { readonly kind: 'redirected'; readonly body: ShellNode; readonly redirects: readonly Redirect[] }
  | SimpleCommand

export interface SimpleCommand {
  readonly kind: 'command'
  readonly assignments: readonly Assignment[]
  readonly words: readonly ShellWord[]
  readonly redirects: readonly Redirect[]
  /** As written, from its first word on: what an alias is put in front of. */
  readonly text: string
}

export interface ShellWord {
  readonly parts: readonly WordPart[]
  readonly text: string
}

export type WordPart =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'parameter'; readonly expansion: Expansion; readonly quoted: boolean }
  | { readonly kind: 'command'; readonly body: ShellNode; readonly quoted: boolean }
  | { readonly kind: 'arithmetic'; readonly expression: ShellWord; readonly quoted: boolean }
  | { readonly kind: 'process'; readonly body: ShellNode; readonly direction: 'in' | 'out' }

/** `${name[index]operator word/second}`; `prefix` is `!` (indirect) or `#` (length). */
export interface Expansion {
  readonly name: string
  readonly prefix: '' | '!' | '#'
  readonly index: ShellWord | undefined
  readonly operator: string
  readonly word: ShellWord | undefined
  readonly second: ShellWord | undefined
}

export interface Assignment {
  readonly name: string
  readonly index: ShellWord | undefined
  readonly appends: boolean
  readonly value: ShellWord | readonly ShellWord[]
}

export interface Redirect {
  /** Undefined: what the operator stands for. A name for `{name}>`. */
  readonly descriptor: number | string | undefined
  readonly operator: '<' | '>' | '>>' | '>|' | '<>' | '<&' | '>&' | '&>' | '&>>' | '<<<' | '<<'
  /** Of a here-document: its body. */
  readonly target: ShellWord
}
