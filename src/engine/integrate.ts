import type { Check } from '../protocol/contract.ts'
import type { Payload } from '../protocol/events/event.ts'
import type { CommitId, TreeId } from '../protocol/ids.ts'
import type { MergedTask } from '../protocol/integration.ts'
import { followsStrictly, holdsOwnChecks } from '../domain/decisions.ts'
import { checksOf, type Delegation } from '../domain/delegation/delegation.ts'
import { getTask, toMergeGate } from '../domain/delegation/follow-plan.ts'
import { describeConflicts } from '../domain/integration/describe-conflicts.ts'
import { judgeIntegration, type MergedCheck, type SeenTwice } from '../domain/integration/judge.ts'
import { findFrozenTests } from '../domain/delegation/stages.ts'
import { findFenced } from '../domain/lease/lease.ts'
import { readPolicySettings } from '../domain/policy/settings.ts'
import { describeValidation } from '../domain/validation/describe.ts'
import { toVerdict } from '../domain/validation/verdict.ts'
import { toAsk } from './build-ask.ts'
import { toTestCheck } from './child-order.ts'
import { contractOf } from './circumstances.ts'
import { askPeople } from './gate.ts'
import { runCheckAt } from './loop/perceive.ts'
import { mergeTask } from './merge-task.ts'
import { seeChanges } from './look.ts'
import { getWorkspace, record, type RunContext } from './record.ts'
import type { Integrator } from './ports/integrator.ts'

type Integration = Payload<'integration.finished'>

/**
 * Puts what a child made on top of what was integrated before. Optimistic: it was made side by side with others, and whether
 * they fit is found out now. 1. a merge in memory; 2. late or stray writes are fenced off; 3. where others were integrated
 * meanwhile, the checks of both on the merged content; 4. a commit, by compare-and-swap. Whatever comes of it, the child's own
 * commit is kept.
 */
export async function integrate(run: RunContext, id: string): Promise<void> {
  const { head, delegations } = run.state
  const delegation = delegations.get(id)
  const theirs = delegation?.returned?.commit
  if (!head || !delegation || !theirs) throw new Error('only what a child has committed is integrated')
  const { child, lease, base } = delegation.given
  const about = { task: id, child, token: lease.token, onto: head, theirs }
  const finish = (verdict: Exclude<Integration['verdict'], 'merged'>, reasons: readonly string[], conflicts: Integration['conflicts'] = []): Promise<void> =>
    record(run, { type: 'integration.finished', data: { ...about, verdict, reasons: reasons.slice(0, 50).map((each) => each.slice(0, 2000)), conflicts: conflicts.slice(0, 200) } })
  run.emit({ kind: 'status', text: `integrating ${id}` })
  const integrator = integratorOf(run)
  await toRecordedLine(run, integrator, head)
  await integrator.keep(child, { task: id, commit: theirs })
  const made = (await seeChanges(run, base, theirs)).flatMap((change) => [change.path, ...(change.from ? [change.from] : [])])
  const fenced = findFenced(run.state.leases, { holder: child, token: lease.token }, made)
  if (fenced.length > 0) return finish('fenced', fenced)
  const outcome = await merge(run, about)
  if (outcome.conflicts.length > 0) return finish('textual', describeConflicts(outcome.conflicts), outcome.conflicts)
  if (head !== toBegan(run, delegation)) {
    const judged = await judgeMerged(run, delegation, outcome)
    if (judged) return finish(judged.verdict, judged.reasons)
  }
  const { message, trailers } = toMessage(run, delegation)
  const commit = await integrator.commit({ tree: outcome.tree, parent: head, task: id, child, from: theirs, message, trailers, atMs: delegation.returnedAt ?? run.state.at })
  const advanced = await integrator.advance(head, commit)
  if (!advanced.moved) throw new Error(`the line of integrated commits is at ${advanced.now ?? 'nothing'}, not at ${head}`)
  await getWorkspace(run).rollback(outcome.tree, run.signal)
  const files = await seeChanges(run, head, commit)
  await record(run, { type: 'integration.finished', data: { ...about, verdict: 'merged', conflicts: [], reasons: [], result: { commit, tree: outcome.tree, files: [...files], message } } })
}

/** The log is the truth: a commit that the process died over before it was recorded is not in the line. Its content is kept. */
async function toRecordedLine(run: RunContext, integrator: Integrator, head: CommitId): Promise<void> {
  const now = await integrator.begin(getWorkspace(run).base.commit)
  if (now === head) return
  const moved = await integrator.advance(now, head)
  if (!moved.moved) throw new Error(`somebody else moved the line of integrated commits to ${moved.now ?? 'nothing'}`)
}

/** In memory; then what only a command can merge is written anew. What came of it is a fact, for a replay to go by. */
async function merge(run: RunContext, about: Pick<Integration, 'task' | 'child' | 'onto' | 'theirs'>): Promise<MergedTask> {
  const strategies = run.state.opened?.planning?.merge ?? []
  const outcome = await mergeTask({ integrator: integratorOf(run), sandbox: run.ports.sandbox, workspace: getWorkspace(run) }, { task: about.task, child: about.child, commit: about.theirs, onto: about.onto, strategies }, run.signal)
  await record(run, { type: 'merge.tried', data: { task: about.task, child: about.child, outcome } })
  return outcome
}

/**
 * Others were integrated meanwhile: does what passed on either side still pass on both together? The checks of this task and of
 * those that came in between, then the quick stages of validation. Undefined where nothing stands against it.
 */
