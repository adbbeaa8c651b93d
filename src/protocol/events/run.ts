import { z } from 'zod'
import { Contract } from '../contract.ts'
import { BlobRef, CommitId, Digest, Json, RunId, TreeId } from '../ids.ts'
import { MergeStrategy } from '../integration.ts'
import { Experience } from '../experience.ts'
import { exitCodes } from '../error-codes.ts'
import { Plan, RoleName } from '../plan.ts'
import { AnswerSignature, AutonomyLevel, BundleName } from '../policy.ts'
import { SpecialistSource } from '../specialist.ts'

const exitNames = Object.keys(exitCodes) as [keyof typeof exitCodes, ...(keyof typeof exitCodes)[]]

/** What the person asked for, before anything was made of it. */
export const Request = z.lazy(() => z.object({
  words: z.string(),
  solver: z.enum(['model', 'repair']),
  model: z.string().optional(),
  /** The built-in solver tries first, for at most this long, where the task looks like its kind. */
  builtinFirst: z.object({ ms: z.int().positive() }).optional(),
  effort: z.enum(['low', 'medium', 'high', 'xhigh']).optional(),
  /** A contract file was given: nothing is left for the model to extract. */
  contractGiven: z.boolean(),
  includeDirty: z.boolean(),
  apply: z.boolean(),
  /** True when nobody is to be asked anything. */
  unattended: z.boolean(),
}))
export type Request = z.infer<typeof Request>

/** How the person's repository was when the run began. */
export const Repository = z.lazy(() => z.object({
  root: z.string(),
  /** Branch name, or undefined when HEAD is detached. */
  branch: z.string().optional(),
  head: CommitId,
  base: CommitId,
  dirty: z.boolean(),
}))
export type Repository = z.infer<typeof Repository>

export const Outcome = z.enum(exitNames)
export type Outcome = z.infer<typeof Outcome>

/** What decisions were made with, kept as blobs because later versions have their own: canonical JSON, named by its digest. */
export const Kept = z.object({ template: BlobRef, tools: BlobRef, policy: BlobRef })
export type Kept = z.infer<typeof Kept>

/** What a person released from quarantine in the run that is named, with the signature of that: the same content passes in its forks. */
export const Released = z.lazy(() => z.object({ run: RunId, id: z.string(), tree: TreeId, digests: z.array(Digest), by: z.string(), reason: z.string(), at: z.string(), signature: AnswerSignature }))
export type Released = z.infer<typeof Released>

/**
 * The run and event that a fork started from: `head` is the hash of that event, `tree` the content of the workspace there, `story`
 * what the solver is told of the run until then.
 */
export const Origin = z.lazy(() => z.object({ run: RunId, seq: z.int().nonnegative(), head: Digest, tree: TreeId, story: z.string().max(20_000), released: z.array(Released).optional() }))
export type Origin = z.infer<typeof Origin>

/** A child run works on one task of another run's plan, as a specialist of that role; `depth` counts from the run that nobody delegated. */
export const Parent = z.lazy(() => z.object({ run: RunId, task: z.string(), token: z.int().positive(), depth: z.int().positive(), /** Beside the work on the task: left out where the task itself is done. */ stage: z.enum(['tests', 'review']).optional() }))
export type Parent = z.infer<typeof Parent>

/** Who works: a role by name, the words that its files have for it, names of its tools (absent: the usual ones), and which files those were. */
export const Specialist = z.lazy(() => z.object({ role: RoleName, words: z.string().max(20_000), brief: z.string().max(20_000), tools: z.array(z.string()).optional(), from: z.array(SpecialistSource).optional() }))
export type Specialist = z.infer<typeof Specialist>

/** What little confidence leads to: another plan, tests before the work, a reviewer's look at it, a person's word before it begins. */
export const UnsureAction = z.enum(['plans', 'tests', 'review', 'person'])
export type UnsureAction = z.infer<typeof UnsureAction>

/** What tasks share that are at work at the same time, beside the workers; `resources` by name. What is left out is not limited. */
export const Capacity = z.object({
  memoryMb: z.number().nonnegative().optional(), tokensPerMinute: z.number().nonnegative().optional(), cpu: z.number().nonnegative().optional(), requestsPerMinute: z.number().nonnegative().optional(),
  resources: z.record(z.string(), z.number().nonnegative()).optional(),
})
export type Capacity = z.infer<typeof Capacity>

