/** For the tests of this folder: hooks in the real sandbox, over a workspace and a repository of their own. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createHooks, type HooksOptions } from '../../src/adapters/hooks/create-hooks.ts'
import { loadRepositoryHooks, type RepositoryHooks } from '../../src/adapters/hooks/repository-hooks.ts'
import { createBwrapSandbox } from '../../src/adapters/sandbox-bwrap/driver.ts'
import { createSystemClock } from '../../src/adapters/system/system-clock.ts'
import { createMasker } from '../../src/domain/secrets/masker.ts'
import { digestOf } from '../../src/domain/digest.ts'
import type { CommandReader } from '../../src/engine/ports/commands.ts'
import type { HookEvent, HookOutcome, Hooks } from '../../src/engine/ports/hooks.ts'
import type { CallQuestion, Policy } from '../../src/engine/ports/policy.ts'
import type { SandboxMount } from '../../src/engine/ports/sandbox.ts'
import type { Contract } from '../../src/protocol/contract.ts'
import { HookTable } from '../../src/protocol/hooks.ts'
import type { Digest, Json } from '../../src/protocol/ids.ts'

export const HOME = '/home/someone/project'
export const SECRET = 'correct-horse-battery-staple-9'

export interface HookBench {
  readonly root: string
  /** The person's repository, the run's worktree, the person's home. */
  readonly repository: string
  readonly worktree: string
  readonly home: string
  readonly trusted: Set<string>
  readonly questions: CallQuestion[]
  readonly readings: string[]
  write(path: string, text: string): void
  text(path: string): string | undefined
  trust(...paths: string[]): void
  load(): Promise<RepositoryHooks>
  open(user: unknown, change?: Partial<HooksOptions>): Hooks
  call(hooks: Hooks, event: HookEvent, options?: { readonly tool?: string; readonly input?: Readonly<Record<string, Json>>; readonly signal?: AbortSignal; readonly without?: 'workspace'; readonly contract?: Contract }): Promise<readonly HookOutcome[]>
  dispose(): void
}

export function openHookBench(): HookBench {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'writ-hooks-')))
  chmodSync(root, 0o755)
  const [repository, worktree, home] = ['repository', 'worktree', 'home'].map((name) => join(root, name)) as [string, string, string]
  for (const folder of [repository, worktree, home]) mkdirSync(folder)
  chmodSync(worktree, 0o777)
  const trusted = new Set<string>()
  const questions: CallQuestion[] = []
  const readings: string[] = []
  const masker = createMasker({ key: 'ab'.repeat(32) })
  masker.learn([SECRET], 'variable')
  const sandbox = createBwrapSandbox({ stateDir: join(root, 'state'), env: process.env })
  const isTrusted = async (path: string, digest: Digest): Promise<boolean> => trusted.has(`${path} ${digest}`)
  const text = (path: string): string | undefined => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined)
  return {
    root, repository, worktree, home, trusted, questions, readings, text,
    write(path, content) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), content, { mode: 0o755 })
    },
    trust: (...paths) => {
      for (const path of paths) trusted.add(`${path} ${digestOf(readFileSync(join(repository, path)))}`)
    },
    load: () => loadRepositoryHooks({ root: repository, isTrusted }),
    open: (user, change = {}) => createHooks({
      run: 'run_0000000000000001', user: HookTable.parse(user), repository: undefined, policy: denying(questions), commands: reading(readings),
      now: () => 1_700_000_000_000, sandbox, env: {}, person: { home, env: { PATH: process.env['PATH'] ?? '', HOME: home } }, masker, clock: createSystemClock(), ...change,
    }),
    call: (hooks, event, { tool, input = {}, signal = new AbortController().signal, without, contract = { network: [] as string[] } as Contract } = {}) => {
      const mounts: readonly SandboxMount[] = [{ mode: 'rw', host: worktree, at: HOME }]
      return hooks.call(event, input, { workspace: without === undefined ? { home: HOME, mounts } : undefined, signal, contract, ...(tool === undefined ? {} : { tool }) })
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** Stands in for the reader of commands: knows a recursive delete by its words, in the command and in a script that it names. */
function reading(readings: string[]): CommandReader {
  return {
    async read(command, place) {
      readings.push(command)
      const script = /(\S+\.sh)\b/.exec(command)?.[1]
      const texts = [command, script === undefined ? '' : (await place.readFile(script)) ?? '']
      return { acts: [{ argv: ['bash'], kinds: texts.some((each) => /rm -rf/.test(each)) ? ['recursive-delete'] : [], paths: [], hosts: [], via: [] }], unknown: /\$\(curl/.test(command) ? [{ text: command, why: 'it runs what it downloads' }] : [] }
    },
  }
}

function denying(questions: CallQuestion[]): Policy {
  const policy = 'a'.repeat(64) as Digest
  return {
    hash: policy, document: '{}',
    decide: (question) => {
      questions.push(question)
      if (question.command?.acts.some((act) => act.kinds.length > 0)) return { effect: 'deny', rules: ['no-recursive-delete'], policy, reason: 'It deletes whole folders.' }
      if (question.contract.network.length > 0 && JSON.stringify(question.input).includes('git push')) return { effect: 'deny', rules: ['no-push'], policy, reason: 'It reaches others.' }
      if ((question.command?.unknown.length ?? 0) > 0) return { effect: 'ask', rules: ['not-understood'], policy, reason: 'What it would do cannot be told.' }
      return { effect: 'allow', rules: ['ordinary'], policy, reason: 'Nothing forbids it.' }
    },
  }
}
