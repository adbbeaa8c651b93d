import { getTask } from '../domain/delegation/follow-plan.ts'
import { toStageKey, toUnreviewedGate } from '../domain/delegation/stages.ts'
import { toAsk } from './build-ask.ts'
import { askPeople } from './gate.ts'
import { seeChanges } from './look.ts'
import { getWorkspace, type RunContext } from './record.ts'

const longestDiff = 20_000

/** What is to be reviewed and nobody could review is integrated only when a person says so. */
export async function askUnreviewed(run: RunContext, id: string): Promise<void> {
  const { policy } = run.ports
  await policy.ready?.()
  const stage = run.state.stages.get(toStageKey(id, 'review'))
  const from = run.state.delegations.get(id)?.given.base
  if (!stage || !from) throw new Error('only a review that came to nothing is put to people')
  const { title, risk } = getTask(run.state, id)
  const { base, decision } = stage.given
  const reason = decision.effect === 'allow' ? `its review ended without a report: ${stage.returned?.reason ?? ''}` : `the policy lets nobody review it: ${decision.reason}`
  const paths = (await seeChanges(run, from, base)).map((change) => change.path)
  const gate = toUnreviewedGate(stage)
  await askPeople(run, [{
    gate, text: `${id} (${title}) is done, and nobody has reviewed it: integrate it? No leaves it out.`,
    ask: toAsk(run, { effect: 'ask', rules: [...decision.rules], policy: policy.hash, reason }, paths, {
      kind: 'integrate', gate, does: `what was made for ${id} is integrated without a review`, shows: await getWorkspace(run).diff(from, base, { maxBytes: longestDiff }),
      why: run.state.delegations.get(id)?.returned?.summary ?? '', risk, undo: 'Nothing of yours changes before you accept the result.',
    }),
  }])
}
