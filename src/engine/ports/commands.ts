import type { CommandReading } from '../../protocol/command.ts'

/** What is known where a command would run. */
export interface CommandPlace {
  /** The call that it belongs to. */
  readonly callId?: string
  /** The repository's root as the command sees it; its working directory at the start. */
  readonly home: string
  /** Variables that it would find, as far as they are known. */
  readonly env: Readonly<Record<string, string>>
  /** Is this a file that holds secrets? Relative to the root, with `/`. */
  isSecret(path: string): boolean
  /** Content of a file of the workspace: scripts that the command would run are read as well. Undefined where it is not there. */
  readFile(path: string): Promise<string | undefined>
}

/**
 * Reads shell commands as what they would do. Nothing is run. Whatever cannot be understood is said in `unknown`, never left out;
 * a command too large to be read is one unknown.
 */
export interface CommandReader {
  /** Undefined where there is no reading to be had: a record from before commands were read. */
  read(command: string, place: CommandPlace): Promise<CommandReading | undefined>
}
