import { z } from 'zod'
import type { Contract } from '../../protocol/contract.ts'
import { matchesAny } from './guarded.ts'
import { tidyGlob } from './draft.ts'

const Text = z.string().trim().min(1)

/** What a solver may propose to change. It changes nothing: a person decides. */
export const Proposal = z.lazy(() => z.strictObject({
  why: Text.max(2000).describe('what cannot be done under the contract as it is'),
  scope_add: z.array(Text.max(500)).max(20).optional().describe('globs that should be allowed to change too'),
  unpin: z.array(Text.max(500)).max(20).optional().describe('pinned files that should be allowed to change: a wrong test'),
  network_add: z.array(z.string().regex(/^\.?[a-z0-9.-]+:\d{1,5}$/i, 'it is host:port')).max(10).optional().describe('hosts that commands should reach'),
  max_turns: z.int().positive().max(10_000).optional(),
  max_usd: z.number().positive().max(100_000).optional(),
}))
export type Proposal = z.infer<typeof Proposal>

/** The contract as the proposal would have it; pure. What it says that is so already changes nothing. */
export function applyProposal(contract: Contract, proposal: Proposal): Contract {
  const { scope_add: scope = [], unpin = [], network_add: network = [], max_turns: maxTurns, max_usd: maxUsd } = proposal
  const freed = unpin.map(tidyGlob)
  return {
    ...contract,
    // Without a scope everything may change already.
    scope: contract.scope.length === 0 ? [] : addNew(contract.scope, scope.map(tidyGlob)),
    network: addNew(contract.network, network),
    pins: freed.length === 0 ? contract.pins : contract.pins.filter((pin) => !matchesAny(freed, pin.path)),
    guarded: addNew(contract.guarded, freed.map((glob) => `!${glob}`)),
    budget: { ...contract.budget, ...(maxTurns === undefined ? {} : { maxTurns }), ...(maxUsd === undefined ? {} : { maxUsd }) },
  }
}

function addNew(list: readonly string[], more: readonly string[]): string[] {
  return [...list, ...more.filter((each) => !list.includes(each))]
}
