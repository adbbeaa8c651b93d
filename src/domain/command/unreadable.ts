/** Thrown within `domain/command` where a command cannot be understood; whoever reads a part of a command turns it into an `unknown`. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}
