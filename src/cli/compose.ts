import { join } from 'node:path'
import type { Clock, Ids } from '../engine/ports/clock.ts'
import type { Blobs, EventLog } from '../engine/ports/event-log.ts'
import type { ModelPort } from '../engine/ports/model.ts'
import type { Sandbox } from '../engine/ports/sandbox.ts'
import type { Workspaces } from '../engine/ports/workspace.ts'
import type { EnginePorts } from '../engine/ports/engine-ports.ts'
import type { Attester } from '../engine/ports/attester.ts'
import type { KeyRing } from '../adapters/signing-local/key-ring.ts'
import type { Approver } from '../engine/ports/approver.ts'
import type { AnyTool } from '../engine/ports/tools.ts'
import type { Masker } from '../domain/secrets/masker.ts'
import type { ToolSpec } from '../protocol/conversation.ts'
import type { BlobRef, Json } from '../protocol/ids.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import { recordDefaults, type ConfigFile } from './config.ts'
import { getPlaces, type Places } from './places.ts'
import type { SolverChoice } from './solver-choice.ts'

/**
 * The only place where adapters meet ports. Each function loads just the adapters it names, so that a command pays for
 * what it uses.
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
  const [{ createSystemClock }, { createRandomIds }, { createJsonlLog }, { createBlobStore }, { createSqliteIndex }] = await Promise.all([
    import('../adapters/system/system-clock.ts'),
    import('../adapters/system/random-ids.ts'),
    import('../adapters/log-jsonl/jsonl-log.ts'),
    import('../adapters/log-jsonl/blob-store.ts'),
    import('../adapters/index-sqlite/sqlite-index.ts'),
  ])
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

export async function openWorkspaces(places: Places, env: NodeJS.ProcessEnv = process.env): Promise<Workspaces> {
  const { createGitWorkspaces } = await import('../adapters/workspace-git/git-workspaces.ts')
  return createGitWorkspaces({ stateDir: places.state, env })
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

export interface EngineParts {
  readonly record: OpenRecord
  readonly workspaces: Workspaces
  readonly sandbox: Sandbox
  readonly solver: SolverChoice
  readonly config: ConfigFile
  readonly approver: Approver
  readonly model: ModelPort | undefined
  /** What a run that goes on has stored already. */
  readonly stored?: () => readonly BlobRef[]
  /** The contract's grants: a command that can reach out may do what cannot be undone. */
  readonly network: readonly string[]
}

/** Everything that a run needs. The parts that only one solver uses are loaded only for it. */
export async function composeEngine(parts: EngineParts): Promise<EnginePorts> {
  const { record, sandbox, solver, config } = parts
  const [{ createCheckRunner }, { createCheckFinder }, { createSyntaxChecker }, { createSurveyor }, { createBuiltinPolicy }, { findSecretFiles }, { createRunBlobs }, { maskOutput }, masker, tools, repair] = await Promise.all([
    import('../adapters/check-command/check-runner.ts'),
    import('../adapters/check-finder/check-finder.ts'),
    import('../adapters/check-syntax/syntax-checker.ts'),
    import('../adapters/survey/surveyor.ts'),
    import('../adapters/policy-builtin/builtin-policy.ts'),
    import('../adapters/tool-files/find-secret-files.ts'),
    import('../engine/run-blobs.ts'),
    import('../engine/masked-output.ts'),
    openMasker(record.places, config),
    openTools(parts.network, config),
    solver.solver === 'repair' ? import('../adapters/solver-repair/repair-solver.ts').then(({ createRepairSolver }) => createRepairSolver()) : undefined,
  ])
  const blobs = createRunBlobs({ blobs: record.blobs, masker, maxBytes: (config.record?.max_mb ?? recordDefaults.maxMb) * 1e6, earlier: parts.stored ?? (() => []) })
  return {
    clock: record.clock, log: record.log, blobs, workspaces: parts.workspaces, sandbox,
    checks: createCheckRunner({ sandbox: maskOutput(sandbox, masker), blobs, limits: limitsOf(config) }),
    finder: createCheckFinder(),
    syntax: createSyntaxChecker(),
    surveyor: createSurveyor({ stateDir: record.places.state, env: process.env }),
    policy: createBuiltinPolicy(),
    approver: parts.approver,
    attester: openAttester(record),
    findSecrets: findSecretFiles,
    masker,
    learnSecretFiles: async (places) => {
      const { readSecretFiles } = await import('../adapters/secret-files/read-secret-files.ts')
      masker.learn(await readSecretFiles(places, config.secrets?.files ?? []), 'file')
    },
    tools: tools.list, toolSpecs: tools.specs, stopTools: tools.stop,
    model: parts.model, repair,
  }
}

