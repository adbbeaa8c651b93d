import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildOrder, ChildReturned, Children } from '../../src/engine/ports/children.ts'
import type { Workspaces } from '../../src/engine/ports/workspace.ts'
import type { CommitId, Digest, RunId } from '../../src/protocol/ids.ts'
import type { RandomGraph, Trouble } from './random-graph.ts'

const nothing: Trouble = { fails: 0, faults: 0, strays: 0, slowMs: 0 }

/**
 * Children whose judgement is simulated and whose work is real: each has a workspace of its own that begins at the integrated
 * state, writes its files there and commits. What they have done outlives a killed parent, as a rollout does.
 */
export interface SimulatedWorld {
  /** Finished attempts, by child. */
  readonly done: Map<RunId, ChildReturned>
  readonly commits: Map<CommitId, RunId>
  /** How often each task was attempted. */
  readonly attempts: Map<string, number>
}

export function openSimulatedChildren(world: SimulatedWorld, graph: RandomGraph, parts: { readonly workspaces: Workspaces; readonly repository: string; readonly mint: () => RunId }): Children {
  const live = new Map<RunId, Promise<void>>()
  const rest: ChildReturned[] = []
  let isStopped = false
  let wake: () => void = () => undefined
  const begin = async (order: ChildOrder): Promise<void> => {
    let returned = world.done.get(order.child)
    try {
      returned ??= await attempt(world, graph, parts, order, () => isStopped)
    } catch (error) {
      returned = { ...toReturned(order.child, 'fault', String(error)), fault: 'model-unreachable' }
    }
    // What a fault stopped goes on where it was.
    if (returned.outcome !== 'fault') world.done.set(order.child, returned)
    live.delete(order.child)
    rest.push(returned)
    wake()
  }
  return {
    mint: parts.mint,
    start: (order) => {
      if (live.has(order.child) || rest.some((each) => each.child === order.child)) return
      live.set(order.child, begin(order))
    },
    next: async (signal, untilMs = Infinity) => {
      for (;;) {
        signal.throwIfAborted()
        const first = rest.shift()
        if (first) return first
        if (untilMs <= Date.now()) return undefined
        await new Promise<void>((resolve) => {
          const timer = untilMs < Infinity ? setTimeout(resolve, untilMs - Date.now()) : undefined
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    },
    stop: async () => {
      isStopped = true
      await Promise.all(live.values())
    },
  }
}

async function attempt(world: SimulatedWorld, graph: RandomGraph, parts: { readonly workspaces: Workspaces; readonly repository: string }, order: ChildOrder, isStopped: () => boolean): Promise<ChildReturned> {
  const id = order.parent.task
  const trouble = graph.troubles.get(id) ?? nothing
  const n = (world.attempts.get(id) ?? 0) + 1
  await new Promise((resolve) => setTimeout(resolve, trouble.slowMs))
  if (isStopped()) return toReturned(order.child, 'fault', 'stopped')
  world.attempts.set(id, n)
  if (n <= trouble.faults) throw new Error('the provider is gone')
  if (n <= trouble.faults + trouble.fails) return toReturned(order.child, 'not-achieved', 'the test still fails')
  const { workspaces, repository } = parts
  await workspaces.bring(order.parent.run, { run: order.child, repository })
  const workspace = await workspaces.create({ run: order.child, repository, base: order.base, branch: `writ/${order.child.slice(4)}` })
  try {
    const files = new Map<string, Uint8Array | undefined>([[id === 'end' ? 'end/file' : `out/${id}/file`, encode(toContent(graph, id, workspace.root))]])
    if (n <= trouble.faults + trouble.fails + trouble.strays) files.set('elsewhere.txt', encode(`by ${id}`))
    await workspace.write(files)
    const made = await workspace.commit({ message: `Make ${id}`, parent: order.base, trailers: [] })
    if (!made) return toReturned(order.child, 'not-achieved', 'nothing was changed')
    world.commits.set(made.commit, order.child)
    return { ...toReturned(order.child, 'proven', 'its checks pass'), commit: made.commit, summary: `Make ${id}` }
  } finally {
    await workspace.dispose()
  }
}

/** Whoever begins where the rival's file is knows of it. */
function toContent(graph: RandomGraph, id: string, root: string): string {
  const seen = graph.rivals.filter((pair) => pair.includes(id)).map(([a, b]) => (a === id ? b : a)).filter((other) => isThere(join(root, 'out', other, 'file')))
  return [`made by ${id}`, ...seen.map((other) => `knows ${other}`), ''].join('\n')
}

function isThere(path: string): boolean {
  try {
    return readFileSync(path).length > 0
  } catch {
    return false
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function toReturned(child: RunId, outcome: ChildReturned['outcome'], reason: string): ChildReturned {
  return {
    child, outcome, reason, summary: '', events: 0, head: '0'.repeat(64) as Digest, questions: 0,
    spent: { turns: 1, inputTokens: 0, cachedTokens: 0, outputTokens: 0, usd: 0, unpriced: true, modelMs: 0 },
  }
}
