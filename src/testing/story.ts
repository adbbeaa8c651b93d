import { evolve } from '../domain/evolve.ts'
import { decide } from '../domain/decide.ts'
import { emptyState, type RunState } from '../domain/run-state.ts'
import type { Step } from '../domain/step.ts'
import type { CheckOutcome, Proof, TestCase } from '../protocol/evidence.ts'
import type { NewEvent, StoredEvent } from '../protocol/events/event.ts'
import type { ReplyPart } from '../protocol/conversation.ts'
import type { Contract } from '../protocol/contract.ts'
import type { Planning } from '../protocol/events/run.ts'
import { CommitId, Digest, TreeId } from '../protocol/ids.ts'
import { openedEvent, toSampleRunId } from './sample-run.ts'

/**
 * Tells a run event by event and asks what comes next, for tests of the pure rooms. Ids and hashes are sample values;
 * the chain is not sealed, because nothing here reads it.
 */
export interface Story {
  readonly state: RunState
  readonly events: readonly StoredEvent[]
  tell(...events: readonly NewEvent[]): Story
  next(): Step | undefined
}

export function beginStory(): Story {
  const events: StoredEvent[] = []
  const state = emptyState()
  const digest = Digest.parse('0'.repeat(64))
  const story: Story = {
    state,
    events,
    tell: (...news) => {
      for (const event of news) {
        const stored = { v: 1, seq: events.length, run: toSampleRunId(1), at: new Date(1_760_000_000_000 + events.length * 1000).toISOString(), prev: digest, hash: digest, ...event } as StoredEvent
        events.push(stored)
        evolve(state, stored)
      }
      return story
    },
    next: () => decide(state),
  }
  return story
}

export const tree = (letter: string): TreeId => TreeId.parse(letter.repeat(40))
export const commit = (letter: string): CommitId => CommitId.parse(letter.repeat(40))
export const digest = (letter: string): Digest => Digest.parse(letter.repeat(64))

export function outcome(status: CheckOutcome['status'], at: TreeId, cases: readonly TestCase[] | undefined, checkId = 'test'): CheckOutcome {
  return {
    checkId, command: 'npm test', status, exitCode: status === 'passed' ? 0 : 1, durationMs: 5, tree: at,
    ...(cases ? { tests: { runner: 'node-test', cases: [...cases], complete: true } } : {}),
    output: { digest: digest('d'), bytes: 1 }, tail: 'the end', notes: [],
  }
}

export const passed = (name: string): TestCase => ({ name, file: name.split(' › ')[0] ?? name, status: 'passed' })
export const failed = (name: string): TestCase => ({ name, file: name.split(' › ')[0] ?? name, status: 'failed', message: 'expected 1, got 2' })

/** Opened, pinned, with a workspace, a survey and a baseline: everything before the plan. */
export function preparedStory(options: { solver?: 'model' | 'repair'; contract?: Partial<Contract>; baseline?: CheckOutcome; planning?: Planning } = {}): Story {
  const opened = openedEvent()
  if (opened.type !== 'run.opened') throw new Error('the sample run is opened by run.opened')
  const contract: Contract = { ...opened.data.draft, ...options.contract }
  const request = { ...opened.data.request, solver: options.solver ?? 'model' }
  const story = beginStory().tell(
    { type: 'run.opened', data: { ...opened.data, draft: contract, request, ...(options.planning ? { planning: options.planning } : {}) } },
    { type: 'contract.pinned', data: { contract, hash: digest('c') } },
    { type: 'workspace.requested', data: { branch: 'writ/x', base: commit('b') } },
    { type: 'workspace.created', data: { path: '/work', branch: 'writ/x', base: commit('b'), tree: tree('a'), dependencies: [] } },
    { type: 'environment.surveyed', data: { instructions: [], present: [], absent: [], uses: [], tree: [], files: 1, digest: '' } },
  )
  for (const check of contract.checks) {
    story.tell({ type: 'check.finished', data: { purpose: 'baseline', outcome: options.baseline ?? outcome('failed', tree('a'), [failed('a.test.js › one'), passed('a.test.js › two')], check.id) } })
  }
  return story
}

/** The same with its first task begun. */
export function workingStory(options: Parameters<typeof preparedStory>[0] = {}): Story {
  const story = preparedStory(options)
  const step = story.next()
  if (step?.do !== 'propose') throw new Error(`a prepared run is planned next, not ${step?.do}`)
  return story.tell({ type: 'plan.proposed', data: { plan: step.plan, why: step.why } }, { type: 'task.started', data: { task: step.plan.tasks[0]?.id ?? '' } })
}

export function reply(turn: number, ...parts: readonly ReplyPart[]): NewEvent {
  return {
    type: 'turn.replied',
    data: { turn, purpose: 'work', reply: { parts: [...parts], finish: 'calls', usage: { inputTokens: 100, cachedTokens: 0, outputTokens: 10, reasoningTokens: 0 }, costUsd: 0.01, servedBy: 'x/y', durationMs: 5 } },
  }
}

export const call = (callId: string, name: string, input: ReplyPart extends infer P ? (P extends { type: 'call'; input: infer I } ? I : never) : never = {}): ReplyPart => ({ type: 'call', callId, name, input })

export function returned(turn: number, callId: string, name: string, after?: TreeId, text = 'ok'): NewEvent {
  return { type: 'tool.returned', data: { turn, callId, name, status: 'ok', text, durationMs: 1, ...(after ? { after } : {}) } }
}

export function proofOf(verdict: Proof['verdict'], reasons: readonly string[] = []): NewEvent {
  return { type: 'proof.finished', data: { commit: commit('e'), tree: tree('e'), verdict, checks: [], selfMade: [], restored: [], reasons: [...reasons], contract: digest('c') } }
}

/** A refused proof and what the solver is told of it, as they are stored in one write. */
export function refusalOf(verdict: 'unproven' | 'no-evidence', reasons: readonly string[] = []): readonly NewEvent[] {
  return [proofOf(verdict, reasons), { type: 'observation.made', data: { task: 't1', kind: 'proof', text: reasons.join('\n') } }]
}

export function committed(task = 't1'): NewEvent {
  return { type: 'commit.created', data: { task, commit: commit('e'), tree: tree('e'), parent: commit('b'), message: 'Mend it', files: [] } }
}
