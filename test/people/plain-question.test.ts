import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Ask } from '../../src/protocol/policy.ts'
import { brokenLibrary, finish, mend } from '../e2e/harness.ts'
import { openPeopleBench } from './people-bench.ts'

const rule = `@id("manifest")
@answer("ask")
@reason("{paths} decides what everybody installs: a team lead looks first.")
@risk("high")
forbid (principal, action == Writ::Action::"path.write", resource)
when { resource.path like "*package.json" };
`

test('a rule of one\'s own asks before an edit: the question has its words, its risk and the change as a diff; looking answers nothing', async () => {
  const manifest = brokenLibrary['package.json'] ?? ''
  const name = /"name":\s*"[^"]*"/.exec(manifest)?.[0] ?? ''
  assert.ok(name, manifest)
  const bench = await openPeopleBench([{ text: 'The name is wrong.', calls: [mend, { name: 'edit', input: { path: 'package.json', edits: [{ find: name, replace: '"name": "sum"' }] } }] }, { calls: [finish()] }])
  try {
    const { home } = bench.machine
    mkdirSync(`${home}/.config/writ/policy/team`, { recursive: true })
    writeFileSync(`${home}/.config/writ/policy/team/bundle.yaml`, 'id: team\nversion: 1.0.0\nowner: Ada\n')
    writeFileSync(`${home}/.config/writ/policy/team/rules.cedar`, rule)
    const ended = await bench.writ('run', '--contract', 'contract.yaml')
    assert.equal(ended.code, 3, ended.stderr)
    assert.match(ended.stderr, /May edit do this\? edit package\.json \(package\.json decides what everybody installs: a team lead looks first\.\)/)
    const [waiting] = await bench.waiting()
    const ask: Ask | undefined = waiting?.question.ask
    assert.ok(waiting && ask)
    assert.deepEqual([ask.does, ask.risk, ask.reason], ['edit package.json', 'high', 'package.json decides what everybody installs: a team lead looks first.'])
    assert.equal(ask.shows, `package.json\n@@\n-${name}\n+"name": "sum"`)
    const shown = await bench.writ('approvals', 'show', waiting.id)
    assert.equal(shown.code, 0, shown.stderr)
    for (const part of ['The name is wrong.', 'asked because     package.json decides', 'team:manifest', 'risk              high', `-${name}`]) assert.ok(shown.stdout.includes(part), shown.stdout)
    const json = JSON.parse((await bench.writ('approvals', 'show', waiting.id, '--json')).stdout) as { id: string; expired: boolean }
    assert.deepEqual([json.id, json.expired], [waiting.id, false])
    assert.equal((await bench.waiting()).length, 1)
    const answered = await bench.writ('approve', waiting.id, '--yes')
    assert.equal(answered.code, 3, answered.stderr)
    const reviewed = await bench.writ('approve', 'latest', '--yes')
    assert.equal(reviewed.code, 0, reviewed.stderr)
    // What a contract lets change of a manifest is changed by the tool, and is in the result.
    assert.match((await bench.writ('diff', 'latest', '--repo', bench.machine.repo)).stdout, /\+.*"name": "sum"/)
    const replayed = await bench.writ('replay', 'latest', '--repo', bench.machine.repo)
    assert.equal(replayed.code, 0, replayed.stdout)
  } finally {
    await bench.remove()
  }
})
