import type { EnginePorts } from '../engine/ports/engine-ports.ts'
import { composeEngine, type EngineParts } from './compose-engine.ts'
import { openChildren } from './child-runs.ts'
import type { Console } from './console.ts'
import { chooseSolver, type SolverChoice } from './solver-choice.ts'
import { openModel, type OpenWorkspaces } from './compose.ts'
import { openPolicyFor } from './open-policy.ts'
import { requireSpecialists, type OpenedSpecialists } from './open-specialists.ts'
import type { RunOptions } from './run-options.ts'
import { readPolicySettings } from '../domain/policy/settings.ts'
import type { Policy } from '../engine/ports/policy.ts'
import type { Experience } from '../protocol/experience.ts'
import { chooseModelFor } from '../domain/specialist/choose-model.ts'
import { toPart, toRecorded, type Specialist as OpenedSpecialist } from '../domain/specialist/specialist.ts'
import { checkPlanFile } from '../domain/plan/check-file.ts'
import { usualWorkers } from '../domain/plan/graph.ts'
import type { Contract } from '../protocol/contract.ts'
import type { Payload } from '../protocol/events/event.ts'
import type { Planning, Repository, Specialist } from '../protocol/events/run.ts'
import type { RunId } from '../protocol/ids.ts'
import { Fault } from '../protocol/fault.ts'
import type { AutonomyLevel } from '../protocol/policy.ts'
import type { Plan } from '../protocol/plan.ts'
import { toFileFault, toPlanFault, type OpenPlanFile } from './plan-file.ts'

export interface PlannedParts extends EngineParts {
  readonly workspaces: OpenWorkspaces
}

/** Whether the run follows a graph, and which. `roles`: who can be given a task. @throws Fault `request-invalid` with all that keeps a given plan from being carried out. */
export function toPlanning({ workers, plan: path, plans, writeTests, review, confirmPlan }: RunOptions, given: OpenPlanFile | undefined, contract: Contract, roles?: readonly string[]): Planning | undefined {
  const more = { scheduled: true, ...(writeTests ? { tests: true } : {}), ...(review === undefined ? {} : { review }), ...(confirmPlan ? { confirm: true } : {}) }
  const toRoles = (plan?: Plan): Pick<Planning, 'roles'> => (roles === undefined ? {} : { roles: [...toPlannersRoles(roles, plan)] })
  if (given === undefined) {
    if (workers === undefined && (writeTests || confirmPlan || review !== undefined)) throw new Fault('request-invalid', '--write-tests, --review and --confirm-plan are about the tasks of a plan: add --workers N, or --plan FILE')
    if (workers === undefined && plans !== undefined) throw new Fault('request-invalid', '--plans is about a goal that is divided into tasks: add --workers N')
    return workers === undefined ? undefined : { workers, ...more, ...toRoles(), ...(plans === undefined ? {} : { plans }) }
  }
  if (plans !== undefined) throw new Fault('request-invalid', '--plans asks a model for plans, and --plan gives one: leave out one of the two')
  const carried = toCarriedPlan(given, path ?? '', contract, roles)
  return { given: carried, ...toRoles(carried), workers: workers ?? given.file.capacity?.workers ?? usualWorkers, ...toCapacity(given.file), ...more }
}

/** @throws Fault `request-invalid` with every fault and its line. */
function toCarriedPlan(given: OpenPlanFile, path: string, contract: Contract, roles: readonly string[] | undefined): Plan {
  const { plan, faults } = checkPlanFile(given.file, contract, roles)
  if (faults.length > 0) throw toPlanFault(path, 'cannot be carried out', faults.map((fault) => toFileFault(given, fault)))
  return plan
}

/** What the policy wants where somebody is not sure. */
export function toUnsure(settings: Policy['settings']): NonNullable<Planning['unsure']> {
  const { unsure_below: below, when_unsure: then } = readPolicySettings(settings).gates
  return { below, then }
}

/** Whom a run can give tasks to; undefined for one that has no plan. */
export async function openSpecialistsFor({ workers, plan }: Pick<RunOptions, 'workers' | 'plan'>, parts: Pick<PlannedParts, 'record' | 'workspaces' | 'config'>, { run, repository }: { readonly run: RunId; readonly repository: Pick<Repository, 'root' | 'base'> }): Promise<OpenedSpecialists | undefined> {
  if (workers === undefined && plan === undefined) return undefined
  return requireSpecialists({ places: parts.record.places, repository: { root: repository.root, base: () => parts.workspaces.readBase(repository.root, repository.base, run) } }, parts.config)
}

/** Those that can change something: the others have their own place in a run. */
export function toTaskRoles({ specialists }: OpenedSpecialists): readonly string[] {
  return [...specialists.keys()].filter((role) => toPart(role).most.includes('edit'))
}

/** They come in by themselves: before a task, after it failed, where two conflict. As the roles of tasks their names say something else than what they are told. */
const stageRoles: ReadonlySet<string> = new Set(['tester', 'debugger', 'merger'])

