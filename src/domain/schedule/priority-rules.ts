import type { CriticalPath } from './critical-path.ts'
import type { Network } from './network.ts'

/**
 * Classic priority rules (Kolisch 1996). Each gives every task a number; smaller ones come first.
 * lft: latest finish · lst: latest start · slk: slack · mts: most total successors · grpw: greatest rank positional weight ·
 * spt: shortest processing time · fifo: as the problem lists them.
 */
export type PriorityRule = 'lft' | 'lst' | 'slk' | 'mts' | 'grpw' | 'spt' | 'fifo'

export const priorityRules: readonly PriorityRule[] = ['lft', 'lst', 'mts', 'grpw', 'slk', 'spt', 'fifo']

export function rankTasks(rule: PriorityRule, network: Network, path: CriticalPath): Float64Array {
  const { size, duration, after } = network
  switch (rule) {
    case 'lft':
      return Float64Array.from({ length: size }, (_, task) => path.latestStart[task]! + duration[task]!)
    case 'lst':
      return Float64Array.from(path.latestStart)
    case 'slk':
      return Float64Array.from({ length: size }, (_, task) => path.latestStart[task]! - path.earliestStart[task]!)
    case 'mts':
      return countSuccessors(network).map((count) => -count)
    case 'grpw':
      return Float64Array.from({ length: size }, (_, task) => {
        let weight = duration[task]!
        for (let at = after.offsets[task]!; at < after.offsets[task + 1]!; at += 1) weight += duration[after.items[at]!]!
        return -weight
      })
    case 'spt':
      return Float64Array.from(duration)
    case 'fifo':
      return Float64Array.from({ length: size }, (_, task) => task)
  }
}

/** How many tasks come after each one, at any distance: unions of bit sets, from the last task to the first. */
function countSuccessors({ size, after, topological }: Network): Float64Array {
  const words = Math.ceil(size / 32)
  const sets = new Int32Array(size * words)
  const counts = new Float64Array(size)
  for (let place = size - 1; place >= 0; place -= 1) {
    const task = topological[place]!
    const row = task * words
    for (let at = after.offsets[task]!; at < after.offsets[task + 1]!; at += 1) {
      const next = after.items[at]!
      for (let word = 0, of = next * words; word < words; word += 1) sets[row + word]! |= sets[of + word]!
      sets[row + (next >>> 5)]! |= 1 << (next & 31)
    }
    let count = 0
    for (let word = 0; word < words; word += 1) count += countBits(sets[row + word]!)
    counts[task] = count
  }
  return counts
}

function countBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55_55_55_55)
  const fours = (pairs & 0x33_33_33_33) + ((pairs >>> 2) & 0x33_33_33_33)
  return Math.imul((fours + (fours >>> 4)) & 0x0f_0f_0f_0f, 0x01_01_01_01) >>> 24
}
