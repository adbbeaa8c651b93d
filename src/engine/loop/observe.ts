import { solverOf } from '../../domain/route.ts'
import type { TestReport, Validation } from '../../protocol/evidence.ts'
import type { FileChange } from '../../protocol/events/workspace.ts'
import type { TreeId } from '../../protocol/ids.ts'
import { Fault } from '../../protocol/fault.ts'
import type { Step } from '../../domain/step.ts'
import { describeEdit } from '../../domain/context/describe-edit.ts'
import { isStaged } from '../../domain/decisions.ts'
import { describeValidation } from '../../domain/validation/describe.ts'
import { seeChanges } from '../look.ts'
import { restorePins } from '../pins.ts'
import { awaitChild, stopChildren } from '../delegate.ts'
import { getWorkspace, record, type RunContext } from '../record.ts'
import { askToContinue } from '../validation/seal.ts'
import { takeBack, validateChange } from '../validation/validate-change.ts'
import { findTried } from '../tried.ts'
import { runCheck } from './perceive.ts'

/** Longest that tests near a change may take before they are left to the full run, in milliseconds. */
const nearTimeoutMs = 60_000
/** A syntax check reads at most this much of a file. */
const largestParsed = 1_000_000

/** Looks at what an edit did, fast checks first, and tells the solver. */
export async function observe(run: RunContext, step: Extract<Step, { phase: 'observe' }>): Promise<void> {
  switch (step.do) {
    case 'check-edit':
      return checkEdit(run)
    case 'check-task': {
      const workspace = getWorkspace(run)
      const tree = treeOf(run)
      for (const check of run.state.contract?.checks.filter((each) => run.state.active?.checks.includes(each.id)) ?? []) {
        const tried = await findTried(run, check, run.state.committedTree, tree)
        if (tried === undefined) await runCheck(run, check, { root: workspace.root, mounts: workspace.mounts, tree, home: workspace.home }, 'full')
        else await record(run, { type: 'check.started', data: { checkId: check.id, purpose: 'full', tree } }, { type: 'check.finished', data: { purpose: 'full', outcome: tried } })
      }
      if ((await workspace.snapshot(run.signal)) !== tree) await workspace.rollback(tree, run.signal)
      return
    }
    case 'await-child':
      return awaitChild(run, step.untilMs)
    case 'stop-children':
      return stopChildren(run)
    case 'stop-on-fault':
      throw new Fault(step.code, step.message)
    case 'validate':
      await validateChange(run, 'task')
      return
    case 'take-back':
      return takeBack(run)
    case 'make-room':
      return makeRoom(run)
    case 'ask-sealed':
      return askToContinue(run, step.id)
    case 'say':
      return record(run, { type: 'observation.made', data: { task: run.state.active?.id ?? '', kind: step.kind, text: step.text } })
  }
}

/** A person chose another way: what was proposed goes, so that the other can be put in its place. */
async function makeRoom(run: RunContext): Promise<void> {
  const { chosen, committedTree } = run.state
  if (!chosen || !committedTree) throw new Error('room is made for what was chosen')
  await getWorkspace(run).rollback(committedTree, run.signal)
  await record(run,
    { type: 'workspace.rolledback', data: { to: committedTree, why: `a person chose option ${chosen.number}` } },
    { type: 'edit.checked', data: { tree: committedTree, findings: [], text: '' } })
}

async function checkEdit(run: RunContext): Promise<void> {
  const { checkedTree } = run.state
  if (!checkedTree) throw new Error('an edit is compared with the content before it')
  const seen = await seeChanges(run, checkedTree, treeOf(run))
  const tree = await restorePins(run, seen)
  const validations = isStaged(run.state) ? await validateChange(run, 'edit', seen) : undefined
  if (run.state.failed) return
  const changes = seen.filter((change) => !run.state.restored.includes(change.path))
  const touched = changes.filter((change) => change.kind !== 'deleted').map((change) => change.path)
  // What does not parse does not pass validation; before there were stages it was only told.
  const findings = validations ? [] : await parseTouched(run, tree, touched)
  // A repaired fault is measured by all checks next; only a model waits for a quick word.
  const near = findings.length === 0 && solverOf(run.state) === 'model' ? await runNear(run, changes) : undefined
  await record(run, { type: 'edit.checked', data: { tree: treeOf(run), findings, text: [describeWarnings(validations), describeEdit(findings, near, lastReport(run))].filter(Boolean).join('\n\n') } })
}

/** What passed with a warning is worth a word: it is cheaper to mend now than at the end. */
function describeWarnings(validations: readonly Validation[] | undefined): string {
  return validations?.some((each) => each.findings.some((finding) => finding.severity === 'warning')) ? describeValidation(validations) : ''
}

async function parseTouched(run: RunContext, tree: TreeId, paths: readonly string[]) {
  const files: { path: string; content: Uint8Array }[] = []
  for (const path of paths.filter((each) => run.ports.syntax.knows(each)).slice(0, 50)) {
    const content = await getWorkspace(run).readAt(tree, path)
    if (content && content.byteLength <= largestParsed) files.push({ path, content })
  }
  return files.length === 0 ? [] : [...await run.ports.syntax.check(files)]
}

/** Tests near the change, where names tell which they are; nothing is said where they cannot be found. */
async function runNear(run: RunContext, changes: readonly FileChange[]): Promise<TestReport | undefined> {
  const workspace = getWorkspace(run)
  const tree = treeOf(run)
  const check = run.state.contract?.checks.find((each) => run.state.baseline.get(each.id)?.tests)
  const report = check && run.state.baseline.get(check.id)?.tests
  if (!check || !report || changes.length === 0 || !changes.some((change) => run.ports.syntax.knows(change.path))) return undefined
  const files = { list: () => workspace.listAt(tree), read: (path: string) => workspace.readAt(tree, path) }
  const only = await run.ports.finder.findNear(files, changes.map((change) => change.path), report)
  if (only.length === 0) return undefined
  const timed = { ...check, timeoutMs: Math.min(check.timeoutMs, nearTimeoutMs) }
  const outcome = await runCheck(run, timed, { root: workspace.root, mounts: workspace.mounts, tree, home: workspace.home }, 'near', only)
  const after = await workspace.snapshot(run.signal)
  if (after !== tree) await workspace.rollback(tree, run.signal)
  return outcome.tests
}

function lastReport(run: RunContext): TestReport | undefined {
  for (const outcome of run.state.baseline.values()) if (outcome.tests) return outcome.tests
  return undefined
}

function treeOf(run: RunContext): TreeId {
  if (!run.state.tree) throw new Error('the content of the workspace is not known yet')
  return run.state.tree
}
