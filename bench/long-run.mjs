// A run of many turns as the real engine records it, with a model, tools and checks that answer at once: for benches of the log.
import { createHash } from 'node:crypto'
import { openTools } from '../src/cli/compose-engine.ts'
import { createBuiltinPolicy } from '../src/adapters/policy-builtin/builtin-policy.ts'
import { Fault } from '../src/protocol/fault.ts'
import { startRun } from '../src/engine/run.ts'
import { createMemoryBlobs, createMemoryLog } from '../src/testing/memory-log.ts'
import { openedEvent, toSampleRunId } from '../src/testing/sample-run.ts'

const idOf = (text) => createHash('sha1').update(text).digest('hex')
const usage = { inputTokens: 5000, cachedTokens: 4000, outputTokens: 200, reasoningTokens: 0 }
const cases = Array.from({ length: 40 }, (_, n) => ({ name: `test/a.test.js › does ${n}`, file: 'test/a.test.js', status: 'passed', durationMs: 1.5 }))

/** Two reads, then an edit with the tests near it: 16 events in three turns. Returns the events of one run. */
export async function recordLongRun(turns) {
  const run = toSampleRunId(1)
  let at = Date.parse('2026-01-15T09:30:00.000Z')
  const clock = { now: () => (at += 5), elapsed: () => 0, sleep: async () => undefined }
  const log = createMemoryLog({ clock })
  const blobs = createMemoryBlobs()
  const { list, specs } = await openTools([], {})
  let asked = 0
  let edits = 0
  const tree = () => idOf(`tree ${edits}`)
  const call = (name, input) => ({ type: 'call', callId: `call_${asked}`, name, input })
  const stubs = {
    read: async ({ path }) => ({ ok: true, text: `${path}\n${'  1  export const value = 1\n'.repeat(20)}`, detail: { path, from: 1, to: 20, of: 20 } }),
    edit: async ({ path }) => { edits += 1; return { ok: true, text: `${path} (+1 -1)`, detail: { path, added: 1, removed: 1 } } },
  }
  const { data } = openedEvent()
  const base = data.repository.base
  const workspace = {
    root: '/work', home: data.repository.root, branch: `writ/${run.slice(4)}`, base: { commit: base, tree: idOf('tree 0') }, mounts: [], dependencies: [],
    snapshot: async () => tree(), rollback: async () => undefined, write: async () => undefined, diff: async () => '', listAt: async () => [], readAt: async () => new Uint8Array(1),
    changes: async () => [{ path: 'src/a.js', kind: 'modified', added: 1, removed: 1, binary: false }],
    commit: async () => ({ commit: idOf('commit'), tree: tree() }), publish: async () => undefined, dispose: async () => undefined,
    checkout: async (id) => ({ root: '/c', tree: id === base ? idOf('tree 0') : tree(), mounts: [], write: async () => undefined, dispose: async () => undefined }),
  }
  const ports = {
    clock, log, blobs, workspaces: { create: async () => workspace, reopen: async () => workspace },
    sandbox: { driver: data.sandbox.driver, profileHash: data.sandbox.profile }, policy: createBuiltinPolicy(), approver: { ask: async () => undefined },
    checks: { run: async (check, place) => ({ checkId: check.id, command: check.command, status: 'passed', exitCode: 0, durationMs: 12, tree: place.tree, tests: { runner: 'node-test', cases, complete: true }, output: { digest: '0'.repeat(64), bytes: 10 }, tail: 'ok', notes: [] }) },
    finder: { findNear: async () => ['test/a.test.js'] }, syntax: { knows: () => true, check: async () => [] },
    surveyor: { survey: async () => ({ instructions: [], present: [], absent: [], uses: [], tree: ['src/'], files: 2, digest: '' }) },
    tools: list.map((tool) => ({ ...tool, run: stubs[tool.name] ?? (async () => ({ ok: true, text: 'Noted.' })) })), toolSpecs: specs,
    findSecrets: async () => [], stopTools: async () => undefined, repair: undefined,
    attester: { readKept: async () => undefined, openSigner: async () => { throw new Fault('key-unusable', 'a bench signs nothing') } },
    model: {
      id: 'openai/gpt-5.5', contextWindow: undefined,
      ask: async (request) => {
        if (request.tools.length === 0) return { parts: [{ type: 'text', text: '{}' }], finish: 'stop', usage, servedBy: 'gpt-5.5', durationMs: 900 }
        asked += 1
        const done = asked >= turns
        const part = done ? call('finish', { summary: 'Done', confidence: 0.9 }) : asked % 3 === 0 ? call('edit', { path: 'src/a.js', edits: [{ find: `${asked}`, replace: `${asked + 1}` }] }) : call('read', { path: `src/file-${asked}.js` })
        return { parts: [{ type: 'text', text: `Step ${asked}: I look at the next file and then change the value.` }, part], finish: 'calls', usage, servedBy: 'gpt-5.5', durationMs: 2100 }
      },
    },
  }
  const check = { id: 'c1', command: 'npm test', origin: 'person', timeoutMs: 600_000 }
  const draft = { ...data.draft, checks: [check], scope: ['src/**'], deadline: undefined, budget: { maxTurns: 10_000, maxIdleTurns: 1000 }, pins: [], guarded: ['**/conftest.py', '**/package.json'] }
  const opening = { run, request: { ...data.request, solver: 'model', model: 'openai/gpt-5.5', contractGiven: false }, repository: data.repository, draft, config: data.config, by: data.by, version: data.writ.version, settings: {} }
  await startRun(ports, opening, { signal: new AbortController().signal, emit: () => undefined, onEvent: () => undefined })
  const events = []
  for await (const event of log.read(run, { follow: false, signal: new AbortController().signal })) events.push(event)
  return { run, events, blobs }
}
