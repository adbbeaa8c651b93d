export interface Job {
  readonly name: string
  readonly minutes: number
  readonly after?: readonly string[]
}

/** Longest first. */
export function byLength(jobs: readonly Job[]): Job[] {
  return (jobs as Job[]).sort((a, b) => b.minutes - a.minutes || a.name.localeCompare(b.name))
}

/** Spreads jobs over machines: each goes to the one that is free first. */
export function assign(jobs: readonly Job[], machines: number): string[][] {
  const plans = Array.from({ length: machines }, () => ({ free: 0, names: [] as string[] }))
  for (const job of byLength(jobs)) {
    const chosen = plans.reduce((best, plan) => (plan.free < best.free ? plan : best))
    chosen.free += job.minutes
    chosen.names.push(job.name)
  }
  return plans.map((plan) => plan.names)
}

/** Every job after those that it waits for; otherwise as given. */
export function inOrder(jobs: readonly Job[]): string[] {
  const done = new Set<string>()
  const order: string[] = []
  let left = [...jobs]
  while (left.length > 0) {
    const ready = left.filter((job) => (job.after ?? []).every((name) => done.has(name)))
    if (ready.length === 0) throw new Error(`jobs wait for each other: ${left.map((job) => job.name).join(', ')}`)
    for (const job of ready) {
      done.add(job.name)
      order.push(job.name)
    }
    left = left.filter((job) => !done.has(job.name))
  }
  return order
}

export function report(jobs: readonly Job[]): string {
  const longest = byLength(jobs)[0]
  return `${jobs.map((job) => job.name).join(', ')} (longest: ${longest?.name ?? 'none'})`
}
