import type { Check, Contract } from '../protocol/contract.ts'
import type { Proof } from '../protocol/evidence.ts'
import type { FileChange } from '../protocol/events/workspace.ts'
import type { CommitId, TreeId } from '../protocol/ids.ts'
import { findSelfMade } from '../domain/contract/pins.ts'
import { pathsToRead, proofRestorations, type FileSet } from '../domain/contract/restorations.ts'
import { readPolicySettings } from '../domain/policy/settings.ts'
import { demandStrength } from '../domain/proof/demand-strength.ts'
import { judgeProof } from '../domain/proof/judge-proof.ts'
import type { SelfMadeRuns } from '../domain/proof/judge-self-made.ts'
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
 * 3. on the base again: what was failing there must fail there still;
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

  const first = await runCheckAt(run, contract.checks, head, 'proof', restored)
  if (first.some((outcome) => outcome.status !== 'passed')) return judgeProof({ ...input, ...nothing, result: first })
  const repeat = await runCheckAt(run, contract.checks, head, 'repeat', restored)
  const baseAgain = await runCheckAt(run, contract.checks.filter((check) => wasFailing(run, check)), workspace.base.commit, 'base-again')
  const selfMade = await runSelfMade(run, head, selfMadeFiles.tests, selfMadeFiles.beside)
  const canary = await runCanary(run, head, restored)
  const proof = judgeProof({ ...input, result: first, repeat, baseAgain, selfMade, canary })
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

/** A check that was found in the repository, not given by the person, and cannot be run here at all, judges nothing. */
function withoutUnrunnable(run: RunContext): Contract {
  const { contract, baseline } = run.state
  if (!contract) throw new Error('a proof needs a contract')
  return { ...contract, checks: contract.checks.filter((check) => check.origin !== 'found' || baseline.get(check.id)?.status !== 'could-not-run') }
}

function wasFailing(run: RunContext, check: Check): boolean {
  return run.state.baseline.get(check.id)?.status !== 'passed'
}

/** The agent's own tests: they must be seen to fail on the base, and to pass on the result. */
async function runSelfMade(run: RunContext, head: CommitId, tests: readonly string[], beside: readonly string[]): Promise<SelfMadeRuns | undefined> {
  const named = withoutUnrunnable(run).checks.filter((check) => run.state.baseline.get(check.id)?.tests)
  if (tests.length === 0 || named.length === 0) return undefined
  const workspace = getWorkspace(run)
  const files = new Map<string, Uint8Array | undefined>()
  for (const path of [...tests, ...beside]) files.set(path, await workspace.readAt(head, path))
  const runAt = (at: CommitId | TreeId, added: Files) => runCheckAt(run, named, at, 'self-made', added, tests)
  const onBase = await runAt(workspace.base.commit, files)
  const onResult = await runAt(head, new Map())
  const onResultAgain = await runAt(head, new Map())
  return { files: tests, onBase, onResult, onResultAgain }
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
