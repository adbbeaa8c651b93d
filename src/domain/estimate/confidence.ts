import type { Experience } from '../../protocol/experience.ts'
import { calibrate } from './calibrate.ts'

/** Outcomes that there must be before the probabilities of tokens count beside what is stated. */
const leastTokenOutcomes = 10

/**
 * How sure the record is of what somebody states: of a plan's task (`planned`), or of work that is called done (`claimed`).
 * `tokens`: the mean probability of the tokens that said it. Without an experience (an older record) it is what is stated.
 * `isBeyondTests`: it was stated of what passes them already, so that a record of what passed is no reason to be surer.
 */
export function toConfidence(experience: Experience | undefined, about: 'planned' | 'claimed', said: { readonly stated: number | undefined; readonly tokens?: number | undefined; readonly isBeyondTests?: boolean }): number | undefined {
  if (experience === undefined || said.stated === undefined) return said.stated
  const { [about]: line, tokens } = experience.confidence
  const stated = calibrate(line, said.stated)
  if (said.isBeyondTests === true) return round(Math.min(stated, said.stated))
  if (about !== 'claimed' || said.tokens === undefined || tokens.count < leastTokenOutcomes) return round(stated)
  // Each counts as much as it was right before; a Brier score of 0 would be beyond all measure.
  const weigh = (brier: number | undefined): number => 1 / Math.max(0.02, brier ?? 0.25)
  const [own, other] = [weigh(line.after), weigh(tokens.after)]
  return round((own * stated + other * calibrate(tokens, said.tokens)) / (own + other))
}

function round(share: number): number {
  return Math.round(share * 1000) / 1000
}
