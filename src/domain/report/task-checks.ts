import type { StoredEvent } from '../../protocol/events/event.ts'
import type { Report, TaskCheckAccount } from '../../protocol/report.ts'
import { checksOf } from '../delegation/delegation.ts'
import { findFrozenTests } from '../delegation/stages.ts'
import type { RunState } from '../run-state.ts'
import { toShortId } from './short-id.ts'
import { count, toCode, toLine } from './words.ts'

/** Lines that are printed; the JSON form has all of them. */
const mostLines = 60

/**
 * Checks that tasks of the plan had besides the goal's, with the tests that were written for them: only of tasks whose child runs
 * were proven by them and whose commits are part of the result. `events` are those in effect.
 */
export function accountTaskChecks(state: RunState, events: readonly StoredEvent[]): TaskCheckAccount[] {
  const goals = new Set((state.contract?.checks ?? []).map(({ command }) => command))
  const again = findSeenOnResult(state, events)
  return (state.plan?.tasks ?? []).flatMap((task) => {
    const done = state.delegations.get(task.id)
    if (done?.status !== 'merged' || done.returned?.outcome !== 'proven') return []
    const tests = findFrozenTests(state, task.id)
    const commands = new Set([...checksOf(state, task), ...(tests ? [tests] : [])].map(({ command }) => command))
    return [...commands].filter((command) => !goals.has(command)).map((command) => ({ task: task.id, command, run: done.given.child, onResult: again.has(command) }))
  })
}

/** Commands that passed after a merge whose content is the result: what came of it when it ran last. */
function findSeenOnResult(state: RunState, events: readonly StoredEvent[]): ReadonlySet<string> {
  const seen = new Map<string, boolean>()
  for (const event of events) {
    if (event.type !== 'check.finished' || event.data.purpose !== 'merge') continue
    const { command, tree, status } = event.data.outcome
    if (tree === state.headTree) seen.set(command, status === 'passed')
  }
  return new Set([...seen].flatMap(([command, passed]) => (passed ? [command] : [])))
}

/** What is said of them where the evidence is told: what was seen, and that it is no proof of the goal. */
export function taskCheckLines({ plan, outcome }: Pick<Report, 'plan' | 'outcome'>): string[] {
  const all = plan?.taskChecks ?? []
  if (all.length === 0) return []
  return [
    '### Checks of the plan’s own tasks',
    `${count(all.length, 'check')} passed in clean checkouts of what the tasks had made, before that was integrated.${outcome === 'proven' ? '' : ' The plan chose them: they show what the tasks did, not that the goal is met.'}`,
    ...all.slice(0, mostLines).map(({ task, command, run, onResult }) => `- ${toLine(task, 60)}: ${toCode(command)} (run ${toShortId(run)}${onResult ? '; passed again on the result' : ''})`),
    ...(all.length > mostLines ? [`- and ${all.length - mostLines} more`] : []),
  ]
}
