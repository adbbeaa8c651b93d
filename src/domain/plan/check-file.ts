import type { Contract } from '../../protocol/contract.ts'
import type { PlanFile } from '../../protocol/plan-file.ts'
import { checkPlan, type CheckedPlan, type PlanFault } from './check-plan.ts'
import { toPlan } from './from-file.ts'

/** Is the plan in a file one that can be carried out? As `checkPlan`, and what only a file can get wrong. */
export function checkPlanFile(file: Pick<PlanFile, 'tasks' | 'checks' | 'capacity'>, contract: Pick<Contract, 'checks' | 'scope' | 'budget'>, roles?: readonly string[]): CheckedPlan {
  const checked = checkPlan(toPlan(file, contract, 0), contract, [], roles)
  return { ...checked, faults: [...checked.faults, ...findUnnamed(file)] }
}

function findUnnamed({ tasks, capacity }: Pick<PlanFile, 'tasks' | 'capacity'>): readonly PlanFault[] {
  return tasks.flatMap(({ id, estimate }) => Object.entries(estimate?.resources ?? {})
    .filter(([name]) => capacity?.resources?.[name] === undefined)
    .map(([name, amount]): PlanFault => ({ task: id, field: 'estimate', text: `${id} takes ${amount} of ${name}, which the capacity does not name` })))
}
