import type { Payload } from '../protocol/events/event.ts'
import { followsStrictly } from '../domain/decisions.ts'
import { toStageKey } from '../domain/delegation/stages.ts'
import type { Step } from '../domain/step.ts'
import { toTestCheck } from './child-order.ts'
import { childrenOf, judgeDelegation } from './delegate.ts'
import { integratorOf } from './integrate.ts'
import { runCheckAt } from './loop/perceive.ts'
import { seeChanges } from './look.ts'
import { getWorkspace, record, type RunContext } from './record.ts'
import { isTestFile, whyTest } from '../domain/contract/test-places.ts'

/** Characters of a diff that a reviewer is shown at once; it reads the rest where it wants to. */
const longestDiff = 12_000
/** Characters of all that it is told beside its task. */
const longestBrief = 20_000

/** A specialist gets a stage of a task, where the policy lets it; otherwise the stage is over with nothing to show. */
export async function delegateStage(run: RunContext, step: Extract<Step, { do: 'delegate-stage' }>): Promise<void> {
  const { decision, running } = await judgeDelegation(run, step.role)
  const { task, stage, of, role, base, budget } = step
  // There are enough of them at work: it begins when one of them has come back.
  if (decision.effect !== 'allow' && running > 0 && followsStrictly(run.state)) return record(run, { type: 'task.held', data: { task, role, running, decision } })
  const child = childrenOf(run).mint()
  const brief = (stage === 'review' ? await describeWork(run, step) : step.brief).slice(0, longestBrief)
  await record(run, { type: 'stage.delegated', data: { task, stage, of, child, role, base, budget, decision, brief } })
  if (decision.effect === 'allow') return
  const spent = { turns: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0, usd: 0, unpriced: false, modelMs: 0 }
  await record(run, { type: 'stage.returned', data: { task, stage, child, outcome: 'not-achieved', reason: decision.reason, spent, events: 0, head: '0'.repeat(64) as Payload<'stage.returned'>['head'], questions: 0 } })
}

/** What a reviewer sees: the diff and what it was to be, not what its maker thought. */
async function describeWork(run: RunContext, { task, brief, base }: Extract<Step, { do: 'delegate-stage' }>): Promise<string> {
  const from = run.state.delegations.get(task)?.given.base
  if (!from) return brief
  const child = run.state.delegations.get(task)?.given.child
  if (child) await integratorOf(run).keep(child, { task, commit: base })
  const diff = await getWorkspace(run).diff(from, base, { maxBytes: longestDiff })
  return `${brief}\n\nThe change, which is there already:\n\`\`\`diff\n${diff}\n\`\`\``
}

/** The tests that were written are run without the work: only those that fail there can tell when it is done. */
export async function seeTests(run: RunContext, task: string): Promise<void> {
  const stage = run.state.stages.get(toStageKey(task, 'tests'))
  const { returned, given } = stage ?? {}
  if (!returned || !given) throw new Error('only tests that came back are run')
  const see = (verdict: Payload<'tests.seen'>['verdict'], reason: string): Promise<void> =>
    record(run, { type: 'tests.seen', data: { task, child: given.child, commit: returned.commit ?? given.base, verdict, reason } })
  const command = returned.report?.command
  if (!returned.commit || !command) return see('unusable', `no tests were written: ${returned.reason}`)
  await integratorOf(run).keep(given.child, { task, commit: returned.commit })
  const changes = await seeChanges(run, given.base, returned.commit)
  const stray = changes.find((change) => change.kind !== 'added' || !(isTestFile(change.path) || whyTest(change.path)))
  if (stray) return see('unusable', `${stray.path} is no new test file`)
  const [outcome] = await runCheckAt(run, [toTestCheck(command)], returned.commit, 'merge')
  if (!outcome || outcome.status === 'could-not-run' || outcome.status === 'timed-out') return see('unusable', `\`${command}\` could not be run`)
  return outcome.status === 'passed' ? see('passing', 'they pass without the work, so that they show nothing') : see('failing', 'they fail without the work')
}
