export interface Task {
  readonly title: string
  readonly priority?: number
  readonly due?: string
  readonly done: boolean
}

/** Urgent ones first: higher priority, then the earlier date; without a date comes last. */
export function order(tasks: readonly Task[]): Task[] {
  return [...tasks].sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0) || (a.due ?? '9999').localeCompare(b.due ?? ''))
}

export function overdue(tasks: readonly Task[], today: string): string[] {
  return tasks.filter((task) => !task.done && task.due !== undefined && task.due < today).map((task) => task.title)
}

export function progress(tasks: readonly Task[]): string {
  const done = tasks.filter((task) => task.done).length
  return `${done}/${tasks.length} (${tasks.length === 0 ? 0 : Math.round((100 * done) / tasks.length)} %)`
}

export function finish(tasks: readonly Task[], title: string): Task[] {
  return tasks.map((task) => (task.title === title ? { ...task, done: true } : task))
}
