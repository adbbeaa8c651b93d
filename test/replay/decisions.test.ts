import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openTools } from '../../src/cli/compose.ts'
import { buildIntakeRequest, buildRequest, digestOfRequest } from '../../src/domain/context/request.ts'
import { decide } from '../../src/domain/decide.ts'
import { digestOfJson } from '../../src/domain/digest.ts'
import { evolve } from '../../src/domain/evolve.ts'
import { emptyState } from '../../src/domain/run-state.ts'
import type { Step } from '../../src/domain/step.ts'
import { parseEvent, type EventType, type StoredEvent } from '../../src/protocol/events/event.ts'
import { brokenLibrary, finish, makeMachine, mend, runScripted } from '../e2e/harness.ts'

/** The first event that carrying out a step records. */
const firstEvent: Readonly<Record<Step['do'], readonly EventType[]>> = {
  'open-workspace': ['workspace.requested'],
  survey: ['environment.surveyed'],
  baseline: ['check.started'],
  'pin-contract': ['contract.pinned'],
  propose: ['plan.proposed'],
  'start-task': ['task.started'],
  'drop-task': ['task.dropped'],
  ask: ['turn.requested'],
  call: ['tool.called', 'approval.requested'],
  recover: ['workspace.rolledback', 'approval.requested'],
  'check-edit': ['pins.restored', 'check.started', 'edit.checked'],
  'check-task': ['check.started'],
  say: ['observation.made'],
  commit: ['commit.created', 'commit.skipped', 'snapshot.taken'],
  'finish-task': ['task.finished'],
  prove: ['proof.started'],
  limit: ['limit.reached'],
  end: ['branch.requested', 'run.ended'],
}
/** Events that only the beginning of a step can record: at each of them the decision is looked at. */
const beginnings = new Set<EventType>(['workspace.requested', 'environment.surveyed', 'contract.pinned', 'plan.proposed', 'task.started', 'turn.requested', 'tool.called', 'task.finished', 'proof.started', 'branch.requested'])

test('what to do next, and every request’s bytes, follow from the log alone', async () => {
  const machine = makeMachine({ ...brokenLibrary, 'AGENTS.md': 'Keep it small.\n' })
  try {
    const script = [
      { text: 'I look first.', calls: [{ name: 'read', input: { path: 'src/sum.js' } }, { name: 'list', input: {} }] },
      { calls: [{ name: 'edit', input: { path: 'test/sum.test.js', edits: [{ find: '6', replace: '7' }] } }] },
      { calls: [finish('It is done')] },
      { calls: [{ name: 'shell', input: { command: 'echo "export" > src/broken.js; node -e 1' } }] },
      { calls: [{ name: 'shell', input: { command: 'rm src/broken.js' } }] },
      { calls: [mend] },
      { calls: [finish()] },
    ]
    const ended = await runScripted(machine, script, ['make the failing tests pass'])
    assert.equal(ended.code, 0, ended.stderr)
    const runs = join(machine.state, 'runs')
    const lines = readFileSync(join(runs, readdirSync(runs)[0] ?? '', 'rollout.jsonl'), 'utf8').trim().split('\n')
    const events: StoredEvent[] = lines.map((line) => parseEvent(JSON.parse(line)))
    const { specs } = await openTools([], {})
    const state = emptyState()
    let looked = 0
    let requests = 0
    for (const event of events) {
      // Calls that run side by side are recorded together: the first of them is the decision.
      const goesOn = event.type === 'tool.called' && events[event.seq - 1]?.type === 'tool.called'
      if (beginnings.has(event.type) && !goesOn) {
        const step = decide(state)
        assert.ok(step && firstEvent[step.do].includes(event.type), `before event ${event.seq} (${event.type}) the log says ${step?.do}`)
        looked += 1
      }
      if (event.type === 'turn.requested') {
        const request = event.data.purpose === 'intake' ? buildIntakeRequest(state) : buildRequest(state, specs)
        assert.equal(digestOfRequest(request), event.data.request, `the request of turn ${event.data.turn}`)
        requests += 1
      }
      if (event.type === 'plan.proposed') {
        const step = decide(state)
        assert.ok(step?.do === 'propose')
        assert.equal(digestOfJson(step.plan), digestOfJson(event.data.plan))
      }
      evolve(state, event)
    }
    assert.equal(decide(state), undefined, 'an ended run has nothing left to do')
    assert.equal(requests, script.length + 1)
    assert.ok(looked > 20, `${looked} decisions`)
  } finally {
    machine.remove()
  }
})
