import type { BaseFiles } from '../engine/ports/workspace.ts'
import type { Contract } from '../protocol/contract.ts'
import { chooseChecks, draftContract, type Flags } from '../domain/contract/draft.ts'
import { readContractFile } from './contract-file.ts'
import { collectPins } from './intake.ts'

const noFlags: Flags = { goal: undefined, checks: [], scope: [], constraints: [], deadline: undefined, maxTurns: undefined, maxUsd: undefined }

/** The contract of a file, with checks and pins as a run on this base would have them. When it was to be met is no matter here. */
export async function readCheckContract(path: string, base: BaseFiles, now: number): Promise<Contract> {
  const { deadline: _deadline, ...file } = await readContractFile(path)
  const { createCheckFinder } = await import('../adapters/check-finder/check-finder.ts')
  const checks = chooseChecks(noFlags, file, (file.checks ?? []).length > 0 ? [] : await createCheckFinder().findChecks(base))
  return draftContract(noFlags, file, checks, await collectPins(base, checks, file.scope ?? [], file.unpinned ?? []), now)
}
