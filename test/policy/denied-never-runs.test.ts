import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import { brokenLibrary, finish, makeMachine, mend, runScripted, type Machine } from '../e2e/harness.ts'
import { disguiseAll } from './disguise.ts'

/** A program of the repository that leaves a witness beside itself, wherever it is called from and however. */
const zap = '#!/bin/sh\n{ echo "ran $*" >> "$(dirname "$(readlink -f "$0")")/../WITNESS"; } 2> /dev/null || true\n'
const rule = '@id("no-zap") @reason("zap is not run here.") forbid (principal, action == Writ::Action::"exec", resource) when { resource.line like "zap*" || resource.program like "*bin/zap" };\n'

/** The same program in many disguises. */
const variants = disguiseAll('zap a b').map(({ name, command }) => ({ name, command: `PATH="$PWD/bin:$PATH"; ${command}` }))
/**
 * Moments at which hooks are called, with the most that one may have. What the first
 * write is in the result; the second come after its last content was taken, and the third may not write. */
const moments = ['PostToolUse', 'Stop', 'PreToolUse']
const perMoment = 20
const batch = 10

interface Event { readonly type: string; readonly data: { readonly name?: string; readonly input?: { readonly background?: boolean }; readonly decision?: { readonly effect: string; readonly rules: readonly string[] }; readonly status?: string; readonly hook?: string; readonly event?: string } }
interface Tried { readonly machine: Machine; readonly code: number; readonly stderr: string; readonly events: readonly Event[]; readonly witnesses: number }

/** A run whose model, whose background commands and whose hooks all try every variant; without the rule it is the control, which shows that the variants work. */
async function tryAll(isDenied: boolean): Promise<Tried> {
  const machine = makeMachine({ ...brokenLibrary, 'bin/zap': zap })
  chmodSync(join(machine.repo, 'bin/zap'), 0o755)
  machine.git('commit', '-qam', 'zap')
  const config = join(machine.home, '.config', 'writ')
  mkdirSync(join(config, 'policy'), { recursive: true })
  writeFileSync(join(config, 'policy', 'bundle.yaml'), 'id: mine\nversion: "1"\nowner: me\n')
  writeFileSync(join(config, 'policy', 'r.cedar'), isDenied ? rule : rule.replaceAll('zap*', 'nothing-of-the-kind*').replaceAll('bin/zap', 'bin/nothing'))
  const hooks = moments.map((moment, n) => [moment, [{ ...(moment === 'Stop' ? {} : { matcher: 'list' }), hooks: variants.slice(n * perMoment, (n + 1) * perMoment).map(({ command }) => ({ type: 'command', command })) }]])
  writeFileSync(join(config, 'config.yaml'), JSON.stringify({ hooks: Object.fromEntries(hooks) as unknown }))
  writeFileSync(join(machine.home, 'contract.yaml'), 'goal: make the failing tests pass\nchecks: [npm test]\nbudget: { max_turns: 400, max_idle_turns: 400 }\n')
  const shell = (background: boolean): Reply[] => Array.from({ length: Math.ceil(variants.length / batch) }, (_, n) => ({
    calls: variants.slice(n * batch, (n + 1) * batch).map(({ command }) => ({ name: 'shell', input: { command, ...(background ? { background: true } : {}) } })),
  }))
  const ended = await runScripted(machine, [{ calls: [{ name: 'list', input: {} }] }, ...shell(false), ...(isDenied ? shell(true) : []), { calls: [{ name: 'shell', input: { command: 'cat WITNESS || true' } }] }, { calls: [mend] }, { calls: [finish()] }], ['--contract', join(machine.home, 'contract.yaml')])
  if (!existsSync(join(machine.state, 'runs'))) throw new Error(`the run did not begin: ${ended.stderr}`)
  const [run = ''] = readdirSync(join(machine.state, 'runs')).filter((name) => name.startsWith('run_'))
  const events = readFileSync(join(machine.state, 'runs', run, 'rollout.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Event)
  const branch = machine.git('branch', '--list', 'writ/*', '--format=%(refname:short)').trim()
  const isLeft = machine.git('ls-tree', '-r', '--name-only', branch).split('\n').includes('WITNESS')
  return { machine, code: ended.code, stderr: ended.stderr, events, witnesses: isLeft ? machine.git('show', `${branch}:WITNESS`).trimEnd().split('\n').length : 0 }
}

const shellCalls = ({ events }: Tried): readonly Event[] => events.filter((event) => event.type === 'tool.called' && event.data.name === 'shell').slice(0, -1)

describe(`a denied program never runs, in ${variants.length} disguises`, () => {
  let denied: Tried
  let control: Tried
  before(async () => {
    [denied, control] = await Promise.all([tryAll(true), tryAll(false)])
  })
  after(() => {
    denied.machine.remove()
    control.machine.remove()
  })

  test('where nothing denies it nearly all of them run it: there is something to be seen', () => {
    assert.ok(variants.length >= 40)
    // A machine may lack one of the programs that a few of them need.
    assert.ok(control.witnesses >= variants.length + perMoment - 6, `${control.witnesses} of ${variants.length + perMoment}, exit ${control.code}: ${control.stderr.slice(-1500)}`)
  })
  test('the agent is denied all of them, in the foreground and in the background', () => {
    const calls = shellCalls(denied)
    assert.equal(calls.length, 2 * variants.length, denied.stderr.slice(-1500))
    assert.equal(calls.filter((call) => call.data.input?.background === true).length, variants.length)
    for (const [n, call] of calls.entries()) assert.deepEqual([call.data.decision?.effect, call.data.decision?.rules[0]], ['deny', 'mine:no-zap'], variants[n % variants.length]?.name)
  })
  test('so are the hooks', () => {
    const hooks = denied.events.filter((event) => event.type === 'hook.ran')
    assert.ok(hooks.length >= 50, String(hooks.length))
    assert.deepEqual(new Set(hooks.map(({ data }) => data.event)), new Set(moments))
    for (const { data } of hooks) assert.equal(data.status, 'refused', data.hook)
    const free = control.events.filter((event) => event.type === 'hook.ran')
    assert.deepEqual([free.length, new Set(free.map(({ data }) => data.status))], [hooks.length, new Set(['passed'])])
  })
  test('nothing has run, and the run itself went on to a proven end', () => {
    assert.equal(denied.witnesses, 0)
    assert.doesNotMatch(JSON.stringify(denied.events), /ran a b/)
    assert.equal(denied.code, 0, denied.stderr.slice(-1500))
  })
})
