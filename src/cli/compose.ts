import { join } from 'node:path'
import { createSqliteIndex } from '../adapters/index-sqlite/sqlite-index.ts'
import { createBlobStore } from '../adapters/log-jsonl/blob-store.ts'
import { createJsonlLog } from '../adapters/log-jsonl/jsonl-log.ts'
import { createRandomIds } from '../adapters/system/random-ids.ts'
import { createSystemClock } from '../adapters/system/system-clock.ts'
import type { Clock, Ids } from '../engine/ports/clock.ts'
import type { Blobs, EventLog } from '../engine/ports/event-log.ts'
import type { ModelPort } from '../engine/ports/model.ts'
import type { Sandbox } from '../engine/ports/sandbox.ts'
import type { Workspaces } from '../engine/ports/workspace.ts'
import type { Attester } from '../engine/ports/attester.ts'
import type { RunRepositories } from '../adapters/workspace-git/run-repositories.ts'
import type { KeyRing } from '../adapters/signing-local/key-ring.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import { getPlaces, type Places } from './places.ts'
import type { SolverChoice } from './solver-choice.ts'

/**
 * The only place where adapters meet ports (with `compose-engine`). The record is what every command opens; the rest is
 * loaded where it is named, so that a command pays for what it uses.
 */
export interface OpenRecord {
  readonly places: Places
  readonly clock: Clock
  readonly ids: Ids
  readonly log: EventLog
  readonly blobs: Blobs
}

export async function openRecord(env: NodeJS.ProcessEnv = process.env): Promise<OpenRecord> {
  const places = getPlaces(env)
  const clock = createSystemClock()
  const log = createJsonlLog({ stateDir: places.state, clock, index: createSqliteIndex({ path: join(places.state, 'index.db') }) })
  return { places, clock, ids: createRandomIds(clock), log, blobs: createBlobStore({ stateDir: places.state }) }
}

/** Each part is loaded when it is first used: at the end of a run. */
export function openAttester(record: Pick<OpenRecord, 'places' | 'clock'>, env: NodeJS.ProcessEnv = process.env): Attester {
  return {
    openSigner: async () => (await openKeys(record, env)).openSigner(),
    judge: async (key, bytes, signature) => {
      const [{ verifySignature }, ring] = await Promise.all([import('../adapters/signing-local/key-ring.ts'), openKeys(record, env)])
      const known = ring.find(key)
      return known === undefined ? 'unknown-key' : verifySignature(known.publicKey, bytes, signature) ? 'signed' : 'forged'
    },
    readKept: async (run) => (await import('../adapters/log-jsonl/attestation-files.ts')).readKeptAttestation(record.places.state, run),
    keep: async (run, bundles) => (await import('../adapters/log-jsonl/attestation-files.ts')).keepAttestation(record.places.state, run, bundles),
    note: async (options) => {
      const { writeNotes } = await import('../adapters/workspace-git/note.ts')
      try {
        await writeNotes({ ...options, env })
      } catch (error) {
        // The record is attested all the same; its copy on the commit is for others and can be made later.
        if (!(error instanceof Fault) || error.code !== 'git-failed') throw error
        process.stderr.write(`writ: the attestation was not attached to the commit: ${toMessage(error)}\n`)
      }
    },
  }
}

export async function openKeys({ places, clock }: Pick<OpenRecord, 'places' | 'clock'>, env: NodeJS.ProcessEnv = process.env): Promise<KeyRing> {
  const [{ openKeyRing }, { userName }] = await Promise.all([import('../adapters/signing-local/key-ring.ts'), import('./user-name.ts')])
  return openKeyRing({ directory: join(places.config, 'keys'), owner: env.USER || userName(), now: () => clock.now() })
}

export async function openSandbox(places: Places, env: NodeJS.ProcessEnv = process.env): Promise<Sandbox> {
  if (process.platform === 'linux') {
    const { createBwrapSandbox } = await import('../adapters/sandbox-bwrap/driver.ts')
    return createBwrapSandbox({ stateDir: places.state, env })
  }
  if (process.platform === 'darwin') {
    const { createSeatbeltSandbox } = await import('../adapters/sandbox-seatbelt/driver.ts')
    return createSeatbeltSandbox({ stateDir: places.state, env })
  }
  throw new Fault('sandbox-unavailable', `there is no sandbox for ${process.platform}; on Windows, run Writ inside WSL 2`)
}

/** Workspaces, and the repositories under them for whoever integrates what was made in them. */
export interface OpenWorkspaces extends Workspaces {
  readonly repositories: RunRepositories
}

export async function openWorkspaces(places: Places, env: NodeJS.ProcessEnv = process.env): Promise<OpenWorkspaces> {
  const [{ createGitWorkspaces }, { createRunRepositories }] = await Promise.all([import('../adapters/workspace-git/git-workspaces.ts'), import('../adapters/workspace-git/run-repositories.ts')])
  const repositories = createRunRepositories({ stateDir: places.state, env })
  return { ...createGitWorkspaces({ stateDir: places.state, env }, repositories), repositories }
}

/** The root under which runs of this repository are recorded. @throws Fault `repository-unusable`. */
export async function findRoot(directory: string): Promise<string> {
  const [{ createGitProcess }, { getPersonRepository }] = await Promise.all([
    import('../adapters/workspace-git/git-process.ts'),
    import('../adapters/workspace-git/person-repository.ts'),
  ])
  return (await getPersonRepository(directory, { runGit: createGitProcess('git'), env: process.env })).root
}

/** Opens the model that was chosen. It goes on warming up while git and the sandbox are waited for. */
export async function openModel(solver: SolverChoice): Promise<ModelPort | undefined> {
  if (solver.model === undefined) return undefined
  const { createModel } = await import('../adapters/model-ai-sdk/create-model.ts')
  return createModel({ id: solver.model, env: process.env })
}
