import { hash } from 'node:crypto'
import { sealLine, toStart } from '../domain/chain.ts'
import { Contract } from '../protocol/contract.ts'
import type { NewEvent, StoredEvent } from '../protocol/events/event.ts'
import { payloads } from '../protocol/events/event.ts'
import type { CheckOutcome, TestCase } from '../protocol/evidence.ts'
import { BlobRef, CommitId, Digest, RunId, TreeId } from '../protocol/ids.ts'
import type { PolicyDecision } from '../protocol/policy.ts'

/**
 * Whole runs as a person would see them, event by event, valid by their schemas: for tests of reports and views. The goal
 * is mending a small web shop's tests; `solver` says who works on it.
 */
export interface StoryOptions {
  readonly solver?: 'model' | 'repair'
  readonly goal?: string
  readonly root?: string
  /** How it ends; `open` stops in the middle of a call. */
  readonly end?: 'proven' | 'not-achieved' | 'fault' | 'open'
  readonly accepted?: boolean
}

const digest = Digest.parse('d'.repeat(64))
const output = BlobRef.parse({ digest, bytes: 4096 })
export const storyRun = RunId.parse('run_01kx3vq8t0a7c2mf')
export const storyBase = CommitId.parse('b0'.repeat(20))

const treeAt = (n: number): TreeId => TreeId.parse(hash('sha1', `tree ${n}`, 'hex'))
const commitAt = (n: number): CommitId => CommitId.parse(hash('sha1', `commit ${n}`, 'hex'))

const faults = [
  { test: 'test/pricing.test.ts › pricing › rounds half cents up', path: 'service/money.ts', subject: 'Round half cents up', edit: ['Math.floor(cents)', 'Math.round(cents)'] },
  { test: 'test/retry.test.ts › retry › stops after five tries', path: 'service/retry.ts', subject: 'Stop after five tries', edit: ['tries <= limit', 'tries < limit'] },
  { test: 'test/signature.test.ts › signature › refuses an empty secret', path: 'service/signature.ts', subject: 'Refuse an empty secret', edit: ['if (secret)', 'if (!secret)'] },
] as const

/** What `npm test` shows when the first `mended` faults are mended. */
function outcomeAt(mended: number, tree: TreeId): CheckOutcome {
  const steady: TestCase[] = Array.from({ length: 39 }, (_, n) => ({ name: `test/orders.test.ts › orders › case ${n + 1}`, file: 'test/orders.test.ts', status: 'passed', durationMs: 2 }))
  const about = faults.map((fault, n): TestCase => ({
    name: fault.test, file: fault.test.split(' › ')[0] ?? '', status: n < mended ? 'passed' : 'failed', durationMs: 4,
    ...(n < mended ? {} : { message: 'Expected values to be strictly equal' }),
  }))
  const passed = mended === faults.length
  return {
    checkId: 'test', command: 'npm test', status: passed ? 'passed' : 'failed', exitCode: passed ? 0 : 1, durationMs: 1340 + 10 * mended, tree,
    tests: { runner: 'node-test', cases: [...steady, ...about], complete: true }, output, tail: 'ℹ tests 42\n', notes: [],
  }
}

export function storyOpening(options: StoryOptions = {}): NewEvent[] {
  const { solver = 'model', goal = 'make the failing tests pass', root = '/home/person/shop' } = options
  const contract = Contract.parse({
    version: 1, goal, constraints: [{ text: 'no new dependencies', origin: 'person' }],
    checks: [{ id: 'test', command: 'npm test', origin: 'found', why: 'found in package.json (scripts.test)' }], scope: ['service/**'], dataLocations: [],
    budget: { maxTurns: 200, maxIdleTurns: 20, ...(solver === 'model' ? { maxUsd: 2 } : {}) }, approvers: [], network: [], pins: [], guarded: [],
    unknowns: [{ question: 'Should prices below zero be refused?', why: 'The goal does not say.' }],
  })
  return [
    {
      type: 'run.opened',
      data: {
        request: { words: goal, solver, contractGiven: false, includeDirty: false, apply: false, unattended: false, ...(solver === 'model' ? { model: 'openai/gpt-5.5' } : {}) },
        repository: { root, branch: 'main', head: storyBase, base: storyBase, dirty: true }, draft: contract,
        writ: { version: '0.1.0', node: '24.21.0', platform: 'linux-x64' }, sandbox: { driver: 'linux-bwrap', profile: digest }, policy: digest, template: digest, config: digest, by: 'person',
      },
    },
    { type: 'contract.pinned', data: { contract, hash: digest } },
    { type: 'workspace.requested', data: { branch: 'writ/01kx3vq8t0a7c2mf', base: storyBase } },
    { type: 'workspace.created', data: { path: '/state/runs/x/work', branch: 'writ/01kx3vq8t0a7c2mf', base: storyBase, tree: treeAt(0), dependencies: [{ path: 'node_modules', way: 'overlay' }] } },
    { type: 'environment.surveyed', data: { instructions: [{ path: 'AGENTS.md', text: 'Small commits.' }], present: [{ name: 'node', version: '24.21.0' }, { name: 'git', version: '2.43.0' }], absent: ['pnpm'], uses: [{ name: 'npm', from: 'package.json' }], tree: ['service/', 'test/'], files: 31, digest } },
    { type: 'check.started', data: { checkId: 'test', purpose: 'baseline', tree: treeAt(0) } },
    { type: 'check.finished', data: { purpose: 'baseline', outcome: outcomeAt(0, treeAt(0)) } },
  ]
}

