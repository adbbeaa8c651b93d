import { z } from 'zod'

const Minutes = z.number().nonnegative()

/** What `writ plan schedule FILE --json` prints. All times are minutes from the beginning. */
export const ScheduleOutput = z.lazy(() => z
  .strictObject({
    version: z.literal(1),
    makespan: Minutes.describe('When all tasks have ended.'),
    lower_bound: Minutes.describe('No schedule that is late as little as this one is shorter.'),
    proven: z.boolean().describe('Whether it is shown that nothing is later than it must be and that nothing shorter is possible.'),
    proven_by: z.enum(['bound', 'branches', 'solver']).optional().describe('By a lower bound, by looking through all branches, or by the exact solver. Left out where it is not proven.'),
    tardiness: Minutes.describe('Minutes by which tasks end after their deadlines, all together.'),
    late: z.array(z.string()).describe('Ids of tasks that end after their deadlines.'),
    bounds: z.strictObject({
      critical_path: Minutes.describe('Longest chain of dependencies.'),
      energy: Minutes.describe('What the scarcest capacity needs for all its work.'),
      refuted: Minutes.optional().describe('Every shorter length was refuted. Left out where that says no more than the others.'),
    }),
    critical_chain: z.array(z.string()).describe('Tasks that the length hangs on, first to last: each waits for the result or the room of the one before it.'),
    tasks: z.array(z.strictObject({
      id: z.string(), start: Minutes, end: Minutes,
      slack: Minutes.describe('How much later it could begin without making the whole later.'),
      late: Minutes.describe('Minutes after its deadline.'),
    })).describe('In the order of the file.'),
    capacity: z.array(z.strictObject({ name: z.string(), capacity: z.number(), use: z.number().describe('Share of it that is used over the whole time, 0 to 1.') })),
    completion: z.strictObject({ median: Minutes, ninth: Minutes }).optional()
      .describe('What the spreads of the estimates mean: all has ended by then in half of the cases, and in nine of ten. Left out where no estimate has a spread.'),
    searched: z.int().describe('Schedules that were looked at.'),
    seconds: z.number().describe('How long it was searched.'),
    assumptions: z.array(z.string()).describe('What was assumed where the file says nothing.'),
  })
  .describe('A schedule by writ plan schedule.'))
export type ScheduleOutput = z.infer<typeof ScheduleOutput>
