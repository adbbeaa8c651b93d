import type { EnginePorts } from '../engine/ports/engine-ports.ts'
import { composeEngine, type EngineParts } from './compose-engine.ts'
import { openChildren } from './child-runs.ts'
import type { Console } from './console.ts'
import { chooseSolver, type SolverChoice } from './solver-choice.ts'
import { openModel, type OpenWorkspaces } from './compose.ts'
import { openPolicyFor } from './open-policy.ts'
import { getRole, plannerTools } from './roles.ts'
import type { RunOptions } from './run-options.ts'
import { checkPlan } from '../domain/plan/check-plan.ts'
import { toPlan } from '../domain/plan/from-file.ts'
import { usualWorkers } from '../domain/plan/graph.ts'
import type { Contract } from '../protocol/contract.ts'
import type { Payload } from '../protocol/events/event.ts'
import type { Planning, Specialist } from '../protocol/events/run.ts'
import { Fault } from '../protocol/fault.ts'
import type { AutonomyLevel } from '../protocol/policy.ts'
import type { Plan } from '../protocol/plan.ts'
import { toFileFault, toPlanFault, type OpenPlanFile } from './plan-file.ts'

export interface PlannedParts extends EngineParts {
  readonly workspaces: OpenWorkspaces
}

/** Whether the run follows a graph, and which. @throws Fault `request-invalid` with all that keeps a given plan from being carried out. */
export function toPlanning({ workers, plan: path, writeTests, review, confirmPlan }: RunOptions, given: OpenPlanFile | undefined, contract: Contract): Planning | undefined {
  const more = { ...(writeTests ? { tests: true } : {}), ...(review === undefined ? {} : { review }), ...(confirmPlan ? { confirm: true } : {}) }
  if (given === undefined) {
    if (workers === undefined && Object.keys(more).length > 0) throw new Fault('request-invalid', '--write-tests, --review and --confirm-plan are about the tasks of a plan: add --workers N, or --plan FILE')
    return workers === undefined ? undefined : { workers, ...more }
  }
  return { given: toCarriedPlan(given, path ?? '', contract), workers: workers ?? given.file.capacity?.workers ?? usualWorkers, ...more }
}

/** @throws Fault `request-invalid` with every fault and its line. */
function toCarriedPlan(given: OpenPlanFile, path: string, contract: Contract): Plan {
  const { plan, faults } = checkPlan(toPlan(given.file, contract, 0), contract)
  if (faults.length > 0) throw toPlanFault(path, 'cannot be carried out', faults.map((fault) => toFileFault(given, fault)))
  return plan
}

/** The run's own conversation is the planner's. */
export async function toPlanner(_planning: Planning): Promise<{ readonly specialist: Specialist }> {
  return { specialist: { role: 'planner', words: (await getRole('planner')).words, brief: '' } }
}

/**
 * What a run needs that follows a graph of tasks: the planner's tools for itself, and for each task a child run with an engine
 * of its own, which has the same policy and never more rights.
 */
export async function composePlanned(parts: PlannedParts, opening: Pick<Payload<'run.opened'>, 'repository' | 'request' | 'planning'> & { readonly autonomy?: readonly AutonomyLevel[] | undefined }, console: Console): Promise<EnginePorts> {
  const [{ createGitIntegrator }, { createWorktreePool }, { poolWorkspaces }] = await Promise.all([
    import('../adapters/workspace-git/git-integrator.ts'), import('../adapters/workspace-git/worktree-pool.ts'), import('../adapters/workspace-git/pool-workspaces.ts'),
  ])
  const { record, workspaces, config } = parts
  const { repositories } = workspaces
  const pool = await createWorktreePool({ stateDir: record.places.state, env: process.env, run: parts.run, repository: parts.repository, repositories, workspaces })
  const pooled = poolWorkspaces(workspaces, pool, { count: opening.planning?.workers ?? usualWorkers, note: parts.note })
  const children = openChildren({
    record, workspaces, config, repository: opening.repository, request: opening.request, autonomy: opening.autonomy, getRole,
    watch: (order) => console.watchChild(order.parent.task),
    approver: (run) => console.approverFor(run),
    compose: async (order, child, role, approver) => {
      const solver = await chooseChildSolver(parts, role.model)
      // Its own: what the policy counts and remembers is of one run.
      const { policy } = await openPolicyFor({ places: record.places, now: record.clock.now(), repository: { root: parts.repository, base: () => workspaces.readBase(parts.repository, order.base, order.child) } })
      return composeEngine({
        ...parts, workspaces: pooled.child, approver, solver, policy, run: order.child, contract: child.draft, network: child.draft.network,
        model: solver.model === parts.solver.model ? parts.model : await openModel(solver), ...(role.tools ? { tools: role.tools } : {}),
      })
    },
  })
  const integrator = await createGitIntegrator({ run: parts.run, repository: parts.repository, repositories, env: process.env })
  return composeEngine({ ...parts, workspaces: pooled.parent, tools: plannerTools, children, integrator })
}

async function chooseChildSolver({ solver, config }: EngineParts, model: string | undefined): Promise<SolverChoice> {
  return model === undefined || solver.solver === 'repair' ? solver : chooseSolver({ solver: 'model', model }, config, process.env)
}
