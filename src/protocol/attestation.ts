import { z } from 'zod'
import { CheckPurpose } from './events/check.ts'
import { Outcome } from './events/run.ts'
import { ChildOutcome, StageName } from './events/task.ts'
import { CheckStatus, Proof, Strength } from './evidence.ts'
import { BlobRef, CommitId, Digest, RunId, TreeId } from './ids.ts'

/** What an attestation is made of. The page for readers of these files is docs/attestation.md. */
export const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
export const payloadType = 'application/vnd.in-toto+json'
export const statementType = 'https://in-toto.io/Statement/v1'
export const provenanceType = 'https://slsa.dev/provenance/v1'
/** Names, not addresses: nothing has to be reachable for them to hold. */
export const recordType = 'urn:writ:run-record:v1'
export const buildType = 'urn:writ:run:v1'
export const builderId = 'urn:writ:local'

/** By its kind of digest: `gitCommit`, `sha256`, … */
const DigestSet = z.record(z.string(), z.string())
const Subject = z.strictObject({ name: z.string(), digest: DigestSet })

const CheckRun = z.lazy(() => z.strictObject({
  seq: z.int().nonnegative(),
  check: z.string(),
  command: z.string(),
  purpose: CheckPurpose,
  status: CheckStatus,
  exitCode: z.int().optional(),
  tree: TreeId,
  output: BlobRef,
}))

/** The predicate of Writ's own: how a run came to its end, and what its record holds up to `record.seq`. */
export const RunRecord = z.lazy(() => z.strictObject({
  run: RunId,
  writ: z.strictObject({ version: z.string(), node: z.string(), platform: z.string() }).describe('What carried the run.'),
  by: z.string().describe('Who started it.'),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  outcome: Outcome.optional().describe('Absent while a run that was taken back goes on.'),
  reason: z.string().optional(),
  base: z.strictObject({ commit: CommitId, head: CommitId, dirty: z.boolean() }).describe('Where the run began; `head` is what the person had checked out.'),
  result: z.strictObject({ commit: CommitId, tree: TreeId.optional(), branch: z.string() }).optional(),
  contract: z.strictObject({
    sha256: Digest.describe('Over the canonical JSON (RFC 8785) of the contract as `contract.pinned` holds it.'),
    goal: z.string(),
    checks: z.array(z.strictObject({ id: z.string(), command: z.string() })),
    scope: z.array(z.string()),
    approvers: z.array(z.string()),
  }).optional(),
  solver: z.strictObject({ name: z.string(), model: z.string().optional(), servedBy: z.array(z.string()) }),
  plan: z.strictObject({
    revision: z.int().nonnegative(),
    sha256: Digest.describe('Over the canonical JSON of the newest plan.'),
    tasks: z.array(z.strictObject({ id: z.string(), title: z.string(), status: z.string() })),
  }).optional(),
  commits: z.array(z.strictObject({ task: z.string(), commit: CommitId, tree: TreeId, parent: CommitId })),
  children: z.array(z.strictObject({
    run: RunId, task: z.string(), stage: StageName.optional().describe('What it did beside the work on the task; left out where it did the task.'), outcome: ChildOutcome,
    commit: CommitId.optional().describe('What it made, kept with the run.'),
    integrated: CommitId.optional().describe('The commit of this run that this became part of.'),
    events: z.int().nonnegative().describe('How far its record went.'), head: Digest.describe("That record's last hash."),
  })).optional().describe('Child runs that worked on tasks of the plan, in the order in which they returned.'),
  decisions: z.strictObject({
    policy: Digest,
    calls: z.int().nonnegative(),
    allowed: z.int().nonnegative(),
    asked: z.int().nonnegative(),
    denied: z.int().nonnegative(),
    sha256: Digest.describe('Over the canonical JSON of [seq, callId, effect, rules] of every call, in their order.'),
  }),
  approvals: z.array(z.strictObject({ seq: z.int().nonnegative(), gate: z.string(), question: z.string().optional(), by: z.string(), answer: z.enum(['approve', 'deny']) })),
  evidence: z.strictObject({
    verdict: Proof.unwrap().shape.verdict.optional(),
    commit: CommitId.optional(),
    tree: TreeId.optional(),
    reasons: z.array(z.string()),
    restored: z.array(z.string()),
    strength: z.strictObject({
      tried: z.int().nonnegative(), noticed: z.int().nonnegative(), alike: z.int().nonnegative(), of: z.int().nonnegative(),
      survivors: z.array(z.strictObject({ path: z.string(), line: z.int().positive(), describes: z.string() })), note: z.string().optional(),
    }).optional().describe('How many of the small changes to the changed lines and right around them the tests notice; left out where nothing was measured. `alike` behave the same and count for neither; with `tried` 0, `note` says why.'),
    checks: z.array(z.strictObject({ check: z.string(), command: z.string(), strength: Strength, verdict: z.string(), fixed: z.int().nonnegative(), broken: z.int().nonnegative(), passed: z.int().nonnegative() })),
    runs: z.array(CheckRun).describe('Every run of a check on the base and in the newest proof, with the digest of all that it printed.'),
  }),
  repairs: z.array(z.strictObject({ seq: z.int().nonnegative(), by: z.string(), line: z.int().positive(), problem: z.string() })).describe('Where a damaged record was gone on with from its good part: from that line on it is not what had been recorded first.'),
  /** What people did with the result. */
  afterwards: z.array(z.strictObject({ seq: z.int().nonnegative(), type: z.string(), by: z.string(), onto: z.string().optional(), strategy: z.string().optional(), before: CommitId.optional(), after: CommitId.optional() })),
  record: z.strictObject({
    seq: z.int().nonnegative().describe('Of the last event that this covers.'),
    head: Digest.describe("That event's hash, which holds every event before it."),
    sha256: Digest.describe('Over the first seq + 1 lines of rollout.jsonl, line ends included.'),
    blobs: z.int().nonnegative().describe('How many blobs these events refer to.'),
  }),
  provenance: z.strictObject({ sha256: Digest }).optional().describe('Digest of the bundle with the SLSA provenance of the result.'),
  previous: z.strictObject({ sha256: Digest }).optional().describe('Digest of the bundle that this one extends.'),
}).describe('How a run of Writ came to its end.'))
export type RunRecord = z.infer<typeof RunRecord>

