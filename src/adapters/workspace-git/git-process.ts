import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Fault } from '../../protocol/fault.ts'

export interface GitCall {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly stdin?: Uint8Array | string
  /** More output than this is a fault, unless `cut` allows stopping there. */
  readonly maxBytes?: number
  readonly cut?: boolean
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
  /** Exit codes besides 0 that the caller understands. */
  readonly accepts?: readonly number[]
  /** Run as this user, where we are root and the files are somebody else's. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
}

export interface GitAnswer {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
  /** The output was longer than `maxBytes`; git was stopped there. */
  readonly wasCut: boolean
}

export type RunGit = (call: GitCall) => Promise<GitAnswer>

const stderrLimit = 16_384

/** The first line of git's stderr that says something, without its prefix. */
export function toFirstLine(stderr: string): string {
  const line = stderr.split('\n').find((text) => /^(fatal|error): /.test(text)) ?? stderr.split('\n').find((text) => text.trim() !== '')
  return (line ?? 'it said nothing').replace(/^(fatal|error): /, '').trim()
}

/**
 * Runs git once, to its end, within bounds of time (60 s) and output (64 MiB) unless told otherwise.
 * @throws Fault `git-failed` naming the command and git's own first line; `cancelled` when the signal fired.
 */
export function createGitProcess(gitPath: string): RunGit {
  return async (call) => {
    call.signal?.throwIfAborted()
    const name = `git ${call.args.find((arg) => !arg.startsWith('-') && !arg.includes('=')) ?? ''}`
    const timeoutMs = call.timeoutMs ?? 60_000
    const maxBytes = call.maxBytes ?? 64 * 1024 * 1024
    const child = spawn(gitPath, [...call.args], { cwd: call.cwd, env: { ...call.env }, stdio: ['pipe', 'pipe', 'pipe'], ...call.owner })
    let ended: 'timeout' | 'cancelled' | 'cut' | undefined
    const stop = (why: typeof ended): void => {
      ended ??= why
      child.kill('SIGKILL')
    }
    const timer = setTimeout(() => stop('timeout'), timeoutMs)
    const onAbort = (): void => stop('cancelled')
    call.signal?.addEventListener('abort', onAbort, { once: true })
    const out: Buffer[] = []
    let bytes = 0
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk)
      bytes += chunk.length
      if (bytes > maxBytes) stop('cut')
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < stderrLimit) stderr += chunk.toString('utf8')
    })
    // git may end before it has read everything; its exit code tells the story, not the broken pipe.
    child.stdin.on('error', () => undefined)
    child.stdin.end(call.stdin ?? '')
    try {
      const [code] = (await once(child, 'close')) as [number | null]
      if (ended === 'cancelled') throw new Fault('cancelled', `${name} was stopped because the run was cancelled`)
      if (ended === 'timeout') throw new Fault('git-failed', `${name} did not end within ${timeoutMs / 1000} s and was stopped; is the disk slow or the repository very large?`)
      if (ended === 'cut' && call.cut !== true) throw new Fault('git-failed', `${name} wrote more than ${maxBytes} bytes and was stopped`)
      const answer = { code: code ?? 137, stdout: Buffer.concat(out), stderr, wasCut: ended === 'cut' }
      if (ended === undefined && answer.code !== 0 && !(call.accepts ?? []).includes(answer.code)) {
        throw new Fault('git-failed', `${name} failed with exit code ${answer.code}: ${toFirstLine(stderr)}`)
      }
      return answer
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT' && !(thrown instanceof Fault)) {
        throw new Fault('git-failed', `git could not be started from '${call.cwd}' (${gitPath}): install git 2.32 or newer, and see that the directory is there`, { cause: thrown })
      }
      throw thrown
    } finally {
      clearTimeout(timer)
      call.signal?.removeEventListener('abort', onAbort)
    }
  }
}

/** Nothing that a repository or a machine configures may run a program or write beside what was asked. */
export const quietFlags: readonly string[] = [
  '--no-pager',
  ...[
    'core.fsmonitor=false', 'core.hooksPath=/dev/null', 'safe.bareRepository=explicit', 'gc.auto=0', 'maintenance.auto=false',
    'core.untrackedCache=false', 'core.quotePath=false', 'core.splitIndex=false', 'advice.addEmbeddedRepo=false', 'submodule.recurse=false',
    'core.pager=cat', 'protocol.allow=never', 'core.protectHFS=false', 'core.protectNTFS=false',
  ].flatMap((setting) => ['-c', setting]),
]

/** The environment for git on a repository of ours: no configuration of the machine or the person counts. */
export function toSealedEnv(env: Readonly<Record<string, string | undefined>>, extra: Readonly<Record<string, string>>): Record<string, string> {
  return {
    PATH: env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    ...extra,
  }
}

const kept = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'USER', 'LOGNAME', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM', 'GIT_CEILING_DIRECTORIES', 'SUDO_UID']

/** The environment for reading the person's repository: their own configuration counts, nothing else is inherited. */
export function toPersonEnv(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const own = Object.fromEntries(kept.flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]]])))
  return { ...own, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none' }
}
