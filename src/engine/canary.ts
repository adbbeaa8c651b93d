import type { Check } from '../protocol/contract.ts'
import type { CheckOutcome } from '../protocol/evidence.ts'
import type { CommitId } from '../protocol/ids.ts'
import { asksTheBase } from '../domain/decisions.ts'
import { digestOf } from '../domain/digest.ts'
import { canaryFiles, findCanaries, findReported, judgeCanary, type CanaryFile, type CanaryVerdict } from '../domain/proof/canary.ts'
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

type Files = ReadonlyMap<string, Uint8Array | undefined>

async function tryCanary(run: RunContext, check: Check, baseline: CheckOutcome, head: CommitId, restored: Files): Promise<CanaryVerdict> {
  const { base } = getWorkspace(run)
  // The result cannot know this name beforehand: it depends on the commit that the result is.
  const name = `writ_canary_${digestOf(`${run.rollout.run} ${head} ${run.rollout.head}`).slice(0, 20)}`
  const paths = [...new Set(baseline.tests?.cases.flatMap((each) => (each.file === undefined ? [] : [each.file])) ?? [])].sort().slice(0, mostFiles)
  const files: CanaryFile[] = []
  for (const [path, bytes] of await readFiles(run, base.commit, paths)) if (bytes) files.push({ path, content: new TextDecoder().decode(bytes) })
  const runWith = async (at: CommitId, planted: readonly CanaryFile[], under: Files): Promise<CheckOutcome | undefined> => {
    const writes = new Map([...under, ...planted.map((each) => [each.path, new TextEncoder().encode(each.content)] as const)])
    const [outcome] = await runCheckAt(run, [check], at, 'canary', writes, planted.length > mostNarrowed ? undefined : planted.map((each) => each.path))
    return outcome
  }
  const judge = async (planted: readonly CanaryFile[]): Promise<CanaryVerdict> => {
    const outcome = await runWith(head, planted, restored)
    return outcome ? judgeCanary(outcome, name, planted.map((each) => each.path)) : { tampered: false, reasons: [] }
  }
  const runner = baseline.tests?.runner ?? ''
  const planted = canaryFiles(files, runner, name)
  if (planted.length === 0) return judgeCanary(baseline, name, [])
  const verdict = await judge(planted)
  if (!verdict.tampered || !asksTheBase(run.state)) return verdict
  // A check that chooses its tests by their names does not choose this one, on the base neither: it is given the name of one that is chosen.
  const chosen = baseline.tests?.cases.filter((each) => each.status !== 'skipped') ?? []
  const named = canaryFiles(files.map((file) => ({ ...file, like: chosen.find((each) => each.file === file.path)?.name ?? '' })), runner, name)
  const onBase = await runWith(base.commit, named, new Map())
  if (onBase === undefined) return verdict
  const reported = findReported(onBase, name, named.map((each) => each.path))
  if (reported.length > 0 && onBase.status !== 'passed') return judge(named.filter((each) => reported.includes(each.path)))
  return findCanaries(onBase, name).length > 0 ? verdict : { tampered: false, reasons: ['the check chooses its tests, on the base too: no test that must fail could be added for trial'] }
}
