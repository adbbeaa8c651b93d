import type { Check, Contract } from '../protocol/contract.ts'
import type { CheckPurpose } from '../protocol/events/check.ts'
import type { CheckOutcome, Proof } from '../protocol/evidence.ts'
import type { FileChange } from '../protocol/events/workspace.ts'
import type { CommitId, TreeId } from '../protocol/ids.ts'
import { keepsWrittenTests } from '../domain/decisions.ts'
import { findSelfMade } from '../domain/contract/pins.ts'
import { pathsToRead, proofRestorations, type FileSet } from '../domain/contract/restorations.ts'
import { readPolicySettings } from '../domain/policy/settings.ts'
import { demandStrength } from '../domain/proof/demand-strength.ts'
import { judgeProof } from '../domain/proof/judge-proof.ts'
import type { SelfMadeRuns } from '../domain/proof/judge-self-made.ts'
import { findWritten, type WrittenByRun } from '../domain/proof/written-by-run.ts'
import { readFiles, seeChanges } from './look.ts'
import { measureStrength } from './measure-strength.ts'
import { runCheckAt } from './loop/perceive.ts'
import { getWorkspace, type RunContext } from './record.ts'
import { runCanary } from './canary.ts'

type Files = ReadonlyMap<string, Uint8Array | undefined>

/**
 * Only this declares. The acceptance checks run in a clean checkout of the result, with the base's dependencies, the
 * contract's check files as pinned and without tests that the agent wrote:
 * 1. once; a check that fails ends the proof there;
 * 2. once more: a pass that does not repeat is no pass;
 * 3. on the base again: what was failing there must fail there still (what did not end there has ten times as long as the result);
 * 4. tests that the agent wrote, on the base and on the result;
 * 5. a canary, a test that must fail, which shows whether assertions and the runner still tell the truth;
 * 6. where all of that proves it: small changes of the changed lines, which show how strong the tests are.
 */
export async function prove(run: RunContext): Promise<Proof> {
  const { contractHash, head } = run.state
  const contract = withoutUnrunnable(run)
  if (!contractHash || !head) throw new Error('a proof needs a contract and a commit')
  const workspace = getWorkspace(run)
  const changed = await seeChanges(run, workspace.base.commit, head)
  const { base, result } = await openFileSets(run, contract, head, changed)
  const restored = proofRestorations(contract, base, result)
  const selfMadeFiles = findSelfMade(contract, base.files, result.files)
  const input = {
    contract, contractHash, commit: head, tree: run.state.headTree ?? workspace.base.tree, changed,
    baseline: [...run.state.baseline.values()],
    restored: [...restored.keys()].filter((path) => !selfMadeFiles.tests.includes(path) && !selfMadeFiles.beside.includes(path)).sort(),
  }
  const nothing = { result: [], repeat: [], baseAgain: [] }
  if (changed.length === 0 || contract.checks.length === 0) return judgeProof({ ...input, ...nothing })

  const added = changed.flatMap((change) => (change.kind === 'added' || change.from !== undefined ? [change.path] : []))
  const written = new Map(keepsWrittenTests(run.state) ? contract.checks.map((check) => [check.id, findWritten(check, run.state.baseline.get(check.id), contract, { added, tests: selfMadeFiles.tests })]) : [])
  const runOnResult = (purpose: CheckPurpose) => runWithWritten(run, contract.checks, head, purpose, { restored, written, beside: selfMadeFiles.beside })
  const first = await runOnResult('proof')
  if (first.some((outcome) => outcome.status !== 'passed')) return judgeProof({ ...input, ...nothing, result: first, written })
  const repeat = await runOnResult('repeat')
  const baseAgain = await runCheckAt(run, contract.checks.filter((check) => wasFailing(run, check)).map((check) => boundEndless(run, check, [...first, ...repeat])), workspace.base.commit, 'base-again')
  const selfMade = await runSelfMade(run, head, selfMadeFiles.tests, selfMadeFiles.beside, { written, first, repeat })
  const canary = await runCanary(run, head, restored, first)
  const proof = judgeProof({ ...input, result: first, repeat, baseAgain, selfMade, canary, written })
  if (proof.verdict !== 'proven') return proof
  await measureStrength(run, { commit: head, changed, outcomes: first, ...keepEvidence(proof, selfMadeFiles, restored) })
  return demandStrength(proof, run.state.strength, readPolicySettings(run.ports.policy.settings).validation.strength.least)
}

/** The run's own tests lie beside the others where they are evidence. */
function keepEvidence({ selfMade }: Proof, own: { tests: readonly string[]; beside: readonly string[] }, restored: Files): { selfMade: Proof['selfMade']; restored: Files } {
  const evidence = selfMade.filter((test) => test.evidence)
  const kept = evidence.length === 0 ? new Set<string>() : new Set([...own.tests, ...own.beside])
  return { selfMade: evidence, restored: new Map([...restored].filter(([path]) => !kept.has(path))) }
}

interface Own {
  readonly restored: Files
  readonly written: ReadonlyMap<string, WrittenByRun>
  readonly beside: readonly string[]
}

