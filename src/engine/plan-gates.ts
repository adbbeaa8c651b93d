import { describeForConfirmation, toPlanGate } from '../domain/delegation/confirm-plan.ts'
import { getTask } from '../domain/delegation/follow-plan.ts'
import { changedSince, checksSoFar, toMilestoneGate } from '../domain/delegation/milestones.ts'
import { count } from '../domain/report/words.ts'
import type { PolicyDecision } from '../protocol/policy.ts'
import { toAsk } from './build-ask.ts'
import { askPeople } from './gate.ts'
import { runCheckAt } from './loop/perceive.ts'
import { getWorkspace, record, type RunContext } from './record.ts'

const mostPaths = 500

/** Before tasks of a plan begin, a person agrees to it. They see it once; later what is new in it. */
export async function askPlan(run: RunContext): Promise<void> {
  const { plan } = run.state
  if (!plan) throw new Error('only a plan that was proposed is put to people')
  await run.ports.policy.ready?.()
  const { lines, isDelta } = describeForConfirmation(run.state)
  const risks = plan.tasks.filter((task) => run.state.tasks.get(task.id) !== 'finished').map((task) => task.risk)
  await askPeople(run, [{
    gate: toPlanGate(plan.revision), text: isDelta ? `May the run go on with what is new in its plan (revision ${plan.revision})?` : `May this plan of ${count(plan.tasks.length, 'task')} be carried out?`,
    ask: toAsk(run, toDecision(run, 'a person agrees to each plan before it is carried out'), plan.tasks.flatMap((task) => task.scope).slice(0, mostPaths), {
      gate: toPlanGate(plan.revision), kind: 'plan', does: `the plan of ${count(plan.tasks.length, 'task')} is carried out, at most ${run.state.opened?.planning?.workers ?? 1} at the same time`, shows: lines.join('\n'),
      risk: risks.includes('high') ? 'high' : risks.includes('medium') ? 'medium' : 'low',
      undo: 'Nothing has begun that this is about. With a reason, a no makes the planner plan anew; without one the run ends.',
    }),
  }])
}

/** At a milestone, the checks of all that is integrated, in a clean checkout of it. */
export async function checkMilestone(run: RunContext, id: string): Promise<void> {
  const { head, plan } = run.state
  if (!head || !plan) throw new Error('a milestone is checked on what is integrated')
  run.emit({ kind: 'status', text: `milestone ${id}` })
  const checks = checksSoFar(run.state)
  const outcomes = await runCheckAt(run, checks, head, 'milestone')
  const failing = outcomes.filter((outcome) => outcome.status !== 'passed')
  await record(run, {
    type: 'milestone.checked',
    data: {
      task: id, commit: head, revision: plan.revision, verdict: failing.length === 0 ? 'passed' : 'failed', checks: checks.map((check) => check.id),
      reasons: failing.slice(0, 50).map((outcome) => `${outcome.command.slice(0, 300)} ${outcome.status}${describeFailing(outcome.tests?.cases ?? [])}`),
    },
  })
}

function describeFailing(cases: readonly { readonly name: string; readonly status: string }[]): string {
  const names = cases.filter((each) => each.status === 'failed').map((each) => each.name.slice(0, 200))
  return names.length === 0 ? '' : `: ${names.slice(0, 5).join('; ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`
}

/** The contract asks for a person where these paths change: what came since the milestone before is shown. */
export async function askMilestone(run: RunContext, id: string): Promise<void> {
  const { milestones, commits } = run.state
  const checked = milestones.get(id)
  if (!checked) throw new Error('a milestone is checked before anybody is asked')
  await run.ports.policy.ready?.()
  const paths = changedSince(run.state, checked)
  const { base } = getWorkspace(run)
  const before = [...milestones.values()].filter((each) => each.verdict === 'passed' && each.task !== id).map((each) => each.commit)
  const from = commits.findLast((each) => before.includes(each.commit))?.commit ?? base.commit
  const shows = await getWorkspace(run).diff(from, checked.commit, { maxBytes: 20_000, paths: paths.slice(0, mostPaths) })
  await askPeople(run, [{
    gate: toMilestoneGate(checked), text: `The milestone ${id} (${getTask(run.state, id).title}) is reached: may the run go on from it?`,
    ask: toAsk(run, toDecision(run, 'the contract wants a person to see these paths'), paths, {
      gate: toMilestoneGate(checked), kind: 'milestone', does: `the run goes on from commit ${checked.commit.slice(0, 12)}, with ${count(checked.checks.length, 'check')} passing`, shows, why: '', risk: 'medium',
      undo: 'Nothing of yours changes before you accept. A no, best with a reason, makes the planner plan anew; what is integrated stays.',
    }),
  }])
}

function toDecision(run: RunContext, reason: string): PolicyDecision {
  return { effect: 'ask', rules: [], policy: run.ports.policy.hash, reason }
}
