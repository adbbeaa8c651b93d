import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { createCommandReader } from '../adapters/command-bash/command-reader.ts'
import { createAmendTool } from '../adapters/tool-amend/propose-amendment.ts'
import { createRestoreTool } from '../adapters/tool-restore/restore.ts'
import { createCheckFinder } from '../adapters/check-finder/check-finder.ts'
import { createCheckRunner } from '../adapters/check-command/check-runner.ts'
import { createFileTools } from '../adapters/tool-files/create-file-tools.ts'
import { createReportFindingsTool } from '../adapters/tool-stage/report-findings.ts'
import { createReportTestsTool } from '../adapters/tool-stage/report-tests.ts'
import { createPlanTool } from '../adapters/tool-plan/propose-plan.ts'
import { createFinishTool } from '../adapters/tool-finish/finish.ts'
import { createSearchTool } from '../adapters/tool-search/search.ts'
import { createShellTools, shellDefaults } from '../adapters/tool-shell/shell.ts'
import { createSurveyor } from '../adapters/survey/surveyor.ts'
import { createSyntaxChecker } from '../adapters/check-syntax/syntax-checker.ts'
import { findSecretFiles } from '../adapters/tool-files/find-secret-files.ts'
import { openMaskKey } from '../adapters/secret-files/mask-key.ts'
import { createMasker, type Masker } from '../domain/secrets/masker.ts'
import { listSecretVariables } from '../domain/secrets/known-values.ts'
import { maskOutput } from '../engine/masked-output.ts'
import { createRunBlobs } from '../engine/run-blobs.ts'
import type { Approver } from '../engine/ports/approver.ts'
import type { EnginePorts } from '../engine/ports/engine-ports.ts'
import type { Children } from '../engine/ports/children.ts'
import type { Integrator } from '../engine/ports/integrator.ts'
import type { Policy } from '../engine/ports/policy.ts'
import type { ModelPort } from '../engine/ports/model.ts'
import type { Sandbox } from '../engine/ports/sandbox.ts'
import type { AnyTool } from '../engine/ports/tools.ts'
import type { Workspaces } from '../engine/ports/workspace.ts'
import type { ToolSpec } from '../protocol/conversation.ts'
import type { Hooks } from '../engine/ports/hooks.ts'
import type { BlobRef, Json, RunId } from '../protocol/ids.ts'
import { builtSchemas } from './built-schemas.ts'
import { openAttester, type OpenRecord } from './compose.ts'
import { recordDefaults, type ConfigFile } from './config.ts'
import { openStrengthMeter } from './open-strength.ts'
import type { Places } from './places.ts'
import type { SolverChoice } from './solver-choice.ts'
import { openValidatorsFor } from './compose-validators.ts'

/*
 * The rest of `compose`: what a run works with. Loaded as one with the command that runs, because every file that is loaded
 * by itself costs the start some tenths of a millisecond; only what one solver or a later moment needs is loaded apart.
 */
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
  readonly policy: Policy
  readonly run: RunId
  /** Root of the person's repository. */
  readonly repository: string
  readonly note: (text: string) => void
  /** Names of the tools that whoever works has; left out: the usual ones. */
  readonly tools?: readonly string[]
  readonly children?: Children
  readonly integrator?: Integrator
  /** The contract's grants: a command that can reach out may do what cannot be undone. */
  readonly network: readonly string[]
}

