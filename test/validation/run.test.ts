import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { brokenLibrary, finish, makeMachine, mend, runScripted, type Machine } from '../e2e/harness.ts'

function eventsOf(machine: Machine): { type: string; data: Record<string, never> & Record<string, unknown> }[] {
  const [run = ''] = readdirSync(join(machine.state, 'runs'))
  return readFileSync(join(machine.state, 'runs', run, 'rollout.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as never)
}

const write = (path: string, content: string) => ({ name: 'write', input: { path, content } })
const goal = ['make the failing tests pass', '--check', 'npm test']
const token = ['ghp', '_Ab3dE6gH9jK2mN5pQ8sT1vW4xY7zB0cD3eF6'].join('')

/** Was the model told this, at any time? */
function told(server: { readonly requests: readonly { readonly body: unknown }[] }, text: RegExp): boolean {
  return server.requests.some(({ body }) => text.test(JSON.stringify(body)))
}

async function replays(machine: Machine): Promise<void> {
  const { code, stdout } = await machine.writ(['replay', 'latest'])
  assert.equal(code, 0, stdout)
}

describe('a failed stage takes the change back', () => {
  test('an edit that does not parse is undone at once, and told', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      const broken = write('src/extra.js', 'export const x = (\n')
      const first = await runScripted(machine, [{ calls: [broken] }, { calls: [mend] }, { calls: [finish()] }] as never, goal)
      const events = eventsOf(machine)
      const failed = events.find((event) => event.type === 'validation.finished' && event.data['verdict'] === 'failed')
      assert.equal(failed?.data['stage'], 'static')
      const snapshot = String(failed?.data['tree']).slice(0, 12)
      assert.ok(told(first.server as never, new RegExp(`restore with snapshot ${snapshot}`)))
      assert.equal(events.some((event) => event.type === 'workspace.rolledback'), true)
      assert.equal(first.report.outcome, 'proven')
      const committed = events.filter((event) => event.type === 'commit.created').flatMap((event) => (event.data as unknown as { files: { path: string }[] }).files.map((file) => file.path))
      assert.deepEqual(committed, ['src/sum.js'])
      assert.match(JSON.stringify(first.report['deviations']), /validation failed at static/)
      await replays(machine)
    } finally {
      machine.remove()
    }
  })

  test('restore brings back what failed, but never what was sealed away', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      const state: { name: string } = { name: '' }
      const { startModelServer } = await import('../../src/testing/model-server/start-model-server.ts')
      const { modelEnv } = await import('../e2e/harness.ts')
      const server = await startModelServer({
        script: ((request: { readonly history: unknown }) => {
          const said = JSON.stringify(request)
          const found = /restore with snapshot ([0-9a-f]{12})/.exec(said)?.[1]
          if (found && state.name === '') {
            state.name = found
            return { calls: [{ name: 'restore', input: { snapshot: found } }, { name: 'edit', input: { path: 'src/extra.js', edits: [{ find: 'export const x = (', replace: 'export const x = (1)' }] } }, mend] }
          }
          if (state.name !== '') return { calls: [finish()] }
          return { calls: [write('src/extra.js', 'export const x = (\n')] }
        }) as never,
      })
      try {
        const ended = await machine.writ(['run', ...goal, '--output-format', 'json'], { env: modelEnv(server) })
        assert.equal(ended.code, 0, ended.stderr)
        assert.notEqual(state.name, '')
        const events = eventsOf(machine)
        const committed = events.filter((event) => event.type === 'commit.created').flatMap((event) => (event.data as unknown as { files: { path: string }[] }).files.map((file) => file.path))
        assert.deepEqual(committed.sort(), ['src/extra.js', 'src/sum.js'])
      } finally {
        await server.close()
      }
    } finally {
      machine.remove()
    }
  })

  test('what shell commands do out of scope is taken back as well', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      const { report } = await runScripted(machine, [{ calls: [{ name: 'shell', input: { command: 'echo x > NOTES.txt' } }] }, { calls: [mend] }, { calls: [finish()] }] as never, [...goal, '--scope', 'src/**'])
      const failed = eventsOf(machine).find((event) => event.type === 'validation.finished' && event.data['verdict'] === 'failed')
      assert.equal(failed?.data['stage'], 'change')
      assert.equal(report.outcome, 'proven')
    } finally {
      machine.remove()
    }
  })

  test('old findings are not blamed on the change', async () => {
    const machine = makeMachine({ ...brokenLibrary, 'src/old.js': 'export const y = (\n' })
    try {
      const { report } = await runScripted(machine, [{ calls: [mend, { name: 'shell', input: { command: 'echo "// more" >> src/old.js' } }] }, { calls: [finish()] }] as never, goal)
      assert.equal(report.outcome, 'proven', JSON.stringify(report.reason))
      assert.equal(eventsOf(machine).some((event) => event.type === 'validation.finished' && event.data['verdict'] === 'failed'), false)
    } finally {
      machine.remove()
    }
  })
})

