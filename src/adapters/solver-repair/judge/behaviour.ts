import type { RepairDifference } from '../../../protocol/repair.ts'
import type { Lane, LaneJob, Probed } from '../lane/lane.ts'
import type { Project } from '../project.ts'
import { parseSource } from '../syntax/node.ts'
import type { SourceFile } from '../syntax/node.ts'
import { addProbes, findProbeable, listProbeable } from './probe.ts'

/** A version of the project: one file's text is another. */
export interface Version {
  readonly path: string
  readonly text: string
  /** Where the change begins. */
  readonly at: number
}

/** What each input gave, by a key that is the same for the same input in all versions. */
export type Behaviour = ReadonlyMap<string, Probed>

/** Functions that are probed at once, and time for one version beside its tests. */
const mostProbes = 6
const probeMs = 6000

/** By path, the functions that show the change of any version: those it is in, and where it is in none those of its file. */
export function chooseProbes(versions: readonly Version[], project: Project): Map<string, Set<string>> {
  const chosen = new Map<string, Set<string>>()
  let count = 0
  for (const { path, at } of versions) {
    const file = project.sources.get(path)
    if (file === undefined) continue
    const around = findProbeable(file, at)
    for (const { name } of around === undefined ? listProbeable(file) : [around]) {
      const names = chosen.get(path) ?? new Set()
      if (names.has(name) || count >= mostProbes) continue
      count++
      chosen.set(path, names.add(name))
    }
  }
  return chosen
}

/**
 * Runs the tests once on each version, with probes in it. The first version runs twice, and what it answers differently the second
 * time (clocks, random numbers) is left out for all. Undefined where a version was not reached or could not be probed.
 */
export async function observeVersions(lane: Lane, versions: readonly Version[], project: Project, options: { probes: ReadonlyMap<string, ReadonlySet<string>>; selection: Pick<LaneJob, 'only' | 'files' | 'perMs'>; budgetMs: number }): Promise<(Behaviour | undefined)[]> {
  const first = versions[0]
  if (first === undefined || options.probes.size === 0) return versions.map(() => undefined)
  const jobs = [...versions, first].flatMap((version, id): LaneJob[] => {
    const texts = putProbes(version, project, options.probes)
    return texts === undefined ? [] : [{ id, ...texts, only: options.selection.only, files: options.selection.files, perMs: options.selection.perMs + probeMs, probe: true }]
  })
  const verdicts = await lane.tryAll(jobs, { keep: [], budgetMs: options.budgetMs })
  const seen = new Map(verdicts.map((verdict) => [verdict.id, toBehaviour(verdict.probed ?? [])]))
  const [once, again] = [seen.get(0), seen.get(versions.length)]
  const unsteady = new Set([...once ?? []].filter(([key, { outcome }]) => again?.has(key) && again.get(key)?.outcome !== outcome).map(([key]) => key))
  return versions.map((_, id) => {
    const behaviour = seen.get(id)
    return behaviour === undefined ? undefined : new Map([...behaviour].filter(([key]) => !unsteady.has(key)))
  })
}

function putProbes(version: Version, project: Project, probes: ReadonlyMap<string, ReadonlySet<string>>): Pick<LaneJob, 'path' | 'text' | 'others'> | undefined {
  const others: { path: string; text: string }[] = []
  let own = version.text
  for (const [path, names] of probes) {
    const base = project.sources.get(path)
    if (base === undefined) continue
    const file: SourceFile | undefined = path === version.path ? parseSource(project.parser, path, base.grammar, version.text) : base
    const text = file === undefined ? undefined : addProbes(file, names)
    if (path === version.path) own = text ?? own
    else if (text !== undefined) others.push({ path, text })
  }
  return { path: version.path, text: own, others }
}

function toBehaviour(probed: readonly Probed[]): Behaviour {
  return new Map(probed.map((one) => [JSON.stringify([one.name, one.self, one.args]), one]))
}

/** How two behaviours compare on the inputs that both met: how many there are with an answer, and whether all are answered alike. */
export function compareBehaviours(a: Behaviour | undefined, b: Behaviour | undefined): { readonly shared: number; readonly alike: boolean } {
  let [shared, alike] = [0, true]
  for (const [key, { outcome }] of a ?? []) {
    const other = b?.get(key)
    if (other === undefined) continue
    if (other.outcome !== outcome) alike = false
    if (!isFailure(outcome) || !isFailure(other.outcome)) shared++
  }
  return { shared, alike }
}

/** Were two seen to answer an input differently? */
export function isApart(a: Behaviour | undefined, b: Behaviour | undefined): boolean {
  return !compareBehaviours(a, b).alike
}

/** Fewer common inputs than this say nothing. */
const fewestShared = 3

/**
 * Groups indexes, in their order, with the first group whose first member they behave like. Those that could not be compared stand
 * alone.
 */
export function clusterBehaviours(behaviours: readonly (Behaviour | undefined)[]): number[][] {
  const clusters: number[][] = []
  for (const [index, behaviour] of behaviours.entries()) {
    const like = clusters.find(([head]) => {
      const { shared, alike } = compareBehaviours(head === undefined ? undefined : behaviours[head], behaviour)
      return alike && shared >= fewestShared
    })
    if (like === undefined) clusters.push([index])
    else like.push(index)
  }
  return clusters
}

function isFailure(outcome: string): boolean {
  return /^(throws|does not end)/.test(outcome)
}

/** The input that tells most of the behaviours apart: one of a test before a variation, answers before exceptions, short before long. */
export function findDifference(behaviours: readonly (Behaviour | undefined)[]): RepairDifference | undefined {
  let best: { readonly worth: number; readonly key: string } | undefined
  for (const [key, one] of behaviours.find((behaviour) => behaviour !== undefined) ?? []) {
    const outcomes = behaviours.flatMap((behaviour) => behaviour?.get(key)?.outcome ?? [])
    const kinds = new Set(outcomes).size
    if (kinds < 2) continue
    const worth = 100 * kinds + (one.given ? 30 : 0) - 20 * outcomes.filter(isFailure).length - (one.self.length + one.args.length) / 20
    if (best === undefined || worth > best.worth) best = { worth, key }
  }
  if (best === undefined) return undefined
  const { key } = best
  const one = behaviours.flatMap((behaviour) => behaviour?.get(key) ?? [])[0]
  return one === undefined ? undefined : {
    call: toCall(one), given: one.given,
    shows: behaviours.flatMap((behaviour, index) => {
      const outcome = behaviour?.get(key)?.outcome
      return outcome === undefined ? [] : [{ option: index + 1, outcome: outcome.slice(0, 300) }]
    }),
  }
}

/** As one would write it: `clamp(5, 0, 3)`, or `push(4) on Stack { items: [] }`. */
export function toCall({ name, self, args }: Probed): string {
  const plain = name.replace(/ #\d+$/, '')
  const short = self === '' ? plain : plain.slice(plain.lastIndexOf('.') + 1)
  return `${short}(${args.slice(0, 300)})${self === '' ? '' : ` on ${self.slice(0, 300)}`}`
}
