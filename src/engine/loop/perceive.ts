import type { CheckPurpose } from '../../protocol/events/check.ts'
import type { Check } from '../../protocol/contract.ts'
import type { CheckOutcome } from '../../protocol/evidence.ts'
import type { CommitId, TreeId } from '../../protocol/ids.ts'
import { findWorkDeadline } from '../../domain/budget.ts'
import type { Step } from '../../domain/step.ts'
import { runNamingEndless } from '../endless.ts'
import { keepGrounds } from '../grounds.ts'
import { learnSecrets } from '../learn-secrets.ts'
import { getWorkspace, record, type RunContext } from '../record.ts'
import type { CheckPlace, CheckRunner } from '../ports/checks.ts'

/** Looks at what is there before anything is changed: workspace, environment, and what each check shows on the base. */
export async function perceive(run: RunContext, step: Extract<Step, { phase: 'perceive' }>): Promise<void> {
  switch (step.do) {
    case 'open-workspace':
      return openWorkspace(run)
    case 'survey': {
      await learnSecrets(run)
      const survey = await run.ports.surveyor.survey(getWorkspace(run), run.ports.sandbox, run.signal)
      await keepGrounds(run, { flush: false })
      return record(run, { type: 'environment.surveyed', data: survey })
    }
    case 'fill':
      return fillWorkspace(run)
    case 'baseline':
      return measureBaseline(run, step.check)
  }
}

async function openWorkspace(run: RunContext): Promise<void> {
  const { opened } = run.state
  if (!opened) throw new Error('a workspace belongs to an opened run')
  const branch = `writ/${run.rollout.run.slice(4)}`
  if (!run.state.workspaceWanted) await record(run, { type: 'workspace.requested', data: { branch, base: opened.repository.base } })
  const workspace = await run.ports.workspaces.create({ run: run.rollout.run, repository: opened.repository.root, base: opened.repository.base, branch })
  run.workspace = workspace
  const tree = await workspace.snapshot(run.signal)
  await record(run, {
    type: 'workspace.created',
    data: { path: workspace.root, branch, base: opened.repository.base, tree, dependencies: [...workspace.dependencies], baseTree: workspace.base.tree },
  })
}

/** A fork goes on from what another run had, once the base is measured. What it finds there is looked at like an edit. */
async function fillWorkspace(run: RunContext): Promise<void> {
  const tree = run.state.opened?.origin?.tree
  if (!tree) throw new Error('only a fork is filled')
  const workspace = getWorkspace(run)
  await workspace.rollback(tree, run.signal)
  await record(run, { type: 'workspace.filled', data: { tree: await workspace.snapshot(run.signal) } })
}

/** The base is measured where the work will be done, so that its content and paths are the same. */
async function measureBaseline(run: RunContext, check: Check): Promise<void> {
  const workspace = getWorkspace(run)
  const tree = run.state.tree
  if (!tree) throw new Error('a baseline needs the workspace')
  // A check that an amendment brought comes late: the workspace is not the base any more.
  if (run.state.plan) {
    await runCheckAt(run, [check], workspace.base.commit, 'baseline')
    return
  }
  await runCheck(run, check, { root: workspace.root, mounts: workspace.mounts, tree, home: workspace.home }, 'baseline')
  // A test suite may leave files behind (caches, reports): the work starts from the base itself.
  if ((await workspace.snapshot(run.signal)) !== tree) await workspace.rollback(tree, run.signal)
}

/** Runs one check and records it. `tree` of the outcome is what the caller says it ran on. */
export async function runCheck(run: RunContext, check: Check, place: CheckPlace, purpose: CheckPurpose, only?: readonly string[]): Promise<CheckOutcome> {
  await learnSecrets(run)
  await record(run, { type: 'check.started', data: { checkId: check.id, purpose, tree: place.tree, ...(only ? { only: [...only] } : {}) } })
  // A command that runs only some of its tests would say more than is true.
  run.emit({ kind: 'status', text: only ? labels[purpose] : `${labels[purpose]}: ${check.command}` })
  const bounded = boundByDeadline(run, check, purpose)
  const attempt = async (options: Pick<Parameters<CheckRunner['run']>[2], 'signal' | 'onOutput'>): Promise<CheckOutcome> => tellDeadline(bounded !== check, await run.ports.checks.run(bounded, place, { ...options, network: run.state.contract?.network ?? [], ...(only ? { only } : {}) }))
  const outcome = purpose === 'baseline'
    ? await runNamingEndless(run, check, attempt)
    : await attempt({ signal: run.signal, onOutput: (text) => run.emit({ kind: 'output', callId: check.id, text }) })
  run.signal.throwIfAborted()
  await record(run, { type: 'check.finished', data: { purpose, outcome } })
  const stored = run.rollout.events.at(-1)
  // As it was recorded: names of tests are compared with those of other outcomes, which are masked too.
  return stored?.type === 'check.finished' ? stored.data.outcome : outcome
}

/** What is measured before and during the work ends with the time for it; the proof has its own. */
function boundByDeadline(run: RunContext, check: Check, purpose: CheckPurpose): Check {
  const until = purpose === 'baseline' || purpose === 'near' ? findWorkDeadline(run.state) : undefined
  const left = until === undefined ? check.timeoutMs : Math.max(1000, Math.ceil(until - run.ports.clock.now()))
  return left < check.timeoutMs ? { ...check, timeoutMs: left } : check
}

const deadlineNote = 'the deadline of the run left it no more time'

function tellDeadline(isBounded: boolean, outcome: CheckOutcome): CheckOutcome {
  return isBounded && outcome.status === 'timed-out' && !outcome.notes.includes(deadlineNote) ? { ...outcome, notes: [...outcome.notes, deadlineNote] } : outcome
}

/** Runs a check in a clean checkout of a commit or tree, which is thrown away afterwards. */
export async function runCheckAt(
  run: RunContext,
  checks: readonly Check[],
  at: TreeId | CommitId,
  purpose: CheckPurpose,
  files: ReadonlyMap<string, Uint8Array | undefined> = new Map(),
  only?: readonly string[],
): Promise<CheckOutcome[]> {
  if (checks.length === 0) return []
  const workspace = getWorkspace(run)
  const checkout = await workspace.checkout(at)
  try {
    if (files.size > 0) await checkout.write(files)
    const outcomes: CheckOutcome[] = []
    for (const check of checks) outcomes.push(await runCheck(run, check, { root: checkout.root, mounts: checkout.mounts, tree: checkout.tree, home: workspace.home }, purpose, only))
    return outcomes
  } finally {
    await checkout.dispose()
  }
}

const labels: Record<CheckPurpose, string> = {
  baseline: 'what the base shows',
  near: 'tests near the change',
  full: 'all checks',
  proof: 'proof in a clean checkout',
  repeat: 'the same once more',
  'base-again': 'the base once more',
  'self-made': 'tests that were written in this run',
  canary: 'a test that must fail',
  merge: 'together with what was integrated meanwhile',
  milestone: 'all of it so far, at a milestone',
}
