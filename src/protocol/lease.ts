import { z } from 'zod'

/** The sole right to write some paths of a run's integrated state. */
export const Lease = z.lazy(() => z.object({
  /** The fencing token: larger than that of every lease given before in the run. */
  token: z.int().positive(),
  /** A task or a run. */
  holder: z.string().min(1),
  /** As in a task's scope: a folder covers what is in it; empty: the whole repository. */
  globs: z.array(z.string()),
  /** When it was given or renewed, in milliseconds since 1970. */
  atMs: z.number(),
  /** When it must have been renewed; without, it ends when its holder does. */
  untilMs: z.number().optional(),
}))
export type Lease = z.infer<typeof Lease>

/** `released` by its holder, `expired` unrenewed, `taken-over` because its holder is dead. */
export const LeaseEnd = z.lazy(() => z.object({ token: z.int().positive(), why: z.enum(['released', 'expired', 'taken-over']) }))
export type LeaseEnd = z.infer<typeof LeaseEnd>
