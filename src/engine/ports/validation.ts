import type { Contract } from '../../protocol/contract.ts'
import type { CheckOutcome, Finding, Stage, Validation } from '../../protocol/evidence.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import type { CommitId, Json, TreeId } from '../../protocol/ids.ts'
import type { ValidationSettings } from '../../domain/validation/settings.ts'
import type { CheckPlace } from './checks.ts'
import type { SandboxCommand, SandboxResult } from './sandbox.ts'
import type { FileMode, Workspace } from './workspace.ts'

/**
 * What others can add: docs/validation.md shows how. A validator says what it finds; which of it is new, what fails a stage and
 * what is kept is the framework's business. It never throws for what it finds, and never reports a pass for what it could not look at.
 */
export type Validator = FileValidator | CommandValidator | ChangeValidator

interface ValidatorFace {
  /** Kebab-case; named in reports, `--only` and settings. */
  readonly id: string
  readonly stage: Stage
  /** Raised with every change of what it finds: results are cached under it. */
  readonly version: string
  /** Runs after every edit too, not only when a task is called finished. For what takes milliseconds. */
  readonly quick?: boolean
  /** Longest that it may take, in milliseconds; see `engine/validation` for what holds where it is left out. */
  readonly timeoutMs?: number
}

/** Looks at one file at a time, by its content alone: the framework looks at the base's content too and takes off what was there. */
export interface FileValidator extends ValidatorFace {
  readonly kind: 'file'
  concerns(path: string): boolean
  /** Texts with zero bytes in them, which others take for no text and pass over, are shown to it without the zeros. */
  readonly takesOutZeros?: boolean
  /** What is new, in the light of all that was found in the file on the base; as it is where left out. */
  weigh?(fresh: readonly Finding[], base: readonly Finding[]): readonly Finding[]
  look(file: { readonly path: string; readonly text: string }, settings: ValidationSettings): Promise<readonly Finding[]>
}

/** Runs a program of the repository's own (a compiler, a linter) where there is one, on the result and, if it finds something, on the base. */
export interface CommandValidator extends ValidatorFace {
  readonly kind: 'command'
  /** Undefined where the repository does not use it: found, never demanded. `missing` where it does, but the program is not here. */
  find(subject: Subject): Promise<FoundCommand | { readonly missing: string } | undefined>
}

export interface FoundCommand {
  /** Run in the sandbox at the root, without network. */
  readonly argv: readonly string[]
  readonly timeoutMs: number
  /** What its output says. `failed` where it did not do its work (a crash, a broken configuration): then it is not checked. */
  read(result: SandboxResult): { readonly findings: readonly Finding[] } | { readonly failed: string }
}

/** Looks at the change as a whole, and compares with the base by itself: what it finds is new. */
export interface ChangeValidator extends ValidatorFace {
  readonly kind: 'change'
  /** Undefined where the change is none of its business. `key` names all that the answer depends on, where it may be cached. */
  key?(subject: Subject): Promise<string | undefined>
  look(subject: Subject): Promise<{ readonly findings: readonly Finding[]; readonly notes?: readonly string[]; readonly notChecked?: string } | undefined>
}

/** A result and the base that it is compared with. Paths are relative to the root, with `/`. */
export interface Subject {
  /** What lies between the base and the result. */
  readonly changes: readonly FileChange[]
  readonly settings: ValidationSettings
  readonly contract: Contract | undefined
  /** What the contract's checks showed on the base, with the names of tests where the runner tells. */
  readonly baseline: readonly CheckOutcome[]
  /** Names of the two contents: the same name, the same content. Absent where they have none. */
  readonly trees?: { readonly base: string; readonly result: string }
  files(): Promise<readonly string[]>
  read(path: string): Promise<Uint8Array | undefined>
  readBase(path: string): Promise<Uint8Array | undefined>
  /** Runs a program in the sandbox in a clean checkout of one of the two, with extra files in place. Never with network. */
  run(on: 'result' | 'base', command: { readonly argv: readonly string[]; readonly env?: Readonly<Record<string, string>>; readonly files?: ReadonlyMap<string, Uint8Array>; readonly timeoutMs: number; readonly onOutput?: SandboxCommand['onOutput'] }): Promise<SandboxResult>
  /** A clean checkout of one of the two for checks of the contract; nothing else runs there until `work` has ended. */
  at<T>(on: 'result' | 'base', work: (place: CheckPlace) => Promise<T>): Promise<T>
  /** What it is at, in a few words, for whoever watches; kept nowhere. Absent where nobody does. */
  readonly say?: (what: string) => void
  /** What the paths of one side are: links, executable, submodules. Absent where that is not known. */
  modes?(on: 'result' | 'base'): Promise<ReadonlyMap<string, FileMode>>
  /** Is this program in the sandbox? One with a `/` is looked for from the root of the result, where its dependencies are mounted. */
  has(program: string): Promise<boolean>
  readonly signal: AbortSignal
}

export interface ValidationRequest {
  readonly workspace: Pick<Workspace, 'home' | 'checkout' | 'readAt' | 'listAt' | 'modesAt' | 'changes'>
  readonly base: TreeId | CommitId
  readonly tree: TreeId | CommitId
  readonly changes: readonly FileChange[]
  /** `edit`: only what is quick. */
  readonly scope: 'edit' | 'task'
  readonly contract: Contract | undefined
  readonly baseline: readonly CheckOutcome[]
  readonly settings: ValidationSettings
  readonly signal: AbortSignal
  /** What results depend on besides the content: installed programs and dependencies, as a digest. Cached answers of commands hold for it alone. */
  readonly environment?: string
  readonly onProgress?: (label: string, done: number, total: number) => void
  /** A validator begins: nothing may be heard of it for minutes. */
  readonly onBegin?: (validator: { readonly id: string; readonly stage: Stage }) => void
  /** It has ended, with or without an answer. */
  readonly onEnd?: (validator: string) => void
  /** What a validator says that it is at (`Subject.say`). */
  readonly onSaid?: (validator: string, what: string) => void
  /** Each answer as soon as it is there, before the whole is. */
  readonly onValidation?: (validation: Validation) => void
}

export interface LookRequest extends Pick<ValidationRequest, 'workspace' | 'tree' | 'settings' | 'signal'> {
  readonly paths: readonly string[]
}

export interface FoundByProgram {
  readonly by: string
  readonly finding: Finding
}

/**
 * Runs the stages in order; later stages are left out where an earlier one failed. Where the signal is aborted it ends soon and
 * says of everything that was not looked at by then that it is not checked; whether that is an end is the caller's business.
 */
export interface Validators {
  validate(request: ValidationRequest): Promise<readonly Validation[]>
  /** What the repository's own type checkers and linters find in files of one content, old or new. Bounded by the request's signal. */
  lookAt?(request: LookRequest): Promise<readonly FoundByProgram[]>
}

/** Results by what they depend on. Losing it costs time and nothing else; a damaged entry is a missing one. */
export interface ValidationCache {
  get(key: string): Promise<Json | undefined>
  put(key: string, value: Json): Promise<void>
}