const Artefact = z.strictObject({ name: z.string(), uri: z.string().optional(), digest: DigestSet })

/** SLSA provenance v1, as far as Writ has something to say. */
export const Provenance = z.lazy(() => z.strictObject({
  buildDefinition: z.strictObject({
    buildType: z.literal(buildType),
    externalParameters: z.strictObject({ goal: z.string(), contract: z.strictObject({ sha256: Digest }), checks: z.array(z.string()), solver: z.string(), model: z.string().optional() }),
    internalParameters: z.strictObject({ policy: Digest, template: Digest, config: Digest, sandbox: z.strictObject({ driver: z.string(), profile: Digest }) }),
    resolvedDependencies: z.array(Artefact),
  }),
  runDetails: z.strictObject({
    builder: z.strictObject({ id: z.literal(builderId), version: z.record(z.string(), z.string()) }),
    metadata: z.strictObject({ invocationId: z.string(), startedOn: z.iso.datetime(), finishedOn: z.iso.datetime() }),
    byproducts: z.array(Artefact),
  }),
}))
export type Provenance = z.infer<typeof Provenance>

export const Statement = z.lazy(() => z.discriminatedUnion('predicateType', [
  z.strictObject({ _type: z.literal(statementType), subject: z.array(Subject).min(1), predicateType: z.literal(recordType), predicate: RunRecord }),
  z.strictObject({ _type: z.literal(statementType), subject: z.array(Subject).min(1), predicateType: z.literal(provenanceType), predicate: Provenance }),
]))
export type Statement = z.infer<typeof Statement>
export type RecordStatement = Extract<Statement, { predicateType: typeof recordType }>
export type ProvenanceStatement = Extract<Statement, { predicateType: typeof provenanceType }>

/** Standard base64 whose bits are all used. */
const Base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/)

/** A Sigstore bundle around a DSSE envelope, with a key instead of a certificate. */
export const Bundle = z.lazy(() => z.strictObject({
  mediaType: z.literal(bundleMediaType),
  verificationMaterial: z.strictObject({ publicKey: z.strictObject({ hint: Digest }), tlogEntries: z.tuple([]) }),
  dsseEnvelope: z.strictObject({ payload: Base64, payloadType: z.literal(payloadType), signatures: z.tuple([z.strictObject({ keyid: Digest, sig: Base64 })]) }),
}))
export type Bundle = z.infer<typeof Bundle>
