import type { CheckOutcome, Proof } from '../../protocol/evidence.ts'
import { isTooWeak } from '../proof/demand-strength.ts'

/** What the solver is told when the harness looked and it was not so. */
export function describeRefusal(proof: Proof, outcomes: readonly CheckOutcome[], { isPlanner = false }: { readonly isPlanner?: boolean } = {}): string {
  const lines = [
    isTooWeak(proof)
      ? isPlanner ? 'The tests that show that the goal is met are too weak to count:' : 'Every check passes, and the tests that show that the goal is met are too weak to count. Add tests in a new file that fail on the base, pass on your result, and notice the small changes that are named here, and call finish again. Where a test could not tell such a change, call finish again as it is: a person will judge.'
      : proof.verdict === 'no-evidence'
      ? isPlanner ? 'Nothing that failed before is seen to pass now, so nothing shows that the goal is met:' : 'Nothing that failed before is seen to pass now, so nothing shows that the goal is met. Add tests in a new file that fail on the base and pass on your result, and call finish again. If the goal cannot be shown by a test, call finish again as it is: a person will judge.'
      : outcomes.length === 0
        ? 'The goal is not met, and no check was run:'
        : 'Writ ran the acceptance checks in a clean checkout of your result. The goal is not met:',
    ...proof.reasons.slice(0, 10).map((reason) => `- ${reason}`),
  ]
  for (const check of proof.checks) {
    if (check.verdict !== 'failing') continue
    const named = [...list('still fails', check.stillFailing), ...list('passed before, not now', check.broken), ...list('does not repeat', check.flaky)]
    const failed = outcomes.findLast((outcome) => outcome.checkId === check.checkId && outcome.status !== 'passed')
    // Where no test's name explains it, what the command printed at its end must.
    const tail = named.length === 0 && failed ? [`  exit code ${failed.exitCode ?? 'none'}, it ends with:`, ...failed.tail.split('\n').slice(-40).map((line) => `    ${line}`)] : []
    if (named.length + tail.length > 0) lines.push(`\`${check.command}\`:`, ...named, ...tail)
  }
  if (proof.restored.length > 0) lines.push(`Put back or taken out before the checks ran: ${proof.restored.slice(0, 20).join(', ')}`)
  return lines.join('\n')
}

function list(label: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const shown = names.slice(0, 15).map((name) => `  - ${label}: ${name}`)
  return names.length > 15 ? [...shown, `  - and ${names.length - 15} more`] : shown
}