/** The run follows a graph of tasks, each worked on by a child run. `given`: by a person, else its own model makes one. */
export const Planning = z.lazy(() => z.object({ given: Plan.optional(), workers: z.int().positive().max(64), /** What to do where two tasks changed a path, before what is built in. */ merge: z.array(MergeStrategy).optional(), /** A test writer comes before each coder. */ tests: z.boolean().optional(), /** Whose work a reviewer sees before it is integrated. Left out: what is risky or unsure. */ review: z.enum(['none', 'risky', 'all']).optional(), /** The run ends once there is a plan. */ stopAfterPlan: z.boolean().optional(), /** A person agrees to each plan before its tasks begin. */ confirm: z.boolean().optional(), capacity: Capacity.optional(), /** Tasks begin as a schedule says that is found anew as they end, and kept on the record. Left out: the longest chain first. */ scheduled: z.boolean().optional(), /** Roles that tasks can be given to. Left out: any name. */ roles: z.array(RoleName).max(200).optional(), /** Plans that the planner is asked for, to choose from. Left out: one. */ plans: z.int().positive().max(8).optional(), /** What follows where a task is less sure than `below`. Left out: a review, of work that its maker is less sure of than 0.7. */ unsure: z.object({ below: z.number().min(0).max(1), then: z.array(UnsureAction) }).optional() }))
export type Planning = z.infer<typeof Planning>

export const runEvents = {
  'run.opened': z.lazy(() => z.object({
    request: Request,
    repository: Repository,
    /** What intake made of words, flags and files; the model may still fill what it leaves open. */
    draft: Contract,
    writ: z.object({ version: z.string(), node: z.string(), platform: z.string() }),
    sandbox: z.object({ driver: z.string(), profile: Digest }),
    policy: Digest,
    template: Digest,
    /** Digest of the whole effective configuration. */
    config: Digest,
    by: z.string(),
    /** Version of the decision logic, see `domain/decisions`; absent in rollouts that no replay can follow. */
    decisions: z.int().positive().optional(),
    kept: Kept.optional(),
    /** The effective configuration itself; it holds no secrets. */
    settings: Json.optional(),
    origin: Origin.optional(),
    /** The policy's bundles in force, and what the record says of each domain in this repository. */
    bundles: z.array(BundleName).optional(),
    autonomy: z.array(AutonomyLevel).optional(),
    /** What past tasks, here and elsewhere, say of new ones. */
    experience: Experience.optional(),
    parent: Parent.optional(),
    specialist: Specialist.optional(),
    planning: Planning.optional(),
    /** The batch and the goal of it that this is: the beginning of the file's digest, and the goal's id. */
    batch: z.string().max(200).optional(),
  })),
  'run.resumed': z.lazy(() => z.object({ by: z.string(), writ: z.string(), lastSeq: z.int(), decisions: z.int().positive().optional(), kept: Kept.optional(), bundles: z.array(BundleName).optional() })),
  'run.ended': z.lazy(() => z.object({
    outcome: Outcome,
    /** One sentence for the person. */
    reason: z.string(),
    result: z.object({ commit: CommitId, branch: z.string() }).optional(),
  })),
  'contract.pinned': z.lazy(() => z.object({ contract: Contract, hash: Digest })),
  /** Intent: written before the person's branch or files are touched. It carries what `run.accepted` will say. */
  'accept.requested': z.lazy(() => z.object({ by: z.string(), strategy: z.enum(['merge', 'squash', 'rebase', 'patch']), onto: z.string(), before: CommitId, after: CommitId.optional(), undo: z.string(), patch: z.object({ from: z.string(), to: z.string() }).optional() })),
  'run.accepted': z.lazy(() => z.object({ by: z.string(), strategy: z.enum(['merge', 'squash', 'rebase', 'patch']), onto: z.string(), before: CommitId, after: CommitId.optional(), undo: z.string(), /** Of `patch`: what lies between these two was done to the files. */ patch: z.object({ from: z.string(), to: z.string() }).optional() })),
  /** A person took an accepted result back: the branch is where it was before, or has reverts on top, or the files were patched back. */
  'run.undone': z.lazy(() => z.object({ by: z.string(), how: z.enum(['ref', 'revert', 'patch']), onto: z.string(), before: CommitId, after: CommitId })),
  /** A person took the run back: it is again as it was right after event `to`, with the workspace at `tree` (see `domain/rewind`). */
  'run.rewound': z.lazy(() => z.object({ to: z.int().nonnegative(), tree: TreeId, why: z.string(), by: z.string() })),
  /** Retention removed what the run had kept beside its log. `bytes` is what that gave back, as measured. */
  'run.pruned': z.lazy(() => z.object({ by: z.string(), parts: z.array(z.enum(['workspace', 'blobs'])), bytes: z.int().nonnegative() })),
  /** The record up to `seq` was signed. The bundle is kept as a blob; so is the one with the provenance of a result. */
  'run.attested': z.lazy(() => z.object({ bundle: BlobRef, statement: Digest, provenance: BlobRef.optional(), key: Digest, seq: z.int().nonnegative(), head: Digest })),
  'run.rejected': z.lazy(() => z.object({ by: z.string(), reason: z.string() })),
  'fault.met': z.lazy(() => z.object({ code: z.string(), message: z.string(), during: z.string(), detail: BlobRef.optional() })),
}
