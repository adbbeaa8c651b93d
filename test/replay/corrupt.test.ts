import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { EventType, NewEvent, Payload, StoredEvent } from '../../src/protocol/events/event.ts'
import { digestOf } from '../../src/domain/digest.ts'
import { readGolden, replay, reseal } from './golden.ts'

type Change<T extends EventType> = (data: Payload<T>) => Payload<T>
interface Forgery {
  readonly what: string
  readonly golden: string
  readonly type: EventType
  /** Which of them; the first that fits. */
  readonly where?: (event: StoredEvent) => boolean
  readonly change: Change<EventType>
  /** The member that differs. */
  readonly path: string
}

function forge<T extends EventType>(what: string, golden: string, type: T, path: string, change: Change<T>, where?: (data: Payload<T>) => boolean): Forgery {
  return { what, golden, type, path, change: change as unknown as Change<EventType>, ...(where ? { where: (event) => where(event.data as Payload<T>) } : {}) }
}

const other = digestOf('something else')
const otherTree = '1'.repeat(40) as Payload<'tool.called'>['before']

/** One fact each. What is derived must be named where it stands; what comes from outside, where it first leads elsewhere. */
const forgeries: readonly Forgery[] = [
  forge('a prompt', 'v1-model', 'turn.requested', 'request', (data) => ({ ...data, request: other }), (data) => data.turn === 3),
  forge('the number of messages', 'v1-model', 'turn.requested', 'messages', (data) => ({ ...data, messages: data.messages + 1 }), (data) => data.turn === 2),
  forge('the request for the words', 'v1-model', 'turn.requested', 'request', (data) => ({ ...data, request: other }), (data) => data.purpose === 'intake'),
  forge('what the built-in solver was asked', 'v1-repair', 'turn.requested', 'request', (data) => ({ ...data, request: other })),
  forge('the contract', 'v1-model', 'contract.pinned', 'contract.goal', (data) => ({ ...data, contract: { ...data.contract, goal: 'another goal' } })),
  forge("the contract's hash", 'v1-model', 'contract.pinned', 'hash', (data) => ({ ...data, hash: other })),
  forge('a denial', 'v1-model', 'tool.called', 'decision.effect', (data) => ({ ...data, decision: { ...data.decision, effect: 'allow' } }), (data) => data.decision.effect === 'deny'),
  forge('a rule that was cited', 'v1-model', 'tool.called', 'decision.rules.0', (data) => ({ ...data, decision: { ...data.decision, rules: ['ordinary', 'ordinary'] } }), (data) => data.decision.rules[0] === 'pinned-file'),
  forge('an effect', 'v1-model', 'tool.called', 'effect', (data) => ({ ...data, effect: 'irreversible' }), (data) => data.name === 'shell'),
  forge('what a call was', 'v1-model', 'tool.called', 'input', (data) => ({ ...data, input: 'rm -rf /' }), (data) => data.name === 'shell'),
  forge('a key', 'v1-model', 'tool.called', 'key', (data) => ({ ...data, key: other })),
  forge('the snapshot that undoes a call', 'v1-model', 'tool.called', 'before', (data) => ({ ...data, before: otherTree }), (data) => data.before !== undefined),
  forge('a refusal', 'v1-model', 'tool.returned', 'text', (data) => ({ ...data, text: 'Done.' }), (data) => data.status === 'denied'),
  forge('an unknown tool', 'v1-model', 'tool.returned', 'status', (data) => ({ ...data, status: 'ok' }), (data) => data.status === 'unknown'),
  forge('a plan', 'v1-model', 'plan.proposed', 'plan.tasks.0.title', (data) => ({ ...data, plan: { ...data.plan, tasks: data.plan.tasks.map((task) => ({ ...task, title: 'Another' })) } })),
  forge('which task is worked on', 'v1-repair', 'task.started', 'task', (data) => ({ ...data, task: 't7' })),
  forge('the pins that were put back', 'v1-model', 'pins.restored', 'paths', (data) => ({ ...data, paths: [] })),
  forge('what was compared', 'v1-model', 'changes.seen', 'to', (data) => ({ ...data, to: '1'.repeat(40) as typeof data.to })),
  forge('which check is run', 'v1-model', 'check.started', 'checkId', (data) => ({ ...data, checkId: 'c9' })),
  forge('what a check is run on', 'v1-model', 'check.started', 'tree', (data) => ({ ...data, tree: '1'.repeat(40) as typeof data.tree }), (data) => data.purpose === 'proof'),
  forge('why a check is run', 'v1-model', 'check.started', 'purpose', (data) => ({ ...data, purpose: 'full' }), (data) => data.purpose === 'repeat'),
  forge("a check's command", 'v1-model', 'check.finished', 'outcome.command', (data) => ({ ...data, outcome: { ...data.outcome, command: 'true' } })),
  forge('what the solver was told of an edit', 'v1-model', 'edit.checked', 'text', (data) => ({ ...data, text: 'All is well.' }), (data) => data.text !== ''),
  forge('why a proof was refused', 'v1-model', 'observation.made', 'text', (data) => ({ ...data, text: 'Go on.' }), (data) => data.kind === 'proof'),
  forge('a commit message', 'v1-model', 'commit.created', 'message', (data) => ({ ...data, message: 'Another message' })),
  forge("a commit's parent", 'v1-model', 'commit.created', 'parent', (data) => ({ ...data, parent: '1'.repeat(40) as typeof data.parent })),
  forge('a verdict', 'v1-model', 'proof.finished', 'verdict', (data) => ({ ...data, verdict: 'proven' }), (data) => data.verdict === 'unproven'),
  forge('a verdict the other way', 'v1-model', 'proof.finished', 'verdict', (data) => ({ ...data, verdict: 'unproven' }), (data) => data.verdict === 'proven'),
  forge('what a proof saw fixed', 'v1-model', 'proof.finished', 'checks.0.fixed', (data) => ({ ...data, checks: data.checks.map((check) => ({ ...check, fixed: [] })) }), (data) => data.verdict === 'proven'),
  forge('the evidence of an own test', 'v1-model', 'proof.finished', 'selfMade.0.evidence', (data) => ({ ...data, selfMade: data.selfMade.map((each) => ({ ...each, evidence: !each.evidence })) }), (data) => data.selfMade.length > 0),
  forge('the commit that is published', 'v1-model', 'branch.requested', 'to', (data) => ({ ...data, to: '1'.repeat(40) as typeof data.to })),
  forge('an outcome', 'v1-model', 'run.ended', 'outcome', (data) => ({ ...data, outcome: 'not-achieved' })),
  forge('an outcome that was a limit', 'v1-limit', 'run.ended', 'outcome', (data) => ({ ...data, outcome: 'proven' })),
  forge('a limit', 'v1-limit', 'limit.reached', 'limit', (data) => ({ ...data, limit: 'usd' })),
  forge('when it is tried again', 'v1-limit', 'turn.failed', 'retryInMs', (data) => ({ ...data, retryInMs: 7 })),
  forge('what a person was asked', 'v1-approval', 'approval.requested', 'question', (data) => ({ ...data, question: 'May it?' })),
  forge('where a resumed run rolled back to', 'v1-resumed', 'workspace.rolledback', 'to', (data) => ({ ...data, to: '1'.repeat(40) as typeof data.to })),
  forge('during what a fault was met', 'v1-resumed', 'fault.met', 'during', (data) => ({ ...data, during: 'reflect end' })),
]

