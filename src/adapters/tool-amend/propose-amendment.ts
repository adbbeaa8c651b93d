import { Proposal } from '../../domain/contract/proposal.ts'
import type { Tool } from '../../engine/ports/tools.ts'

/** The solver's way to say that the contract is in the way. The harness puts it to a person; nothing changes by the call itself. */
export function createAmendTool(): Tool<Proposal> {
  return {
    name: 'propose_amendment',
    description: 'Propose to change the contract (scope, a pinned file, network, budget) where the goal cannot be met under it. A person decides; the run waits for the answer.',
    input: Proposal,
    effect: () => 'read',
    paths: () => [],
    timeoutMs: () => 5000,
    run: async () => ({ ok: true, text: 'Proposed. A person decides; until then the contract holds as it is.' }),
  }
}
