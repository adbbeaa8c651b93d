import type { Check } from '../protocol/contract.ts'
import type { FaultCode } from '../protocol/error-codes.ts'
import type { Json } from '../protocol/ids.ts'
import type { Budget } from '../protocol/contract.ts'
import type { CommitId } from '../protocol/ids.ts'
import type { StageName } from '../protocol/events/task.ts'
import type { Plan, RankedPlan } from '../protocol/plan.ts'
import type { Outcome } from '../protocol/events/run.ts'
import type { Payload } from '../protocol/events/event.ts'
import type { PendingCall } from './run-state.ts'

/** What to do next, by phase of the loop. A pure function of the log decides it (`decide`); the engine carries it out. */
export type Step =
  // perceive
  | { readonly phase: 'perceive'; readonly do: 'open-workspace' }
  | { readonly phase: 'perceive'; readonly do: 'survey' }
  | { readonly phase: 'perceive'; readonly do: 'fill' }
  | { readonly phase: 'perceive'; readonly do: 'baseline'; readonly check: Check }
  // plan
  | { readonly phase: 'plan'; readonly do: 'pin-contract' }
  | { readonly phase: 'plan'; readonly do: 'propose'; readonly plan: Plan; readonly why: string; readonly from?: 'model' | 'person' | 'checks'; readonly ranking?: RankedPlan[] }
  | { readonly phase: 'plan'; readonly do: 'consider'; readonly number: number; readonly plan: Plan; readonly why: string }
  | { readonly phase: 'plan'; readonly do: 'schedule'; readonly why: string }
  | { readonly phase: 'plan'; readonly do: 'start-task'; readonly task: string }
  | { readonly phase: 'plan'; readonly do: 'drop-task'; readonly task: string; readonly why: string }
  | { readonly phase: 'plan'; readonly do: 'route'; readonly to: 'model' | 'repair'; readonly why: string; readonly text?: string }
  | { readonly phase: 'plan'; readonly do: 'ask'; readonly purpose: 'intake' | 'work'; readonly turn: number; readonly attempt: number; readonly afterMs: number }
  | { readonly phase: 'plan'; readonly do: 'propose-amendment'; readonly proposal: Json }
  | { readonly phase: 'plan'; readonly do: 'ask-amendment' }
  | { readonly phase: 'plan'; readonly do: 'amend' }
  | {
      readonly phase: 'plan'; readonly do: 'delegate'; readonly task: string; readonly attempt: number; readonly role: string; readonly budget: Budget
      readonly lease: { readonly globs: string[]; readonly token: number }; readonly brief: string
    }
  | { readonly phase: 'plan'; readonly do: 'delegate-stage'; readonly task: string; readonly stage: StageName; readonly of: number; readonly role: string; readonly base: CommitId; readonly budget: Budget; readonly brief: string }
  // act
  | { readonly phase: 'act'; readonly do: 'call'; readonly calls: readonly PendingCall[] }
  | { readonly phase: 'act'; readonly do: 'recover' }
  // observe
  | { readonly phase: 'observe'; readonly do: 'check-edit' }
  | { readonly phase: 'observe'; readonly do: 'check-task' }
  | { readonly phase: 'observe'; readonly do: 'say'; readonly kind: Payload<'observation.made'>['kind']; readonly text: string }
  | { readonly phase: 'observe'; readonly do: 'validate' }
  | { readonly phase: 'observe'; readonly do: 'take-back' }
  | { readonly phase: 'observe'; readonly do: 'make-room' }
  | { readonly phase: 'observe'; readonly do: 'ask-sealed'; readonly id: string }
  | { readonly phase: 'observe'; readonly do: 'await-child'; /** Nobody is waited for longer, in milliseconds since the epoch: then it is time to schedule anew. */ readonly untilMs?: number }
  | { readonly phase: 'observe'; readonly do: 'stop-children' }
  | { readonly phase: 'observe'; readonly do: 'stop-on-fault'; readonly code: FaultCode; readonly message: string }
  // reflect
  | { readonly phase: 'reflect'; readonly do: 'integrate'; readonly task: string }
  | { readonly phase: 'reflect'; readonly do: 'ask-merge'; readonly task: string }
  | { readonly phase: 'reflect'; readonly do: 'ask-unsure'; readonly task: string }
  | { readonly phase: 'reflect'; readonly do: 'ask-unreviewed'; readonly task: string }
  | { readonly phase: 'reflect'; readonly do: 'ask-plan' }
  | { readonly phase: 'reflect'; readonly do: 'check-milestone'; readonly task: string }
  | { readonly phase: 'reflect'; readonly do: 'ask-milestone'; readonly task: string }
  | { readonly phase: 'reflect'; readonly do: 'see-tests'; readonly task: string }
  | { readonly phase: 'reflect'; readonly do: 'review' }
  | { readonly phase: 'reflect'; readonly do: 'commit' }
  | { readonly phase: 'reflect'; readonly do: 'finish-task' }
  | { readonly phase: 'reflect'; readonly do: 'prove' }
  | { readonly phase: 'reflect'; readonly do: 'limit'; readonly limit: Payload<'limit.reached'>['limit']; readonly detail: string }
  | { readonly phase: 'reflect'; readonly do: 'end'; readonly outcome: Outcome; readonly reason: string }
