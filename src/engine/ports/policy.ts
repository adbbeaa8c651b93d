import type { CommandReading, TouchedPath } from '../../protocol/command.ts'
import type { Contract } from '../../protocol/contract.ts'
import type { Json, Digest } from '../../protocol/ids.ts'
import type { ApproverStep, BundleName, EffectClass, PolicyDecision } from '../../protocol/policy.ts'

/** Who wants it. A specialist is an agent that another one started; its `depth` counts from there. */
export interface Principal {
  readonly kind: 'person' | 'agent' | 'specialist' | 'hook'
  /** A person's name, a solver's, a specialist's role, or what a hook is attached to. */
  readonly name: string
  readonly depth: number
}

/** What every question says beside its subject. All of it comes from the log, so that the same log gives the same answer. */
export interface Circumstances {
  readonly contract: Contract
  readonly principal: Principal
  /** Milliseconds since the epoch, for change windows. */
  readonly at: number
  /** Calls of this tool in the last 60 seconds, and in the whole run. */
  readonly callsInMinute: number
  readonly callsInRun: number
  /** Children of this agent that are at work. */
  readonly fanOut: number
  /** 0 to 4 in the domain of this action, see `AutonomyLevel`. */
  readonly autonomy: number
}

/** May this call be made? */
export interface CallQuestion {
  readonly tool: string
  readonly input: Json
  readonly effect: EffectClass
  /** Resolved by the choke point: relative to the root, links followed. `outside` where a path leaves the repository. */
  readonly paths: readonly TouchedPath[]
  readonly contract: Contract
  /** Of a shell command: what it would do. */
  readonly command?: CommandReading
  readonly circumstances?: Circumstances
}

/** May these changes become part of the run's result? */
export interface IntegrateQuestion {
  readonly paths: readonly string[]
  /** What they are: `dependencies`, `schema`, `ci`, `policy`, `checks`, `configuration`, `source`, `tests`, `docs` (see `domain/policy/change-kinds`). */
  readonly kinds: readonly string[]
  readonly risk: 'low' | 'medium' | 'high'
  /** 0 to 1; absent where the solver gave none. */
  readonly confidence: number | undefined
  /** Warnings that validation left. */
  readonly warnings: number
  /** The contract asks for a checkpoint here. */
  readonly wanted: boolean
  readonly circumstances: Circumstances
}

/** May it be brought into the person's branch, may the contract be amended, may a host be reached, may this person answer? */
export type OtherQuestion =
  | { readonly action: 'deliver'; readonly branch: string; readonly proven: boolean; readonly circumstances: Circumstances }
  | { readonly action: 'amend'; readonly parts: readonly string[]; readonly circumstances: Circumstances }
  | { readonly action: 'connect'; readonly host: string; readonly circumstances: Circumstances }
  | { readonly action: 'delegate'; readonly role: string; readonly circumstances: Circumstances }
  | { readonly action: 'approve'; readonly kind: string; readonly rules: readonly string[]; readonly requestedBy: string; readonly circumstances: Circumstances }
  | { readonly action: 'continue'; readonly rule: string; readonly quarantined: number; readonly circumstances: Circumstances }

/** Rules as data. Pure: the same question gets the same answer. */
export interface Policy {
  readonly hash: Digest
  /** All that `hash` covers, as canonical JSON: with it the policy can be made again. */
  readonly document: string
  /** The bundles in force, in the order of their layers. Absent in policies from before there were bundles. */
  readonly bundles?: readonly BundleName[]
  /** Loads what deciding needs; called before the first question. */
  ready?(): Promise<void>
  decide(question: CallQuestion): PolicyDecision
  /** Absent in policies from before: then nothing is asked. */
  integrate?(question: IntegrateQuestion): PolicyDecision
  judge?(question: OtherQuestion): PolicyDecision
  /** Whom the owner rules of the bundles name for these paths, in order. */
  approversFor?(paths: readonly string[]): { readonly steps: readonly ApproverStep[]; readonly escalateMs: number }
  /** Numbers and lists that rules are not made of, by name: what validators and budgets ask for (see `domain/policy/settings`). */
  readonly settings?: Json
}
