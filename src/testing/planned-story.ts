import type { Contract } from '../protocol/contract.ts'
import type { Payload } from '../protocol/events/event.ts'
import type { Planning } from '../protocol/events/run.ts'
import type { TaskFile } from '../protocol/plan-file.ts'
import { toPlan } from '../domain/plan/from-file.ts'
import { toSampleRunId } from './sample-run.ts'
import { commit, digest, preparedStory, tree, type Story } from './story.ts'

/** A contract of one check, `c1`. */
export const sampleContract = { checks: [{ id: 'c1', command: 'npm test', origin: 'person' as const, timeoutMs: 1000 }], budget: { maxTurns: 100, maxIdleTurns: 30 } } satisfies Partial<Contract>

export const sampleTask = (id: string, more: Partial<TaskFile> = {}): TaskFile => ({ id, subgoal: `what ${id} is for`, checks: ['c1'], scope: [`src/${id}/**`], ...more })

export const allowed = { effect: 'allow' as const, rules: [], policy: digest('e'), reason: '' }

/** A run whose plan, given by a person, is in force. With `decisions` it is decided as that version does. */
export function plannedStory(tasks: readonly TaskFile[], { contract, planning, solver, decisions }: { contract?: Partial<Contract>; planning?: Partial<Planning>; solver?: 'model' | 'repair'; decisions?: number } = {}): Story {
  const pinned = { ...sampleContract, ...contract }
  const given = toPlan({ tasks: [...tasks] }, { ...pinned, scope: [] }, 0)
  const story = preparedStory({ contract: pinned, planning: { given, workers: 2, ...planning }, ...(solver === undefined ? {} : { solver }) })
  if (decisions !== undefined) story.tell({ type: 'run.resumed', data: { by: 'ada', writ: '1', lastSeq: 1, decisions } })
  const step = story.next()
  if (step?.do !== 'propose') throw new Error(`the plan was to be proposed, not ${step?.do}`)
  return story.tell({ type: 'plan.proposed', data: { plan: step.plan, why: step.why, from: 'person' } })
}

let children = 100

/** Carries out what comes next. @throws Error where that is not to begin a task. */
export function delegateNext(story: Story): Payload<'task.delegated'> {
  const step = story.next()
  if (step?.do !== 'delegate') throw new Error(`a task was to begin, not ${step?.do}`)
  const { task: id, attempt, role, budget, lease, brief } = step
  const data = { task: id, attempt, role, budget, lease, brief, child: toSampleRunId(children += 1), base: story.state.head ?? commit('b'), decision: allowed }
  story.tell({ type: 'task.delegated', data })
  return data
}

/** The child of a task returns, proven where nothing else is said, after three turns. */
export function comesBack(story: Story, { task: id, child }: Pick<Payload<'task.delegated'>, 'task' | 'child'>, more: Partial<Payload<'task.returned'>> = {}): void {
  const spent = { turns: 3, inputTokens: 10, cachedTokens: 0, outputTokens: 5, usd: 0.5, unpriced: false, modelMs: 1 }
  story.tell({ type: 'task.returned', data: { task: id, child, outcome: 'proven', reason: 'it passes', commit: commit('1'), summary: `did ${id}`, spent, events: 9, head: digest('9'), questions: 0, ...more } })
}

/** What the child of a task made is merged, as the commit and tree of `letter`, or is not. `path`: what it changed. */
export function isIntegrated(story: Story, { task: id, child, lease }: Pick<Payload<'task.delegated'>, 'task' | 'child' | 'lease'>, letter: string, { verdict = 'merged', path }: { verdict?: Payload<'integration.finished'>['verdict']; path?: string } = {}): void {
  const files = path === undefined ? [] : [{ path, kind: 'modified' as const, added: 1, removed: 0, binary: false }]
  story.tell({
    type: 'integration.finished',
    data: {
      task: id, child, token: lease.token, onto: story.state.head ?? commit('b'), theirs: commit('1'), verdict, conflicts: [], reasons: verdict === 'merged' ? [] : [`it is ${verdict}`],
      ...(verdict === 'merged' ? { result: { commit: commit(letter), tree: tree(letter), files, message: id } } : {}),
    },
  })
}
