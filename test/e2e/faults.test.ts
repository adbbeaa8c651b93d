import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import { brokenLibrary, finish, makeMachine, mend, modelEnv, runScripted } from './harness.ts'

const goal = 'make the failing tests pass'

describe('a provider’s fault is survived, or ends in a clear error with nothing lost', { concurrency: 2 }, () => {
  const passing: readonly (readonly [string, Reply['fault']])[] = [
    ['429 with retry-after', { status: 429, headers: { 'retry-after-ms': '20' } }],
    ['500', { status: 500 }],
    ['529', { status: 529 }],
    ['a broken stream', 'break-mid-stream'],
    ['a stream that ends too early', 'truncated-stream'],
    ['an error in the stream', 'error-mid-stream'],
    ['a reset connection', 'reset'],
    ['an answer that is not JSON', 'garbage'],
    ['an empty answer', 'empty'],
    ['malformed arguments', 'malformed-json-arguments'],
    ['an unknown tool', 'unknown-tool'],
  ]
  for (const [name, fault] of passing) {
    test(`${name} is got over`, async () => {
      const machine = makeMachine(brokenLibrary)
      try {
        const faulty: Reply = { text: 'x', calls: [{ name: 'read', input: { path: 'src/sum.js' } }], ...(fault === undefined ? {} : { fault }) }
        const ended = await runScripted(machine, [faulty, { calls: [mend] }, { calls: [finish()] }], [goal])
        assert.equal(ended.code, 0, ended.stderr)
      } finally {
        machine.remove()
      }
    })
  }

  test('401 is a wrong request that names the key; with the key mended the run goes on', async () => {
    const machine = makeMachine(brokenLibrary)
    const server = await startModelServer({ script: [{ calls: [mend] }, { calls: [finish()] }], apiKey: 'sk-right' })
    try {
      const refused = await machine.writ(['run', goal], { env: { ...modelEnv(server), OPENAI_API_KEY: 'sk-wrong-secret' } })
      assert.equal(refused.code, 2, refused.stderr)
      assert.match(refused.stderr, /OPENAI_API_KEY/)
      assert.doesNotMatch(refused.stderr + refused.stdout, /sk-wrong-secret/)
      const resumed = await machine.writ(['resume', 'latest'], { env: { ...modelEnv(server), OPENAI_API_KEY: 'sk-right' } })
      assert.equal(resumed.code, 0, resumed.stderr)
    } finally {
      await server.close()
      machine.remove()
    }
  })

  test('a model that is not reachable is said so, with exit 1, and the run can go on', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      const ended = await machine.writ(['run', goal], { env: { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_API_KEY: 'sk-x', WRIT_MODEL: 'openai-chat/x', WRIT_SOLVER: 'model' } })
      assert.equal(ended.code, 1, ended.stderr)
      assert.match(ended.stderr, /127\.0\.0\.1:9/)
      const list = await machine.writ(['list', '--json'])
      assert.match(list.stdout, /"stopped"/)
    } finally {
      machine.remove()
    }
  })

  test('calls that do not fit are answered with what does not fit', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      const ended = await runScripted(machine, [{ calls: [{ name: 'read', input: { file: 'x' } }, { name: 'edit', input: { path: 'src/sum.js', edits: [] } }] }, { calls: [mend] }, { calls: [finish()] }], [goal])
      assert.equal(ended.code, 0, ended.stderr)
      const results = ended.server.requests.at(-1)?.normalised?.items.flatMap((item) => (item.kind === 'result' ? [item.output] : [])) ?? []
      assert.match(results[0] ?? '', /do not fit|Give/)
      assert.match(results[1] ?? '', /edits/)
    } finally {
      machine.remove()
    }
  })
})