async function judgeMerged(run: RunContext, delegation: Delegation, { tree, theirs }: MergedTask): Promise<{ readonly verdict: 'semantic' | 'task' | 'flaky' | 'unknown'; readonly reasons: readonly string[] } | undefined> {
  const { head } = run.state
  if (!head) return undefined
  const checks: MergedCheck[] = []
  const own = holdsOwnChecks(run.state) ? new Set(listChecks(run, delegation.given.task).map(({ command }) => command)) : undefined
  for (const check of checksToRepeat(run, delegation)) {
    const merged = await runTwice(run, check, tree)
    const isFine = merged.first.status === 'passed'
    // Only where something fails does it matter how each side was.
    const sides = isFine ? {} : { base: await runTwice(run, check, delegation.given.base), ours: await runTwice(run, check, head), theirs: await runTwice(run, check, theirs) }
    if (!isFine) checks.push({ checkId: check.id, command: check.command, merged, ...sides, ...(own ? { isOwn: own.has(check.command) } : {}) })
  }
  const { verdict, mayIntegrate, reasons } = judgeIntegration({ conflicts: [], checks })
  if (!mayIntegrate && verdict !== 'clean' && verdict !== 'pre-existing' && verdict !== 'textual') return { verdict, reasons }
  const broken = await validateMerged(run, head, tree)
  return broken.length > 0 ? { verdict: 'semantic', reasons: broken } : undefined
}

async function runTwice(run: RunContext, check: Check, at: CommitId | TreeId): Promise<SeenTwice> {
  const [first] = await runCheckAt(run, [check], at, 'merge')
  if (!first) throw new Error('a check that is run has an outcome')
  if (first.status === 'passed') return { first }
  const [second] = await runCheckAt(run, [check], at, 'merge')
  return { first, second }
}

/** The integrated commit that a task began from. Its base has the tests on top that were written for it, and is in no line. */
function toBegan(run: RunContext, { given, onto }: Delegation): CommitId {
  return (followsStrictly(run.state) ? onto : undefined) ?? given.base
}

/** Each command once: of this task, and of the tasks that were integrated since it began, with the tests that were written for them. */
function checksToRepeat(run: RunContext, delegation: Delegation): readonly Check[] {
  const began = toBegan(run, delegation)
  const since = run.state.commits.slice(run.state.commits.findIndex((each) => each.commit === began) + 1)
  const tasks = new Set([delegation.given.task, ...since.map((each) => each.task)])
  const checks = [...tasks].flatMap((id) => listChecks(run, id))
  return [...new Map(checks.map((check) => [check.command, check])).values()]
}

function listChecks(run: RunContext, id: string): readonly Check[] {
  const tests = findFrozenTests(run.state, id)
  return [...checksOf(run.state, getTask(run.state, id)), ...(tests ? [toTestCheck(tests.command, `${id.slice(0, 26)}-tests`)] : [])]
}

async function validateMerged(run: RunContext, onto: CommitId, tree: TreeId): Promise<readonly string[]> {
  const { validators, policy } = run.ports
  const { committedTree } = run.state
  if (!validators || !committedTree) return []
  const changes = await seeChanges(run, onto, tree)
  const validations = await validators.validate({
    workspace: getWorkspace(run), base: onto, tree, changes, scope: 'edit', contract: contractOf(run), baseline: [...run.state.baseline.values()],
    settings: readPolicySettings(policy.settings).validation, signal: run.signal,
  })
  run.signal.throwIfAborted()
  const { verdict, stage } = toVerdict(validations)
  await record(run, { type: 'validation.finished', data: { scope: 'merge', from: committedTree, tree, verdict, ...(stage ? { stage } : {}), validations: [...validations], text: describeValidation(validations) } })
  if (verdict !== 'failed') return []
  const findings = validations.flatMap((each) => each.findings.filter((finding) => finding.severity === 'error'))
  return [`the merged content does not pass the stage ${stage ?? 'change'}`, ...findings.slice(0, 20).map((each) => `${each.path}${each.line ? `:${each.line}` : ''} ${each.message}`)]
}

/** The child's own words; the trailers lead to its record. */
function toMessage(run: RunContext, { given, returned }: Delegation): { readonly message: string; readonly trailers: readonly string[] } {
  const task = getTask(run.state, given.task)
  const [first = '', ...rest] = (returned?.summary.trim() || task.title).split('\n')
  return {
    message: [first.slice(0, 100), rest.join('\n').trim()].filter(Boolean).join('\n\n'),
    trailers: [`Writ-Run: ${run.rollout.run}`],
  }
}

/** Whoever made it could not, and a merge specialist could not: a person says whether it is tried once more. */
export async function askMerge(run: RunContext, id: string): Promise<void> {
  const delegation = run.state.delegations.get(id)
  const { integration } = delegation ?? {}
  if (!delegation || !integration) throw new Error('only a conflict is put to people')
  const decision = { effect: 'ask' as const, rules: [], policy: run.ports.policy.hash, reason: 'it conflicts again and again' }
  const gate = toMergeGate(delegation)
  await askPeople(run, [{
    gate, text: `${id} (${getTask(run.state, id).title}) was tried ${delegation.given.attempt} times and conflicts each time: try once more? No leaves it out.`,
    ask: toAsk(run, decision, integration.conflicts.map((each) => each.path), {
      kind: 'integrate', gate, does: `${id} is worked on once more, from what is integrated now`, shows: [...integration.reasons, ...describeConflicts(integration.conflicts)].join('\n'),
      why: delegation.returned?.summary ?? '', risk: 'medium', undo: `Nothing is lost: what it made is commit ${integration.theirs} of run ${integration.child}.`,
    }),
  }])
}

export function integratorOf(run: RunContext): Integrator {
  const { integrator } = run.ports
  if (!integrator) throw new Error('a run that follows a graph needs an integrator')
  return integrator
}