/** Everything that a run needs. The parts that only one solver uses are loaded only for it. */
export async function composeEngine(parts: EngineParts): Promise<EnginePorts> {
  const { record, sandbox, solver, config } = parts
  const masker = openMasker(record.places, config)
  const tools = openTools(parts.network, config, parts.tools)
  const repair = solver.solver === 'repair' || solver.builtinFirst ? (await import('../adapters/solver-repair/repair-solver.ts')).createRepairSolver(config.repair ?? {}) : undefined
  const strength = openStrengthMeter(parts.policy, process.env)
  const hooks = await openHooksWhereWanted(parts, masker)
  const blobs = createRunBlobs({ blobs: record.blobs, masker, maxBytes: (config.record?.max_mb ?? recordDefaults.maxMb) * 1e6, earlier: parts.stored ?? (() => []) })
  return {
    clock: record.clock, log: record.log, blobs, workspaces: parts.workspaces, sandbox,
    checks: createCheckRunner({ sandbox: maskOutput(sandbox, masker), blobs, limits: limitsOf(config) }),
    finder: createCheckFinder(),
    syntax: createSyntaxChecker(),
    surveyor: createSurveyor({ stateDir: record.places.state, env: process.env }),
    policy: parts.policy,
    commands,
    ...(hooks ? { hooks } : {}),
    validators: openValidatorsFor({ places: record.places, sandbox, clock: record.clock, mask: (text) => masker.mask(text), policy: parts.policy }),
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
    endless: { find: async (...asked) => (await import('../adapters/solver-repair/find-endless.ts')).findEndless(...asked) },
    ...(strength ? { strength } : {}),
    ...(parts.children ? { children: parts.children } : {}),
    ...(parts.integrator ? { integrator: parts.integrator } : {}),
  }
}

const commands = createCommandReader()

/** Most repositories and people have none: then nothing of it is loaded. */
async function openHooksWhereWanted(parts: EngineParts, masker: Masker): Promise<Hooks | undefined> {
  if (parts.config.hooks === undefined && !existsSync(join(parts.repository, '.writ'))) return undefined
  const [{ openHooks }, { openTrust }] = await Promise.all([import('./open-hooks.ts'), import('./open-policy.ts')])
  const trust = await openTrust(parts.record.places)
  const { hooks, note } = await openHooks({
    record: parts.record, config: parts.config, run: parts.run, repository: parts.repository, policy: parts.policy, commands, sandbox: parts.sandbox, masker,
    isTrusted: (path, digest) => trust.isTrusted(parts.repository, path, digest), env: commandEnvironment(parts.network),
  })
  if (note) parts.note(`writ: ${note}`)
  return hooks
}

/** Knows the secrets of this environment, and everything that looks like one. */
export function openMasker(places: Places, config: ConfigFile, env: NodeJS.ProcessEnv = process.env): Masker {
  const masker = createMasker({ key: openMaskKey(places.state) })
  masker.learn(listSecretVariables(env, config.secrets?.variables), 'variable')
  return masker
}

/** The order is part of the prompt's prefix: it never changes within a run. */
export function openTools(network: readonly string[], config: ConfigFile, names?: readonly string[]): { readonly all: readonly AnyTool[]; readonly list: readonly AnyTool[]; readonly specs: readonly ToolSpec[]; readonly stop: () => Promise<void> } {
  const files = createFileTools()
  const timeoutMs = (config.sandbox?.timeout_seconds ?? shellDefaults.limits.timeoutMs / 1000) * 1000
  const shell = createShellTools({ network, env: commandEnvironment(network), limits: { ...shellDefaults.limits, ...limitsOf(config), timeoutMs } })
  const usual: readonly AnyTool[] = [files.read, files.list, createSearchTool({ findRipgrep }), files.edit, files.patch, files.write, shell.shell, createRestoreTool(), createAmendTool(), createFinishTool()]
  const all = [...usual, createPlanTool(), createReportTestsTool(), createReportFindingsTool()]
  const list = names === undefined ? usual : all.filter((tool) => names.includes(tool.name))
  const specs = list.map((tool) => ({ name: tool.name, description: tool.description, schema: builtSchemas?.[tool.name] ?? toSchema(z.toJSONSchema(tool.offered ?? tool.input, { io: 'input' })) }))
  return { all, list, specs, stop: () => shell.stopAll() }
}

/** Nothing is left behind by merely running Python, and npm does not wait for a network that is not there. */
function commandEnvironment(network: readonly string[]): Readonly<Record<string, string>> {
  return { PYTHONDONTWRITEBYTECODE: '1', ...(network.length === 0 ? { npm_config_offline: 'true' } : {}) }
}

/** The one that came with us, else the system's. Looked for when something is searched for. */
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
