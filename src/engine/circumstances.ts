import type { Contract } from '../protocol/contract.ts'
import { levelIn } from '../domain/autonomy/levels.ts'
import { countInMinute } from '../domain/policy/circumstances.ts'
import type { Circumstances } from './ports/policy.ts'
import type { RunContext } from './record.ts'

/** What every question to the policy says of where it is asked. All of it follows from the log. */
export function circumstancesOf(run: RunContext, about: { readonly tool?: string; readonly autonomy?: number } = {}): Circumstances {
  const { state } = run
  return {
    contract: contractOf(run),
    principal: state.opened?.parent
      ? { kind: 'specialist', name: state.opened.specialist?.role ?? 'coder', depth: state.opened.parent.depth }
      : { kind: 'agent', name: state.opened?.request.solver ?? 'model', depth: 0 },
    at: state.at,
    callsInMinute: about.tool === undefined ? 0 : countInMinute(state, about.tool),
    callsInRun: about.tool === undefined ? 0 : (state.toolCalls.get(about.tool) ?? 0),
    fanOut: 0,
    autonomy: about.autonomy ?? 1,
  }
}

/** What the record of this repository allows unasked where these paths lie. */
export function autonomyOf(run: RunContext, paths: readonly string[], action: 'call' | 'integrate' = 'call'): number {
  return levelIn(run.state, paths, action)
}

export function contractOf(run: RunContext): Contract {
  if (!run.state.contract) throw new Error('nothing is judged before the contract is pinned')
  return run.state.contract
}
