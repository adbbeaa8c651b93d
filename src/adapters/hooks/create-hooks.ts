import { maskJson } from '../../domain/secrets/mask-json.ts'
import type { Masker } from '../../domain/secrets/masker.ts'
import type { Clock } from '../../engine/ports/clock.ts'
import type { HookCallPlace as Place, HookOutcome, Hooks } from '../../engine/ports/hooks.ts'
import type { Sandbox } from '../../engine/ports/sandbox.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { mostHooks, type HookEvent, type HookTable } from '../../protocol/hooks.ts'
import type { Json } from '../../protocol/ids.ts'
import { toHookPlace, toHostPlace, type HookPlace } from './hook-place.ts'
import { createHookJudge, type HookJudgeOptions } from './judge-hook.ts'
import { readVerdict, type HookVerdict } from './read-answer.ts'
import { hookFolder, type RepositoryHooks } from './repository-hooks.ts'
import { runInSandbox, runOnHost, type HookEnd } from './run-hook.ts'
import { toMatcher } from './tool-names.ts'

export interface HooksOptions extends HookJudgeOptions {
  /** The run's id: hooks know it as `session_id`. */
  readonly run: string
  /** Of the person's own configuration: they count at once. */
  readonly user: HookTable
  /** See `loadRepositoryHooks`; undefined where none are wanted. */
  readonly repository: RepositoryHooks | undefined
  readonly sandbox: Sandbox
  /** Variables in the sandbox, beside the driver's own. */
  readonly env: Readonly<Record<string, string>>
  /** For hooks outside of the sandbox: the person's home directory, and their variables without secrets. */
  readonly person: { readonly home: string; readonly env: Readonly<Record<string, string>> }
  readonly masker: Masker | undefined
  readonly clock: Pick<Clock, 'elapsed'>
  /** Bounds in the sandbox where the person has set some. */
  readonly limits?: { readonly memoryMb?: number; readonly pids?: number }
}

/** One configured hook. */
interface ConfiguredHook {
  readonly event: HookEvent
  readonly matches: (tool: string | undefined) => boolean
  readonly command: string
  readonly timeoutMs: number
  readonly once: boolean
  readonly host: boolean
  readonly from: 'user' | 'repository'
}

/** Most characters of what a hook says that are passed on. */
const mostSaid = 10_000
const mostName = 200

/**
 * Owns: which hooks there are, and which of those that run once have run. The person's own come first, then the repository's.
 * Invariants: (1) no command runs that the policy did not allow as it stands; (2) a repository's hook runs in the sandbox only,
 * and only while every file that was trusted is unchanged; (3) a hook can say no, never yes; (4) nothing that a hook does throws.
 */
