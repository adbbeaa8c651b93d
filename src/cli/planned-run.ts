import type { EnginePorts } from '../engine/ports/engine-ports.ts'
import { composeEngine, type EngineParts } from './compose-engine.ts'
import { openChildren } from './child-runs.ts'
import type { Console } from './console.ts'
import { chooseSolver, type SolverChoice } from './solver-choice.ts'
import { openModel, type OpenWorkspaces } from './compose.ts'
import { openPolicyFor } from './open-policy.ts'
import { getRole, plannerTools } from './roles.ts'
import type { RunOptions } from './run-options.ts'
import { readYamlFile } from './yaml-file.ts'
import { readPolicySettings } from '../domain/policy/settings.ts'
import type { Policy } from '../engine/ports/policy.ts'
import type { Experience } from '../protocol/experience.ts'
import { checkPlan } from '../domain/plan/check-plan.ts'
import { toPlan } from '../domain/plan/from-file.ts'
import type { Contract } from '../protocol/contract.ts'
import type { Payload } from '../protocol/events/event.ts'
import type { Planning, Specialist } from '../protocol/events/run.ts'
import { Fault } from '../protocol/fault.ts'
import type { AutonomyLevel } from '../protocol/policy.ts'
import { PlanFile } from '../protocol/plan-file.ts'

export interface PlannedParts extends EngineParts {
  readonly workspaces: OpenWorkspaces
}

/** Tasks side by side where nobody says how many. */
const usualWorkers = 2

/** A plan that a person gives. @throws Fault `request-invalid` that names the file, the place and what is wrong there. */
export function readPlanFile(path: string): Promise<PlanFile> {
  return readYamlFile(path, { what: 'the plan', schema: PlanFile, published: 'schemas/plan.schema.json' })
}

/** The goal's checks as the plan has them, unless others are given. */
export function withPlanChecks(options: RunOptions, { checks = [] }: PlanFile): RunOptions {
  if ((options.check ?? []).length > 0 || checks.length === 0) return options
  return { ...options, check: checks.map((entry) => (typeof entry === 'string' ? entry : entry.command)) }
}

/** Whether the run follows a graph, and which. @throws Fault `request-invalid` with all that keeps a given plan from being carried out. */
export function toPlanning({ workers, plan: path, plans, writeTests, review }: RunOptions, given: PlanFile | undefined, contract: Contract): Planning | undefined {
  const stages = { ...(writeTests ? { tests: true } : {}), ...(review === undefined ? {} : { review }) }
  if (given === undefined) {
    if (workers === undefined && Object.keys(stages).length > 0) throw new Fault('request-invalid', '--write-tests and --review are about the tasks of a plan: add --workers N, or --plan FILE')
    if (workers === undefined && plans !== undefined) throw new Fault('request-invalid', '--plans is about a goal that is divided into tasks: add --workers N')
    return workers === undefined ? undefined : { workers, ...stages, ...(plans === undefined ? {} : { plans }) }
  }
  if (plans !== undefined) throw new Fault('request-invalid', '--plans asks a model for plans, and --plan gives one: leave out one of the two')
  const { plan, faults } = checkPlan(toPlan(given, contract, 0), contract)
  if (faults.length > 0) throw new Fault('request-invalid', `the plan ${path ?? ''} cannot be carried out:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
  return { given: plan, workers: workers ?? given.capacity?.workers ?? usualWorkers, ...stages }
}

/** What the policy wants where somebody is not sure. */
export function toUnsure(settings: Policy['settings']): NonNullable<Planning['unsure']> {
  const { unsure_below: below, when_unsure: then } = readPolicySettings(settings).gates
  return { below, then }
}

/** The run's own conversation is the planner's. */
export async function toPlanner(_planning: Planning): Promise<{ readonly specialist: Specialist }> {
  return { specialist: { role: 'planner', words: (await getRole('planner')).words, brief: '' } }
}

/**
 * What a run needs that follows a graph of tasks: the planner's tools for itself, and for each task a child run with an engine
 * of its own, which has the same policy and never more rights.
 */
export async function composePlanned(parts: PlannedParts, opening: Pick<Payload<'run.opened'>, 'repository' | 'request' | 'planning'> & { readonly autonomy?: readonly AutonomyLevel[] | undefined; readonly experience?: Experience | undefined }, console: Console): Promise<EnginePorts> {
  const [{ createGitIntegrator }, { createWorktreePool }, { poolWorkspaces }] = await Promise.all([
    import('../adapters/workspace-git/git-integrator.ts'), import('../adapters/workspace-git/worktree-pool.ts'), import('../adapters/workspace-git/pool-workspaces.ts'),
  ])
  const { record, workspaces, config } = parts
  const { repositories } = workspaces
  const pool = await createWorktreePool({ stateDir: record.places.state, env: process.env, run: parts.run, repository: parts.repository, repositories, workspaces })
  const pooled = poolWorkspaces(workspaces, pool, { count: opening.planning?.workers ?? usualWorkers, note: parts.note })
  const children = openChildren({
    record, workspaces, config, repository: opening.repository, request: opening.request, autonomy: opening.autonomy, experience: opening.experience, getRole,
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
