import { describeApprovers } from '../domain/approval/describe-ask.ts'
import type { Waiting } from '../domain/approval/waiting.ts'
import { toVisible } from '../domain/text/visible.ts'
import type { BundleName } from '../protocol/policy.ts'
import { oneLine } from './render.ts'

/** What is said when a run stops because nobody was there to be asked. It holds nothing meanwhile. `waiting`: its questions and its children's. */
export function describeWaiting(run: string, waiting: readonly Waiting[]): string {
  const lines = waiting.map(({ id, parent, question: { question, ask } }) => oneLine(toVisible(`${id}  ${parent ? `${parent.task}: ` : ''}${question}${ask && ask.approvers.length > 0 ? ` · for ${describeApprovers(ask.approvers)}` : ''}`), 2000))
  const [first] = waiting
  const how = first?.question.inDoubt
    ? `Look there first; then: writ resume ${run} --in-doubt repeat, or --in-doubt skip`
    : `Answer with: writ approve ${first?.id ?? 'ID'}, or writ reject ${first?.id ?? 'ID'} --reason "…"${waiting.length > 1 ? `; all at once: writ approve --all-of ${run}` : ''}. Here: writ resume ${run}, or add --yes to approve it`
  return `writ: waiting for a person:\n${lines.map((line) => `  ${line}`).join('\n')}\n${how}.\n`
}

export function describeBundles(bundles: readonly BundleName[] | undefined): string {
  return bundles === undefined ? 'from before there were bundles' : bundles.map(({ id, version, digest }) => `${id}@${version} (${digest.slice(0, 8)})`).join(', ')
}
