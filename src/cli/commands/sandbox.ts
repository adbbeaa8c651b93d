import { existsSync, realpathSync, statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import type { NetGrant, SandboxMount, SandboxResult } from '../../engine/ports/sandbox.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import { openSandbox } from '../compose.ts'
import { getPlaces } from '../places.ts'
import { oneLine } from '../render.ts'

export interface SandboxOptions {
  readonly net?: string
  readonly readOnly?: boolean
  /** MiB. */
  readonly memory?: number
  /** Seconds. */
  readonly timeout?: number
  readonly repo?: string
}

const most = { pids: 1024, outputBytes: 64 * 1024, diskBytes: 4 * 1024 ** 3 }
/** Directory entries that are looked at for secrets; beyond that a repository is refused rather than half masked. */
const mostEntries = 200_000

/**
 * `writ sandbox -- CMD`: runs a command in the sandbox of runs, on the directory itself. Exit code: the command's;
 * 124 after the timeout, 137 out of memory, 125 out of disk, 130 interrupted.
 */
export async function sandboxCommand(argv: readonly string[], options: SandboxOptions): Promise<number> {
  const home = findHome(options.repo)
  const net = toGrant(options.net ?? 'none')
  const mounts = await toMounts(home, options.readOnly ?? false)
  const sandbox = await openSandbox(getPlaces(process.env))
  await sandbox.ready()
  const controller = new AbortController()
  const stop = (): void => controller.abort(new Error('interrupted'))
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, stop)
  // Whoever reads may go away (| head); the command then goes on to its end unheard.
  const ignoreGone = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error
  }
  process.stdout.on('error', ignoreGone)
  try {
    const result = await sandbox.run({
      argv, cwd: toDirectory(home, options.repo), env: process.stdout.isTTY && process.env.TERM ? { TERM: process.env.TERM } : {}, mounts, net,
      limits: { ...most, memoryMb: options.memory ?? 4096, timeoutMs: (options.timeout ?? 600) * 1000 },
      onOutput: (stream, chunk) => void process[stream].write(chunk),
    }, controller.signal)
    return explain(result, options)
  } finally {
    for (const name of signals) process.off(name, stop)
  }
}

function explain(result: SandboxResult, options: SandboxOptions): number {
  const say = (text: string): void => void process.stderr.write(`writ: ${oneLine(text, 1000)}\n`)
  for (const note of result.notes) say(note)
  switch (result.ended) {
    case 'exited':
      return result.exitCode ?? exitCodes.fault
    case 'timeout':
      say(`the command was stopped after ${options.timeout ?? 600} s (--timeout)`)
      return 124
    case 'memory':
      if (result.notes.length === 0) say(`the command used more than ${options.memory ?? 4096} MiB and was stopped (--memory)`)
      return 137
    case 'disk':
      say(`the command wrote more than ${most.diskBytes / 1024 ** 3} GiB and was stopped`)
      return 125
    case 'cancelled':
      say('interrupted; everything that ran inside was stopped')
      return exitCodes.interrupted
  }
}

/** The repository around a directory, or the directory itself. @throws Fault `request-invalid` where that is too much. */
function findHome(repo: string | undefined): string {
  const start = toRealDirectory(repo)
  let home = start
  for (let directory = start; ; directory = dirname(directory)) {
    if (existsSync(join(directory, '.git'))) {
      home = directory
      break
    }
    if (dirname(directory) === directory) break
  }
  const person = realpathSync(homedir())
  if (home === '/' || person === home || person.startsWith(`${home}/`)) throw new Fault('request-invalid', `${home} holds your home directory, which no sandbox is given; name a directory with --repo`)
  return home
}

function toRealDirectory(repo: string | undefined): string {
  const path = resolve(repo ?? process.cwd())
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Fault('request-invalid', `${path} is not a directory; name one with --repo`)
  return realpathSync(path)
}

/** Where the person stands, inside; the root where they named a directory. */
function toDirectory(home: string, repo: string | undefined): string {
  const here = toRealDirectory(repo)
  return here === home || here.startsWith(`${home}/`) ? here : home
}

function toGrant(net: string): NetGrant {
  if (net === 'none' || net.trim() === '') return { mode: 'none' }
  const hosts = net.split(',').map((host) => host.trim()).filter((host) => host !== '')
  const wrong = hosts.find((host) => !/^(\.?[a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i.test(host))
  if (wrong !== undefined) throw new Fault('request-invalid', `--net takes none or HOST:PORT,…, and "${wrong}" is neither; like --net example.org:443`)
  return { mode: 'allow', hosts }
}

/** The directory at its own path, `.git` read-only, secrets masked: as a run's worktree is seen. */
async function toMounts(home: string, isReadOnly: boolean): Promise<SandboxMount[]> {
  const mounts: SandboxMount[] = [{ mode: isReadOnly ? 'ro' : 'rw', host: home, at: home }]
  const dotGit = join(home, '.git')
  if (existsSync(dotGit)) {
    mounts.push({ mode: 'ro', host: dotGit, at: dotGit })
    const linked = await findLinkedGit(dotGit)
    if (linked && linked !== home && !linked.startsWith(`${home}/`)) mounts.unshift({ mode: 'ro', host: linked, at: linked })
  }
  for (const secret of await findSecrets(home)) mounts.push({ mode: 'mask', at: join(home, secret) })
  return mounts
}

/** A linked worktree's `.git` is a file that points into the main repository's. */
async function findLinkedGit(dotGit: string): Promise<string | undefined> {
  if (statSync(dotGit).isDirectory()) return undefined
  const target = /^gitdir: (.+)$/m.exec(await readFile(dotGit, 'utf8'))?.[1]
  if (target === undefined) return undefined
  const gitDir = resolve(dirname(dotGit), target.trim())
  const common = join(gitDir, 'commondir')
  const found = existsSync(common) ? resolve(gitDir, (await readFile(common, 'utf8')).trim()) : gitDir
  return existsSync(found) ? realpathSync(found) : undefined
}

async function findSecrets(home: string): Promise<string[]> {
  const { findSecretFiles } = await import('../../adapters/tool-files/find-secret-files.ts')
  const files: string[] = []
  const waiting = [home]
  let seen = 0
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      seen += 1
      if (seen > mostEntries) throw new Fault('request-invalid', `${home} has more than ${mostEntries} entries, too many to look for secrets in; name a smaller directory with --repo`)
      const path = join(directory, entry.name)
      if (entry.isDirectory()) {
        if (entry.name !== '.git' && entry.name !== 'node_modules') waiting.push(path)
      } else if (entry.isFile()) files.push(relative(home, path))
    }
  }
  return findSecretFiles(home, files)
}
