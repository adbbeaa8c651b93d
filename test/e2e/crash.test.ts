import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import { brokenLibrary, fingerprint, finish, makeMachine, mend, modelEnv, type Machine } from './harness.ts'

const goal = 'make the failing tests pass'
const script = [
  { calls: [{ name: 'shell', input: { command: 'echo one >> log.txt; sleep 0.2; echo two >> log.txt' } }] },
  { calls: [mend] },
  { calls: [{ name: 'shell', input: { command: 'rm log.txt' } }] },
  { calls: [finish()] },
]

const rollout = (machine: Machine): string => {
  const runs = join(machine.state, 'runs')
  return readFileSync(join(runs, readdirSync(runs)[0] ?? '', 'rollout.jsonl'), 'utf8')
}

/** Kills the process as soon as the log holds what is looked for. */
async function killWhen(machine: Machine, env: Record<string, string>, seen: (log: string) => boolean): Promise<void> {
  const started = machine.start(['run', goal], { env })
  let over = false
  void started.ended.then(() => { over = true })
  for (;;) {
    let log = ''
    try {
      log = rollout(machine)
    } catch {
      log = '' // not there yet
    }
    if (seen(log) || over) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  started.kill('SIGKILL')
  await started.ended
}

describe('killed with SIGKILL, a run goes on from its log', { concurrency: 2 }, () => {
  const moments: readonly (readonly [string, (log: string) => boolean])[] = [
    ['before the workspace is there', (log) => log.includes('"workspace.requested"')],
    ['while the base is measured', (log) => log.includes('"check.started"')],
    ['while the model is asked', (log) => log.split('"turn.requested"').length > 2],
    ['in the middle of a command', (log) => log.includes('"tool.called"')],
    ['after an edit', (log) => log.split('"tool.returned"').length > 2],
    ['when the commit is made', (log) => log.includes('"commit.created"')],
    ['in the middle of the proof', (log) => log.includes('"proof.started"')],
    ['before the branch is moved', (log) => log.includes('"branch.requested"')],
  ]
  for (const [name, seen] of moments) {
    test(name, async () => {
      const machine = makeMachine(brokenLibrary)
      const server = await startModelServer({ script })
      try {
        const before = fingerprint(machine.repo)
        await killWhen(machine, modelEnv(server), seen)
        assert.equal(fingerprint(machine.repo), before, 'a killed run leaves the person’s things alone')
        const ended = rollout(machine).includes('"run.ended"')
        const resumed = await machine.writ(['resume', 'latest'], { env: modelEnv(server) })
        assert.equal(resumed.code, 0, resumed.stderr)
        assert.equal(ended, false, 'it was killed before its end')
        const branch = machine.git('branch', '--list', 'writ/*').trim()
        assert.equal(machine.git('diff', '--name-only', `main..${branch}`).trim(), 'src/sum.js', 'what the killed command left is gone')
        assert.equal(fingerprint(machine.repo), before)
        const replies = rollout(machine).split('"turn.replied"').length - 1
        assert.ok(replies <= script.length + 1, `no answer that was recorded is paid for twice: ${replies}`)
      } finally {
        await server.close()
        machine.remove()
      }
    })
  }

  test('SIGINT stops cleanly with 130 and the run goes on later', async () => {
    const machine = makeMachine(brokenLibrary)
    const server = await startModelServer({ script })
    try {
      const started = machine.start(['run', goal], { env: modelEnv(server) })
      await server.waitForRequests(2)
      started.kill('SIGINT')
      const ended = await started.ended
      assert.equal(ended.code, 130, ended.stderr)
      assert.match(ended.stderr, /writ resume/)
      const resumed = await machine.writ(['run', '--continue'], { env: modelEnv(server) })
      assert.equal(resumed.code, 0, resumed.stderr)
    } finally {
      await server.close()
      machine.remove()
    }
  })
})
