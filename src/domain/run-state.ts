import type { CommandReading } from '../protocol/command.ts'
import type { Contract } from '../protocol/contract.ts'
import type { Message, ReplyPart } from '../protocol/conversation.ts'
import type { CheckOutcome, Proof } from '../protocol/evidence.ts'
import type { Machine, Survey } from '../protocol/events/check.ts'
import type { Payload, StoredEvent } from '../protocol/events/event.ts'
import type { Kept } from '../protocol/events/run.ts'
import type { CommitId, Digest, Json, RunId, TreeId } from '../protocol/ids.ts'
import type { Plan, Task } from '../protocol/plan.ts'
import type { Delegation } from './delegation/delegation.ts'
import type { TaskStage } from './delegation/stages.ts'
import { noLeases, type LeaseTable } from './lease/lease.ts'

type Call = Extract<ReplyPart, { type: 'call' }>

/** A call of the last reply and how far it got. `called` at decision time means that we died in the middle of it. */
export interface PendingCall {
  readonly call: Call
  status: 'waiting' | 'called' | 'returned'
  effect: 'read' | 'reversible' | 'irreversible' | undefined
  answer: { text: string; isError: boolean } | undefined
  /** When it was called, and which hosts it was about to reach since then. */
  calledAt: number
  reached: string[]
  /** The run stopped in the middle of it; a person has said since then what to do about it. */
  cutOff: boolean
  settled: boolean
  /** The part of the record that might say how far it got was damaged and set aside. */
  lost: boolean
}

export interface Finish {
  readonly summary: string
  readonly confidence: number | undefined
  readonly unfinished: readonly string[]
  /** Why the goal cannot be met, where the solver says so: an honest end, without a commit. */
  readonly cannot: string | undefined
  /** True when the answer simply ended without the tool. */
  readonly implied: boolean
}

export interface Spent {
  turns: number
  inputTokens: number
  cachedTokens: number
  outputTokens: number
  /** US dollars where prices are known. */
  usd: number
  unpriced: boolean
  modelMs: number
}

/**
 * Everything that is known about a run: the fold of its log. Whoever folds owns the object; `evolve` changes it in place,
 * so that a run of ten thousand events stays linear.
 */
