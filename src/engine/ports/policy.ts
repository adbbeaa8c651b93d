import type { Contract } from '../../protocol/contract.ts'
import type { Json, Digest } from '../../protocol/ids.ts'
import type { EffectClass, PathAccess, PolicyDecision } from '../../protocol/policy.ts'

export interface PolicyQuestion {
  readonly tool: string
  readonly input: Json
  readonly effect: EffectClass
  /** Resolved by the choke point: relative to the root, links followed. `outside` where a path leaves the repository. */
  readonly paths: readonly (PathAccess & { readonly outside: boolean })[]
  readonly contract: Contract
}

/** Rules as data. Pure: the same question gets the same answer. */
export interface Policy {
  readonly hash: Digest
  /** All that `hash` covers, as canonical JSON: with it the policy can be made again. */
  readonly document: string
  decide(question: PolicyQuestion): PolicyDecision
}
