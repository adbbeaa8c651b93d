import type { Network } from './network.ts'

/** A capacity and who takes how much of it. Exclusive groups are capacities of 1. */
export interface Limit {
  readonly name: string
  readonly capacity: number
  readonly tasks: readonly number[]
  readonly amounts: readonly number[]
}

export function listLimits(network: Network): readonly Limit[] {
  const { size, demands, amounts, capacity, groups, resources } = network
  const limits = resources.map(({ name }, resource) => ({ name, capacity: capacity[resource]!, tasks: [] as number[], amounts: [] as number[] }))
  for (let task = 0; task < size; task += 1) {
    for (let at = demands.offsets[task]!; at < demands.offsets[task + 1]!; at += 1) {
      const limit = limits[demands.items[at]!]!
      limit.tasks.push(task)
      limit.amounts.push(amounts[at]!)
    }
  }
  for (let group = 0; group + 1 < groups.offsets.length; group += 1) {
    const tasks = [...groups.items.subarray(groups.offsets[group], groups.offsets[group + 1])]
    limits.push({ name: `group ${group}`, capacity: 1, tasks, amounts: tasks.map(() => 1) })
  }
  return limits
}
