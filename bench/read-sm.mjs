// Reads what the standard project scheduling library (PSPLIB, single mode) consists of. The library itself is not here: get it from where it is published.
import { readFileSync } from 'node:fs'

/** @returns a scheduling problem; a time unit of the file is a minute. Throws an Error that names the file if it is none. */
export function readInstance(path) {
  const lines = readFileSync(path, 'latin1').split(/\r?\n/)
  const rowsAfter = (title) => {
    const from = lines.findIndex((line) => line.startsWith(title))
    if (from < 0) throw new Error(`${path} has no section ${title}: is it a single-mode .sm file?`)
    const rows = lines.slice(from + 1)
    const end = rows.findIndex((line) => line.startsWith('***'))
    return rows.slice(0, end < 0 ? undefined : end).filter((line) => /^\s*\d/.test(line)).map((line) => line.trim().split(/\s+/).map(Number))
  }
  const successors = new Map(rowsAfter('PRECEDENCE RELATIONS').map(([job, , , ...others]) => [job, others]))
  const resources = rowsAfter('RESOURCEAVAILABILITIES')[0].map((capacity, index) => ({ name: `r${index + 1}`, capacity }))
  const tasks = rowsAfter('REQUESTS/DURATIONS').map(([job, , minutes, ...amounts]) => ({
    id: `j${job}`, minutes, after: [...successors].filter(([, others]) => others.includes(job)).map(([other]) => `j${other}`),
    demands: Object.fromEntries(resources.map(({ name }, index) => [name, amounts[index] ?? 0])),
  }))
  return { tasks, resources, exclusive: [] }
}

/** @returns name of the instance (`j301_1`) → its best makespan, out of a list of solutions: parameter, instance, makespan in each line */
export function readBest(path, set) {
  const rows = readFileSync(path, 'latin1').split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)/.exec(line)).filter(Boolean)
  return new Map(rows.map(([, parameter, instance, makespan]) => [`${set}${parameter}_${instance}`, Number(makespan)]))
}
