import { folderOf } from '../domain/contract/test-places.ts'
import type { Conflict, MergedTask, MergeStrategy } from '../protocol/integration.ts'
import type { CommitId, RunId } from '../protocol/ids.ts'
import type { Integrator } from './ports/integrator.ts'
import type { Sandbox, SandboxLimits } from './ports/sandbox.ts'
import type { Checkout, Workspace } from './ports/workspace.ts'

export interface MergeTaskPorts {
  readonly integrator: Integrator
  readonly sandbox: Sandbox
  /** Of the parent: checkouts are made from it. */
  readonly workspace: Pick<Workspace, 'checkout' | 'home'>
}

export interface MergeTaskRequest {
  readonly task: string
  readonly child: RunId
  /** What the child made. */
  readonly commit: CommitId
  /** The integrated state that it is merged onto. */
  readonly onto: CommitId
  /** Of the settings; what is built in comes after them. */
  readonly strategies: readonly MergeStrategy[]
  /** Of a command that writes merged files anew. Left out: the usual ones. */
  readonly limits?: SandboxLimits
}

/** Five minutes, and what installing a large project's packages takes. */
const regenerateLimits: SandboxLimits = { timeoutMs: 300_000, memoryMb: 4096, pids: 512, outputBytes: 64 * 1024, diskBytes: 2 ** 31 }

/**
 * The content that a task's commit and the integrated state make together: kept, merged in memory, and files that a command writes
 * written anew in a checkout of it. No ref of the line moves and nothing is judged: that is for whoever has checked the tree.
 */
export async function mergeTask(ports: MergeTaskPorts, request: MergeTaskRequest, signal: AbortSignal): Promise<MergedTask> {
  const { integrator } = ports
  await integrator.keep(request.child, { task: request.task, commit: request.commit })
  const { regenerate, ...merged } = await integrator.merge({ ours: request.onto, theirs: request.commit, strategies: request.strategies })
  if (merged.conflicts.length > 0 || regenerate.length === 0) return { ...merged, conflicts: [...merged.conflicts, ...regenerate.flatMap(({ conflict }) => conflict ?? [])], notes: [] }
  const conflicts: Conflict[] = []
  const settled = [...merged.settled]
  const notes: string[] = []
  let { tree } = merged
  // One after the other: the manifest of one may be in the lock file of the next.
  for (const { path, strategy, conflict } of regenerate) {
    signal.throwIfAborted()
    const checkout = await ports.workspace.checkout(tree)
    try {
      const why = await runAnew(ports, checkout, { path, strategy, limits: request.limits ?? regenerateLimits }, signal)
      if (why === undefined) {
        tree = await integrator.take(tree, checkout.root, [path])
        settled.push({ path, use: 'regenerate' })
        notes.push(`${path} was written anew by '${strategy.command ?? ''}'`)
      } else if (conflict === undefined) notes.push(`${path} is what git merged from both sides: ${why}`)
      else conflicts.push({ ...conflict, message: why })
    } finally {
      await checkout.dispose()
    }
  }
  return { ...merged, tree, settled, conflicts, notes }
}

/** Undefined where it was written; otherwise why not. */
async function runAnew(ports: MergeTaskPorts, checkout: Checkout, { path, strategy, limits }: { path: string; strategy: MergeStrategy; limits: SandboxLimits }, signal: AbortSignal): Promise<string | undefined> {
  const { command = '', needs, network = [] } = strategy
  const look = needs === undefined ? '' : `command -v ${needs} >/dev/null || exit 127\n`
  const result = await ports.sandbox.run({
    argv: ['/bin/sh', '-c', `${look}${command}`], cwd: folderOf(path) === '' ? ports.workspace.home : `${ports.workspace.home}/${folderOf(path)}`, env: {}, mounts: checkout.mounts,
    net: network.length === 0 ? { mode: 'none' } : { mode: 'allow', hosts: network }, limits,
  }, signal)
  signal.throwIfAborted()
  if (result.ended !== 'exited') return `'${command}' was stopped (${result.ended})`
  if (result.exitCode === 0) return undefined
  if (result.exitCode === 127 && needs !== undefined) return `${needs} is not installed here, so that '${command}' could not write it anew`
  const said = new TextDecoder().decode(result.output).split('\n').map((line) => line.trim()).filter((line) => line !== '').at(-1) ?? ''
  return `'${command}' failed with exit code ${result.exitCode ?? 'none'}${said === '' ? '' : `: ${said.slice(0, 300)}`}`
}