function planned(solver: 'model' | 'repair', goal: string): NewEvent {
  const common = { scope: [], checks: ['test'], dependsOn: [], risk: 'low', reversible: true, rules: [] } as const
  const lists = { scope: [...common.scope], checks: [...common.checks], rules: [] }
  const tasks = solver === 'model'
    ? [{ ...common, ...lists, id: 't1', title: goal.slice(0, 200), subgoal: goal, tests: [], role: 'coder' as const, dependsOn: [] }]
    : faults.map((fault, n) => ({ ...common, ...lists, id: `t${n + 1}`, title: `Mend the failing test “${fault.test}”`, subgoal: fault.test, tests: [fault.test], role: 'repairer' as const, dependsOn: n > 0 ? [`t${n}`] : [] }))
  return { type: 'plan.proposed', data: { plan: { version: 1, revision: 0, tasks }, why: solver === 'model' ? 'the goal is one task' : 'one task for each group of failing tests: 3' } }
}

/** One turn that reads, edits, runs the tests and is committed. */
function mend(n: number, solver: 'model' | 'repair'): NewEvent[] {
  const fault = faults[n] ?? faults[0]
  const [find, replace] = fault.edit
  const [before, after] = [treeAt(n), treeAt(n + 1)]
  const turn = n + 1
  const task = solver === 'model' ? 't1' : `t${turn}`
  const calls = [
    ...(solver === 'model' ? [{ type: 'call' as const, callId: `c${turn}-read`, name: 'read', input: { path: fault.path } }] : []),
    { type: 'call' as const, callId: `c${turn}-edit`, name: 'edit', input: { path: fault.path, edits: [{ find, replace }] } },
    ...(solver === 'model' ? [{ type: 'call' as const, callId: `c${turn}-shell`, name: 'shell', input: { command: `node --test ${fault.test.split(' › ')[0] ?? ''}` } }] : []),
  ]
  const decision: PolicyDecision = { effect: 'allow', rules: ['workspace-write'], policy: digest, reason: 'inside the workspace' }
  const events: NewEvent[] = [
    { type: 'turn.requested', data: { turn, task, solver, purpose: 'work', attempt: 1, model: solver === 'model' ? 'openai/gpt-5.5' : 'writ/repair', request: digest, messages: 1 + 2 * n } },
    ...(solver === 'repair' ? Array.from({ length: 3 }, (_, k): NewEvent => ({ type: 'candidate.tried', data: { task, n: k + 1, describes: `${find} → ${replace}`, path: fault.path, line: 12 + k, result: k === 2 ? 'plausible' : 'same' } })) : []),
    {
      type: 'turn.replied',
      data: {
        turn, purpose: 'work',
        reply: {
          parts: [{ type: 'text', text: `The cause is in ${fault.path}.` }, ...calls], finish: 'calls', servedBy: solver === 'model' ? 'gpt-5.5' : 'writ/repair', durationMs: 2100,
          usage: solver === 'model' ? { inputTokens: 4200 + 900 * n, cachedTokens: n === 0 ? 0 : 3900 + 800 * n, outputTokens: 310, reasoningTokens: 120 } : { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0 },
          costUsd: solver === 'model' ? 0.0123 : 0,
        },
      },
    },
  ]
  for (const call of calls) {
    const effect = call.name === 'read' ? 'read' : 'reversible'
    const detail = call.name === 'edit' ? { path: fault.path, added: 1, removed: 1 } : call.name === 'shell' ? { exitCode: 0, durationMs: 412 } : { path: fault.path, from: 1, to: 40, of: 40 }
    events.push(
      { type: 'tool.called', data: { turn, callId: call.callId, name: call.name, input: call.input, effect, key: digest, decision, ...(effect === 'read' ? {} : { before }) } },
      { type: 'tool.returned', data: { turn, callId: call.callId, name: call.name, status: 'ok', text: `${call.name} ok`, detail, durationMs: call.name === 'shell' ? 418 : 3.2, ...(effect === 'read' ? {} : { after }) } },
    )
    if (call.name === 'edit') events.push({ type: 'edit.checked', data: { tree: after, findings: [], text: solver === 'model' ? 'Tests near the change: 3 pass, 0 fail.' : '' } })
  }
  const commit = commitAt(n + 1)
  events.push({
    type: 'commit.created',
    data: {
      task, commit, tree: after, parent: n === 0 ? storyBase : commitAt(n),
      message: `${fault.subject}\n\n\`${find}\` became \`${replace}\`: the test says so.\n\nFailing before:\n- ${fault.test}\n\nWrit-Run: ${storyRun}\nWrit-Contract: ${digest}\n`,
      files: [{ path: fault.path, kind: 'modified', added: 1, removed: 1, binary: false }],
    },
  })
  if (solver === 'repair') events.push({ type: 'task.finished', data: { task, commit, summary: fault.subject, confidence: 0.8 } })
  return events
}

