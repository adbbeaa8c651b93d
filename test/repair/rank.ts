import { readRepairTasks, type RepairTask } from '../../src/cli/repair-bench/repair-task.ts'
import { chooseLane } from '../../src/adapters/solver-repair/lane/choose-lane.ts'
import { findGroups } from '../../src/adapters/solver-repair/read-tests.ts'
import { readEvidence } from '../../src/adapters/solver-repair/localise/evidence.ts'
import type { Clues } from '../../src/adapters/solver-repair/localise/clues.ts'
import { localise, rankPlaces, type Place } from '../../src/adapters/solver-repair/localise/localise.ts'
import { readProject } from '../../src/adapters/solver-repair/project.ts'
import { fileURLToPath } from 'node:url'
import { makeContract } from './repair-fault.ts'
import { ScratchLab } from './scratch-lab.ts'

/**
 * `node test/repair/rank.ts [part of a name]`: at which place does localisation rank the fault of each task of the tune set (the held ones are
 * not looked at)? With all that is known, without what messages say, and without which tests run what. Equal places share their middle rank.
 */
const wanted = process.argv.slice(2).find((word) => !word.startsWith('-')) ?? ''
const tasks = readRepairTasks(fileURLToPath(new URL('tasks', import.meta.url))).filter((task) => task.set === 'tune' && task.name.includes(wanted))

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

/** Lines of the faulty files, from 1, that a right repair changes; for what it only puts in, the lines on both sides. */
function findFaultyLines(task: RepairTask): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>()
  for (const [path, bytes] of task.fixed) {
    const [old, good] = [text(task.files.get(path)).split('\n'), text(bytes).split('\n')]
    let head = 0
    while (head < Math.min(old.length, good.length) && old[head] === good[head]) head++
    let tail = 0
    while (tail < Math.min(old.length, good.length) - head && old[old.length - 1 - tail] === good[good.length - 1 - tail]) tail++
    const middle = new Set(good.slice(head, good.length - tail))
    const lines = new Set<number>()
    for (let row = head; row < old.length - tail; row++) if (!middle.has(old[row] ?? '')) lines.add(row + 1)
    if (lines.size === 0) for (const line of [head, head + 1]) lines.add(line)
    found.set(path, lines)
  }
  return found
}

function rankOf(places: readonly Place[], faulty: ReadonlyMap<string, ReadonlySet<number>>): number {
  const best = places.find(({ path, line }) => faulty.get(path)?.has(line))
  if (best === undefined) return places.length + 1
  const above = places.filter(({ suspicion }) => suspicion > best.suspicion).length
  return above + (1 + places.filter(({ suspicion }) => suspicion === best.suspicion).length) / 2
}

const table: { name: string; lines: number; ranks: number[] }[] = []
for (const task of tasks) {
  const lab = new ScratchLab(new Map([...task.files].map(([path, bytes]) => [path, text(bytes)])), 60_000)
  try {
    const contract = makeContract(task.command)
    const check = contract.checks[0]
    if (check === undefined) throw new Error('a contract without a check')
    const outcome = await lab.tryFiles(new Map(), check, { timeoutMs: 20_000 })
    const [group] = await findGroups({ task: { tests: [], checks: [] }, contract, outcomes: [outcome] }, lab)
    if (group === undefined) throw new Error(`${task.name}: no failing test`)
    const survey = await (await chooseLane(lab, group, 2)).survey(15_000)
    const project = await readProject(lab, group.family, group.files, { contract, task: { scope: [] }, wasmDir: undefined })
    const evidence = readEvidence(group.failing, [outcome], lab.home, new Set([...project.sources.keys(), ...project.tests.keys()]))
    const clues: Clues = { evidence, recent: [], findings: [] }
    const mute: Clues = { ...clues, evidence: { ...evidence, failing: [], frames: [], spoken: new Set() } }
    const faulty = findFaultyLines(task)
    const ways: [Clues, typeof survey][] = [[clues, survey], [mute, survey], [clues, undefined]]
    const all = ways.map(([known, seen]) => rankPlaces(project.sources.values(), localise({ failing: group.failing, testFiles: group.files, measured: seen?.tests, clues: known }, project.sources, project.tests)))
    table.push({ name: task.name, lines: all[0]?.length ?? 0, ranks: all.map((places) => rankOf(places, faulty)) })
  } finally {
    lab.dispose()
  }
}
const heads = ['all', 'no messages', 'no coverage']
console.log(`${'task'.padEnd(36)} ${'lines'.padStart(6)} ${heads.map((head) => head.padStart(12)).join('')}`)
for (const { name, lines, ranks } of table) console.log(`${name.padEnd(36)} ${String(lines).padStart(6)} ${ranks.map((rank) => String(rank).padStart(12)).join('')}`)
for (const [at, head] of heads.entries()) {
  const ranks = table.map(({ ranks: all }) => all[at] ?? 0).toSorted((a, b) => a - b)
  const within = (n: number): string => `${ranks.filter((rank) => rank <= n).length} in the first ${n}`
  console.log(`${head}: median ${ranks[Math.floor(ranks.length / 2)]}, mean ${(ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length).toFixed(1)}, mean reciprocal ${(ranks.reduce((sum, rank) => sum + 1 / rank, 0) / ranks.length).toFixed(3)}; ${[1, 3, 5, 10].map((n) => within(n)).join(', ')} of ${ranks.length}`)
}
