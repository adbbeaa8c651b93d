import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { converse, getClient } from './test-clients.ts'

const folder = mkdtempSync(join(tmpdir(), 'model-server-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function start(...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args])
}

async function readUrl(child: ChildProcessWithoutNullStreams): Promise<string> {
  const [line] = await once(child.stdout, 'data')
  return (JSON.parse(String(line)) as { url: string }).url
}

test('serves a script from a JSON file until its parent closes stdin', async () => {
  const file = join(folder, 'script.json')
  writeFileSync(file, JSON.stringify({ replies: [{ text: 'from a file' }], intake: { text: '{"a":1}' } }))
  const child = start('--script', file, '--with-parent')
  const exited = once(child, 'exit')
  const url = await readUrl(child)
  assert.equal((await converse(getClient('Anthropic'), url)).text, 'from a file')
  const intake = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify({ messages: [{ role: 'user', content: 'x' }] }) })
  assert.match(await intake.text(), /\{\\"a\\":1\}/)
  child.stdin.end()
  assert.deepEqual(await exited, [0, null])
})

test('serves a script from a module, and a built-in one, until SIGTERM', async () => {
  const file = join(folder, 'script.mjs')
  writeFileSync(file, 'export const script = (request, n) => ({ text: `${n} ${request.tools[0].name}` })')
  for (const [args, text, calls] of [[['--script', file], '0 shell', 0], [['--script', 'shell', '--turns', '2'], '||All 2 steps are done.', 2]] as const) {
    const child = start(...args)
    const exited = once(child, 'exit')
    const outcome = await converse(getClient('Gemini'), await readUrl(child))
    assert.equal(outcome.text, text)
    assert.equal(outcome.calls.length, calls)
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null])
  }
})

test('bad usage is one clear message and exit code 2', async () => {
  writeFileSync(join(folder, 'bad.json'), '[{"txt":1}]')
  for (const [args, message] of [
    [['--script', join(folder, 'none.json')], /Read the script .*none\.json/],
    [['--script', join(folder, 'bad.json')], /unknown field "txt"/],
    [['--script', 'shell', '--turns', 'many'], /--turns many/],
  ] as const) {
    const child = start(...args)
    const exited = once(child, 'exit')
    let stderr = ''
    child.stderr.on('data', (chunk) => { stderr += String(chunk) })
    assert.deepEqual(await exited, [2, null])
    assert.match(stderr, message)
    assert.doesNotMatch(stderr, /\n {4}at /)
  }
})
