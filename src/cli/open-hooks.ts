import { homedir } from 'node:os'
import { createHooks } from '../adapters/hooks/create-hooks.ts'
import { loadRepositoryHooks } from '../adapters/hooks/repository-hooks.ts'
import { toPersonEnvironment } from '../adapters/process/person-environment.ts'
import type { Masker } from '../domain/secrets/masker.ts'
import type { CommandReader } from '../engine/ports/commands.ts'
import type { Hooks } from '../engine/ports/hooks.ts'
import type { Policy } from '../engine/ports/policy.ts'
import type { Sandbox } from '../engine/ports/sandbox.ts'
import type { Digest, RunId } from '../protocol/ids.ts'
import type { OpenRecord } from './compose.ts'
import type { ConfigFile } from './config.ts'

export interface HookParts {
  readonly record: Pick<OpenRecord, 'clock'>
  readonly config: ConfigFile
  readonly run: RunId
  /** Root of the person's repository: its hooks are read there, not in the agent's workspace. */
  readonly repository: string
  /** Does the person trust this file of the repository as it is? */
  readonly isTrusted: (path: string, digest: Digest) => Promise<boolean>
  readonly policy: Policy
  readonly commands: CommandReader
  readonly sandbox: Sandbox
  readonly masker: Masker | undefined
  /** Variables that commands of the solver have. */
  readonly env: Readonly<Record<string, string>>
}

/** The hooks of a run: the person's own, and the repository's where they are trusted. `note`: what is there and does nothing, and why. */
export async function openHooks(parts: HookParts): Promise<{ readonly hooks: Hooks; readonly note: string | undefined }> {
  const { config, policy, commands, sandbox, masker, env, run, record: { clock } } = parts
  const repository = await loadRepositoryHooks({ root: parts.repository, isTrusted: parts.isTrusted })
  const { memory_mb: memoryMb, pids } = config.sandbox ?? {}
  const hooks = createHooks({
    run, user: config.hooks ?? {}, repository, policy, commands, sandbox, masker, env, clock, now: () => clock.now(),
    person: { home: process.env.HOME || homedir(), env: toPersonEnvironment(process.env) },
    limits: { ...(memoryMb === undefined ? {} : { memoryMb }), ...(pids === undefined ? {} : { pids }) },
  })
  return { hooks, note: repository.note }
}
