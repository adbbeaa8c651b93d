import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { toDisplayLines } from '../../domain/text/display-lines.ts'
import { toTokenEstimate } from '../../domain/text/token-estimate.ts'
import type { ToolContext } from '../../engine/ports/tools.ts'
import type { Checkout } from '../../engine/ports/workspace.ts'
// Tests run the real sandbox; the tool itself only knows the port.
import { createBwrapSandbox } from '../sandbox-bwrap/driver.ts'
import { looksIrreversible } from './looks-irreversible.ts'
import { createShellTools } from './shell.ts'

const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'writ-shell-')))
const root = path.join(scratch, 'worktree')
const base = path.join(scratch, 'base')
const home = path.join(scratch, 'home/project')
const sandbox = createBwrapSandbox({ stateDir: path.join(scratch, 'state'), env: process.env })
const limits = { timeoutMs: 20_000, memoryMb: 512, pids: 128, outputBytes: 1024 * 1024, diskBytes: 256 * 1024 * 1024 }
const checkouts = { made: 0, disposed: 0 }
const seen: string[] = []
let context: ToolContext

before(async () => {
  fs.chmodSync(scratch, 0o755)
  for (const [directory, content] of [[root, 'changed'], [base, 'original']] as const) {
    fs.mkdirSync(directory)
    fs.writeFileSync(path.join(directory, 'file.txt'), `${content}\n`)
  }
  fs.mkdirSync(home, { recursive: true })
  // Unprivileged commands must be able to write, whoever runs the tests.
  for (const directory of [root, base]) fs.chmodSync(directory, 0o777)
  const checkout: Partial<Checkout> = {
    root: base,
    mounts: [{ mode: 'rw', host: base, at: home }],
    dispose: async () => {
      checkouts.disposed++
    },
  }
  const workspace = {
    root, home, dependencies: [], mounts: [{ mode: 'rw', host: root, at: home }], base: { tree: 'f'.repeat(40) },
    checkout: async () => {
      checkouts.made++
      return checkout
    },
  }
  const partial: Partial<ToolContext> = {
    workspace: workspace as unknown as ToolContext['workspace'],
    sandbox, network: [], callId: 'call_1', signal: new AbortController().signal, onOutput: (text) => seen.push(text),
  }
  context = partial as ToolContext
  await sandbox.ready()
})
after(() => fs.rmSync(scratch, { recursive: true, force: true }))

test('a command runs at the root of the repository; its exit code and time come first', async () => {
  const { shell } = createShellTools({ limits })
  const result = await shell.run({ command: 'pwd; cat file.txt; echo oops >&2; exit 3' }, context)
  assert.ok(result.ok)
  assert.match(result.text, /^exit 3 · \d+\.\d s\n/)
  assert.ok(result.text.includes(`${home}\nchanged\n`) && result.text.includes('oops'))
  assert.equal((result.detail as { exitCode: number }).exitCode, 3)
  assert.match(seen.join(''), /changed/)
  assert.match((await shell.run({ command: 'true' }, context)).text, /^exit 0 · .*\n\(no output\)$/)
  assert.match((await shell.run({ command: 'kill -SEGV $$' }, context)).text, /^exit 139 \(SIGSEGV\)/)
})

test('100 kB of any output costs at most 2,000 tokens, and the note leads to the lines left out', async () => {
  const { shell } = createShellTools({ limits })
  for (const command of ['seq 1 20000', 'head -c 75000 /dev/urandom | base64 -w0', 'for i in $(seq 1 2000); do echo "a line of ordinary prose that says very little, number $i"; done']) {
    const result = await shell.run({ command }, context)
    assert.ok(result.full !== undefined && result.full.length > 90_000)
    assert.ok(toTokenEstimate(result.text) <= 2000 && result.text.length <= 6500, `${toTokenEstimate(result.text)} ${result.text.length}`)
    const left = /… lines (\d+)-(\d+) of (\d+) left out; see them with read \{"result":"call_1","from":(\d+)\} …/.exec(result.text)
    assert.ok(left !== null)
    const all = toDisplayLines(Buffer.from(result.full).toString('utf8'))
    assert.equal(all.length, Number(left[3]))
    const shown = result.text.split('\n').slice(1)
    assert.deepEqual([...shown.slice(0, Number(left[1]) - 1), ...all.slice(Number(left[1]) - 1, Number(left[2])), ...shown.slice(Number(left[1]))], all)
  }
})

test('time and memory limits are said, and end everything', async () => {
  const { shell } = createShellTools({ limits })
  assert.match((await shell.run({ command: 'echo begun; sleep 60', timeout_s: 1 }, context)).text, /^timed out after 1\.0 s; everything[^\n]*\nbegun/)
  assert.match((await shell.run({ command: `node -e 'const a=[];for(;;)a.push(Buffer.alloc(1e7,1))'` }, context)).text, /^killed: memory \(limit 512 MB\)|^exit 1(34|37)/)
})

