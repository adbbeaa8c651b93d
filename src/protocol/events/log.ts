import { z } from 'zod'
import { Digest } from '../ids.ts'

export const logEvents = {
  /**
   * The record was damaged: from `line` on it was set aside and is no part of it any more. Whatever it said may have happened.
   * `original` is the SHA-256 of the damaged file, which is kept as `keptAs` beside it.
   */
  'log.repaired': z.lazy(() => z.object({ by: z.string(), line: z.int().positive(), problem: z.string(), lines: z.int().nonnegative(), bytes: z.int().nonnegative(), original: Digest, keptAs: z.string() })),
}