export interface RunState {
  run: RunId | undefined
  opened: Payload<'run.opened'> | undefined
  startedAt: number
  /** Time of the newest event, in milliseconds since the epoch: the only clock that decisions know. */
  at: number
  /** The run's own time until then, and until its first plan, in milliseconds (see `run-clock`). */
  workedMs: number
  answeredMs: number
  plannedMs: number | undefined
  contract: Contract | undefined
  contractHash: Digest | undefined
  intake: { readonly reply: string } | undefined
  workspaceWanted: boolean
  workspace: Payload<'workspace.created'> | undefined
  /** A fork has the content that it goes on from. */
  filled: boolean
  survey: Survey | undefined
  /** Described anew by each process that proves or ends the run. */
  machine: Machine | undefined
  /** Prompts, tools and policy in force, and the version of the decision logic. */
  kept: Kept | undefined
  decisions: number | undefined
  /** By check: what it showed on the base, and what it showed last on the work. */
  baseline: Map<string, CheckOutcome>
  latest: Map<string, CheckOutcome>
  plan: Plan | undefined
  tasks: Map<string, 'waiting' | 'active' | 'finished' | 'dropped'>
  active: Task | undefined
  /** Of a run that follows a graph: the newest attempt at each task, who may write what, and how many may be at work by the policy. */
  delegations: Map<string, Delegation>
  /** Tests that were written for tasks, and the newest review of each. */
  stages: Map<string, TaskStage>
  leases: LeaseTable
  /** By task: the newest look at what is integrated, at each milestone. */
  milestones: Map<string, Payload<'milestone.checked'>>
  fanOutCap: number | undefined
  /** When tasks are to begin, and what has changed since that was found. */
  schedule: Payload<'plan.scheduled'> | undefined
  scheduleWanted: string | undefined
  /** Tasks that the policy does not let begin, with its reason. */
  refused: Map<string, string>
  /** What the planner proposed and nobody judged yet; why it is asked for a plan. */
  planDraft: Json | undefined
  planWanted: string | undefined
  /** Plans to choose from, and how many of them there were when the planner was last told something. */
  considered: Payload<'plan.considered'>[]
  toldOfPlans: number
  /** The conversation after the opening message; it only grows. */
  messages: Message[]
  /** Said while calls were still unanswered: it follows their answers, because nothing may stand between the two. */
  unsaid: string[]
  /** Found, and not said to the solver yet: the run was killed between the two. */
  untold: { readonly kind: 'proof' } | { readonly kind: 'pins'; readonly paths: readonly string[] } | undefined
  turnAsked: { turn: number; purpose: 'intake' | 'work'; attempt: number; retryInMs: number | undefined } | undefined
  calls: PendingCall[]
  /** Content of the workspace as last recorded, and the last content that the fast checks saw. */
  tree: TreeId | undefined
  checkedTree: TreeId | undefined
  finish: Finish | undefined
  /** Mean probability of the tokens of the newest answer, where the provider says it. */
  certainty: number | undefined
  head: CommitId | undefined
  headTree: TreeId | undefined
  commits: Payload<'commit.created'>[]
  proof: Proof | undefined
  /** How strong the tests are that the newest proof rests on, where that was measured. */
  strength: Payload<'strength.measured'> | undefined
  /** What the checks showed in the newest proof. */
  proofOutcomes: CheckOutcome[]
  /** The workspace content that the last refused proof judged. */
  refusedTree: TreeId | undefined
  refusals: number
  /** How often a task was called finished while the workspace was as the last refused proof had it; that proof counts. */
  unchangedRefusals: number
  /** Workspace content when the last commit was made, and when the last proof was finished. */
  committedTree: TreeId | undefined
  provenTree: TreeId | undefined
  /** Tests that the built-in solver tried and could not mend. */
  givenUp: Set<string>
  warnedAtTurn: number
  /** Turns in a row that changed nothing; calls in a row that were the same and changed nothing. */
  idleTurns: number
  repeats: { key: string; count: number }
  treeAtTurn: TreeId | undefined
  limit: Payload<'limit.reached'> | undefined
  /** Questions that nobody has answered yet, in the order in which they were asked. */
  asked: Payload<'approval.requested'>[]
  approvals: Map<string, 'approve' | 'deny'>
  branchHead: CommitId | undefined
  restored: string[]
  /** The newest repair of the record. */
  repaired: Payload<'log.repaired'> | undefined
  faults: Payload<'fault.met'>[]
  ended: Payload<'run.ended'> | undefined
  endedAt: number | undefined
  /** Asked for, and not known to have been carried out whole. */
  acceptWanted: Payload<'accept.requested'> | undefined
  accepted: Payload<'run.accepted'> | undefined
  rejected: Payload<'run.rejected'> | undefined
  /** The newest time that an accepted result was taken back; undefined again once it is accepted anew. */
  undone: Payload<'run.undone'> | undefined
  pruned: Payload<'run.pruned'> | undefined
  /** What commands of this turn would do, by call; how often each tool was called. */
  readings: Map<string, CommandReading>
  toolCalls: Map<string, number>
  /** Calls that were let through in the last minute of the log, undone ones too, the oldest first; `at` in milliseconds. */
  newestCalls: { readonly tool: string; readonly at: number }[]
  /** Contents that passed the stages of validation: after an edit, and when a task was called finished. */
  validatedTree: TreeId | undefined
  taskValidatedTree: TreeId | undefined
  /** A validation that failed, until its change is taken back and told; contents that were taken back and may be restored. */
  failed: Payload<'validation.finished'> | undefined
  takenBack: TreeId[]
  /** Failed validations, each of which took a change back. */
  rollbacks: number
  /** A task of the built-in solver whose repair did not pass: it has no other. */
  rejectedTask: string | undefined
  /** What the built-in solver found out, by task: the newest. */
  judged: Map<string, Payload<'repair.judged'>>
  /** Of a run that lets the built-in solver try first: who works now; what it learned where it found nothing, by task; what came close. */
  routed: { readonly to: 'model' | 'repair'; readonly handsOver: boolean } | undefined
  searched: Map<string, Payload<'repair.searched'>>
  close: { readonly describes: string; readonly path: string; readonly line: number; readonly mended: number; readonly broken: number }[]
  /** Milliseconds that it has worked. */
  tryMs: number
  /** Another way to do a task than the one proposed, that a person chose; until the solver has taken it up. `instead` is the content that is left. */
  chosen: { readonly task: string; readonly number: number; readonly instead: TreeId } | undefined
  /** How often a hook kept the solver from stopping. */
  stopsBlocked: number
  /** What a person let through last, or what needed nobody: deltas are shown against it. */
  reviewedTree: TreeId | undefined
  /** Warnings of the newest validation of a whole task. */
  warnings: number
  /** What people wrote beside their answers, by gate. */
  answerNotes: Map<string, string>
  /** The contract as it was pinned, which the conversation begins with; `contract` has its amendments. */
  pinned: Contract | undefined
  /** What the solver proposes to change in the contract, not put to anybody yet. */
  proposal: Json | undefined
  /** The newest judgement about integrating, and whether the solver was told that it may not. */
  reviewTold: boolean
  review: Payload<'integration.judged'> | undefined
  amendment: Payload<'amendment.proposed'> | undefined
  amendments: Payload<'contract.amended'>[]
  /** What was sealed away, by id. */
  quarantine: Map<string, Payload<'artefact.quarantined'> & { settled: 'released' | 'discarded' | undefined }>
  /** Every question that was put to a person, answered or not. */
  questions: number
  /** Every event that was folded, by its sequence number: taking a run back needs what was before. */
  past: StoredEvent[]
  resumes: number
  spent: Spent
}

