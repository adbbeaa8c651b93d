import type { SandboxLimits, SandboxResult, Sandbox } from '../ports/sandbox.ts'
import type { Subject, ValidationRequest } from '../ports/validation.ts'
import type { Checkout } from '../ports/workspace.ts'

/** Bounds of one program that a validator runs. */
const limits: Omit<SandboxLimits, 'timeoutMs'> = { memoryMb: 4096, pids: 1024, outputBytes: 16 * 2 ** 20, diskBytes: 2 * 2 ** 30 }

export interface OpenSubject extends Subject {
  dispose(): Promise<void>
}

/** A result and its base as validators see them. Checkouts are made when the first program needs one, and go at the end. */
export function openSubject(sandbox: Sandbox, request: ValidationRequest): OpenSubject {
  const { workspace, base, tree, signal } = request
  const checkouts = new Map<'result' | 'base', Promise<Checkout>>()
  const programs = new Map<string, Promise<boolean>>()
  let listed: Promise<readonly string[]> | undefined
  const open = (on: 'result' | 'base'): Promise<Checkout> => {
    let made = checkouts.get(on)
    if (made === undefined) {
      made = workspace.checkout(on === 'result' ? tree : base)
      checkouts.set(on, made)
    }
    return made
  }
  const run: Subject['run'] = async (on, command): Promise<SandboxResult> => {
    const checkout = await open(on)
    const files = command.files ?? new Map<string, Uint8Array>()
    if (files.size > 0) await checkout.write(files)
    try {
      return await sandbox.run({
        argv: command.argv, cwd: workspace.home, env: { PYTHONDONTWRITEBYTECODE: '1', npm_config_offline: 'true', CARGO_NET_OFFLINE: 'true', GOFLAGS: '-mod=mod', GOPROXY: 'off', NO_COLOR: '1', ...command.env },
        mounts: checkout.mounts, net: { mode: 'none' }, limits: { ...limits, timeoutMs: command.timeoutMs },
      }, signal)
    } finally {
      if (files.size > 0) await checkout.write(new Map([...files.keys()].map((path) => [path, undefined])))
    }
  }
  return {
    changes: request.changes, settings: request.settings, contract: request.contract, baseline: request.baseline, signal,
    files: () => (listed ??= workspace.listAt(tree)),
    read: (path) => workspace.readAt(tree, path),
    ...(workspace.modesAt ? { modes: async (on: 'result' | 'base') => (await workspace.modesAt?.(on === 'result' ? tree : base)) ?? new Map() } : {}),
    trees: { base, result: tree },
    readBase: (path) => workspace.readAt(base, path),
    run,
    has: (program) => {
      let found = programs.get(program)
      if (found === undefined) {
        found = run('result', { argv: ['sh', '-c', 'command -v "$1" >/dev/null 2>&1', 'sh', program], timeoutMs: 10_000 }).then(({ exitCode }) => exitCode === 0)
        programs.set(program, found)
      }
      return found
    },
    dispose: async () => {
      for (const made of checkouts.values()) await (await made).dispose()
    },
  }
}