/** Checks that need nothing of the run's own go first, in one checkout; each of the others in one that has what it needs. */
async function runWithWritten(run: RunContext, checks: readonly Check[], head: CommitId, purpose: CheckPurpose, { restored, written, beside }: Own): Promise<CheckOutcome[]> {
  const testsOf = (check: Check): readonly string[] => written.get(check.id)?.tests ?? []
  const outcomes = await runCheckAt(run, checks.filter((check) => testsOf(check).length === 0), head, purpose, restored)
  for (const check of checks.filter((each) => testsOf(each).length > 0)) {
    const kept = new Set([...testsOf(check), ...beside])
    outcomes.push(...await runCheckAt(run, [check], head, purpose, new Map([...restored].filter(([path]) => !kept.has(path)))))
  }
  return outcomes
}

/** A check that was found in the repository, not given by the person, and cannot be run here at all, judges nothing. */
function withoutUnrunnable(run: RunContext): Contract {
  const { contract, baseline } = run.state
  if (!contract) throw new Error('a proof needs a contract')
  return { ...contract, checks: contract.checks.filter((check) => check.origin !== 'found' || baseline.get(check.id)?.status !== 'could-not-run') }
}

function wasFailing(run: RunContext, check: Check): boolean {
  return run.state.baseline.get(check.id)?.status !== 'passed'
}

/** How much longer than the result a base that did not end is given, and the least that it is given, in milliseconds. */
const endlessBase = { times: 10, leastMs: 10_000 }

/** A base on which a test does not end shows that again by taking many times as long as the result, not by going on to the check's limit. */
function boundEndless(run: RunContext, check: Check, results: readonly CheckOutcome[]): Check {
  if (run.state.baseline.get(check.id)?.endless === undefined) return check
  const slowest = Math.max(0, ...results.filter((outcome) => outcome.checkId === check.id).map((outcome) => outcome.durationMs))
  return { ...check, timeoutMs: Math.min(check.timeoutMs, Math.ceil(Math.max(endlessBase.leastMs, endlessBase.times * slowest))) }
}

/** The agent's own tests: they must be seen to fail on the base, and to pass on the result. Those that a check rests on ran with it there. */
async function runSelfMade(run: RunContext, head: CommitId, tests: readonly string[], beside: readonly string[], seen: Pick<Own, 'written'> & { readonly first: readonly CheckOutcome[]; readonly repeat: readonly CheckOutcome[] }): Promise<SelfMadeRuns | undefined> {
  const { checks } = withoutUnrunnable(run)
  const resting = checks.filter((check) => (seen.written.get(check.id)?.tests ?? []).length > 0)
  const kept = new Set(resting.flatMap((check) => seen.written.get(check.id)?.tests ?? []))
  const others = tests.filter((path) => !kept.has(path))
  const named = others.length === 0 ? [] : checks.filter((check) => !resting.includes(check) && run.state.baseline.get(check.id)?.tests)
  if (resting.length + named.length === 0) return undefined
  const workspace = getWorkspace(run)
  const files = new Map<string, Uint8Array | undefined>()
  for (const path of [...tests, ...beside]) files.set(path, await workspace.readAt(head, path))
  const onBase: CheckOutcome[] = []
  for (const check of resting) {
    const own = new Set([...(seen.written.get(check.id)?.tests ?? []), ...beside])
    onBase.push(...await runCheckAt(run, [check], workspace.base.commit, 'self-made', new Map([...files].filter(([path]) => own.has(path)))))
  }
  const rests = (outcomes: readonly CheckOutcome[]) => outcomes.filter((outcome) => resting.some((check) => check.id === outcome.checkId))
  const runAt = (at: CommitId | TreeId, added: Files) => runCheckAt(run, named, at, 'self-made', added, others)
  onBase.push(...await runAt(workspace.base.commit, files))
  const onResult = [...rests(seen.first), ...await runAt(head, new Map())]
  const onResultAgain = [...rests(seen.repeat), ...await runAt(head, new Map())]
  return { files: [...kept, ...(named.length > 0 ? others : [])], onBase, onResult, onResultAgain }
}

/**
 * Base and result as far as they differ: what is the same on both needs no restoring. Contents are looked at only where a
 * pinned file was changed.
 */
async function openFileSets(run: RunContext, contract: Contract, head: CommitId, changed: readonly FileChange[]): Promise<{ base: FileSet; result: FileSet }> {
  const { base } = getWorkspace(run)
  const before = changed.flatMap((change) => (change.kind === 'added' ? [] : [change.from ?? change.path]))
  const after = changed.flatMap((change) => (change.kind === 'deleted' ? [] : [change.path]))
  const touched = new Set([...before, ...after])
  const pinned = pathsToRead(contract).filter((path) => touched.has(path))
  const [onBase, onResult] = [await readFiles(run, base.commit, pinned), await readFiles(run, head, pinned)]
  return { base: { files: before, read: (path) => onBase.get(path) }, result: { files: after, read: (path) => onResult.get(path) } }
}
