import type { TaskFile } from '../../src/protocol/plan-file.ts'

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let at = seed >>> 0
  return () => {
    at = (at + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(at ^ (at >>> 15), at | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What goes wrong with a task, for its first attempts. */
export interface Trouble {
  /** Attempts that end without a result, and that end by throwing. */
  readonly fails: number
  readonly faults: number
  /** Attempts that write where somebody else has the lease. */
  readonly strays: number
  /** How long an attempt takes, in milliseconds. */
  readonly slowMs: number
}

export interface RandomGraph {
  readonly tasks: readonly TaskFile[]
  readonly troubles: ReadonlyMap<string, Trouble>
  /** Pairs that do not go together unless the later one knows of the earlier. */
  readonly rivals: readonly (readonly [string, string])[]
  readonly workers: number
  /** After how many stored events the process dies, one after the other. */
  readonly kills: readonly number[]
}

/** Up to six tasks in any order of dependence, some that want the same paths, and faults of every kind. */
export function makeGraph(seed: number): RandomGraph {
  const random = createRandom(seed)
  const below = (most: number): number => Math.floor(random() * most)
  const ids = Array.from({ length: 2 + below(5) }, (_, n) => `t${n + 1}`)
  const rivals: (readonly [string, string])[] = []
  if (ids.length > 2 && random() < 0.4) {
    const a = below(ids.length - 1)
    rivals.push([ids[a] ?? '', ids[a + 1] ?? ''])
  }
  const tasks = ids.map((id, n): TaskFile => {
    const before = ids.slice(0, n).filter(() => random() < 0.3)
    const checks = [{ command: `grep -q made out/${id}/file` }, ...rivals.filter((pair) => pair.includes(id)).map(([a, b]) => ({ command: `! test -e out/${a}/file || ! test -e out/${b}/file || grep -q 'knows ${b}' out/${a}/file || grep -q 'knows ${a}' out/${b}/file` }))]
    return {
      ...toHeld(n, seed), id, subgoal: `There is a file of ${id}.`, scope: random() < 0.15 ? ['out/**'] : [`out/${id}/**`], checks, depends_on: before, estimate: { minutes: 1 + below(20) },
    }
  })
  const last: TaskFile = { id: 'end', subgoal: 'Everything is there.', scope: ['end/**'], checks: ['c1'], depends_on: ids }
  const troubles = new Map(ids.map((id) => [id, {
    fails: random() < 0.15 ? 1 : 0, faults: random() < 0.1 ? 1 : 0, strays: random() < 0.1 ? 1 : 0, slowMs: below(60),
  }]))
  const kills = Array.from({ length: below(3) }, () => 8 + below(60))
  return { tasks: [...tasks, last], troubles, rivals, workers: 1 + below(4), kills }
}

/** Every third task needs one thing for itself, every fifth may begin a little later only, and every fourth is too late soon. */
function toHeld(n: number, seed: number): Pick<TaskFile, 'leases' | 'release' | 'deadline'> {
  const at = n + seed
  return { ...(at % 3 === 0 ? { leases: ['staging'] } : {}), ...(at % 5 === 0 ? { release: 0.005 } : {}), ...(at % 4 === 0 ? { deadline: 0.0001 } : {}) }
}