function findFirst(events: readonly StoredEvent[], { type, where }: Pick<Forgery, 'type' | 'where'>): number {
  const seq = events.findIndex((event) => event.type === type && (where?.(event) ?? true))
  assert.ok(seq >= 0, `there is such an event: ${type}`)
  return seq
}

describe('a rollout that was changed and sealed anew is told by its replay, at exactly that event', () => {
  for (const forgery of forgeries) {
    test(forgery.what, async () => {
      const events = readGolden(forgery.golden)
      const at = findFirst(events, forgery)
      const forged = reseal(events, (event, seq) => (seq === at ? ({ type: event.type, data: forgery.change(event.data) } as NewEvent) : event))
      const { divergence } = await replay(forged)
      assert.ok(divergence, 'it is noticed')
      assert.equal(divergence.seq, at)
      assert.equal(divergence.recorded?.type, forgery.type)
      assert.equal(divergence.derived?.type, forgery.type)
      assert.ok(divergence.differences.some(({ path }) => path === forgery.path || path.startsWith(`${forgery.path}.`)), JSON.stringify(divergence.differences))
    })
  }

  test('a dropped event is told where something else stands in its place', async () => {
    const events = readGolden('v1-model')
    const decided = events.filter((event) => !['run.opened', 'run.accepted'].includes(event.type))
    for (const dropped of decided) {
      const { divergence } = await replay(reseal(events, (event, seq) => (seq === dropped.seq ? undefined : event)))
      // A fingerprint is a fact that a process may leave out; what is last may be what a stopped process never came to.
      if (dropped.type === 'environment.fingerprinted' || dropped.type === 'run.ended') continue
      assert.ok(divergence, `${dropped.type} ${dropped.seq} is missed`)
      assert.ok(divergence.seq >= dropped.seq, `${dropped.type} ${dropped.seq}: ${divergence.seq}`)
    }
  })

  test('two tasks in another order', async () => {
    const events = readGolden('v1-model')
    const [first, second] = events.filter((event) => event.type === 'task.started').map((event) => event.seq)
    assert.ok(first !== undefined && second !== undefined)
    const { divergence } = await replay(reseal(events, (event, seq) => {
      if (event.type !== 'task.started') return event
      return { ...event, data: { task: seq === first ? 't2' : 't1' } }
    }))
    assert.equal(divergence?.seq, first)
  })

  const consequences: readonly Forgery[] = [
    forge('an answer of the model', 'v1-model', 'turn.replied', 'tool.called', (data) => ({ ...data, reply: { ...data.reply, parts: data.reply.parts.map((part) => (part.type === 'call' ? { ...part, input: { path: 'src' } } : part)) } }), (data) => data.purpose === 'work'),
    forge('a result that the model read', 'v1-model', 'tool.returned', 'turn.requested', (data) => ({ ...data, text: 'nothing' }), (data) => data.name === 'read'),
    forge('a file that a command named', 'v1-model', 'tool.returned', 'turn.requested', (data) => ({ ...data, changed: { named: [{ path: 'other.js', kind: 'added' }], more: 0 } }), (data) => data.changed !== undefined),
    forge('an outcome of the proof', 'v1-model', 'check.finished', 'proof.finished', (data) => ({ ...data, outcome: { ...data.outcome, status: 'failed', exitCode: 1 } }), (data) => data.purpose === 'proof'),
    forge('a test that failed on the base', 'v1-model', 'check.finished', 'turn.requested', (data) => ({ ...data, outcome: { ...data.outcome, tests: { runner: 'node-test', complete: true, cases: [] } } }), (data) => data.purpose === 'baseline'),
    forge('a word of a person', 'v1-approval', 'approval.given', 'tool.returned', (data) => ({ ...data, answer: 'deny' })),
    forge('what was found of the programs', 'v1-model', 'environment.surveyed', 'turn.requested', (data) => ({ ...data, absent: ['node'] })),
  ]
  for (const forgery of consequences) {
    test(`${forgery.what}, told by what no longer follows from it`, async () => {
      const events = readGolden(forgery.golden)
      const at = findFirst(events, forgery)
      const { divergence } = await replay(reseal(events, (event, seq) => (seq === at ? ({ type: event.type, data: forgery.change(event.data) } as NewEvent) : event)))
      assert.ok(divergence, 'it is noticed')
      assert.ok(divergence.seq > at)
      assert.ok(divergence.recorded?.type === forgery.path || divergence.derived?.type === forgery.path, `${divergence.recorded?.type} / ${divergence.derived?.type}`)
    })
  }

  test('a log that goes on after its end', async () => {
    const events = readGolden('v1-limit')
    const forged = reseal([...events, { ...(events.at(-1) as StoredEvent), seq: events.length }], (event) => event)
    const { divergence } = await replay(forged)
    assert.equal(divergence?.seq, events.length)
    assert.equal(divergence?.derived, undefined)
  })
})
