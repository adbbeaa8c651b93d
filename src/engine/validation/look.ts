import type { Finding } from '../../protocol/evidence.ts'
import { findAmbiguous, subtract, type Subtracted } from '../../domain/validation/subtract.ts'
import { findTouchedLines } from '../../domain/validation/touched-lines.ts'
import type { Clock } from '../ports/clock.ts'
import type { Sandbox } from '../ports/sandbox.ts'
import type { KeptFindings } from './kept-findings.ts'
import type { OpenSubject } from './open-subject.ts'

/** What one validator is given to look with. */
export interface Look {
  readonly subject: OpenSubject
  readonly kept: KeptFindings
  readonly clock: Clock
  readonly sandbox: Pick<Sandbox, 'profileHash'>
  readonly mask: (text: string) => string
  /** Longest that the validator may take, in milliseconds. */
  readonly timeoutMs: number
}

/** What it saw. */
export interface Seen {
  /** What the change brought. */
  readonly fresh: readonly Finding[]
  readonly old: number
  readonly files: number
  readonly cached: number
  readonly notes: readonly string[]
  /** Some of it could not be looked at; `notes` say why. */
  readonly notChecked: boolean
}

export function notChecked(...notes: readonly string[]): Seen {
  return { fresh: [], old: 0, files: 0, cached: 0, notes, notChecked: true }
}

/** Takes the base's findings off. The lines of the change are asked for only where equal findings leave it open which is new. */
export async function subtractBase(subject: OpenSubject, result: readonly Finding[], base: readonly Finding[]): Promise<Subtracted> {
  const touched = new Map<string, ReadonlySet<number>>()
  for (const path of findAmbiguous(result, base)) {
    const origin = subject.origins.get(path)
    const [after, before] = await Promise.all([subject.result.get(path), origin === undefined ? undefined : subject.base.get(origin)])
    if (after?.text !== undefined && before?.text !== undefined) touched.set(path, findTouchedLines(before.text, after.text))
  }
  return subtract(result, base, touched)
}
