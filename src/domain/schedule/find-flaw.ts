import { findCycle } from '../plan/graph.ts'
import type { ProblemFlaw, ScheduleProblem } from './problem.ts'

/** Longest of all tasks one after another, in minutes: some thirty years. */
const mostMinutes = 16_000_000
const mostNamed = 12

/** Why no schedule can be made of a problem; undefined if one can. Looks at names first, then at cycles, then at capacities. */
export function findFlaw({ tasks, resources, exclusive }: ScheduleProblem): ProblemFlaw | undefined {
  if (tasks.length === 0) return { kind: 'empty', message: 'there is no task to schedule' }
  const known = new Set<string>()
  for (const { id } of tasks) {
    if (known.has(id)) return { kind: 'duplicate', task: id, message: `two tasks are called ${id}: give each an id of its own` }
    known.add(id)
  }
  for (const { id, after } of tasks) {
    const unknown = after.find((each) => !known.has(each))
    if (unknown !== undefined) return { kind: 'unknown', task: id, message: `${id} depends on ${unknown}, which is no task of this plan` }
  }
  for (const group of exclusive) {
    const unknown = group.tasks.find((each) => !known.has(each))
    if (unknown !== undefined) return { kind: 'unknown', message: `${group.name} is held by ${unknown}, which is no task of this plan` }
  }
  const cycle = findCycle(tasks.map(({ id, after }) => ({ id, dependsOn: after })))
  if (cycle) return { kind: 'cycle', ...(cycle[0] === undefined ? {} : { task: cycle[0] }), message: `these tasks wait for one another: ${nameCycle(cycle)}` }
  return findRangeFlaw(tasks) ?? findCapacityFlaw(tasks, resources)
}

function nameCycle(cycle: readonly string[]): string {
  const round = [...cycle, cycle[0]]
  return round.length <= mostNamed ? round.join(' → ') : `${round.slice(0, mostNamed - 2).join(' → ')} → … → ${round.slice(-1).join('')} (${cycle.length} tasks)`
}

function findRangeFlaw(tasks: ScheduleProblem['tasks']): ProblemFlaw | undefined {
  let total = 0
  let latest = 0
  for (const { id, minutes, release = 0, deadline = 0, spread = 0 } of tasks) {
    const wrong = [minutes, release, deadline, spread].find((each) => !Number.isFinite(each) || each < 0 || each > mostMinutes)
    if (wrong !== undefined) return { kind: 'range', task: id, message: `${id} has a time of ${wrong} minutes: give one from 0 to ${mostMinutes}` }
    total += minutes
    latest = Math.max(latest, release)
  }
  return total + latest <= mostMinutes ? undefined : { kind: 'range', message: `the tasks take ${Math.round(total + latest)} minutes one after another; at most ${mostMinutes} can be scheduled` }
}

function findCapacityFlaw(tasks: ScheduleProblem['tasks'], resources: ScheduleProblem['resources']): ProblemFlaw | undefined {
  const capacities = new Map(resources.map(({ name, capacity }) => [name, capacity]))
  for (const { id, demands, minutes } of tasks) {
    for (const [name, amount] of Object.entries(demands)) {
      const capacity = capacities.get(name)
      if (capacity === undefined) return { kind: 'unknown', task: id, message: `${id} takes ${toText(amount)} of ${name}, which the capacity does not name` }
      if (minutes > 0 && amount > capacity * (1 + 1e-9)) return { kind: 'capacity', task: id, message: `${id} needs ${toText(amount)} of ${name}, and there are only ${toText(capacity)}` }
    }
  }
  return undefined
}

function toText(amount: number): string {
  return String(Number(amount.toPrecision(6)))
}
