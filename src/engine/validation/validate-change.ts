import { solverOf } from '../../domain/route.ts'
import type { Finding, Validation } from '../../protocol/evidence.ts'
import type { NewEvent } from '../../protocol/events/event.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import type { TreeId } from '../../protocol/ids.ts'
import { findWorkDeadline } from '../../domain/budget.ts'
import { describeValidation } from '../../domain/validation/describe.ts'
import { readPolicySettings } from '../../domain/policy/settings.ts'
import { toVerdict } from '../../domain/validation/verdict.ts'
import { contractOf } from '../circumstances.ts'
import { keepCommitted } from '../kept-paths.ts'
import { seeChanges } from '../look.ts'
import { getWorkspace, record, type RunContext } from '../record.ts'
import { releaseKnown, seal } from './seal.ts'

/**
 * Passes what the workspace holds through the stages and records what they say; what follows from a failure is a step of its own
 * (`takeBack`), so that a crash between the two loses nothing. What validators say is a fact of the outside: a replay takes it
 * from the log. Returns the validations, undefined where there was nothing to look at.
 * `seen`: the changes since the last content that passed, where they were looked at already.
 */
export async function validateChange(run: RunContext, scope: 'edit' | 'task', seen?: readonly FileChange[]): Promise<readonly Validation[] | undefined> {
  const { tree, committedTree, validatedTree } = run.state
  const from = scope === 'task' ? committedTree : validatedTree
  if (!tree || !from) return undefined
  const { base } = getWorkspace(run)
  const changes = await keepCommitted(run, tree, seen ?? await seeChanges(run, base.tree, tree))
  const validations = await releaseKnown(run, tree, await lookAt(run, tree, scope, changes))
  const { verdict, stage } = toVerdict(validations)
  const text = [describeValidation(validations), ...(verdict === 'failed' ? [describeTakenBack(scope, tree, findSealed(validations))] : [])].filter(Boolean).join('\n')
  await record(run, { type: 'validation.finished', data: { scope, from, tree, verdict, ...(stage ? { stage } : {}), validations: [...validations], text } })
  return validations
}

async function lookAt(run: RunContext, tree: TreeId, scope: 'edit' | 'task', changes: readonly FileChange[]): Promise<readonly Validation[]> {
  const workspace = getWorkspace(run)
  const until = findWorkDeadline(run.state)
  const signal = until === undefined ? run.signal : AbortSignal.any([run.signal, AbortSignal.timeout(Math.min(2 ** 31 - 1, Math.max(1, until - run.ports.clock.now())))])
  const validations = await run.ports.validators?.validate({
    workspace, base: workspace.base.tree, tree, changes, scope, contract: contractOf(run), baseline: [...run.state.baseline.values()],
    settings: readPolicySettings(run.ports.policy.settings).validation, signal,
    onProgress: (label, done, total) => run.emit({ kind: 'progress', label, done, total }),
  })
  run.signal.throwIfAborted()
  return validations ?? []
}

/** The change of a failed validation goes back to the last content that passed; what trips a security rule is sealed away. */
export async function takeBack(run: RunContext): Promise<void> {
  const { failed, validatedTree, taskValidatedTree, committedTree } = run.state
  const back = failed?.scope === 'task' ? (taskValidatedTree ?? committedTree) : validatedTree
  if (!failed || !back) throw new Error('only what failed is taken back')
  await getWorkspace(run).rollback(back, run.signal)
  const sealed = findSealed(failed.validations)
  if (sealed.length > 0) await seal(run, { tree: failed.tree, back, findings: sealed })
  else await record(run, { type: 'workspace.rolledback', data: { to: back, why: `validation failed: ${failed.stage ?? 'a stage'}` } })
  const told: NewEvent[] = [{ type: 'edit.checked', data: { tree: back, findings: [], text: '' } }]
  if (solverOf(run.state) === 'model' && !run.state.limit) told.push({ type: 'observation.made', data: { task: run.state.active?.id ?? '', kind: 'validation', text: failed.text } })
  await record(run, ...told)
}

function findSealed(validations: readonly Validation[]): readonly Finding[] {
  return validations.flatMap((each) => each.findings).filter((each) => each.quarantine === true)
}

function describeTakenBack(scope: 'edit' | 'task', tree: TreeId, sealed: readonly Finding[]): string {
  if (sealed.length > 0) return `This change was taken back and sealed away (${[...new Set(sealed.map((each) => each.path))].slice(0, 5).join(', ')}). It cannot be restored; a person looks at it. Go on without it.`
  const what = scope === 'edit' ? 'This change was taken back' : 'The changes of this task were taken back'
  return `${what}: the files are as in the last state that passed. To mend it instead of writing it again, call restore with snapshot ${tree.slice(0, 12)} and the mending edits in the same turn.`
}
