import type { Check, Contract } from '../../protocol/contract.ts'
import { Fault } from '../../protocol/fault.ts'
import { escapeGlob } from './guarded.ts'
import { parseDeadline, tidyGlob, type Flags } from './draft.ts'

/** The checks of an amended contract: the person's new ones instead of all before, else those that it had. */
export function amendChecks(contract: Contract, flags: Flags): readonly Check[] {
  if (flags.checks.some((command) => command.trim() === '')) throw new Fault('request-invalid', 'a check is empty: give a command that exits with 0 when the goal is met, like --check "npm test"')
  if (flags.checks.length === 0) return contract.checks
  return flags.checks.map((command, index) => ({ id: `c${index + 1}`, command, origin: 'person', timeoutMs: 600_000 }))
}

/** Globs that the person had taken out of the pins. What is pinned by its keys is not guarded either, and was taken out by nobody. */
export function findUnpinned(contract: Pick<Contract, 'pins' | 'guarded'>): readonly string[] {
  const byKeys = new Set(contract.pins.flatMap((pin) => (pin.mode === 'keys' ? [escapeGlob(pin.path)] : [])))
  return contract.guarded.flatMap((glob) => (glob.startsWith('!') && !byKeys.has(glob.slice(1)) ? [glob.slice(1)] : []))
}

/**
 * A contract with a person's amendments: goal, checks, scope and bounds take the place of what it had, constraints are added.
 * @param found checks as `amendChecks` gives them, with the pins that belong to them
 * @param now milliseconds since the epoch, for durations
 * @throws Fault `request-invalid` for a deadline that cannot be read, or one of the contract's own that has passed
 */
export function amendContract(contract: Contract, flags: Flags, found: Pick<Contract, 'checks' | 'pins' | 'guarded'>, now: number): Contract {
  const { deadline: old, ...rest } = contract
  const deadline = flags.deadline === undefined ? old : parseDeadline(flags.deadline, now)
  if (deadline !== undefined && Date.parse(deadline) <= now) throw new Fault('request-invalid', `the deadline of the contract, ${deadline}, has passed; give a new one with --deadline`)
  return {
    ...rest,
    ...(deadline === undefined ? {} : { deadline }),
    goal: flags.goal?.trim() || contract.goal,
    constraints: [...contract.constraints, ...flags.constraints.map((text) => ({ text, origin: 'person' as const }))],
    checks: found.checks, pins: found.pins, guarded: found.guarded,
    scope: flags.scope.length > 0 ? flags.scope.map(tidyGlob) : contract.scope,
    budget: { ...contract.budget, ...(flags.maxTurns === undefined ? {} : { maxTurns: flags.maxTurns }), ...(flags.maxUsd === undefined ? {} : { maxUsd: flags.maxUsd }) },
  }
}
