import type { Check } from '../protocol/contract.ts'
import type { CheckOutcome } from '../protocol/evidence.ts'
import type { CommitId } from '../protocol/ids.ts'
import { digestOf } from '../domain/digest.ts'
import { canaryFiles, judgeCanary, type CanaryVerdict } from '../domain/proof/canary.ts'
import { readFiles } from './look.ts'
import { runCheckAt } from './loop/perceive.ts'
import { getWorkspace, type RunContext } from './record.ts'

/** With more files than this the whole suite is run instead of these files one by one. */
const mostNarrowed = 30
/** Test files that get a canary; the rest of a very large suite goes without. */
const mostFiles = 200

/**
 * Adds a test that must fail to copies of the base's test files and runs them once against the result. Where the runner
 * does not report that failure, assertions or the runner were tampered with.
 */
export async function runCanary(run: RunContext, head: CommitId, restored: ReadonlyMap<string, Uint8Array | undefined>): Promise<CanaryVerdict | undefined> {
  const verdicts: CanaryVerdict[] = []
  for (const check of run.state.contract?.checks ?? []) {
    const outcome = run.state.baseline.get(check.id)
    if (outcome?.tests) verdicts.push(await tryCanary(run, check, outcome, head, restored))
  }
  if (verdicts.length === 0) return undefined
  return { tampered: verdicts.some((each) => each.tampered), reasons: [...new Set(verdicts.flatMap((each) => each.reasons))] }
}

async function tryCanary(run: RunContext, check: Check, baseline: CheckOutcome, head: CommitId, restored: ReadonlyMap<string, Uint8Array | undefined>): Promise<CanaryVerdict> {
  const workspace = getWorkspace(run)
  // The result cannot know this name beforehand: it depends on the commit that the result is.
  const name = `writ_canary_${digestOf(`${run.rollout.run} ${head} ${run.rollout.head}`).slice(0, 20)}`
  const paths = [...new Set(baseline.tests?.cases.flatMap((each) => (each.file === undefined ? [] : [each.file])) ?? [])].sort().slice(0, mostFiles)
  const files: { path: string; content: string }[] = []
  for (const [path, bytes] of await readFiles(run, workspace.base.commit, paths)) if (bytes) files.push({ path, content: new TextDecoder().decode(bytes) })
  const planted = canaryFiles(files, baseline.tests?.runner ?? '', name)
  if (planted.length === 0) return judgeCanary(baseline, name, [])
  const writes = new Map([...restored, ...planted.map((each) => [each.path, new TextEncoder().encode(each.content)] as const)])
  const only = planted.length > mostNarrowed ? undefined : planted.map((each) => each.path)
  const [outcome] = await runCheckAt(run, [check], head, 'canary', writes, only)
  return outcome ? judgeCanary(outcome, name, planted.map((each) => each.path)) : { tampered: false, reasons: [] }
}
