import type { Contract } from '../../protocol/contract.ts'
import { matchesAny } from '../contract/guarded.ts'

/** Does the contract ask that a person sees changes of these paths? */
export function isWanted(contract: Pick<Contract, 'checkpoints'>, paths: readonly string[]): boolean {
  const { checkpoints } = contract
  return checkpoints !== undefined && paths.some((path) => matchesAny(checkpoints, path))
}
