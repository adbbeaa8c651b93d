import { toApprovalId } from '../domain/approval/answer.ts'
import { describeApprovers } from '../domain/approval/describe-ask.ts'
import { toVisible } from '../domain/text/visible.ts'
import { findByStatus } from '../domain/delegation/delegation.ts'
import type { RunState } from '../domain/run-state.ts'
import type { BundleName } from '../protocol/policy.ts'
import { oneLine } from './render.ts'

/** What is said when a run stops because nobody was there to be asked. It holds nothing meanwhile. */
export function describeWaiting(state: RunState): string {
  const lines = state.asked.map(({ gate, question, ask }) => {
    const id = toApprovalId(state.run ?? '', gate)
    return oneLine(toVisible(`${id}  ${question}${ask && ask.approvers.length > 0 ? ` · for ${describeApprovers(ask.approvers)}` : ''}`), 2000)
  })
  const [first] = state.asked
  if (!first) return describeChildren(state)
  const id = first ? toApprovalId(state.run ?? '', first.gate) : ''
  const how = first?.inDoubt
    ? `Look there first; then: writ resume ${state.run ?? ''} --in-doubt repeat, or --in-doubt skip`
    : `Answer with: writ approve ${id}, or writ reject ${id} --reason "…"${state.asked.length > 1 ? `; all at once: writ approve --all-of ${state.run ?? ''}` : ''}. Here: writ resume ${state.run ?? ''}, or add --yes to approve it`
  return `writ: waiting for a person:\n${lines.map((line) => `  ${line}`).join('\n')}\n${how}.\n`
}

/** Tasks whose children wait: the questions are theirs, and the answer moves this run on. */
function describeChildren(state: RunState): string {
  const lines = findByStatus(state, 'waiting').map(({ given, returned }) => oneLine(toVisible(`${given.task} (${given.child}): ${returned?.reason ?? ''}`), 2000))
  return `writ: waiting for a person:\n${lines.map((line) => `  ${line}`).join('\n')}\nSee what is asked with: writ approvals. Answer with: writ approve ID, or writ reject ID --reason "…"; then this run goes on. Here: writ resume ${state.run ?? ''}.\n`
}

export function describeBundles(bundles: readonly BundleName[] | undefined): string {
  return bundles === undefined ? 'from before there were bundles' : bundles.map(({ id, version, digest }) => `${id}@${version} (${digest.slice(0, 8)})`).join(', ')
}