export function createHooks(options: HooksOptions): Hooks {
  const all = [...toConfigured(options.user, 'user'), ...toConfigured(options.repository?.table ?? {}, 'repository')]
  const spent = new Set<ConfiguredHook>()
  const judge = createHookJudge(options)
  const mask = (text: string): string => options.masker?.mask(text) ?? text
  const find = (event: HookEvent, tool: string | undefined): readonly ConfiguredHook[] =>
    all.filter((hook) => hook.event === event && hook.matches(tool) && !spent.has(hook)).slice(0, mostHooks)

  async function callOne(hook: ConfiguredHook, input: string, place: Place): Promise<HookVerdict | { readonly status: 'refused'; readonly reason: string }> {
    if (hook.from === 'repository' && options.repository !== undefined && !await options.repository.isSame()) {
      return { status: 'refused', reason: 'the files of the repository\'s hooks have changed since they were trusted: writ policy trust shows and trusts them' }
    }
    const at = toPlace(hook, place)
    if (at.isTamperedWith && hook.command.includes(hookFolder)) {
      return readVerdict(hook.event, { exitCode: 2, stdout: '', stderr: `This hook of the repository could not run, because ${hookFolder} is not a folder of the workspace any more. Put it back as it was; where it was never committed, a person has to commit it.` })
    }
    const decision = await judge(hook, at.reads, place.contract)
    if (decision.effect !== 'allow') return { status: 'refused', reason: `the policy does not let it run (${decision.rules[0] ?? 'no rule allows it'}): ${decision.reason}` }
    const command = { command: hook.command, input, cwd: at.cwd, timeoutMs: hook.timeoutMs, signal: place.signal }
    const ended = hook.host
      ? await runOnHost({ ...command, env: at.reads.env })
      : await runInSandbox({ ...command, env: at.reads.env, mounts: at.mounts, sandbox: options.sandbox, limits: options.limits ?? {} })
    return toVerdict(hook, ended, mask)
  }

  function toPlace(hook: ConfiguredHook, { workspace }: Place): HookPlace {
    if (hook.host) return toHostPlace(options.person.home, options.person.env)
    const env = { ...options.env, WRIT_PROJECT_DIR: workspace?.home ?? '/tmp', WRIT_HOOK_EVENT: hook.event }
    return toHookPlace({ event: hook.event, env, workspace, folder: hook.from === 'repository' ? options.repository?.folder : undefined })
  }

  return {
    wants: (event, tool) => find(event, tool).length > 0,
    async call(event, input, place) {
      const outcomes: HookOutcome[] = []
      for (const hook of find(event, place.tool)) {
        if (place.signal.aborted) break
        if (hook.once) spent.add(hook)
        const startedAt = options.clock.elapsed()
        const verdict = await callOne(hook, toInput(options, event, input, place, hook.host), place).catch((thrown: unknown): HookVerdict => {
          // What is in the way of one hook (a sandbox that cannot be set up, a program that is not there) is its outcome.
          if (thrown instanceof Fault || (thrown instanceof Error && 'code' in thrown)) return { status: 'failed', reason: toMessage(thrown) }
          throw thrown
        })
        const reason = cut(mask(verdict.reason), mostSaid)
        outcomes.push({ ...verdict, reason, hook: cut(mask(hook.command.replaceAll(/\s+/g, ' ').trim()), mostName), event, durationMs: options.clock.elapsed() - startedAt })
        if (verdict.status === 'blocked') break
      }
      return outcomes
    },
  }
}

function toConfigured(table: HookTable, from: ConfiguredHook['from']): readonly ConfiguredHook[] {
  return Object.entries(table).flatMap(([event, groups]) => (groups ?? []).flatMap((group) => {
    const matches = toMatcher(group.matcher)
    return group.hooks.map((hook) => ({ event: event as HookEvent, matches, command: hook.command, timeoutMs: hook.timeout * 1000, once: hook.once === true, host: hook.host === true && from === 'user', from }))
  }))
}

/** What the hook reads on standard input, without secrets. */
function toInput({ run, masker, person }: HooksOptions, event: HookEvent, input: Readonly<Record<string, Json>>, { workspace, tool }: Place, isHost: boolean): string {
  const given = { ...input, session_id: run, hook_event_name: event, cwd: workspace?.home ?? (isHost ? person.home : '/tmp'), ...(tool === undefined ? {} : { tool_name: tool }) }
  return JSON.stringify(masker === undefined ? given : maskJson({ input: given }, masker).input)
}

function toVerdict(hook: ConfiguredHook, { ended, exitCode, stdout, stderr }: HookEnd, mask: (text: string) => string): HookVerdict {
  switch (ended) {
    case 'exited': return readVerdict(hook.event, { exitCode: exitCode ?? 1, stdout: mask(stdout), stderr: mask(stderr) })
    case 'timeout': return { status: 'failed', reason: `it took longer than ${hook.timeoutMs / 1000} s and was stopped (timeout, in seconds, gives it more)` }
    case 'memory': return { status: 'failed', reason: 'it used more memory than it may and was stopped' }
    case 'disk': return { status: 'failed', reason: 'it wrote more than it may and was stopped' }
    case 'cancelled': return { status: 'failed', reason: 'the run was interrupted while it ran' }
  }
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}
