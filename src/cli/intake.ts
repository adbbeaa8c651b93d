import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Check, Contract, ContractFile, Pin } from '../protocol/contract.ts'
import type { PlanFile } from '../protocol/plan-file.ts'
import type { Repository } from '../protocol/events/run.ts'
import type { RunId } from '../protocol/ids.ts'
import type { BaseFiles, Workspaces } from '../engine/ports/workspace.ts'
import { chooseChecks, draftContract, type Flags, type Found } from '../domain/contract/draft.ts'
import type { ConfigFile } from './config.ts'
import { readContractFile } from './contract-file.ts'
import type { RunOptions } from './run-options.ts'

/** How far scripts are followed from one to the next. */
const mostRounds = 12

/** From words, flags, files and what the repository itself says to a contract that is ready to be pinned. */
export async function prepareContract(
  workspaces: Workspaces,
  run: RunId,
  repository: Repository,
  goal: string | undefined,
  options: RunOptions,
  config: ConfigFile,
  now: number,
  plan?: PlanFile,
): Promise<Contract> {
  const [contractFile, { createCheckFinder }] = await Promise.all([
    options.contract ? readContractFile(options.contract) : undefined,
    import('../adapters/check-finder/check-finder.ts'),
  ])
  const file = plan ? withPlan(contractFile, plan, options) : contractFile
  const flags: Flags = {
    goal,
    checks: options.check ?? [],
    scope: options.scope ?? [],
    constraints: options.constraint ?? [],
    deadline: options.deadline,
    maxTurns: options.maxTurns ?? config.max_turns,
    maxUsd: options.maxBudgetUsd ?? config.max_budget_usd,
  }
  const base = await workspaces.readBase(repository.root, repository.base, run)
  const given = flags.checks.length + (file?.checks?.length ?? 0)
  const checks = chooseChecks(flags, file, given > 0 ? [] : withOwnPython(repository.root, await createCheckFinder().findChecks(base)))
  const scope = flags.scope.length > 0 ? flags.scope : (file?.scope ?? [])
  const pins = await collectPins(base, checks, scope, file?.unpinned ?? [])
  return draftContract(flags, file, checks, pins, now)
}

/** Goal, checks and bounds travel with a plan; what flags and a contract file say beside it comes first. */
function withPlan(contract: ContractFile | undefined, { goal = '', checks, scope, constraints }: PlanFile, options: RunOptions): ContractFile {
  return {
    ...contract, goal: contract?.goal ?? goal,
    ...(contract?.checks || !checks || (options.check ?? []).length > 0 ? {} : { checks: checks.map((each) => (typeof each === 'string' ? each : { command: each.command, ...(each.timeout_seconds === undefined ? {} : { timeout_seconds: each.timeout_seconds }) })) }),
    ...(contract?.scope || !scope ? {} : { scope }), constraints: [...(contract?.constraints ?? []), ...(constraints ?? [])],
  }
}

/** The repository's own environment holds what its tests import; the system's Python seldom does. Git does not know of it. */
function withOwnPython(root: string, found: Found['checks']): Found['checks'] {
  const own = ['.venv', 'venv'].find((folder) => existsSync(join(root, folder, 'bin', 'python')))
  if (own === undefined) return found
  return found.map((check) => ({ command: check.command.replace(/\bpython3 -m\b/, `${own}/bin/python -m`), why: check.command.includes('python3 -m') ? `${check.why}, in the environment ${own}` : check.why }))
}

/** The pins name which contents they need next, as scripts lead to other scripts; a few rounds reach the end. */
export async function collectPins(base: BaseFiles, checks: readonly Check[], scope: readonly string[], unpinned: readonly string[]): Promise<{ pins: readonly Pin[]; guarded: readonly string[] }> {
  const { findPins } = await import('../domain/contract/pins.ts')
  const files = await base.list()
  const contents = new Map<string, Uint8Array>()
  for (let round = 0; ; round += 1) {
    const found = findPins({ files, contents, checks, scope, unpinned })
    const wanted = found.wanted.filter((path) => !contents.has(path))
    if (wanted.length === 0 || round === mostRounds) return found
    for (const [path, bytes] of await base.readAll(wanted)) contents.set(path, bytes)
    for (const path of wanted) if (!contents.has(path)) contents.set(path, new Uint8Array())
  }
}