function refusedCall(): NewEvent[] {
  const decision: PolicyDecision = { effect: 'deny', rules: ['scope'], policy: digest, reason: 'test/ is outside the scope' }
  return [
    { type: 'tool.called', data: { turn: 2, callId: 'c2-denied', name: 'write', input: { path: 'test/retry.test.ts', content: '' }, effect: 'read', key: digest, decision } },
    { type: 'tool.returned', data: { turn: 2, callId: 'c2-denied', name: 'write', status: 'denied', text: 'Refused (scope): test/retry.test.ts is outside service/**', durationMs: 0 } },
  ]
}

function prove(mended: number): NewEvent[] {
  const all = mended === faults.length
  const commit = commitAt(mended)
  const outcome = outcomeAt(mended, treeAt(mended))
  return [
    { type: 'proof.started', data: { commit } },
    { type: 'check.started', data: { checkId: 'test', purpose: 'proof', tree: outcome.tree } },
    { type: 'check.finished', data: { purpose: 'proof', outcome } },
    { type: 'check.started', data: { checkId: 'test', purpose: 'repeat', tree: outcome.tree } },
    { type: 'check.finished', data: { purpose: 'repeat', outcome } },
    {
      type: 'proof.finished',
      data: {
        commit, tree: outcome.tree, verdict: all ? 'proven' : 'unproven', contract: digest, restored: ['test/retry.test.ts'],
        selfMade: [{ name: 'service/retry.new.test.ts › waits longer each time', file: 'service/retry.new.test.ts', onBase: 'passed', onResult: 'passed', evidence: false }],
        reasons: all ? [] : ['npm test: 1 test still fails'],
        checks: [{
          checkId: 'test', command: 'npm test', strength: 'by-name', verdict: all ? 'fixed' : 'failing',
          fixed: faults.slice(0, mended).map((fault) => fault.test), stillFailing: faults.slice(mended).map((fault) => fault.test), broken: [], flaky: [],
          passedBefore: 39, passedAfter: 39 + mended, reasons: [],
        }],
      },
    },
  ]
}

/** The events of a whole run, without their places in a log. */
export function storyEvents(options: StoryOptions = {}): readonly NewEvent[] {
  const { solver = 'model', end = 'proven', goal = 'make the failing tests pass' } = options
  const opening = [...storyOpening(options), planned(solver, goal), { type: 'task.started', data: { task: 't1' } } as const]
  if (end === 'open') return [...opening, ...mend(0, solver), ...mend(1, solver).slice(0, 3)]
  if (end === 'fault') return [...opening, ...mend(0, solver), { type: 'fault.met', data: { code: 'model-unauthorized', message: 'the provider refused the key (401); set OPENAI_API_KEY', during: 'plan ask' } }]
  const mended = end === 'proven' ? 3 : 2
  const branch = 'writ/01kx3vq8t0a7c2mf'
  const work = Array.from({ length: mended }, (_, n): NewEvent[] => [
    ...(solver === 'repair' && n > 0 ? [{ type: 'task.started', data: { task: `t${n + 1}` } } as const] : []), ...mend(n, solver), ...(n === 0 ? refusedCall() : []),
  ]).flat()
  return [
    ...opening,
    ...work,
    ...(solver === 'model' ? [{ type: 'task.finished', data: { task: 't1', commit: commitAt(mended), summary: 'Mended the rounding, the retries and the signature.', confidence: 0.9 } } as const] : []),
    ...prove(mended),
    { type: 'branch.requested', data: { branch, to: commitAt(mended) } },
    { type: 'branch.moved', data: { branch, to: commitAt(mended) } },
    {
      type: 'run.ended',
      data: {
        outcome: end === 'proven' ? 'proven' : 'not-achieved', result: { commit: commitAt(mended), branch },
        reason: end === 'proven' ? 'every acceptance check passes in a clean checkout of the result' : 'npm test: 1 test still fails',
      },
    },
    ...(options.accepted ? [{ type: 'run.accepted', data: { by: 'person', strategy: 'merge', onto: 'main', before: storyBase, after: commitAt(9), undo: `git reset --keep ${storyBase}` } } as const] : []),
  ]
}

/** Gives events their places in a log, one every `stepMs`. Each payload is checked against its schema. */
export function storeEvents(events: readonly NewEvent[], options: { run?: RunId; startedAt?: string; stepMs?: number } = {}): StoredEvent[] {
  const { run = storyRun, startedAt = '2026-01-15T09:30:00.000Z', stepMs = 250 } = options
  let position = toStart(run)
  return events.map((event, n) => {
    payloads[event.type].parse(event.data)
    const sealed = sealLine(event, new Date(Date.parse(startedAt) + n * stepMs).toISOString(), position, (text) => hash('sha256', text, 'hex'))
    position = { run, seq: position.seq + 1, head: sealed.event.hash }
    return sealed.event
  })
}

export function storedStory(options: StoryOptions = {}): StoredEvent[] {
  return storeEvents(storyEvents(options))
}
