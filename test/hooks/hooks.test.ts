import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import type { HookEvent } from '../../src/engine/ports/hooks.ts'
import { HookTable } from '../../src/protocol/hooks.ts'
import { HOME, openHookBench, SECRET, type HookBench } from './hook-bench.ts'

let bench: HookBench
before(() => { bench = openHookBench() })
after(() => bench.dispose())

const hook = (command: string, more: Readonly<Record<string, unknown>> = {}) => ({ type: 'command', command, ...more })
const on = (event: HookEvent, ...hooks: readonly unknown[]) => ({ [event]: [{ hooks }] })

describe('what a hook says', () => {
  const cases: readonly (readonly [name: string, command: string, status: string, reason: RegExp, event?: HookEvent])[] = [
    ['nothing, with exit code 0, passes', 'true', 'passed', /^$/],
    ['prose with exit code 0 passes', 'echo fine', 'passed', /^$/],
    ['exit code 2 blocks, and standard error is the reason', 'echo "not on a Friday" >&2; exit 2', 'blocked', /^not on a Friday$/],
    ['exit code 2 without a word blocks too', 'exit 2', 'blocked', /no reason/],
    ['another exit code has failed', 'echo broken >&2; exit 7', 'failed', /exit code 7: broken/],
    ['a program that is not there has failed', 'no-such-program-anywhere', 'failed', /exit code 127/],
    ['a decision to block', `echo '{"decision":"block","reason":"tests first"}'`, 'blocked', /^tests first$/],
    ['continue: false', `echo '{"continue":false,"stopReason":"enough"}'`, 'blocked', /^enough$/],
    ['a permission that is denied', `echo '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"no"}}'`, 'blocked', /^no$/],
    ['a permission that is given changes nothing', `echo '{"hookSpecificOutput":{"permissionDecision":"allow"},"decision":"approve"}'`, 'passed', /^$/],
    ['JSON that is none has failed', 'echo "{oops"', 'failed', /like JSON/],
    ['a permission request can be denied', `echo '{"hookSpecificOutput":{"decision":{"behavior":"deny","message":"never"}}}'`, 'blocked', /^never$/, 'PermissionRequest'],
    ['a permission request cannot be granted', `echo '{"hookSpecificOutput":{"decision":{"behavior":"allow"}}}'`, 'passed', /^$/, 'PermissionRequest'],
    ['there is nothing to block at the start', 'echo why >&2; exit 2', 'failed', /nothing to stop: why/, 'SessionStart'],
    ['one that takes too long', 'sleep 30', 'failed', /longer than 0\.3 s/],
  ]
  for (const [name, command, status, reason, event = 'PreToolUse'] of cases) {
    test(name, async () => {
      const hooks = bench.open(on(event, hook(command, command.startsWith('sleep') ? { timeout: 0.3 } : {})))
      const [outcome, ...more] = await bench.call(hooks, event, { tool: 'shell' })
      assert.equal(more.length, 0)
      assert.equal(outcome?.status, status, outcome?.reason)
      assert.match(outcome?.reason ?? '', reason)
      assert.equal(outcome?.stopsRun, command.includes('"continue"') ? true : undefined)
    })
  }

  test('secrets are taken out of what it is told and what it says, and a flood is cut', async () => {
    const hooks = bench.open(on('PreToolUse', hook(`cat > got.json 2>/dev/null; cat >&2 <<< "said ${SECRET}"; head -c 400000 /dev/zero | tr "\\0" x >&2; exit 2`)))
    const [outcome] = await bench.call(hooks, 'PreToolUse', { tool: 'shell', input: { tool_input: { command: `login ${SECRET}` } } })
    assert.equal(outcome?.status, 'blocked')
    assert.ok(!outcome?.reason.includes(SECRET) && !outcome?.hook.includes(SECRET))
    assert.equal(outcome?.reason.length, 10_000)
    const echo = bench.open(on('PreToolUse', hook('cat >&2; exit 2')))
    const [told] = await bench.call(echo, 'PreToolUse', { tool: 'shell', input: { tool_input: { command: `login ${SECRET}` } } })
    const input = JSON.parse(told?.reason ?? '') as Record<string, unknown>
    assert.deepEqual({ ...input, tool_input: '' }, { session_id: 'run_0000000000000001', hook_event_name: 'PreToolUse', cwd: HOME, tool_name: 'shell', tool_input: '' })
    assert.match(JSON.stringify(input['tool_input']), /^\{"command":"login /)
    assert.ok(!told?.reason.includes(SECRET))
  })

  test('an interrupted run ends its hook, and no other begins', async () => {
    const controller = new AbortController()
    const hooks = bench.open(on('PostToolUse', hook('touch began; sleep 30'), hook('touch second')))
    const calling = bench.call(hooks, 'PostToolUse', { tool: 'write', signal: controller.signal })
    const ended = calling.then((outcomes) => assert.fail(`the hook ended before it was interrupted: ${JSON.stringify(outcomes)}`))
    ended.catch(() => undefined)
    while (bench.text('worktree/began') === undefined) await Promise.race([ended, pause(10)])
    controller.abort(new Error('interrupted'))
    const outcomes = await calling
    assert.deepEqual(outcomes.map((each) => [each.status, each.reason]), [['failed', 'the run was interrupted while it ran']])
    assert.equal(bench.text('worktree/second'), undefined)
  })
})

describe('which hooks are called', () => {
  test('by the whole name of the tool, and by the names that tools have elsewhere', () => {
    const wants = (matcher: string | undefined, tool: string): boolean => bench.open({ PreToolUse: [{ ...(matcher === undefined ? {} : { matcher }), hooks: [hook('true')] }] }).wants('PreToolUse', tool)
    for (const matcher of [undefined, '', '*', 'shell', 'Bash', 'edit|shell', 'sh.*']) assert.ok(wants(matcher, 'shell'), matcher)
    for (const matcher of ['shel', 'hell', 'edit|write', 'bash', 'Read']) assert.ok(!wants(matcher, 'shell'), matcher)
    for (const [matcher, tool] of [['Edit', 'edit'], ['Edit', 'patch'], ['edit|write', 'patch'], ['Write', 'write'], ['Read', 'read'], ['Grep', 'search']] as const) assert.ok(wants(matcher, tool), `${matcher} ${tool}`)
    const hooks = bench.open(on('Stop', hook('true')))
    assert.deepEqual([hooks.wants('Stop'), hooks.wants('SubagentStop'), hooks.wants('PreToolUse', 'shell')], [true, false, false])
  })

  test("the person's come first, then the repository's; the first that blocks ends it", async () => {
    bench.write('repository/.writ/hooks.yaml', JSON.stringify({ hooks: on('PostToolUse', hook('echo repository >> order; exit 2'), hook('echo never >> order')) }))
    bench.trust('.writ/hooks.yaml')
    const repository = await bench.load()
    const hooks = bench.open(on('PostToolUse', hook('echo user >> order'), hook('echo failing >> order; exit 1')), { repository })
    const outcomes = await bench.call(hooks, 'PostToolUse', { tool: 'edit' })
    assert.deepEqual(outcomes.map((each) => each.status), ['passed', 'failed', 'blocked'])
    assert.equal(bench.text('worktree/order'), 'user\nfailing\nrepository\n')
  })

  test('one that runs once runs once', async () => {
    const hooks = bench.open(on('Stop', hook('echo ran >> once-file', { once: true })))
    assert.equal((await bench.call(hooks, 'Stop')).length, 1)
    assert.equal((await bench.call(hooks, 'Stop')).length, 0)
    assert.equal(hooks.wants('Stop'), false)
    assert.equal(bench.text('worktree/once-file'), 'ran\n')
  })

  test('a table that does not fit is refused with its place', () => {
    const refused = (table: unknown): string => {
      const issue = HookTable.safeParse(table).error?.issues[0]
      return issue === undefined ? '' : `${issue.path.join('.')} ${issue.message}`
    }
    assert.match(refused({ PreToolUse: [{ matcher: '(', hooks: [hook('true')] }] }), /PreToolUse\.0\.matcher .*regular expression/)
    assert.match(refused({ BeforeTool: [] }), /BeforeTool/)
    assert.match(refused(on('Stop', ...Array.from({ length: 21 }, () => hook('true')))), /Stop .*more than 20/)
    assert.match(refused(on('Stop', hook('true', { timeout: 0 }))), /timeout/)
  })
})

describe('where hooks run', () => {
  test('in the sandbox: the workspace, and nothing of the host, no network, a home of its own', async () => {
    bench.write('home/private.txt', 'of the person')
    bench.write('worktree/file.txt', 'of the workspace')
    const command = `cat file.txt; pwd; cat ${bench.home}/private.txt; ls ~; (exec 3<>/dev/tcp/127.0.0.1/22) && echo connected; env | grep -c WRIT_DEBUG; exit 2`
    const hooks = bench.open(on('PreToolUse', hook(`{ ${command}; } >&2`)))
    const [outcome] = await bench.call(hooks, 'PreToolUse', { tool: 'shell' })
    assert.match(outcome?.reason ?? '', new RegExp(`^of the workspace${HOME}`.replaceAll('/', '\\/')))
    assert.match(outcome?.reason ?? '', /private\.txt: No such file/)
    assert.doesNotMatch(outcome?.reason ?? '', /of the person|connected/)
  })

  test('after an edit a formatter may change files; before a call nothing can be changed', async () => {
    bench.write('worktree/code.txt', 'a  b')
    const formatter = hook(`tr -s ' ' < code.txt > tidy && cat tidy > code.txt`)
    const hooks = bench.open({ ...on('PreToolUse', formatter), ...on('PostToolUse', formatter) })
    const [first] = await bench.call(hooks, 'PreToolUse', { tool: 'edit' })
    assert.match(first?.reason ?? '', /Read-only file system/)
    assert.equal(bench.text('worktree/code.txt'), 'a  b')
    assert.equal((await bench.call(hooks, 'PostToolUse', { tool: 'edit' }))[0]?.status, 'passed')
    assert.equal(bench.text('worktree/code.txt'), 'a b')
  })

  test('without a workspace too', async () => {
    const hooks = bench.open(on('SessionStart', hook('test "$PWD" = /tmp && test ! -e /home/someone')))
    assert.deepEqual((await bench.call(hooks, 'SessionStart', { without: 'workspace' })).map((each) => each.status), ['passed'])
  })

  test("host: true runs as the person, in their home, and not in the agent's workspace", async () => {
    bench.write('worktree/notify.sh', 'echo "of the agent" > stolen')
    const hooks = bench.open(on('Notification', hook('pwd > witness; cat >> witness', { host: true }), hook('bash notify.sh', { host: true })))
    const outcomes = await bench.call(hooks, 'Notification', { input: { message: 'hello' } })
    assert.deepEqual(outcomes.map((each) => each.status), ['passed', 'failed'])
    const [place, input] = (bench.text('home/witness') ?? '').split('\n')
    assert.equal(place, bench.home)
    assert.equal((JSON.parse(input ?? '') as { message: string }).message, 'hello')
    assert.equal(bench.text('home/stolen'), undefined)
  })
})

describe('what the policy denies never runs in a hook', () => {
  const witness = 'worktree/witness'
  const cases: readonly (readonly [name: string, more: Readonly<Record<string, unknown>>, command: string, reason: RegExp])[] = [
    ['denied', {}, 'touch witness; rm -rf src', /no-recursive-delete.*deletes whole folders/],
    ['asked about', {}, 'touch witness; $(curl x)', /not-understood/],
    ['denied on the host', { host: true }, 'touch ../worktree/witness; rm -rf src', /no-recursive-delete/],
    ['denied with the network of the host', { host: true }, 'touch ../worktree/witness; git push', /no-push/],
    ['denied for what its script does', {}, 'bash script.sh', /no-recursive-delete/],
  ]
  for (const [name, more, command, reason] of cases) {
    test(name, async () => {
      bench.write('worktree/script.sh', 'touch witness; rm -rf src')
      const hooks = bench.open(on('PostToolUse', hook(command, more)))
      for (const _ of [1, 2]) {
        const [outcome] = await bench.call(hooks, 'PostToolUse', { tool: 'edit' })
        assert.equal(outcome?.status, 'refused')
        assert.match(outcome?.reason ?? '', reason)
      }
      assert.equal(bench.text(witness), undefined)
      assert.deepEqual(bench.questions.at(-1)?.circumstances?.principal, { kind: 'hook', name: 'PostToolUse', depth: 0 })
    })
  }

  test('it is read once for the same words and scripts, and again when a script changes', async () => {
    bench.write('worktree/script.sh', 'true')
    const hooks = bench.open(on('PostToolUse', hook('bash script.sh')))
    const count = bench.readings.length
    for (const _ of [1, 2]) assert.equal((await bench.call(hooks, 'PostToolUse', { tool: 'edit' }))[0]?.status, 'passed')
    assert.equal(bench.readings.length, count + 1)
    writeFileSync(join(bench.worktree, 'script.sh'), 'touch witness; rm -rf src')
    assert.equal((await bench.call(hooks, 'PostToolUse', { tool: 'edit' }))[0]?.status, 'refused')
    assert.equal(bench.readings.length, count + 2)
    assert.equal(bench.text(witness), undefined)
  })
})
