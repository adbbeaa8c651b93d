import type { EvidenceStrength } from '../../protocol/repair.ts'
import { count, toLine } from './words.ts'

/** Small changes that no test notices and that are named. */
const mostNamed = 5

type Measured = Pick<EvidenceStrength, 'tried' | 'noticed' | 'alike' | 'survivors' | 'note'>

/** How strong the evidence is, as one sentence and a line for each small change that no test notices. */
export function describeEvidence(strength: Measured): { readonly sentence: string; readonly lines: readonly string[] } {
  if (strength.tried === 0) return { sentence: `not measured: ${toLine(strength.note ?? 'no small change could be tried', 300)}`, lines: [] }
  const { tried, noticed, alike, note } = strength
  // The record names some of them.
  const missed = Math.max(strength.survivors.length, tried - noticed)
  const beside = [
    ...(alike > 0 ? [`${alike} more ${alike === 1 ? 'behaves' : 'behave'} the same on all inputs that were looked at`] : []),
    ...(note === undefined ? [] : [toLine(note, 300)]),
  ]
  return {
    sentence: `${noticed} of ${count(tried, 'small change')} to the changed lines and right around them ${noticed === 1 ? 'is' : 'are'} noticed by the tests (${toPercent(strength)})${beside.length > 0 ? `; ${beside.join('; ')}` : ''}`,
    lines: [...toSurvivorLines(strength), ...(missed > mostNamed ? [`and ${missed - mostNamed} more`] : [])],
  }
}

/** The same on one line. */
export function sumUpEvidence(strength: Measured): string {
  const { sentence, lines } = describeEvidence(strength)
  return lines.length === 0 ? sentence : `${sentence}; not noticed: ${lines.join(', ')}`
}

/** Where, what, and a call on which it shows. */
export function toSurvivorLines({ survivors }: Pick<Measured, 'survivors'>): string[] {
  return survivors.slice(0, mostNamed).map(({ path, line, describes, call, unrun }) => `${path}:${line} ${toLine(describes, 160)}${unrun === true ? ' (no test runs it)' : call === undefined ? '' : ` (it shows in ${toLine(call, 120)})`}`)
}

/** Never 100 % where anything was missed, never 0 % where anything was noticed. */
export function toPercent({ tried, noticed }: Pick<EvidenceStrength, 'tried' | 'noticed'>): string {
  const share = (100 * noticed) / Math.max(1, tried)
  return `${noticed > 0 && noticed < tried ? Math.min(99, Math.max(1, Math.round(share))) : Math.round(share)} %`
}
