import type { Check } from '../protocol/contract.ts'
import type { CheckOutcome } from '../protocol/evidence.ts'
import type { CommitId } from '../protocol/ids.ts'
import { asksTheBase } from '../domain/decisions.ts'
import { digestOf } from '../domain/digest.ts'
import { canaryFiles, findReported, isLeftOut, judgeCanary, likeChosen, type CanaryFile, type CanaryVerdict } from '../domain/proof/canary.ts'
import { readFiles } from './look.ts'
import { runCheckAt } from './loop/perceive.ts'
import { getWorkspace, type RunContext } from './record.ts'

/** With more files than this the whole suite is run instead of these files one by one. */
const mostNarrowed = 30
/** Test files that get a canary; the rest of a very large suite goes without. */
const mostFiles = 200

type Files = ReadonlyMap<string, Uint8Array | undefined>

/**
 * Adds a test that must fail to copies of the base's test files and runs them against the result, once where it is reported. Where
 * the runner does not report that failure, and would on the base, assertions or the runner were tampered with. `results`: what the
 * checks said of the result in its proof.
 */
export async function runCanary(run: RunContext, head: CommitId, restored: Files, results: readonly CheckOutcome[]): Promise<CanaryVerdict | undefined> {
  const verdicts: CanaryVerdict[] = []
  for (const check of run.state.contract?.checks ?? []) {
    const baseline = run.state.baseline.get(check.id)
    const result = results.find((each) => each.checkId === check.id)
    if (baseline?.tests && result) verdicts.push(await tryCanary(run, check, { baseline, result }, head, restored))
  }
  if (verdicts.length === 0) return undefined
  return { tampered: verdicts.some((each) => each.tampered), reasons: [...new Set(verdicts.flatMap((each) => each.reasons))] }
}

async function tryCanary(run: RunContext, check: Check, { baseline, result }: { readonly baseline: CheckOutcome; readonly result: CheckOutcome }, head: CommitId, restored: Files): Promise<CanaryVerdict> {
  const { base } = getWorkspace(run)
  // The result cannot know this name beforehand: it depends on the commit that the result is.
  const name = `writ_canary_${digestOf(`${run.rollout.run} ${head} ${run.rollout.head}`).slice(0, 20)}`
  const paths = [...new Set(baseline.tests?.cases.flatMap((each) => (each.file === undefined ? [] : [each.file])) ?? [])].sort().slice(0, mostFiles)
  const files: CanaryFile[] = []
  for (const [path, bytes] of await readFiles(run, base.commit, paths)) if (bytes) files.push({ path, content: new TextDecoder().decode(bytes) })
  const runWith = async (at: CommitId, planted: readonly CanaryFile[], under: Files): Promise<CheckOutcome> => {
    const writes = new Map([...under, ...planted.map((each) => [each.path, new TextEncoder().encode(each.content)] as const)])
    const [outcome] = await runCheckAt(run, [check], at, 'canary', writes, planted.length > mostNarrowed ? undefined : planted.map((each) => each.path))
    if (outcome === undefined) throw new Error('a check that was run has an outcome')
    return outcome
  }
  const runner = baseline.tests?.runner ?? ''
  const planted = canaryFiles(files, runner, name)
  if (planted.length === 0) return judgeCanary(baseline, name, [])
  const verdict = judgeCanary(await runWith(head, planted, restored), name, planted)
  if (!verdict.tampered || !asksTheBase(run.state)) return verdict
  // A check that chooses its tests by their names does not choose this one: it is given the name of one that is chosen.
  const named = canaryFiles(likeChosen(files, baseline, result), runner, name)
  if (named.length === 0) return verdict
  const outcome = await runWith(head, named, restored)
  const again = judgeCanary(outcome, name, named)
  if (!again.tampered) return again
  const reported = findReported(outcome, name, named)
  const silent = named.filter((each) => !reported.includes(each))
  return silent.length > 0 && isLeftOut(await runWith(base.commit, named, new Map()), name, silent)
    ? { tampered: false, reasons: ['the check chooses its tests, on the base too: no test that must fail could be added for trial'] }
    : again
}
