import { z } from 'zod'
import { CheckOutcome, Finding, Proof, Stage, Validation } from '../evidence.ts'
import { EvidenceStrength, RepairJudgement, RepairSearch } from '../repair.ts'
import { CommitId, Digest, Json, TreeId } from '../ids.ts'

export const CheckPurpose = z.enum(['baseline', 'near', 'full', 'proof', 'repeat', 'base-again', 'self-made', 'canary', 'merge', 'milestone'])
export type CheckPurpose = z.infer<typeof CheckPurpose>

/** What is there to work with, found without a model. */
export const Survey = z.lazy(() => z.object({
  /** AGENTS.md and the like, nearest to the root first: at most 32 KiB together. */
  instructions: z.array(z.object({ path: z.string(), text: z.string() })),
  /** Programs in the sandbox with their versions. */
  present: z.array(z.object({ name: z.string(), version: z.string() })),
  absent: z.array(z.string()),
  /** Package managers and test runners that the repository itself uses, with the file that says so. */
  uses: z.array(z.object({ name: z.string(), from: z.string() })),
  /** Top of the tree, at most 200 entries. */
  tree: z.array(z.string()),
  files: z.int().nonnegative(),
  digest: z.string(),
}))
export type Survey = z.infer<typeof Survey>

/** The machine that a run worked on: what a reproduction compares first. `digest` covers all the rest. */
export const Machine = z.lazy(() => z.object({
  os: z.string(),
  kernel: z.string(),
  arch: z.string(),
  cpus: z.int(),
  memoryMb: z.int(),
  libc: z.string(),
  locale: z.string(),
  timeZone: z.string(),
  node: z.string(),
  /** Programs that Writ itself starts, with what they say of their version; empty where one is not there. */
  programs: z.array(z.object({ name: z.string(), version: z.string() })),
  digest: Digest,
}))
export type Machine = z.infer<typeof Machine>

export const checkEvents = {
  'environment.surveyed': Survey,
  'environment.fingerprinted': Machine,
  /** `only`: the test files that it was narrowed to. */
  'check.started': z.lazy(() => z.object({ checkId: z.string(), purpose: CheckPurpose, tree: TreeId, only: z.array(z.string()).optional() })),
  'check.finished': z.lazy(() => z.object({ purpose: CheckPurpose, outcome: CheckOutcome })),
  /** The fast checks after an edit. `text` is what the solver is shown; empty when nothing is worth a word. */
  'edit.checked': z.lazy(() => z.object({ tree: TreeId, findings: z.array(Finding), text: z.string() })),
  /** The stages of validation on what lies between the base and `tree`. `from` is the last content that passed them. */
  'validation.finished': z.lazy(() => z.object({ scope: z.enum(['edit', 'task', 'merge']), from: TreeId, tree: TreeId, verdict: z.enum(['passed', 'failed']), stage: Stage.optional(), validations: z.array(Validation), text: z.string() })),
  'proof.started': z.lazy(() => z.object({ commit: CommitId })),
  /** Of a result whose checks passed: how strong they are. Before the verdict, which may depend on it. */
  'strength.measured': z.lazy(() => EvidenceStrength.unwrap().extend({ commit: CommitId })),
  'proof.finished': Proof,
  /** A candidate that the built-in solver tried. */
  'candidate.tried': z.lazy(() => z.object({ task: z.string(), n: z.int(), describes: z.string(), path: z.string(), line: z.int(), result: z.enum(['worse', 'same', 'better', 'plausible', 'broken']), detail: Json.optional() })),
  /** What the built-in solver found out before it proposed an edit. */
  'repair.judged': RepairJudgement,
  /** What the built-in solver learned where it proposes nothing. */
  'repair.searched': RepairSearch,
}
