/** For the tests of this folder: a real sandbox with a workspace, a secret and a home directory around it. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Sandbox, SandboxCommand, SandboxMount, SandboxResult } from '../../engine/ports/sandbox.ts'
import { createBwrapSandbox } from './driver.ts'
import type { NetDecision } from './net-rules.ts'

export const SECRET = 'the-secret-of-the-host'
export const PLACE = '/home/someone/project'

export interface TestBench {
  readonly sandbox: Sandbox
  readonly root: string
  readonly workspace: string
  readonly home: string
  readonly decisions: NetDecision[]
  /** Runs in the workspace, bound at PLACE, without network. */
  run(argv: readonly string[], change?: Partial<SandboxCommand>, signal?: AbortSignal): Promise<SandboxResult>
  /** A shell script, run the same way; returns what it printed. */
  shell(script: string, change?: Partial<SandboxCommand>): Promise<string>
  dispose(): void
}

export const limits = { timeoutMs: 30_000, memoryMb: 512, pids: 64, outputBytes: 64_000, diskBytes: 64 * 1024 * 1024 }

export function openTestBench(): TestBench {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'writ-test-')))
  const workspace = path.join(root, 'state', 'worktree')
  const home = path.join(root, 'home')
  fs.mkdirSync(workspace, { recursive: true })
  fs.mkdirSync(path.join(home, '.ssh'), { recursive: true })
  fs.writeFileSync(path.join(home, '.ssh', 'id_ed25519'), SECRET)
  fs.writeFileSync(path.join(root, 'outside.txt'), SECRET)
  const decisions: NetDecision[] = []
  const sandbox = createBwrapSandbox({
    stateDir: path.join(root, 'state'),
    env: { PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: home, API_TOKEN: SECRET },
    onNetDecision: (decision) => decisions.push(decision),
  })
  const mounts: readonly SandboxMount[] = [{ mode: 'rw', host: workspace, at: PLACE }]
  const run: TestBench['run'] = (argv, change = {}, signal = new AbortController().signal) =>
    sandbox.run({ argv, cwd: PLACE, env: {}, mounts, net: { mode: 'none' }, limits, ...change }, signal)
  return {
    sandbox,
    root,
    workspace,
    home,
    decisions,
    run,
    async shell(script, change) {
      return toText((await run(['/bin/sh', '-c', script], change)).output)
    },
    dispose: () => fs.rmSync(root, { recursive: true, force: true }),
  }
}

export function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}

/** Processes on this machine whose command line holds a mark. */
export function listMarked(mark: string): number[] {
  return fs.readdirSync('/proc').map(Number).filter((pid) => {
    if (!Number.isInteger(pid) || pid === process.pid) return false
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(mark)
    } catch {
      return false
    }
  })
}

/** Looks again until it holds; fails with the sentence after ten seconds. */
export async function waitFor(what: string, holds: () => boolean): Promise<void> {
  const start = performance.now()
  while (!holds()) {
    if (performance.now() - start > 10_000) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
