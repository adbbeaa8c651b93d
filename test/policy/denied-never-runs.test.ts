import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import { brokenLibrary, finish, makeMachine, mend, modelEnv } from '../e2e/harness.ts'
import { disguises } from './disguises.ts'

/** A program of the repository that leaves a witness wherever it is run, and a policy under which it never is. */
const zap = '#!/bin/sh\necho "ran $*" >> "$PWD/WITNESS"\necho ran >> /tmp/WITNESS\n'

test('a denied program never runs: not in the foreground, not in the background, not in a hook, however it is written', async () => {
  const machine = makeMachine({ ...brokenLibrary, 'bin/zap': zap })
  chmodSync(join(machine.repo, 'bin/zap'), 0o755)
  machine.git('commit', '-qam', 'zap')
  const policy = join(machine.home, '.config', 'writ', 'policy')
  mkdirSync(policy, { recursive: true })
  writeFileSync(join(policy, 'bundle.yaml'), 'id: mine\nversion: "1"\nowner: me\n')
  writeFileSync(join(policy, 'r.cedar'), '@id("no-zap") @reason("zap is not run here.") forbid (principal, action == Writ::Action::"exec", resource) when { resource.line like "zap*" || resource.program like "*bin/zap" };\n')
  const variants = Object.values(disguises).map((disguise) => `PATH="$PWD/bin:$PATH"; ${disguise('zap a b', (most) => 5 % Math.max(1, most))}`)
  // Hooks of the person's own are judged as well: three of the ways, at the first call.
  const hooked = variants.filter((_, n) => n % 12 === 0)
  writeFileSync(join(machine.home, '.config', 'writ', 'config.yaml'), JSON.stringify({ hooks: { PreToolUse: [{ matcher: 'list', hooks: hooked.map((command) => ({ type: 'command', command })) }] } }))
  writeFileSync(join(machine.home, 'contract.yaml'), 'goal: make the failing tests pass\nchecks: [npm test]\nbudget: { max_turns: 400, max_idle_turns: 400 }\n')
  const shell = (command: string, background: boolean) => ({ calls: [{ name: 'shell', input: { command, ...(background ? { background: true } : {}) } }] })
  const script = [{ calls: [{ name: 'list', input: {} }] }, ...variants.map((command, n) => shell(command, n % 3 === 0)), { calls: [mend] }, { calls: [finish()] }]
  const server = await startModelServer({ script: script as never })
  try {
    const ended = await machine.writ(['run', '--contract', join(machine.home, 'contract.yaml'), '--output-format', 'json'], { env: modelEnv(server) })
    const [run = ''] = readdirSync(join(machine.state, 'runs'))
    const events = readFileSync(join(machine.state, 'runs', run, 'rollout.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { type: string; data: { name?: string; decision?: { effect: string; rules: string[] }; status?: string } })
    const calls = events.filter((event) => event.type === 'tool.called' && event.data.name === 'shell')
    assert.equal(ended.code, 0, ended.stderr.slice(-1500))
    assert.equal(calls.length, variants.length)
    for (const [n, call] of calls.entries()) assert.deepEqual([call.data.decision?.effect, call.data.decision?.rules[0]], ['deny', 'mine:no-zap'], variants[n])
    const hooks = events.filter((event) => event.type === 'hook.ran')
    assert.ok(hooks.length >= 4)
    assert.deepEqual([...new Set(hooks.map((event) => event.data.status))], ['refused'])
    assert.equal(existsSync(join(machine.repo, 'WITNESS')), false)
    assert.doesNotMatch(readFileSync(join(machine.state, 'runs', run, 'rollout.jsonl'), 'utf8'), /"text":"[^"]*ran a b/)
  } finally {
    await server.close()
    machine.remove()
  }
})
