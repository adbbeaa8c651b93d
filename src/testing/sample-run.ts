import { Contract } from '../protocol/contract.ts'
import type { NewEvent } from '../protocol/events/event.ts'
import { CommitId, Digest, RunId, TreeId } from '../protocol/ids.ts'

/** Events of a small but whole run, valid by their schemas, for tests of whatever reads or stores events. */

const digest = Digest.parse('d'.repeat(64))
const tree = TreeId.parse('a'.repeat(40))
export const sampleCommit = CommitId.parse('c'.repeat(40))

/** The n-th run id; they sort by n. */
export function toSampleRunId(n: number): RunId {
  return RunId.parse(`run_0k${n.toString().padStart(14, '0')}`)
}

export function openedEvent(options: { goal?: string; root?: string } = {}): NewEvent {
  const { goal = 'make the failing tests pass', root = '/home/person/project' } = options
  const draft = Contract.parse({
    version: 1,
    goal,
    constraints: [],
    checks: [{ id: 'test', command: 'npm test', origin: 'person' }],
    scope: [],
    dataLocations: [],
    budget: { maxTurns: 40, maxIdleTurns: 6 },
    approvers: [],
    unknowns: [],
    network: [],
    pins: [],
    guarded: [],
  })
  return {
    type: 'run.opened',
    data: {
      request: { words: goal, solver: 'model', contractGiven: false, includeDirty: false, apply: false, unattended: true },
      repository: { root, branch: 'main', head: sampleCommit, base: sampleCommit, dirty: false },
      draft,
      writ: { version: '0.1.0', node: '24.0.0', platform: 'linux' },
      sandbox: { driver: 'bwrap', profile: digest },
      policy: digest,
      template: digest,
      config: digest,
      by: 'person',
    },
  }
}

export function calledEvent(turn: number): NewEvent {
  return {
    type: 'tool.called',
    data: {
      turn,
      callId: `call_${turn}`,
      name: 'shell',
      input: { command: 'node --test', timeout: 60 },
      effect: 'reversible',
      key: digest,
      decision: { effect: 'allow', rules: ['workspace-write'], policy: digest, reason: 'inside the workspace' },
      before: tree,
    },
  }
}

export function returnedEvent(turn: number, text = `ok ${turn} - retries stop after five tries\n`): NewEvent {
  return { type: 'tool.returned', data: { turn, callId: `call_${turn}`, name: 'shell', status: 'ok', text, detail: { exitCode: 0 }, durationMs: 12.5, after: tree } }
}

/** Is not flushed by itself. */
export function startedEvent(task = 't1'): NewEvent {
  return { type: 'task.started', data: { task } }
}

export function repliedEvent(turn: number, options: { costUsd?: number; purpose?: 'intake' | 'work' } = {}): NewEvent {
  const { costUsd = 0.01, purpose = 'work' } = options
  return {
    type: 'turn.replied',
    data: {
      turn,
      purpose,
      reply: {
        parts: [
          { type: 'text', text: 'I look at the retries first.' },
          { type: 'call', callId: `call_${turn}`, name: 'shell', input: { command: 'node --test' } },
        ],
        finish: 'calls',
        usage: { inputTokens: 1200, cachedTokens: 1000, outputTokens: 60, reasoningTokens: 0 },
        costUsd,
        servedBy: 'scripted/model',
        durationMs: 640,
      },
    },
  }
}

export function committedEvent(message = 'Stop webhook retries after five tries', path = 'src/webhook/retry.ts'): NewEvent {
  return {
    type: 'commit.created',
    data: { task: 't1', commit: sampleCommit, tree, parent: sampleCommit, message, files: [{ path, kind: 'modified', added: 3, removed: 1, binary: false }] },
  }
}

export function endedEvent(reason = 'All checks pass on the result.'): NewEvent {
  return { type: 'run.ended', data: { outcome: 'proven', reason, result: { commit: sampleCommit, branch: 'writ/sample' } } }
}

export function acceptedEvent(): NewEvent {
  return { type: 'run.accepted', data: { by: 'person', strategy: 'merge', onto: 'main', before: sampleCommit, after: sampleCommit, undo: 'git reset --keep HEAD~1' } }
}

/** A whole run with so many turns. */
export function sampleRun(options: { turns: number; goal?: string; root?: string }): readonly NewEvent[] {
  const turns = Array.from({ length: options.turns }, (_, i) => [repliedEvent(i + 1), calledEvent(i + 1), returnedEvent(i + 1)]).flat()
  return [openedEvent(options), startedEvent(), ...turns, committedEvent(), endedEvent()]
}