describe('quarantine', () => {
  test('a secret is sealed away: it is in no later step, no commit, no request; the run goes on without it; a person releases it', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      const { report, server } = await runScripted(machine, [{ calls: [{ name: 'shell', input: { command: `printf 'export const key = "%s%s"\\n' ghp _Ab3dE6gH9jK2mN5pQ8sT1vW4xY7zB0cD3eF6 > src/key.js` } }] }, { calls: [{ name: 'restore', input: { snapshot: '0123456789ab' } }] }, { calls: [mend] }, { calls: [finish()] }] as never, goal)
      assert.equal(report.outcome, 'proven', String(report.reason))
      const events = eventsOf(machine)
      const sealed = events.find((event) => event.type === 'artefact.quarantined')
      assert.deepEqual(sealed?.data['paths'], ['src/key.js'])
      assert.doesNotMatch(JSON.stringify(server.requests), new RegExp(token))
      assert.doesNotMatch(JSON.stringify(events), new RegExp(token))
      const list = await machine.writ(['quarantine'])
      const id = /^(\S+:q1)/.exec(list.stdout)?.[1] ?? ''
      assert.match(list.stdout, /secrets\/github-token/)
      const shown = await machine.writ(['quarantine', 'show', id])
      assert.doesNotMatch(shown.stdout, new RegExp(token))
      const released = await machine.writ(['quarantine', 'release', id, '--reason', 'a test key'])
      assert.equal(released.code, 0, released.stderr)
      assert.equal((await machine.writ(['quarantine', 'discard', id])).code, 2)
      // The run had ended: what was said since is signed, and attested with the rest.
      const verified = await machine.writ(['verify', 'latest'])
      assert.equal(verified.code, 0, verified.stdout)
      assert.match(verified.stdout, /✓ answers +1 answer signed by person/)
      await replays(machine)
    } finally {
      machine.remove()
    }
  })

  test('a run that does it again and again stops and waits for a person', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      const leak = (n: number) => ({ calls: [{ name: 'shell', input: { command: `printf 'export const k${n} = "%s%s"\\n' ghp _Ab3dE6gH9jK2mN5pQ8sT1vW4xY7zB0cD3eF${n} > src/key${n}.js` } }] })
      const { code, report } = await runScripted(machine, [leak(1), leak(2), leak(3), leak(4), { calls: [mend] }, { calls: [finish()] }] as never, goal)
      assert.equal(code, 3)
      assert.match(String(report.reason), /sealed away as q4/)
    } finally {
      machine.remove()
    }
  })
})

describe('checkpoints', () => {
  const change = { calls: [mend, { name: 'write', input: { path: 'db/migrations/1.sql', content: 'create table t (id int);\n' } }] }

  test('a change of a schema is shown to a person before it counts; what is low in impact asks nobody', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      const { startModelServer } = await import('../../src/testing/model-server/start-model-server.ts')
      const { modelEnv } = await import('../e2e/harness.ts')
      const server = await startModelServer({ script: [change, { calls: [finish()] }] as never })
      try {
        const env = modelEnv(server)
        const ended = await machine.writ(['run', ...goal, '--output-format', 'json'], { env })
        assert.equal(ended.code, 3, ended.stderr)
        const waits = JSON.parse((await machine.writ(['approvals', '--json'], { env })).stdout) as { id: string; question: { ask: { kind: string; rules: string[]; shows: string } } }
        assert.equal(waits.question.ask.kind, 'integrate')
        assert.equal(waits.question.ask.rules[0], 'checkpoint-schema')
        assert.match(waits.question.ask.shows, /create table t/)
        assert.equal(eventsOf(machine).some((event) => event.type === 'commit.created'), false)
        const answered = await machine.writ(['approve', waits.id], { env })
        assert.equal(answered.code, 0, answered.stderr)
        await replays(machine)
      } finally {
        await server.close()
      }
    } finally {
      machine.remove()
    }
  })

  test('a no keeps it out of the result, and the solver is told why', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      const { startModelServer } = await import('../../src/testing/model-server/start-model-server.ts')
      const { modelEnv } = await import('../e2e/harness.ts')
      const server = await startModelServer({ script: [change, { calls: [finish()] }, { calls: [{ name: 'shell', input: { command: 'rm -r db' } }] }, { calls: [finish()] }] as never })
      try {
        const env = modelEnv(server)
        await machine.writ(['run', ...goal, '--output-format', 'json'], { env })
        const { id } = JSON.parse((await machine.writ(['approvals', '--json'], { env })).stdout) as { id: string }
        const answered = await machine.writ(['reject', id, '--reason', 'no migrations in this one'], { env })
        assert.equal(answered.code, 0, answered.stderr)
        assert.ok(told(server as never, /no migrations in this one/))
        const committed = eventsOf(machine).filter((event) => event.type === 'commit.created').flatMap((event) => (event.data as unknown as { files: { path: string }[] }).files.map((file) => file.path))
        assert.deepEqual(committed, ['src/sum.js'])
      } finally {
        await server.close()
      }
    } finally {
      machine.remove()
    }
  })
})

describe('policy of people', () => {
  const bundle = (more = ''): string => `id: team\nversion: "1"\nowner: ada\n${more}`
  const rules = '@id("no-wc") @reason("Counting is not allowed; use ls.") forbid (principal, action == Writ::Action::"exec", resource) when { resource.program == "wc" };\n'
  const place = (machine: Machine, folder: string, manifest: string, cedar = rules): void => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'bundle.yaml'), manifest)
    writeFileSync(join(folder, 'rules.cedar'), cedar)
    void machine
  }

  test('a rule of the user holds, is cited by bundle and id, and explained', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      place(machine, join(machine.home, '.config', 'writ', 'policy'), bundle())
      const { server } = await runScripted(machine, [{ calls: [{ name: 'shell', input: { command: 'echo hi; X=wc; $X -l package.json' } }] }, { calls: [mend] }, { calls: [finish()] }] as never, goal)
      assert.ok(told(server as never, /team:no-wc\): Counting is not allowed; use ls\./))
      const events = eventsOf(machine)
      const seq = events.findIndex((event) => event.type === 'tool.called' && event.data['name'] === 'shell')
      const explained = await machine.writ(['policy', 'explain', String(seq)])
      assert.match(explained.stdout, /team:no-wc {2}deny, which decided {2}team@1 \(user\)/)
      await replays(machine)
    } finally {
      machine.remove()
    }
  })
})
