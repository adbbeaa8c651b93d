import type { MutationScore } from '../../protocol/repair.ts'
import type { RunState } from '../run-state.ts'
import { solverOf } from '../route.ts'

/**
 * What the built-in solver measured of all that it changed; none where anything of it was not measured, or is not what was measured: somebody else
 * worked too, a person chose another way, or a later mend of the same file came on top.
 */
export function findKnownStrength(state: RunState): readonly MutationScore[] {
  if (solverOf(state) !== 'repair' || state.routed?.handsOver === true) return []
  const judged = state.commits.map(({ task }) => state.judged.get(task))
  const files = new Set(judged.map((each) => each?.fault.path))
  const scores = judged.flatMap((each) => (each?.strength === undefined || each.strength.tried === 0 || each.chosen !== undefined || each.first !== undefined ? [] : [each.strength]))
  return scores.length === judged.length && files.size === judged.length ? scores : []
}
