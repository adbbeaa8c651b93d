/** A task as the scheduler sees it. Times are minutes from the beginning of the schedule. */
export interface ScheduleTask {
  readonly id: string
  /** How long it is expected to run; 0 is a milestone, which takes no capacity. */
  readonly minutes: number
  /** Standard deviation of the minutes. */
  readonly spread?: number
  /** Ids of the tasks that end before it begins. */
  readonly after: readonly string[]
  /** Resource name → how much of it is taken from its start to its end. */
  readonly demands: Readonly<Record<string, number>>
  /** It begins no earlier. */
  readonly release?: number
  /** It should end no later; being late is counted, not forbidden. */
  readonly deadline?: number
}

/** Something that is there again once a task has ended: worker slots, memory, a rate. */
export interface Resource {
  readonly name: string
  readonly capacity: number
}

/** Tasks of which no two run side by side, and what they would share. */
export interface ExclusiveGroup {
  readonly name: string
  readonly tasks: readonly string[]
}

/** A resource-constrained project scheduling problem: when does each task begin, so that all is done as early as possible? */
export interface ScheduleProblem {
  readonly tasks: readonly ScheduleTask[]
  readonly resources: readonly Resource[]
  readonly exclusive: readonly ExclusiveGroup[]
}

/** What a problem is refused for. `message` is a sentence without its full stop. */
export interface ProblemFlaw {
  readonly kind: 'empty' | 'duplicate' | 'unknown' | 'cycle' | 'capacity' | 'range'
  readonly message: string
  /** The task that it is about, where it is about one. */
  readonly task?: string
}
