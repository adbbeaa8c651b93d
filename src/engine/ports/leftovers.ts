import type { RunId } from '../../protocol/ids.ts'

/** Something that a dead process of Writ left behind and that nothing needs any more. Never work that a person may still want. */
export interface Leftover {
  readonly kind: 'process' | 'control-group' | 'folder' | 'file'
  /** A path, or a process with its number. */
  readonly name: string
  /** One clause: what it is, and why nobody needs it. */
  readonly why: string
  readonly run: RunId | undefined
  /** On the disk, as measured when it was found. */
  readonly bytes: number
  /** Looks once more, removes it, and answers how many bytes that freed. @throws Fault `disk-failed`. */
  remove(): Promise<number>
}

/** A place where there may be some. */
export interface LeftoverFinder {
  find(): Promise<readonly Leftover[]>
}
