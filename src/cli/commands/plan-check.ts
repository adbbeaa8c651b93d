import { chooseChecks, draftContract } from '../../domain/contract/draft.ts'
import { checkPlanFile } from '../../domain/plan/check-file.ts'
import { count } from '../../domain/report/words.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import type { PlanFile } from '../../protocol/plan-file.ts'
import type { Plan } from '../../protocol/plan.ts'
import { openRecord, openWorkspaces } from '../compose.ts'
import { readConfig } from '../config.ts'
import { prepareContract } from '../intake.ts'
import { mintRun } from '../mint-run.ts'
import type { FileFault } from '../../domain/text/explain-issues.ts'
import { openPolicyFor } from '../open-policy.ts'
import { examinePlanFile, toFileFault, toPlanFault, type OpenPlanFile } from '../plan-file.ts'
import { notePlan, type NotedPlan } from '../plan-notes.ts'
import { print, whilePrinting } from '../print.ts'
import { oneLine } from '../render.ts'
import { openSpecialistsFor, toTaskRoles } from '../planned-run.ts'
import { findRootAround } from '../read-run.ts'
import type { RunOptions } from '../run-options.ts'

export interface PlanCheckOptions extends Pick<RunOptions, 'check' | 'scope' | 'repo' | 'maxTurns' | 'contract'> {
  readonly json?: boolean
}

/** `writ plan check FILE`: would `writ run --plan FILE` take it? Nothing is run. */
export async function planCheckCommand(path: string, options: PlanCheckOptions): Promise<number> {
  const found = await examinePlanFile(path)
  const judged = 'file' in found ? await judge(found, options) : { ...found, repairs: [], notes: [], plan: undefined }
  const { faults, repairs, notes } = judged
  if (options.json) {
    return whilePrinting(async () => {
      await print(`${JSON.stringify({ version: 1, file: path, ok: faults.length === 0, faults, repairs, notes }, undefined, 2)}\n`)
      return faults.length === 0 ? 0 : exitCodes['request-wrong']
    })
  }
  if (faults.length > 0 || judged.plan === undefined) throw toPlanFault(path, 'what' in judged ? judged.what : 'cannot be carried out', faults)
  const { plan } = judged
  return whilePrinting(async () => {
    await print(`${[`${path} can be carried out: ${count(plan.tasks.length, 'task')}.`, ...repairs.map((each) => `Mended: ${each}.`), ...notes.map((each) => `Note: ${oneLine(each, 1000)}.`)].join('\n')}\n`)
    return 0
  })
}

async function judge(found: OpenPlanFile, options: PlanCheckOptions): Promise<{ readonly plan: Plan; readonly faults: readonly FileFault[]; readonly repairs: readonly string[]; readonly notes: readonly string[] }> {
  const { file } = found
  const { contract, roles, now, policy } = await toFrame(file, options)
  const { plan, faults, repairs } = checkPlanFile(file, contract, roles)
  const notes = [
    ...(file.goal === undefined ? ['it names no goal: writ run --plan needs one, in the file or beside it'] : []),
    ...(contract.checks.length === 0 ? ['the goal has no check: nothing can be proven by it'] : []),
    ...(faults.length > 0 ? [] : await notePlan({ file, plan, contract, now, ...(policy ? { policy } : {}) })),
  ]
  return { plan, faults: faults.map((fault) => toFileFault(found, fault)), repairs, notes }
}

interface Frame extends Pick<NotedPlan, 'contract' | 'now' | 'policy'> {
  readonly roles: readonly string[] | undefined
}

/** Contract, specialists and policy as `writ run --plan` would have them. Outside of any repository, what the file itself says. */
async function toFrame(file: PlanFile, options: PlanCheckOptions): Promise<Frame> {
  const goal = file.goal ?? 'the goal'
  const root = options.repo ?? (await findRootAround(process.cwd()))
  if (root !== undefined) {
    const record = await openRecord()
    const now = record.clock.now()
    const [{ values: config }, workspaces] = await Promise.all([readConfig(record.places), openWorkspaces(record.places)])
    const run = mintRun(record)
    const repository = await workspaces.inspect(root, { run, includeDirty: false })
    const contract = await prepareContract(workspaces, run, repository, goal, options, config, now, file)
    const specialists = await openSpecialistsFor({ workers: 1 }, { record, workspaces, config }, { run, repository })
    const { policy } = await openPolicyFor({ places: record.places, now, repository: { root: repository.root, base: () => workspaces.readBase(repository.root, repository.base, run) } })
    await policy.ready()
    return { contract, roles: specialists && toTaskRoles(specialists), now, policy }
  }
  const flags = { goal, checks: options.check ?? [], scope: options.scope ?? [], constraints: [], deadline: undefined, maxTurns: options.maxTurns, maxUsd: undefined }
  const given = { goal, ...(file.scope ? { scope: file.scope } : {}), ...(file.checks && flags.checks.length === 0 ? { checks: file.checks.map((each) => (typeof each === 'string' ? each : { command: each.command })) } : {}) }
  return { contract: draftContract(flags, given, chooseChecks(flags, given, []), { pins: [], guarded: [] }, 0), roles: undefined, now: 0 }
}
