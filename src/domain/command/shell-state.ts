import type { ShellDialect } from './shell-cursor.ts'
import type { ShellNode } from './shell-node.ts'
import { ANY, FIELDS, joinTexts, SECRET } from './text-marks.ts'
import { Unreadable } from './unreadable.ts'

export interface Variable {
  readonly value: string | readonly string[]
  readonly exported: boolean
}

/** Bodies that a name may stand for; `maybe`: or none of them. */
export interface ShellFunction {
  readonly bodies: readonly ShellNode[]
  readonly maybe: boolean
  readonly exported: boolean
}

/** What a shell knows at one moment. Copied for a subshell and for each way that a program can go. */
export interface ShellState {
  dialect: ShellDialect
  variables: Map<string, Variable>
  /** Variables that were taken away: what the place has under that name is not seen. */
  unset: Set<string>
  /** Variables of the function that is being run, and what each was before. */
  locals: Map<string, Variable | undefined>
  functions: Map<string, ShellFunction>
  aliases: Map<string, readonly string[]>
  usesAliases: boolean
  positional: readonly string[]
  /** `$0`. */
  self: string
  /** Absolute; undefined once it is not known. */
  cwd: string | undefined
  /** Content of files that the command has written, by absolute path; shared by every shell of the command. */
  files: Map<string, string>
  /** Something was unpacked, checked out or downloaded: files of unknown names are not what they were. */
  filesChanged: boolean
  /** The host that a descriptor of the shell leads to. */
  connection: string | undefined
  /** What it was told to do when it ends. */
  traps: readonly string[]
  /** `git add` took a secret. */
  secretStaged: boolean
}

export function createState(cwd: string): ShellState {
  return { dialect: 'bash', variables: new Map(), unset: new Set(), locals: new Map(), functions: new Map(), aliases: new Map(), usesAliases: false, positional: [], self: 'bash', cwd, files: new Map(), filesChanged: false, connection: undefined, traps: [], secretStaged: false }
}

export function forkState(state: ShellState): ShellState {
  return { ...state, variables: new Map(state.variables), unset: new Set(state.unset), locals: new Map(state.locals), functions: new Map(state.functions), aliases: new Map(state.aliases), files: new Map(state.files) }
}

/** What happened in a subshell reaches its parent only through files. */
export function takeFiles(state: ShellState, child: ShellState): void {
  state.files = child.files
  state.filesChanged ||= child.filesChanged
  state.secretStaged ||= child.secretStaged
}

export function assignState(state: ShellState, other: ShellState): void {
  Object.assign(state, other)
}

/** What is true whichever of the two ways was gone. */
export function mergeStates(a: ShellState, b: ShellState): ShellState {
  if (a === b) return a
  const variables = new Map<string, Variable>()
  for (const name of new Set([...a.variables.keys(), ...b.variables.keys()])) variables.set(name, mergeVariables(a.variables.get(name), b.variables.get(name)))
  const functions = new Map<string, ShellFunction>()
  for (const name of new Set([...a.functions.keys(), ...b.functions.keys()])) functions.set(name, mergeFunctions(a.functions.get(name), b.functions.get(name)))
  const aliases = new Map<string, readonly string[]>()
  for (const name of new Set([...a.aliases.keys(), ...b.aliases.keys()])) aliases.set(name, [...new Set([...(a.aliases.get(name) ?? []), ...(b.aliases.get(name) ?? [])])])
  const files = new Map<string, string>()
  for (const path of new Set([...a.files.keys(), ...b.files.keys()])) files.set(path, joinTexts(a.files.get(path) ?? ANY, b.files.get(path) ?? ANY))
  const locals = new Map<string, Variable | undefined>()
  for (const name of new Set([...a.locals.keys(), ...b.locals.keys()])) locals.set(name, a.locals.has(name) && b.locals.has(name) && a.locals.get(name) === b.locals.get(name) ? a.locals.get(name) : { value: ANY, exported: false })
  return {
    locals, dialect: a.dialect, variables, functions, aliases, files,
    unset: new Set([...a.unset, ...b.unset].filter((name) => !variables.has(name))),
    usesAliases: a.usesAliases || b.usesAliases,
    positional: sameList(a.positional, b.positional) ? a.positional : [FIELDS],
    self: joinTexts(a.self, b.self),
    cwd: a.cwd === b.cwd ? a.cwd : undefined,
    filesChanged: a.filesChanged || b.filesChanged,
    connection: a.connection ?? b.connection,
    traps: [...new Set([...a.traps, ...b.traps])],
    secretStaged: a.secretStaged || b.secretStaged,
  }
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index])
}

function mergeVariables(a: Variable | undefined, b: Variable | undefined): Variable {
  const exported = (a?.exported ?? false) || (b?.exported ?? false)
  if (a === undefined || b === undefined) return { value: joinTexts(toText(a ?? b), `${toText(a ?? b)}${ANY}`), exported }
  if (Array.isArray(a.value) && Array.isArray(b.value) && sameList(a.value, b.value)) return { value: a.value, exported }
  return { value: joinTexts(toText(a), toText(b)), exported }
}

function mergeFunctions(a: ShellFunction | undefined, b: ShellFunction | undefined): ShellFunction {
  return { bodies: [...new Set([...(a?.bodies ?? []), ...(b?.bodies ?? [])])], maybe: a === undefined || b === undefined || a.maybe || b.maybe, exported: (a?.exported ?? false) || (b?.exported ?? false) }
}

export function toText(variable: Variable | undefined): string {
  if (variable === undefined) return ''
  return typeof variable.value === 'string' ? variable.value : variable.value.join(' ')
}

/** Names whose values are secrets wherever they come from. */
export function isSecretName(name: string): boolean {
  return /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PASS|CREDENTIALS?|APIKEY|PRIVATE_KEY|API_KEY|ACCESS_KEY|AUTH)(?:_|\d|$)|(?:TOKEN|SECRET|PASSWORD|APIKEY)$|^AWS_(?:SECRET|SESSION)|(?:SIGNING|ENCRYPTION|DEPLOY|SSH|SERVICE|MASTER|SECRET|LICENSE)_KEY$/i.test(name) && !/^(?:PWD|OLDPWD|SSH_AUTH_SOCK|XAUTHORITY)$/.test(name)
}

/** A variable's value, or that of the place. What nobody has set here may be set where it runs. */
export function findVariable(state: ShellState, name: string, env: Readonly<Record<string, string>>): Variable | undefined {
  const own = state.variables.get(name)
  if (own !== undefined) return own
  if (state.unset.has(name)) return undefined
  if (isSecretName(name)) return { value: SECRET, exported: true }
  const given = env[name]
  return { value: given ?? (name === 'IFS' ? ' \t\n' : ANY), exported: given !== undefined }
}

/** A state is copied for each way that a program can go. */
const mostVariables = 500

export function setVariable(state: ShellState, name: string, value: string | readonly string[], exported?: boolean): void {
  if (state.variables.size >= mostVariables) throw new Unreadable('it has too many variables')
  state.variables.set(name, { value, exported: exported ?? state.variables.get(name)?.exported ?? false })
  state.unset.delete(name)
}
