import type { Contract } from '../protocol/contract.ts'
import type { Plan, Task } from '../protocol/plan.ts'
import { marksAnew } from '../domain/decisions.ts'
import { toChangeKinds } from '../domain/policy/change-kinds.ts'
import { isWanted } from '../domain/policy/checkpoints.ts'
import { circumstancesOf, contractOf } from './circumstances.ts'
import type { Circumstances, Policy } from './ports/policy.ts'
import type { RunContext } from './record.ts'

/** Which rules each task will meet, so that people see it before anything starts. What the plan itself says of them counts for nothing. */
export async function markRules(run: RunContext, plan: Plan): Promise<Plan> {
  const { policy } = run.ports
  if (!policy.integrate || run.state.opened?.planning === undefined) return plan
  await policy.ready?.()
  const contract = contractOf(run)
  const circumstances = circumstancesOf(run)
  return {
    ...plan,
    tasks: plan.tasks.map((task) => {
      const rules = findTaskRules(policy, task, contract, circumstances)
      if (marksAnew(run.state)) return { ...task, rules: [...rules] }
      return rules.length === 0 ? task : { ...task, rules: [...new Set([...task.rules, ...rules])] }
    }),
  }
}

/** Rules by which the policy does not take what a task makes unasked, as far as its paths tell. `policy` is ready. */
export function findTaskRules(policy: Pick<Policy, 'integrate'>, task: Pick<Task, 'scope' | 'risk' | 'confidence'>, contract: Pick<Contract, 'checkpoints'>, circumstances: Circumstances): readonly string[] {
  const decision = policy.integrate?.({
    paths: task.scope, kinds: toChangeKinds(task.scope), risk: task.risk, confidence: task.confidence, warnings: 0, wanted: isWanted(contract, task.scope), circumstances,
  })
  return decision === undefined || decision.effect === 'allow' ? [] : [...new Set(decision.rules)]
}
