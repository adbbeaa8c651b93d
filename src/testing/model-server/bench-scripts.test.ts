import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bigOutput, mixed, offersShell, parallelReads, shellTurns } from './bench-scripts.ts'
import type { JsonObject } from './json.ts'
import type { Reply, ReplyCall, Script } from './reply.ts'
import type { NormalisedRequest, OfferedTool } from './request.ts'
import { findCall, findTool, toLeast } from './tool-picker.ts'

function offer(name: string, properties: JsonObject, required = Object.keys(properties)): OfferedTool {
  return { name, description: '', schema: { type: 'object', properties, required }, kind: 'function' }
}

const text = { type: 'string' }
const own = [
  offer('read', { path: text, from: { type: 'integer' } }, ['path']),
  offer('search', { pattern: text }),
  offer('edit', { path: text, edits: { type: 'array', items: { type: 'object', properties: { find: text, replace: text }, required: ['find', 'replace'] } } }),
  offer('shell', { command: text, background: { type: 'boolean' } }, ['command']),
  offer('finish', { summary: text, confidence: { type: 'number', minimum: 0, maximum: 1 }, checks: { type: 'array', items: text } }, ['summary', 'confidence']),
]

async function play(script: Script, tools: readonly OfferedTool[], turns: number): Promise<Reply[]> {
  const replies: Reply[] = []
  for (let n = 0; n <= turns; n++) {
    const request: NormalisedRequest = { api: 'chat', model: 'm', stream: true, system: '', tools, items: [], n, attempt: 0 }
    replies.push(await script(request, n))
  }
  return replies
}

test('the scripts speak in terms of Writ\'s tools and end by finish', async () => {
  const finish = (turns: number): Reply => ({ calls: [{ name: 'finish', input: { summary: `All ${turns} steps are done.`, confidence: 0.9 } }] })
  assert.deepEqual(await play(shellTurns(2), own, 2), [
    { calls: [{ name: 'shell', input: { command: 'echo step-1 >> log.txt' } }] },
    { calls: [{ name: 'shell', input: { command: 'echo step-2 >> log.txt' } }] },
    finish(2),
  ])
  assert.deepEqual(await play(parallelReads(1), own, 1), [{ calls: Array(4).fill({ name: 'shell', input: { command: 'sleep 0.2' } }) }, finish(1)])
  assert.deepEqual((await play(bigOutput(1), own, 0))[0]?.calls, [{ name: 'shell', input: { command: 'seq 1 20000' } }])
  assert.deepEqual((await play(mixed(6), own, 5)).slice(3), [
    { calls: [{ name: 'shell', input: { command: 'echo step-4 >> log.txt' } }] },
    { calls: [{ name: 'read', input: { path: 'notes.txt' } }] },
    { calls: [{ name: 'edit', input: { path: 'notes.txt', edits: [{ find: 'counter=1', replace: 'counter=2' }] } }] },
  ])
})

test('other harnesses\' tools are found by name and fields, and their inputs filled', () => {
  const shell = { role: 'shell', command: 'ls' } as const
  const edit = { role: 'edit', path: 'a.txt', find: 'x=1', replace: 'x=2' } as const
  const cases: readonly (readonly [OfferedTool[], Parameters<typeof findCall>[1], ReplyCall | undefined])[] = [
    [[offer('exec_command', { cmd: text }), offer('write_stdin', { session_id: text, chars: text })], shell, { name: 'exec_command', input: { cmd: 'ls' } }],
    [[offer('shell', { command: { type: 'array', items: text } })], shell, { name: 'shell', input: { command: ['bash', '-lc', 'ls'] } }],
    [[offer('BashOutput', { bash_id: text }), offer('Bash', { command: text, description: text }, ['command', 'description'])], shell, { name: 'Bash', input: { command: 'ls', description: 'none' } }],
    [[offer('run_shell_command', { command: { type: 'STRING' }, is_background: { type: 'BOOLEAN' } })], shell, { name: 'run_shell_command', input: { command: 'ls', is_background: false } }],
    [[{ name: 'local_shell', description: '', schema: {}, kind: 'local-shell' }], shell, { name: 'local_shell', input: { command: ['bash', '-lc', 'ls'] } }],
    [[offer('read_many_files', { path: text }), offer('read_file', { absolute_path: text })], { role: 'read', path: 'a.txt' }, { name: 'read_file', input: { absolute_path: '/repo/a.txt' } }],
    [[offer('Edit', { file_path: text, old_string: text, new_string: text, replace_all: { type: 'boolean' } }, ['file_path', 'old_string', 'new_string'])], edit,
      { name: 'Edit', input: { file_path: '/repo/a.txt', old_string: 'x=1', new_string: 'x=2' } }],
    [[offer('edit', { path: text, edits: { type: 'array', items: { type: 'object', properties: { oldText: text, newText: text } } } })], edit,
      { name: 'edit', input: { path: '/repo/a.txt', edits: [{ oldText: 'x=1', newText: 'x=2' }] } }],
    [[offer('bash', { command: text })], edit, { name: 'bash', input: { command: "sed -i 's/^x=1$/x=2/' 'a.txt'" } }],
    [[{ name: 'apply_patch', description: '', schema: {}, kind: 'custom' }], edit,
      { name: 'apply_patch', input: '*** Begin Patch\n*** Update File: a.txt\n@@\n-x=1\n+x=2\n*** End Patch\n' }],
    [[offer('fetch', { url: text })], shell, undefined],
  ]
  for (const [tools, step, call] of cases) assert.deepEqual(findCall(tools, step, '/repo'), call)
})

test('a request counts as main only if it offers a shell', () => {
  const request = { api: 'chat', model: 'm', stream: true, system: '', items: [], n: 0, attempt: 0 } as const
  assert.equal(offersShell({ ...request, tools: own }), true)
  assert.equal(offersShell({ ...request, tools: [offer('title', { title: text })] }), false)
  assert.equal(findTool(own, 'edit')?.name, 'edit')
})

test('the least value satisfies types, enums, bounds and required fields', () => {
  const schema = {
    type: 'object',
    properties: {
      kind: { enum: ['b', 'a'] }, count: { type: 'integer', minimum: 3 }, list: { type: 'array', minItems: 1, items: { type: 'boolean' } },
      maybe: { anyOf: [{ type: 'null' }, { type: 'string' }] }, left: { type: 'string' },
    },
    required: ['kind', 'count', 'list', 'maybe'],
  }
  assert.deepEqual(toLeast(schema), { kind: 'b', count: 3, list: [false], maybe: 'none' })
})