/** Those that a planner is offered, and what a person's plan gives tasks to besides. */
function toPlannersRoles(roles: readonly string[], given: Plan | undefined): readonly string[] {
  const named = new Set(given?.tasks.map(({ role }) => role))
  return roles.filter((role) => !stageRoles.has(role) || named.has(role))
}

/** The run's own conversation is the planner's. */
export function toPlanner(opened: OpenedSpecialists, { workers, tests, review, given }: Pick<Planning, 'workers' | 'tests' | 'review' | 'given'>): { readonly specialist: Specialist } {
  const roles = toPlannersRoles(toTaskRoles(opened), given).map((role) => `- ${role}: ${opened.specialists.get(role)?.description ?? ''}`)
  const around = [
    workers === 1 ? 'One task is worked on at a time.' : `At most ${workers} tasks are worked on at the same time.`,
    ...(tests ? ['Before a coder begins, somebody writes tests for its task: plan no tasks for that, and leave the tests out of the scopes.'] : []),
    ...(review === 'all' ? ['Somebody reviews each change before it is integrated: plan no tasks for that.'] : []),
  ].join(' ')
  return { specialist: toRecorded(getSpecialist(opened, 'planner'), `${around}\n\nWho can do a task, as its \`role\`:\n${roles.join('\n')}`.slice(0, 20_000)) }
}

function getSpecialist({ specialists }: OpenedSpecialists, role: string): OpenedSpecialist {
  const found = specialists.get(role)
  if (!found) throw new Error(`the built-in ${role} is missing`)
  return found
}

/**
 * What a run needs that follows a graph of tasks: the planner's tools for itself, and for each task a child run with an engine
 * of its own, which has the same policy and never more rights.
 */
export async function composePlanned(parts: PlannedParts, specialists: OpenedSpecialists, opening: Pick<Payload<'run.opened'>, 'repository' | 'request' | 'planning' | 'specialist'> & { readonly autonomy?: readonly AutonomyLevel[] | undefined; readonly experience?: Experience | undefined }, console: Console): Promise<EnginePorts> {
  const [{ createGitIntegrator }, { createWorktreePool }, { poolWorkspaces }] = await Promise.all([
    import('../adapters/workspace-git/git-integrator.ts'), import('../adapters/workspace-git/worktree-pool.ts'), import('../adapters/workspace-git/pool-workspaces.ts'),
  ])
  const { record, workspaces, config } = parts
  const { repositories } = workspaces
  const pool = await createWorktreePool({ stateDir: record.places.state, env: process.env, run: parts.run, repository: parts.repository, repositories, workspaces })
  const pooled = poolWorkspaces(workspaces, pool, { count: opening.planning?.workers ?? usualWorkers, note: parts.note })
  const children = openChildren({
    record, workspaces, config, repository: opening.repository, request: opening.request, autonomy: opening.autonomy, experience: opening.experience,
    findSpecialist: (role) => specialists.specialists.get(role) ?? (opening.request.solver === 'repair' ? getSpecialist(specialists, 'coder') : undefined),
    chooseModel: (specialist) => chooseModelFor(specialist, opening.request.model, config.models),
    watch: (order, before) => console.watchChild(order.stage === undefined ? order.parent.task : `${order.parent.task} (${order.stage})`, order.child, before),
    approver: (run) => console.approverFor(run),
    compose: async (order, child, approver) => {
      const solver = await chooseChildSolver(parts, child.request.model)
      const tools = child.specialist?.tools
      // Its own: what the policy counts and remembers is of one run.
      const { policy } = await openPolicyFor({ places: record.places, now: record.clock.now(), repository: { root: parts.repository, base: () => workspaces.readBase(parts.repository, order.base, order.child) } })
      return composeEngine({
        ...parts, workspaces: pooled.child, approver, solver, policy, run: order.child, network: child.draft.network,
        model: solver.model === parts.solver.model ? parts.model : await openModel(solver), ...(tools ? { tools } : {}),
      })
    },
  })
  const integrator = await createGitIntegrator({ run: parts.run, repository: parts.repository, repositories, env: process.env })
  return composeEngine({ ...parts, workspaces: pooled.parent, tools: opening.specialist?.tools ?? toPart('planner').most, children, integrator })
}

async function chooseChildSolver({ solver, config }: EngineParts, model: string | undefined): Promise<SolverChoice> {
  return model === undefined || solver.solver === 'repair' ? solver : chooseSolver({ solver: 'model', model }, config, process.env)
}

/** Of what a plan file limits. */
function toCapacity({ capacity }: OpenPlanFile['file']): Pick<Planning, 'capacity'> {
  const { memory_mb: memoryMb, tokens_per_minute: tokensPerMinute, cpu, requests_per_minute: requestsPerMinute, resources } = capacity ?? {}
  const limits = {
    ...(memoryMb === undefined ? {} : { memoryMb }), ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }), ...(cpu === undefined ? {} : { cpu }),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }), ...(resources === undefined ? {} : { resources }),
  }
  return Object.keys(limits).length === 0 ? {} : { capacity: limits }
}
