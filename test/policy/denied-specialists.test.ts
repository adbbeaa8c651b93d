import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import { brokenLibrary, finish, makeMachine, mend } from '../e2e/harness.ts'
import { runPlanned } from '../plan/plan-bench.ts'
import { disguiseAll } from './disguise.ts'

const zap = '#!/bin/sh\necho "ran $*" >> "$(dirname "$(readlink -f "$0")")/../WITNESS" 2> /dev/null || true\n'
const rule = '@id("no-zap") @reason("zap is not run here.") forbid (principal, action == Writ::Action::"exec", resource) when { resource.line like "zap*" || resource.program like "*bin/zap" };\n'
const variants = disguiseAll('zap a b').map(({ command }) => `PATH="$PWD/bin:$PATH"; ${command}`)
const batch = 10

test(`a specialist is denied a program in ${variants.length} disguises, and none of them runs`, async () => {
  const machine = makeMachine({ ...brokenLibrary, 'bin/zap': zap })
  try {
    chmodSync(join(machine.repo, 'bin/zap'), 0o755)
    machine.git('commit', '-qam', 'zap')
    const config = join(machine.home, '.config', 'writ')
    mkdirSync(join(config, 'policy'), { recursive: true })
    writeFileSync(join(config, 'policy', 'bundle.yaml'), 'id: mine\nversion: "1"\nowner: me\n')
    writeFileSync(join(config, 'policy', 'r.cedar'), rule)
    writeFileSync(join(machine.home, 'plan.yaml'), JSON.stringify({ goal: 'make the failing tests pass', checks: ['npm test'], tasks: [{ id: 'sum', subgoal: 'The sum begins at nothing.', checks: ['c1'] }] }))
    const turns = Math.ceil(variants.length / batch)
    const ended = await runPlanned(machine, ({ turn }) => {
      if (turn < turns) return { calls: variants.slice(turn * batch, (turn + 1) * batch).map((command) => ({ name: 'shell', input: { command } })) }
      return turn === turns ? { calls: [mend] } : { calls: [finish()] }
    }, ['run', '--plan', join(machine.home, 'plan.yaml'), '--output-format', 'json'])
    assert.equal(ended.code, 0, ended.stderr)
    const runs = join(machine.state, 'runs')
    const child = readdirSync(runs).filter((name) => name.startsWith('run_')).toSorted()[1] ?? ''
    const events = readFileSync(join(runs, child, 'rollout.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as StoredEvent)
    const calls = events.flatMap((event) => (event.type === 'tool.called' && event.data.name === 'shell' ? [event.data] : []))
    assert.equal(calls.length, variants.length)
    for (const [n, call] of calls.entries()) assert.deepEqual([call.decision.effect, call.decision.rules[0]], ['deny', 'mine:no-zap'], variants[n])
    const branch = machine.git('branch', '--list', 'writ/*', '--format=%(refname:short)').trim()
    assert.doesNotMatch(machine.git('ls-tree', '-r', '--name-only', branch), /WITNESS/)
    assert.doesNotMatch(JSON.stringify(events), /ran a b/)
  } finally {
    machine.remove()
  }
})
