import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { findHead } from '../../src/adapters/log-jsonl/blob-frames.ts'
import { brokenLibrary, finish, makeMachine, mend, runScripted, type Machine } from '../e2e/harness.ts'
import { planted } from './planted.ts'

const goal = 'make the failing tests pass'
const variable = 'Zebra-crossing-7714-meridian'
const marked = 'Quartz-lantern-2093-harbour'
const settings = `export const settings = ${JSON.stringify(planted.map((each) => each.text), undefined, 2)}\n`
/** Of keys over several lines only the last line is named: the others are as secret. */
const values = [...planted.map((each) => each.value), variable, marked]

const library = {
  ...brokenLibrary,
  'src/settings.js': settings,
  'src/notes.txt': planted.map((each) => each.text).join('\n'),
  '.env.local': `SOME_NAME=${marked}\nMODE=development\n`,
}

async function on(use: (machine: Machine) => Promise<void>): Promise<void> {
  const machine = makeMachine(library)
  try {
    await use(machine)
  } finally {
    machine.remove()
  }
}

/** Everything that Writ keeps of runs, beside the worktree and git's own objects: rollouts, blobs as they were, attestations. */
function listKept(directory: string): { path: string; text: string }[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return ['work', 'git', 'checkouts', 'raw', 'sandbox', 'toolchains'].includes(entry.name) ? [] : listKept(path)
    if (!entry.isFile() || statSync(path).size > 20_000_000) return []
    return [{ path, text: unpack(readFileSync(path)) }]
  })
}

function unpack(bytes: Buffer): string {
  const head = findHead(bytes)
  if (head === undefined) return bytes.toString('latin1')
  let at = head.headBytes
  return head.frames.map((length, index) => {
    const frame = bytes.subarray(at, at + length)
    at += length
    const plainBytes = Math.min(head.frameBytes, head.plainBytes - index * head.frameBytes)
    return (length === plainBytes ? frame : zstdDecompressSync(frame)).toString('latin1')
  }).join('')
}

function requireClean(what: string, text: string): void {
  for (const value of values) {
    for (const form of [value, JSON.stringify(value).slice(1, -1)]) assert.ok(!text.includes(form), `${what} holds ${form}: ${text.slice(Math.max(0, text.indexOf(form) - 100), text.indexOf(form) + 40)}`)
  }
}

describe('a run in a repository full of secrets', () => {
  test('none of them is in a prompt, an event, a blob, a report or a message', () => on(async (machine) => {
    const said = planted.map((each) => each.text).join(' ; ')
    const ended = await runScripted(machine, [
      { text: `I will use ${said}`, calls: [{ name: 'read', input: { path: 'src/settings.js' } }, { name: 'read', input: { path: 'src/notes.txt' } }] },
      { calls: [{ name: 'shell', input: { command: `cat src/settings.js src/notes.txt; seq 1 3000; cat src/notes.txt >&2; echo ${variable} ${marked}; echo '${planted[0]?.value ?? ''}'` } }] },
      { calls: [{ name: 'search', input: { pattern: 'value is|password|token|KEY' } }, { name: 'shell', input: { command: 'for i in $(seq 40); do head -c 97 src/notes.txt | tail -c 30; sleep 0.001; done; cat src/notes.txt' } }] },
      { calls: [mend] },
      { calls: [finish(`Start the sum at 0 (${planted[1]?.value ?? ''})`)] },
    ], [goal, '--output-format', 'stream-json'], { MY_SERVICE_TOKEN: variable })
    assert.equal(ended.code, 0, ended.stderr)
    requireClean('standard output', ended.stdout)
    requireClean('standard error', ended.stderr)
    for (const request of ended.server.requests) requireClean('a request', JSON.stringify(request.normalised ?? {}))
    assert.ok(ended.server.requests.length >= 5)
    assert.ok(ended.server.requests.some((request) => JSON.stringify(request.normalised).includes('[secret:')))
    const kept = listKept(machine.state)
    assert.ok(kept.some(({ path }) => path.includes('blobs')))
    for (const { path, text } of kept) requireClean(path, text)
    for (const command of [['show', 'latest'], ['log', 'latest'], ['log', 'latest', '--json'], ['list', '--json']]) requireClean(command.join(' '), (await machine.writ(command)).stdout)
    requireClean('the commit message', machine.git('log', '--all', '--format=%B'))
    const replayed = await machine.writ(['replay', 'latest'])
    assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
    const verified = await machine.writ(['verify', 'latest'])
    assert.equal(verified.code, 0, verified.stdout + verified.stderr)
  }))

  test('the model changes a file around them, and they stay what they are', () => on(async (machine) => {
    const token = planted[0]?.value ?? ''
    const made = planted[4]?.value ?? ''
    // A change that spreads secrets is sealed away, unless a person wants none of that.
    machine.write({ '../.config/writ/policy/spreads/bundle.yaml': 'id: spreads\nversion: "1"\nowner: me\nsettings:\n  validation: { off: [secrets] }\n' })
    machine.write({ 'src/client.js': `const token = '${token}'\nexport const url = 'https://example.org'\n` })
    machine.git('add', '-A')
    machine.git('commit', '-qm', 'A client')
    const placeholderOf = (text: string): string => /\[secret:github-token:[0-9a-f]{8}\]/.exec(text)?.[0] ?? 'no placeholder'
    const ended = await runScripted(machine, (request, n) => {
      const seen = placeholderOf(JSON.stringify(request.items))
      const steps = [
        { calls: [{ name: 'read', input: { path: 'src/client.js' } }] },
        { calls: [{ name: 'edit', input: { path: 'src/client.js', edits: [{ find: `const token = '${seen}'`, replace: `export const token = '${seen}'` }] } }] },
        { calls: [{ name: 'write', input: { path: 'src/other.js', content: `export const same = '${seen}'\nexport const own = '${made}'\n` } }] },
        { calls: [{ name: 'write', input: { path: 'src/bad.js', content: `export const x = '[secret:github-token:00000000]'\n` } }] },
        { calls: [{ name: 'shell', input: { command: `printf %s '${seen}' > src/third.txt` } }] },
        { calls: [mend] },
        { calls: [finish()] },
      ]
      return steps[n] ?? { calls: [finish()] }
    }, [goal])
    assert.equal(ended.code, 0, ended.stderr)
    const branch = machine.git('branch', '--list', 'writ/*').trim().replace(/^\W+/, '')
    assert.equal(machine.git('show', `${branch}:src/client.js`), `export const token = '${token}'\nexport const url = 'https://example.org'\n`)
    assert.equal(machine.git('show', `${branch}:src/other.js`), `export const same = '${token}'\nexport const own = '${made}'\n`)
    assert.equal(machine.git('show', `${branch}:src/third.txt`), token)
    assert.throws(() => machine.git('show', `${branch}:src/bad.js`))
    const log = (await machine.writ(['log', 'latest', '--json'])).stdout
    assert.match(log, /Nothing was done: \[secret:github-token:00000000\] stands for a value that no file/)
    requireClean('the log', log)
  }))

  test('a check with a secret in its command is refused, and the message does not say it', () => on(async (machine) => {
    const ended = await runScripted(machine, [], [goal, '--check', `API_TOKEN=${planted[0]?.value ?? ''} npm test`])
    assert.equal(ended.code, 2)
    assert.match(ended.stderr, /the check "API_TOKEN=\[secret:[a-z-]+:[0-9a-f]{8}\] npm test" has in it what is or looks like a secret/)
    requireClean('the message', ended.stderr + ended.stdout)
  }))
})
