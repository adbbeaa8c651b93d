import type { PolicyDecision } from '../protocol/policy.ts'
import { describeAgainstPlan } from '../domain/plan/against-plan.ts'
import { toChoice } from '../domain/report/describe-repair.ts'
import { keepsItsDoubt, seesMore } from '../domain/decisions.ts'
import { judgeChangeRisk } from '../domain/policy/change-risk.ts'
import { toChangeKinds } from '../domain/policy/change-kinds.ts'
import { toConfidence } from '../domain/estimate/confidence.ts'
import { isWanted } from '../domain/policy/checkpoints.ts'
import { autonomyOf, circumstancesOf, contractOf } from './circumstances.ts'
import { toAsk } from './build-ask.ts'
import { askPeople } from './gate.ts'
import { keepCommitted } from './kept-paths.ts'
import { seeChanges } from './look.ts'
import { getWorkspace, record, type RunContext } from './record.ts'

/**
 * Before a task's changes become part of the result: does a person have to see them? The policy says. They are shown only what
 * is new since they looked last.
 */
export async function review(run: RunContext): Promise<void> {
  const { reviewedTree, tree, active, finish } = run.state
  const { policy } = run.ports
  await policy.ready?.()
  if (!reviewedTree || !tree) throw new Error('a review compares two contents')
  const task = active?.id ?? ''
  const changes = await keepCommitted(run, tree, await seeChanges(run, reviewedTree, tree))
  const paths = changes.map((change) => change.path)
  const kinds = toChangeKinds(paths)
  const contract = contractOf(run)
  const { experience } = run.state.opened ?? {}
  const judgement = run.state.judged.get(task)
  const isOfEngine = keepsItsDoubt(run.state) && judgement !== undefined && judgement.confidence === finish?.confidence
  const confidence = toConfidence(experience, 'claimed', { stated: finish?.confidence, tokens: run.state.certainty, isBeyondTests: isOfEngine })
  const planned = active?.risk ?? 'low'
  const { risk, why } = seesMore(run.state) ? judgeChangeRisk({ planned, changes, sealed: run.state.quarantine.size }) : { risk: planned, why: [] }
  const decision: PolicyDecision = policy.integrate?.({
    paths, kinds, risk, confidence, warnings: run.state.warnings, wanted: isWanted(contract, paths),
    circumstances: circumstancesOf(run, { autonomy: autonomyOf(run, paths, 'integrate') }),
  }) ?? { effect: 'allow', rules: [], policy: policy.hash, reason: 'the policy says nothing about it' }
  const gate = `integrate-${task || 'rest'}-${tree.slice(0, 12)}`
  await record(run, { type: 'integration.judged', data: { task, gate, from: reviewedTree, tree, kinds: [...kinds], decision, ...(experience && finish?.confidence !== undefined && confidence !== undefined ? { confidence: { stated: finish.confidence, calibrated: confidence } } : {}) } })
  if (decision.effect !== 'ask') return
  const diff = await getWorkspace(run).diff(reviewedTree, tree, { maxBytes: 20_000, paths: paths.slice(0, 500) })
  const choice = toChoice(judgement)
  const shows = choice ? `${choice.text}\n\n${diff}` : diff
  await askPeople(run, [{
    gate, text: `May these changes of task ${task} count? ${paths.slice(0, 8).join(', ')}${paths.length > 8 ? ` and ${paths.length - 8} more` : ''} (${[decision.reason, ...(why.length > 0 ? [`${why.join(', ')}.`] : [])].join(' ')})`,
    ask: toAsk(run, decision, paths, {
      kind: 'integrate', gate, does: `${paths.length} changed file${paths.length === 1 ? '' : 's'} (${kinds.join(', ')}) become part of the result${seesMore(run.state) ? describeAgainstPlan(active, paths) : ''}`, shows, why: finish?.summary ?? '',
      risk: risk === 'high' || kinds.some((kind) => ['ci', 'policy', 'schema', 'checks'].includes(kind)) ? 'high' : 'medium',
      ...(choice ? { choices: choice.choices } : {}),
      undo: 'Nothing of yours changes before you accept; until then the branch of the run can be dropped, afterwards writ undo takes it back.',
    }),
  }])
}
