import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import { brokenLibrary, finish, makeMachine, mend, runScripted, type Machine } from '../e2e/harness.ts'

const marker = 'the-margin-is-41-percent'
/** Ways to come to a file whose name the call does not say. */
const ways = ['cat priv*/margins', 'cat p?ivate/margins', 'grep -rn margin . || true', 'tar c . | tar xO 2>/dev/null | strings | grep margin || true', 'cat alias', 'cp -r . /tmp/copy && cat /tmp/copy/private/margins', 'find . -name "m*" -exec cat {} +', 'python3 -c "import glob; [print(open(f).read()) for f in glob.glob(\'p*/*\')]"', 'cd private && cat *', 'git show HEAD:private/margins', 'git log -p -- private/margins']
const calls = [
  ...['mkdir -p open', 'mv private open/; true', 'cat open/private/margins; mv open/private .; true'].map((command) => ({ name: 'shell', input: { command } })),
  ...ways.map((command) => ({ name: 'shell', input: { command } })), { name: 'search', input: { pattern: 'margin' } }, { name: 'read', input: { path: 'alias' } }, { name: 'read', input: { path: 'private/margins' } },
]

async function tryAll(isClosed: boolean, use: (machine: Machine, told: readonly string[], code: number, stderr: string) => void): Promise<void> {
  const machine = makeMachine({ ...brokenLibrary, 'private/margins': `${marker}\n` })
  try {
    symlinkSync('private/margins', join(machine.repo, 'alias'))
    machine.git('add', '-A')
    machine.git('commit', '-qm', 'alias')
    const policy = join(machine.home, '.config', 'writ', 'policy')
    mkdirSync(policy, { recursive: true })
    writeFileSync(join(policy, 'bundle.yaml'), 'id: mine\nversion: "1"\nowner: me\n')
    writeFileSync(join(policy, 'r.cedar'), `@id("private") @reason("private is nobody's business here.") forbid (principal, action == Writ::Action::"path.read", resource) when { resource.path like "${isClosed ? 'private' : 'elsewhere'}/*" };\n`)
    const ended = await runScripted(machine, [{ calls }, { calls: [mend] }, { calls: [finish()] }], ['make the failing tests pass'])
    const runs = join(machine.state, 'runs')
    const events = readFileSync(join(runs, readdirSync(runs)[0] ?? '', 'rollout.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as StoredEvent)
    use(machine, events.flatMap((event) => (event.type === 'tool.returned' ? [event.data.text] : [])), ended.code, ended.stderr)
  } finally {
    machine.remove()
  }
}

test('a file that a rule closes is not read by a pattern, a link, a walk or a search', async () => {
  await tryAll(true, (_machine, told, code, stderr) => {
    assert.equal(code, 0, stderr)
    assert.ok(told.length >= calls.length)
    for (const [n, text] of told.entries()) assert.ok(!text.includes(marker), `${JSON.stringify(calls[n])}: ${text}`)
  })
  await tryAll(false, (_machine, told) => {
    const seen = told.filter((text) => text.includes(marker)).length
    assert.ok(seen >= ways.length, `without the rule nearly all of them show it: ${seen} of ${calls.length}`)
  })
})
