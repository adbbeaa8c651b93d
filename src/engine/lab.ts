import type { CommitId, TreeId } from '../protocol/ids.ts'
import type { SandboxLimits } from './ports/sandbox.ts'
import { readPolicySettings } from '../domain/policy/settings.ts'
import type { Lab, LineFinding } from './ports/solver.ts'
import type { Checkout } from './ports/workspace.ts'
import { getWorkspace, record, type RunContext } from './record.ts'
import { rememberTried } from './tried.ts'

const encoder = new TextEncoder()

/** Bounds of one command that the built-in solver runs on a scratch copy, for so many workers of it. */
function labLimits(workers: number): Omit<SandboxLimits, 'timeoutMs'> {
  return { memoryMb: 1024 + 512 * workers, pids: 192 + 32 * workers, outputBytes: 4 * workers * 2 ** 20, diskBytes: 2 ** 30 }
}

/** Validators whose findings are about types. */
const typeCheckers: ReadonlySet<string> = new Set(['typescript', 'mypy', 'pyright'])

/** Most time that one search may take where the contract names no deadline, in milliseconds. */
const searchMs = 300_000

/** What a lab has copies of: left out, the workspace as it is. Files without content are not there. */
export interface LabContent {
  readonly at?: TreeId | CommitId
  readonly files?: ReadonlyMap<string, Uint8Array | undefined>
  /** Left out: the run's. */
  readonly signal?: AbortSignal
}

/**
 * Scratch copies of the workspace in which candidates are tried, one for each that is tried at the same time.
 * The workspace itself is not touched. With `from` they are of that content, with other `files` in it. Commands end with its `signal`.
 */
export async function openLab(run: RunContext, from: LabContent = {}): Promise<Lab & { dispose(): Promise<void> }> {
  const signal = from.signal ?? run.signal
  const workspace = getWorkspace(run)
  const tree = from.at ?? run.state.tree
  const other = from.files ?? new Map<string, Uint8Array | undefined>()
  const own = from.at === undefined && other.size === 0 ? run.state.tree : undefined
  const contract = run.state.contract
  if (!tree || !contract) throw new Error('a lab needs the workspace and the contract')
  const began = run.ports.clock.now()
  const until = contract.deadline ? Math.min(Date.parse(contract.deadline), began + searchMs) : began + searchMs
  const idle: Checkout[] = []
  const all: Checkout[] = []

  const take = async (): Promise<Checkout> => {
    const free = idle.pop()
    if (free) return free
    const made = await workspace.checkout(tree)
    all.push(made)
    if (other.size > 0) await made.write(other)
    return made
  }
  const readOne = async (path: string): Promise<Uint8Array | undefined> => (other.has(path) ? other.get(path) : workspace.readAt(tree, path))
  const withFiles = async <T>(files: ReadonlyMap<string, string>, use: (checkout: Checkout) => Promise<T>): Promise<T> => {
    const checkout = await take()
    const before = new Map<string, Uint8Array | undefined>()
    for (const path of files.keys()) before.set(path, await readOne(path))
    await checkout.write(new Map([...files].map(([path, text]) => [path, encoder.encode(text)])))
    try {
      return await use(checkout)
    } finally {
      await checkout.write(before)
      idle.push(checkout)
    }
  }

  return {
    home: workspace.home,
    files: async () => {
      const paths = (await workspace.listAt(tree)).filter((path) => !other.has(path))
      return [...paths, ...[...other].flatMap(([path, bytes]) => (bytes === undefined ? [] : [path]))]
    },
    read: async (path) => {
      const bytes = await readOne(path)
      return bytes && new TextDecoder().decode(bytes)
    },
    tryFiles: async (files, check, options) => {
      const outcome = await withFiles(files, (checkout) => run.ports.checks.run(
        { ...check, timeoutMs: Math.max(1, Math.round(options.timeoutMs)) },
        { root: checkout.root, mounts: checkout.mounts, tree: checkout.tree, home: workspace.home },
        { network: [], signal, ...(options.only ? { only: options.only } : {}), ...(options.names ? { names: options.names } : {}) },
      ))
      if (options.only === undefined && options.names === undefined && contract.network.length === 0) {
        // What has other content in it is no version that is checked again.
        if (own !== undefined) rememberTried(run, check, own, files, outcome)
      }
      return outcome
    },
    run: (argv, options) => withFiles(options.files ?? new Map(), (checkout) => run.ports.sandbox.run({
      argv, cwd: workspace.home, env: options.env ?? {}, mounts: checkout.mounts, net: { mode: 'none' },
      limits: { ...labLimits(Math.max(2, options.workers ?? 2)), timeoutMs: options.timeoutMs }, ...(options.stdin ? { stdin: options.stdin } : {}),
    }, signal)),
    recent: async () => (await workspace.recentAt?.(workspace.base.commit)) ?? [],
    findings: async (paths, timeoutMs) => {
      const looking = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.round(timeoutMs)))])
      const found = (await run.ports.validators?.lookAt?.({ workspace, tree, paths, settings: readPolicySettings(run.ports.policy.settings).validation, signal: looking })) ?? []
      run.signal.throwIfAborted()
      return found.flatMap(({ by, finding }): LineFinding[] => (finding.line === undefined ? [] : [{ path: finding.path, line: finding.line, kind: typeCheckers.has(by) ? 'type' : 'lint' }]))
    },
    remainingMs: () => until - run.ports.clock.now(),
    record: (event) => record(run, event),
    dispose: async () => {
      await Promise.all(all.map((checkout) => checkout.dispose()))
    },
  }
}