/** Knows the secrets of this environment, and everything that looks like one. */
export async function openMasker(places: Places, config: ConfigFile, env: NodeJS.ProcessEnv = process.env): Promise<Masker> {
  const [{ openMaskKey }, { createMasker }, { listSecretVariables }] = await Promise.all([
    import('../adapters/secret-files/mask-key.ts'),
    import('../domain/secrets/masker.ts'),
    import('../domain/secrets/known-values.ts'),
  ])
  const masker = createMasker({ key: openMaskKey(places.state) })
  masker.learn(listSecretVariables(env, config.secrets?.variables), 'variable')
  return masker
}

/** The order is part of the prompt's prefix: it never changes within a run. */
export async function openTools(network: readonly string[], config: ConfigFile): Promise<{ list: readonly AnyTool[]; specs: readonly ToolSpec[]; stop: () => Promise<void> }> {
  const [{ createFileTools }, { createSearchTool }, { createShellTools, shellDefaults }, { createFinishTool }, rgPath, { z }] = await Promise.all([
    import('../adapters/tool-files/create-file-tools.ts'),
    import('../adapters/tool-search/search.ts'),
    import('../adapters/tool-shell/shell.ts'),
    import('../adapters/tool-finish/finish.ts'),
    findRipgrep(),
    import('zod'),
  ])
  const files = createFileTools()
  const timeoutMs = (config.sandbox?.timeout_seconds ?? shellDefaults.limits.timeoutMs / 1000) * 1000
  const shell = createShellTools({ network, env: commandEnvironment(network), limits: { ...shellDefaults.limits, ...limitsOf(config), timeoutMs } })
  const list: readonly AnyTool[] = [files.read, files.list, createSearchTool({ rgPath }), files.edit, files.patch, files.write, shell.shell, createFinishTool()]
  const specs = list.map((tool) => ({ name: tool.name, description: tool.description, schema: toSchema(z.toJSONSchema(tool.input, { io: 'input' })) }))
  return { list, specs, stop: () => shell.stopAll() }
}

/** Nothing is left behind by merely running Python, and npm does not wait for a network that is not there. */
function commandEnvironment(network: readonly string[]): Readonly<Record<string, string>> {
  return { PYTHONDONTWRITEBYTECODE: '1', ...(network.length === 0 ? { npm_config_offline: 'true' } : {}) }
}

/** The one that came with us, else the system's. */
async function findRipgrep(): Promise<string> {
  try {
    return (await import('@vscode/ripgrep')).rgPath
  } catch {
    return 'rg' // its package for this platform is not installed
  }
}

/** Without the dialect's address and what providers refuse or ignore: it costs tokens in every request. */
function toSchema(schema: unknown): Json {
  const { $schema: _dialect, ...rest } = schema as Readonly<{ [key: string]: Json }>
  return rest
}

function limitsOf(config: ConfigFile): { memoryMb?: number; pids?: number } {
  const { memory_mb: memoryMb, pids } = config.sandbox ?? {}
  return { ...(memoryMb === undefined ? {} : { memoryMb }), ...(pids === undefined ? {} : { pids }) }
}
