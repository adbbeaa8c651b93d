import type { CommandReading, TouchedPath } from '../../protocol/command.ts'
import type { AnswerSignature, Ask } from '../../protocol/policy.ts'

export interface Question {
  /** The id that answers name. */
  readonly gate: string
  /** One line. */
  readonly text: string
  /** It is about a call that was cut off and may have happened: a general yes to every question does not answer it. */
  readonly inDoubt: boolean
  /** All that is known; absent where the call is in doubt. */
  readonly ask: Ask | undefined
  /** When it was put first, in milliseconds since the epoch: from then on deputies and the next in order have their time. */
  readonly askedAt: number
  /** What it is about, as remembered answers are compared with it. */
  readonly about?: { readonly reading: CommandReading | undefined; readonly paths: readonly TouchedPath[] }
}

export interface Answer {
  readonly answer: 'approve' | 'deny'
  readonly by: string
  readonly note?: string
  readonly signature?: AnswerSignature
  /** How it came: asked for in place, by an option, or from what was remembered. */
  readonly via?: 'terminal' | 'option' | 'remembered'
}

/** Asks a person. */
export interface Approver {
  /** All questions of a turn at once. Answers by their gates; those that nobody is there to answer are left out, and the run then waits. */
  ask(questions: readonly Question[], signal: AbortSignal): Promise<ReadonlyMap<string, Answer>>
}
