import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Sandbox, SandboxLimits } from '../../engine/ports/sandbox.ts'
import type { Workspace } from '../../engine/ports/workspace.ts'
import { Fault } from '../../protocol/fault.ts'

type Programs = { present: { name: string; version: string }[]; absent: string[] }

export interface FindPrograms {
  readonly stateDir: string
  readonly path: string
  readonly wanted: { readonly always: readonly string[]; readonly related: readonly string[] }
  readonly workspace: Workspace
  readonly sandbox: Sandbox
  readonly signal: AbortSignal
}

const Cache = z.object({ found: z.array(z.object({ name: z.string(), version: z.string() })) })
const limits: SandboxLimits = { timeoutMs: 20_000, memoryMb: 1024, pids: 128, outputBytes: 64 * 1024, diskBytes: 16 * 2 ** 20 }

/**
 * Which programs the sandbox offers, with their versions. Asking each for its version is slow, so the answer is kept on
 * disk for as long as the files that PATH leads to are the same.
 */
export async function findPrograms(options: FindPrograms): Promise<Programs> {
  const names = [...new Set([...options.wanted.related, ...options.wanted.always])]
  const key = fingerprint(options, names)
  const file = join(options.stateDir, 'cache', `programs-${key}.json`)
  const found = (await readCache(file)) ?? (await look(options, names, file))
  const present = names.flatMap((name) => found.filter((each) => each.name === name))
  return { present, absent: names.filter((name) => !found.some((each) => each.name === name)) }
}

/** Changes whenever a program that could be found is installed, replaced or removed, or the sandbox itself changes. */
function fingerprint(options: FindPrograms, names: readonly string[]): string {
  const hash = createHash('sha256').update(`2 ${options.sandbox.profileHash} ${options.path}`)
  const directories = options.path.split(':').filter((each) => each.startsWith('/')).slice(0, 64)
  for (const name of names) {
    for (const directory of directories) {
      const found = findFile(join(directory, name))
      if (!found) continue
      hash.update(`\n${name} ${directory} ${found.mtimeMs} ${found.size}`)
      break
    }
  }
  return hash.digest('hex').slice(0, 32)
}

function findFile(path: string): { mtimeMs: number; size: number } | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined // PATH may lead through what is no directory, or may not be read
  }
}

async function look(options: FindPrograms, names: readonly string[], file: string): Promise<Programs['present']> {
  const script = names.map((name) => `command -v ${name} >/dev/null 2>&1 && printf '%s\\t%s\\n' ${name} "$(timeout 5 ${name} ${versionFlag(name)} 2>&1 </dev/null | head -n 1)"`).join('\n')
  const result = await options.sandbox.run({
    argv: ['bash', '-c', `${script}\ntrue`], cwd: options.workspace.home, env: {}, mounts: options.workspace.mounts, net: { mode: 'none' }, limits,
  }, options.signal)
  const text = new TextDecoder().decode(result.stdout)
  if (result.ended === 'cancelled') throw new Fault('cancelled', 'the run was interrupted while it looked at what is installed')
  const found = text.split('\n').flatMap((line) => {
    const [name, said] = line.split('\t')
    return name ? [{ name, version: /\d+(\.\d+)+/.exec(said ?? '')?.[0] ?? '' }] : []
  })
  if (result.ended === 'exited') {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const partial = `${file}.${process.pid}`
    await writeFile(partial, JSON.stringify({ found }), { mode: 0o600 })
    await rename(partial, file)
  }
  return found
}

function versionFlag(name: string): string {
  return name === 'go' ? 'version' : name === 'java' ? '-version' : '--version'
}

async function readCache(file: string): Promise<Programs['present'] | undefined> {
  try {
    return Cache.parse(JSON.parse(await readFile(file, 'utf8'))).found
  } catch {
    return undefined // none yet, or not readable as one: look again
  }
}
