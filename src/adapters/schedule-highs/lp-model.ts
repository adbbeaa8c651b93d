import type { ProofRequest } from '../../engine/ports/schedule-prover.ts'

/** Sizes beyond which the solver is not asked: it would not come to an end. */
const most = { variables: 12_000, terms: 600_000 }

/**
 * The time-indexed model with disaggregated dependencies (Christofides, Alvarez-Valdés and Tamarit 1987): one binary for each task and tick
 * at which it can begin (`x<task>_<tick>`), `z<tick>` for the tick at which all is done, in the CPLEX LP format. @returns undefined if it is too large
 */
export function toLpModel({ network, limits, windows, length, atLeast }: ProofRequest): string | undefined {
  const { size, duration, before, after } = network
  const first = windows.head
  const last = Int32Array.from(windows.tail, (tail, task) => length - tail - duration[task]!)
  const lines: string[] = []
  let variables = length - atLeast + 1
  let terms = 0
  for (let task = 0; task < size; task += 1) variables += last[task]! - first[task]! + 1
  if (variables > most.variables) return undefined

  const starts = (task: number, from: number, to: number, factor = ''): string[] => {
    const names: string[] = []
    for (let tick = Math.max(from, first[task]!); tick <= Math.min(to, last[task]!); tick += 1) names.push(`${factor}x${task}_${tick}`)
    terms += names.length
    return names
  }
  const add = (names: readonly string[], relation: string): void => {
    if (names.length > 0) lines.push(`c${lines.length}: ${names.join(' + ')} ${relation}`)
  }
  const ends = Array.from({ length: length - atLeast + 1 }, (_, index) => atLeast + index)
  for (let task = 0; task < size; task += 1) add(starts(task, 0, length), '= 1')
  add(ends.map((tick) => `z${tick}`), '= 1')
  for (let task = 0; task < size && terms <= most.terms; task += 1) {
    for (let at = before.offsets[task]!; at < before.offsets[task + 1]!; at += 1) {
      const other = before.items[at]!
      // Not both: the one before begins at this tick or later, and this one before that could end.
      for (let tick = first[other]!; tick <= last[other]!; tick += 1) {
        if (first[task]! >= tick + duration[other]!) continue
        add([...starts(other, tick, last[other]!), ...starts(task, first[task]!, tick + duration[other]! - 1)], '<= 1')
      }
    }
    if (after.offsets[task] === after.offsets[task + 1]) {
      for (const tick of ends.slice(0, -1)) {
        // All is done by this tick only if this task began early enough.
        const late = starts(task, tick - duration[task]! + 1, last[task]!)
        if (late.length > 0) add([...late, ...ends.filter((each) => each <= tick).map((each) => `z${each}`)], '<= 1')
      }
    }
  }
  for (const { tasks, amounts, capacity } of limits) {
    for (let tick = 0; tick < length && terms <= most.terms; tick += 1) {
      const load = tasks.reduce((sum, task, at) => sum + (first[task]! <= tick && last[task]! + duration[task]! > tick ? amounts[at]! : 0), 0)
      if (load > capacity) add(tasks.flatMap((task, at) => starts(task, tick - duration[task]! + 1, tick, `${amounts[at]} `)), `<= ${capacity}`)
    }
  }
  if (terms > most.terms) return undefined
  const binaries = [...ends.map((tick) => `z${tick}`), ...Array.from({ length: size }, (_, task) => starts(task, 0, length)).flat()]
  return `Minimize\n obj: ${ends.map((tick) => `${tick} z${tick}`).join(' + ')}\nSubject To\n ${lines.join('\n ')}\nBinary\n ${binaries.join('\n ')}\nEnd\n`
}
