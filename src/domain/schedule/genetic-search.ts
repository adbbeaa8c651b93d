import { compareCandidates, type Candidate, type Improver } from './candidate.ts'
import { sampleOrder } from './list-orders.ts'
import type { Network } from './network.ts'
import type { Random } from './random.ts'

export interface EvolutionOptions {
  readonly network: Network
  readonly improver: Improver
  readonly random: Random
  /** Smaller ones tend to come first in the orders that the search begins with. */
  readonly ranks: Float64Array
  /** What priority rules found. */
  readonly seeds: readonly Candidate[]
}

/** Share of the places of a child's list at which a task is moved on, and by how many places at most. Tuned on generated problems. */
const mutation = { share: 0.05, places: 15 }
/** A population that brought nothing better with so many children for each member is given up for a new one. */
const patience = 12

/**
 * A genetic algorithm over lists of tasks (Hartmann 1998) in which every child is justified (Valls, Ballestín and Quintanilla 2008):
 * two parents by tournament, two-point crossover that keeps dependencies, a few tasks moved on, forward-backward improvement, and the
 * worst of the population gives way. Stagnation begins anew from other random lists. Gives every candidate as it is made, without end:
 * whoever asks keeps the best, and stops when they like.
 */
export function* evolve({ network, improver, random, ranks, seeds }: EvolutionOptions): Generator<Candidate, never, void> {
  const most = Math.min(100, Math.max(40, network.size))
  const breed = createBreeder(network, random)
  const child = new Int32Array(network.size)
  for (let round = 0; ; round += 1) {
    const population = round === 0 ? [...seeds] : []
    while (population.length < most) {
      const each = improver.improve(sampleOrder(network, ranks, random))
      population.push(each)
      yield each
    }
    population.sort(compareCandidates)
    for (let idle = 0; idle < patience * most; idle += 1) {
      breed(pick(population, random), pick(population, random), child)
      const each = improver.improve(child)
      if (compareCandidates(each, population[0]!) < 0) idle = 0
      insert(population, each)
      yield each
    }
  }
}

/** The better of two random members of a sorted population. */
function pick(population: readonly Candidate[], random: Random): Candidate {
  const draw = (): number => Math.floor(random() * population.length)
  return population[Math.min(draw(), draw())]!
}

/** In place of the worst, unless it is worse still or there already. */
function insert(population: Candidate[], each: Candidate): void {
  if (compareCandidates(each, population.at(-1)!) > 0) return
  if (population.some((other) => compareCandidates(other, each) === 0 && hasSameStarts(other.starts, each.starts))) return
  population.pop()
  let at = population.length
  while (at > 0 && compareCandidates(each, population[at - 1]!) < 0) at -= 1
  population.splice(at, 0, each)
}

function hasSameStarts(a: Int32Array, b: Int32Array): boolean {
  for (let task = 0; task < a.length; task += 1) if (a[task] !== b[task]) return false
  return true
}

type Breed = (mother: Candidate, father: Candidate, child: Int32Array) => void

function createBreeder(network: Network, random: Random): Breed {
  const { size, before } = network
  const taken = new Uint8Array(size)
  const dependsOn = (task: number, other: number): boolean => {
    for (let at = before.offsets[task]!; at < before.offsets[task + 1]!; at += 1) if (before.items[at] === other) return true
    return false
  }
  /** Fills the child up to `until` with what a parent has and the child has not yet, in the parent's order. */
  const fill = (child: Int32Array, from: number, until: number, parent: Int32Array): void => {
    let to = from
    for (let at = 0; to < until; at += 1) {
      const task = parent[at]!
      if (taken[task] === 1) continue
      taken[task] = 1
      child[to] = task
      to += 1
    }
  }
  const mutate = (list: Int32Array): void => {
    for (let at = 0; at + 1 < size; at += 1) {
      if (random() >= mutation.share) continue
      const last = Math.min(size - 1, at + 1 + Math.floor(random() * mutation.places))
      const task = list[at]!
      let place = at
      for (; place < last && !dependsOn(list[place + 1]!, task); place += 1) list[place] = list[place + 1]!
      list[place] = task
    }
  }
  return (mother, father, child) => {
    const cuts = [Math.floor(random() * (size + 1)), Math.floor(random() * (size + 1))] as const
    const first = Math.min(...cuts)
    const second = Math.max(...cuts)
    taken.fill(0)
    fill(child, 0, first, mother.order)
    fill(child, first, second, father.order)
    fill(child, second, size, mother.order)
    mutate(child)
  }
}
