import { execFile } from 'node:child_process'
import os from 'node:os'
import { promisify } from 'node:util'
import { digestOfJson } from '../../domain/digest.ts'
import type { Machine } from '../../protocol/events/check.ts'

const run = promisify(execFile)
/** Longest that a program may take to say its version, in milliseconds. */
const versionMs = 5000

/** The machine as far as results may depend on it. Starts two programs; asked for when nobody waits. */
export async function describeMachine(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Machine> {
  const names = process.platform === 'linux' ? ['git', 'bwrap'] : ['git']
  const facts = {
    os: findSystem(),
    kernel: os.release(),
    arch: process.arch,
    cpus: os.cpus().length,
    memoryMb: Math.round(os.totalmem() / 2 ** 20),
    libc: findLibc(),
    locale: env['LC_ALL'] ?? env['LC_CTYPE'] ?? env['LANG'] ?? '',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    node: process.versions.node,
    programs: await Promise.all(names.map(async (name) => ({ name, version: await findVersion(name, env, signal) }))),
  }
  return { ...facts, digest: digestOfJson(facts) }
}

function findSystem(): string {
  return process.platform === 'linux' ? `Linux (${os.version()})` : os.version()
}

/** The C library that Node runs on; sandboxed programs use the same one. Empty where the platform does not say. */
function findLibc(): string {
  if (process.platform !== 'linux') return ''
  // Without this a report looks up the names of open connections.
  Object.assign(process.report, { excludeNetwork: true })
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return header?.glibcVersionRuntime === undefined ? 'musl or another' : `glibc ${header.glibcVersionRuntime}`
}

/** The first line of what it says; empty where it is not there. */
async function findVersion(name: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  try {
    const { stdout } = await run(name, ['--version'], { env: { PATH: env['PATH'] ?? '', LC_ALL: 'C' }, timeout: versionMs, maxBuffer: 64 * 1024, signal })
    return (stdout.split('\n')[0] ?? '').replace(new RegExp(`^(${name}|bubblewrap) (version )?`), '').trim().slice(0, 200)
  } catch {
    return '' // not there, or it does not answer: the record then says that much
  }
}