test('on the base: a clean copy, made once, removed at the end', async () => {
  const { shell, stopAll } = createShellTools({ limits })
  assert.match((await shell.run({ command: 'cat file.txt; echo x > built', on: 'base' }, context)).text, /original/)
  assert.match((await shell.run({ command: 'cat built', on: 'base' }, context)).text, /^exit 0[^]*x/)
  assert.equal(shell.effect({ command: 'ls', on: 'base' }), 'read')
  assert.equal(checkouts.made, 1)
  await stopAll()
  assert.equal(checkouts.disposed, 1)
})

test('background: an id at once, later output, and its end', async () => {
  const { shell, stopAll } = createShellTools({ limits })
  const started = await shell.run({ command: 'echo one; read -r line < <(while [ ! -e go ]; do sleep 0.05; done; echo go); echo two; exit 4', background: true }, context)
  assert.match(started.text, /^started bg1; /)
  assert.match((await shell.run({ poll: 'bg1' }, context)).text, /^bg1 is running\none$/)
  fs.writeFileSync(path.join(root, 'go'), '')
  let text = ''
  while (!text.includes('exit 4')) {
    const polled = await shell.run({ poll: 'bg1', timeout_s: 20 }, context)
    assert.ok(polled.ok, polled.text)
    text += polled.text
  }
  assert.match(text, /bg1 exit 4 · /)
  assert.match(text, /two/)
  assert.doesNotMatch(text, /one/)
  assert.match((await shell.run({ poll: 'bg1' }, context)).text, /There is no background command bg1/)
  fs.rmSync(path.join(root, 'go'))
  await stopAll()
})

test('background: bounded, stopped one by one or all together', async () => {
  const { shell, stopAll } = createShellTools({ limits })
  const started = await Promise.all(Array.from({ length: 8 }, () => shell.run({ command: 'sleep 300', background: true }, context)))
  assert.deepEqual(started.map((result) => result.ok), Array.from({ length: 8 }, () => true))
  const ninth = await shell.run({ command: 'sleep 300', background: true }, context)
  assert.equal(ninth.ok, false)
  assert.match(ninth.text, /8 background commands run already: bg1 \(sleep 300\)/)
  assert.match((await shell.run({ stop: 'bg3' }, context)).text, /^bg3 stopped after /)
  await stopAll()
  assert.match((await shell.run({ poll: 'bg1' }, context)).text, /no background command/)
})

test('background: a command that fails at once says so in the first answer or the next', async () => {
  const { shell, stopAll } = createShellTools({ limits })
  const started = await shell.run({ command: 'no-such-program', background: true }, context)
  const text = started.text.startsWith('started') ? (await shell.run({ poll: 'bg1' }, context)).text : started.text
  assert.match(text, /^bg1 exit 127[^]*not found/)
  await stopAll()
})

test('a cancelled call ends its command', async () => {
  const { shell } = createShellTools({ limits })
  const cancel = new AbortController()
  const running = shell.run({ command: 'echo ready; sleep 300' }, { ...context, signal: cancel.signal, onOutput: () => cancel.abort() })
  assert.match((await running).text, /^cancelled · /)
})

test('exactly one of command, poll and stop', async () => {
  const { shell } = createShellTools({ limits })
  for (const input of [{}, { command: 'ls', poll: 'bg1' }]) {
    const result = await shell.run(input, context)
    assert.equal(result.ok, false)
    assert.match(result.text, /exactly one/)
  }
})

test('with a network grant, what publishes is irreversible; without one nothing is', () => {
  const open = createShellTools({ network: ['registry.example:443'] }).shell
  const closed = createShellTools().shell
  for (const command of ['git push origin main', 'cd x && npm publish', 'curl -X POST https://a.example', "curl -d '{}' https://a.example", 'docker push a/b', 'git -C sub push',
    'kubectl apply -f x.yml', 'terraform apply', 'ssh host true', 'gh pr create', 'twine upload dist/*', 'aws s3 cp a s3://b', 'npm \\\n publish', "g'i't push"]) {
    assert.equal(open.effect({ command }), 'irreversible', command)
    assert.equal(closed.effect({ command }), 'reversible', command)
  }
  for (const command of ['npm install', 'git log --oneline', 'curl https://a.example', 'pip install x', 'git pull', 'echo pushed', 'npm test', 'cargo build', 'grep -rn publish src']) {
    assert.equal(looksIrreversible(command), false, command)
  }
})
