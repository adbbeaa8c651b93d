import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Sandbox, SandboxMount } from '../../engine/ports/sandbox.ts'
import type { Trial } from '../../domain/dependency/find-first-bad.ts'

export interface TryOptions {
  readonly sandbox: Sandbox
  /** Where the folder appears in the sandbox: the repository's own place, so that absolute paths in the tests hold. */
  readonly at: string
  /** Content of the tree is there already; manifest, lockfile and what they name are put over it. */
  readonly folder: string
  readonly files: ReadonlyMap<string, string | Uint8Array>
  readonly check: string
  /** npm's cache of the person, read and never written; undefined where there is none. */
  readonly cache: string | undefined
  /** Hosts of registries that may be reached; none: what is not in the cache is not there. */
  readonly hosts: readonly string[]
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface Tried {
  readonly trial: Trial
  /** Why it could not be installed, or the end of what the check said. */
  readonly said: string
}

const limits = { memoryMb: 4096, pids: 512, outputBytes: 256 * 1024, diskBytes: 2 ** 31 }
const cacheAt = '/tmp/writ-npm-cache'

/** Installs the dependencies without install scripts, and runs the check. Everything in the sandbox. */
export async function tryDependencies(options: TryOptions): Promise<Tried> {
  rmSync(join(options.folder, 'node_modules'), { recursive: true, force: true })
  for (const [path, content] of options.files) {
    mkdirSync(dirname(join(options.folder, path)), { recursive: true })
    writeFileSync(join(options.folder, path), content)
  }
  const mounts: SandboxMount[] = [{ mode: 'rw', host: options.folder, at: options.at }, ...(options.cache ? [{ mode: 'overlay' as const, host: options.cache, at: cacheAt }] : [])]
  const run = (argv: readonly string[]) => options.sandbox.run({
    argv, cwd: options.at, mounts, limits: { ...limits, timeoutMs: options.timeoutMs },
    net: options.hosts.length === 0 ? { mode: 'none' } : { mode: 'allow', hosts: options.hosts },
    env: { CI: '1', NO_COLOR: '1', npm_config_cache: cacheAt, npm_config_update_notifier: 'false', ...(options.hosts.length === 0 ? { npm_config_offline: 'true' } : {}) },
  }, options.signal)
  const installed = await run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'])
  if (installed.ended !== 'exited' || installed.exitCode !== 0) return { trial: 'unknown', said: endOf(installed.output) || installed.ended }
  const checked = await run(['bash', '-c', options.check])
  options.signal.throwIfAborted()
  return { trial: checked.ended === 'exited' && checked.exitCode === 0 ? 'passes' : 'fails', said: endOf(checked.output) }
}

function endOf(output: Uint8Array): string {
  return new TextDecoder().decode(output).trim().split('\n').slice(-5).join(' · ').slice(-600)
}

/** Bounds of what is read of a package. */
const most = { files: 2000, bytes: 5_000_000 }

/** The text of an installed package's own code and types, without what is installed below it. */
export function readPackageText(folder: string, name: string): string | undefined {
  const root = join(folder, 'node_modules', name)
  if (!existsSync(root)) return undefined
  const texts: string[] = []
  let bytes = 0
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !/\.(?:[cm]?js|d\.[cm]?ts)$/.test(entry.name) || path.slice(root.length).includes('/node_modules/')) continue
    bytes += statSync(path).size
    if (texts.length >= most.files || bytes > most.bytes) return undefined
    texts.push(readFileSync(path, 'utf8'))
  }
  return texts.join('\n')
}