export function emptyState(): RunState {
  return {
    run: undefined, opened: undefined, startedAt: 0, at: 0, workedMs: 0, answeredMs: 0, plannedMs: undefined, contract: undefined, contractHash: undefined, intake: undefined,
    workspaceWanted: false, workspace: undefined, filled: false, survey: undefined, machine: undefined, kept: undefined, decisions: undefined, baseline: new Map(), latest: new Map(), plan: undefined,
    tasks: new Map(), active: undefined, delegations: new Map(), stages: new Map(), leases: noLeases, milestones: new Map(), fanOutCap: undefined, schedule: undefined, scheduleWanted: undefined, refused: new Map(), planDraft: undefined, planWanted: undefined, considered: [], toldOfPlans: 0, messages: [], unsaid: [], untold: undefined, turnAsked: undefined, calls: [], tree: undefined, checkedTree: undefined,
    finish: undefined, certainty: undefined, head: undefined, headTree: undefined, commits: [], proof: undefined, strength: undefined, proofOutcomes: [], refusedTree: undefined, refusals: 0, unchangedRefusals: 0, committedTree: undefined, provenTree: undefined, givenUp: new Set(), warnedAtTurn: -1,
    idleTurns: 0, repeats: { key: '', count: 0 }, treeAtTurn: undefined, limit: undefined, asked: [], approvals: new Map(),
    branchHead: undefined, restored: [], repaired: undefined, faults: [], ended: undefined, endedAt: undefined,
    acceptWanted: undefined, accepted: undefined, rejected: undefined, undone: undefined, pruned: undefined, readings: new Map(), toolCalls: new Map(), newestCalls: [], validatedTree: undefined, taskValidatedTree: undefined, failed: undefined, takenBack: [], rollbacks: 0, rejectedTask: undefined, judged: new Map(), routed: undefined, searched: new Map(), close: [], tryMs: 0, chosen: undefined, stopsBlocked: 0, reviewedTree: undefined, warnings: 0, answerNotes: new Map(), pinned: undefined, proposal: undefined, reviewTold: false, review: undefined, amendment: undefined, amendments: [], quarantine: new Map(), questions: 0, past: [], resumes: 0,
    spent: { turns: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0, usd: 0, unpriced: false, modelMs: 0 },
  }
}
