import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { listHookSources } from '../../src/adapters/hooks/repository-hooks.ts'
import { openHookBench, type HookBench } from './hook-bench.ts'

let bench: HookBench
beforeEach(() => { bench = openHookBench() })
afterEach(() => bench.dispose())

const table = (command: string, more = ''): string => `hooks:\n  PostToolUse:\n    - matcher: Edit|Write\n      hooks:\n        - type: command\n          command: ${command}\n${more}`
const call = async (): Promise<readonly (readonly [string, string])[]> => {
  const hooks = bench.open({}, { repository: await bench.load() })
  return (await bench.call(hooks, 'PostToolUse', { tool: 'edit' })).map((each) => [each.status, each.reason] as const)
}

describe('the hooks of a repository', () => {
  test('do nothing until they are trusted, and nothing again after a change', async () => {
    bench.write('repository/.writ/hooks.yaml', table('touch witness'))
    const before = await bench.load()
    assert.match(before.note ?? '', /do nothing until you trust \.writ\/hooks\.yaml .*writ policy trust/)
    assert.equal(bench.open({}, { repository: before }).wants('PostToolUse', 'edit'), false)
    assert.deepEqual(await call(), [])
    assert.equal(bench.text('worktree/witness'), undefined)
    bench.trust('.writ/hooks.yaml')
    assert.equal((await bench.load()).note, undefined)
    assert.deepEqual(await call(), [['passed', '']])
    assert.equal(bench.text('worktree/witness'), '')
    bench.write('repository/.writ/hooks.yaml', table('touch witness-2'))
    assert.match((await bench.load()).note ?? '', /until you trust/)
    assert.deepEqual(await call(), [])
    assert.equal(bench.text('worktree/witness-2'), undefined)
  })

  test('that change while a run goes on do not run any more', async () => {
    bench.write('repository/.writ/hooks.yaml', table('bash .writ/hooks/tidy.sh'))
    bench.write('repository/.writ/hooks/tidy.sh', 'echo ran >> witness')
    mkdirSync(join(bench.worktree, '.writ/hooks'), { recursive: true })
    bench.trust('.writ/hooks.yaml', '.writ/hooks/tidy.sh')
    const hooks = bench.open({}, { repository: await bench.load() })
    assert.equal((await bench.call(hooks, 'PostToolUse', { tool: 'edit' }))[0]?.status, 'passed')
    bench.write('repository/.writ/hooks/tidy.sh', 'echo other >> witness')
    const [outcome] = await bench.call(hooks, 'PostToolUse', { tool: 'edit' })
    assert.equal(outcome?.status, 'refused')
    assert.match(outcome?.reason ?? '', /changed since they were trusted/)
    bench.write('repository/.writ/hooks/extra.sh', 'true')
    assert.match((await bench.load()).note ?? '', /trust \.writ\/hooks\/extra\.sh, \.writ\/hooks\/tidy\.sh/)
    assert.equal(bench.text('worktree/witness'), 'ran\n')
  })

  test('run the programs that were trusted, whatever the agent made of them', async () => {
    bench.write('repository/.writ/hooks.yaml', table('bash .writ/hooks/guard.sh'))
    bench.write('repository/.writ/hooks/guard.sh', 'echo "the real guard" >&2; exit 2')
    bench.write('worktree/.writ/hooks/guard.sh', 'exit 0')
    bench.trust('.writ/hooks.yaml', '.writ/hooks/guard.sh')
    assert.deepEqual(await call(), [['blocked', 'the real guard']])
    assert.equal(bench.text('worktree/.writ/hooks/guard.sh'), 'exit 0')
    for (const [name, change] of Object.entries({
      'the folder is gone': () => rmSync(join(bench.worktree, '.writ/hooks'), { recursive: true }),
      'a link is in its place': () => {
        mkdirSync(join(bench.worktree, 'evil'))
        symlinkSync('../evil', join(bench.worktree, '.writ/hooks'))
      },
      'a link is in the place of .writ': () => {
        renameSync(join(bench.worktree, '.writ'), join(bench.worktree, 'moved'))
        symlinkSync('moved', join(bench.worktree, '.writ'))
      },
    })) {
      change()
      const [[status, reason] = ['', '']] = await call()
      assert.equal(status, 'blocked', name)
      assert.match(reason, /is not a folder of the workspace any more/)
    }
  })

  test('never run on the host', async () => {
    bench.write('repository/.writ/hooks.yaml', table('touch witness', '          host: true\n'))
    bench.trust('.writ/hooks.yaml')
    assert.match((await bench.load()).note ?? '', /not used: .*host: true \(touch witness\).*sandbox only/)
    assert.deepEqual(await call(), [])
    assert.equal(bench.text('home/witness'), undefined)
  })

  test('may be JSON, and are left out with a sentence where they cannot be read', async () => {
    bench.write('repository/.writ/hooks.json', JSON.stringify({ description: 'ours', hooks: { Stop: [{ hooks: [{ type: 'command', command: 'true' }] }] } }))
    bench.trust('.writ/hooks.json')
    assert.equal(bench.open({}, { repository: await bench.load() }).wants('Stop'), true)
    const notes: readonly (readonly [path: string, text: string, note: RegExp])[] = [
      ['.writ/hooks.yaml', table('true'), /two tables/],
      ['.writ/hooks.json', '{"hooks": {"Stop": [{"hooks": 3}]}}', /does not fit: hooks\.Stop\.0\.hooks/],
      ['.writ/hooks.json', '{"hooks": [', /cannot be read/],
      ['.writ/hooks.json', 'x'.repeat(1_000_001), /more than 1 MB/],
    ]
    for (const [path, text, note] of notes) {
      bench.write(`repository/${path}`, text)
      assert.match((await bench.load()).note ?? '', note)
      rmSync(join(bench.repository, path))
      if (path.endsWith('yaml')) bench.trusted.clear()
    }
    assert.equal((await bench.load()).note, undefined)
  })

  test('that are links, or too many, are not trusted at all', async () => {
    bench.write('repository/.writ/hooks.yaml', table('true'))
    bench.write('repository/.writ/hooks/a.sh', 'true')
    symlinkSync('/etc/passwd', join(bench.repository, '.writ/hooks/b.sh'))
    await assert.rejects(listHookSources(bench.repository), /b\.sh is no plain file/)
    rmSync(join(bench.repository, '.writ/hooks/b.sh'))
    assert.deepEqual((await listHookSources(bench.repository)).map((each) => each.path), ['.writ/hooks.yaml', '.writ/hooks/a.sh'])
    for (let n = 0; n < 64; n += 1) bench.write(`repository/.writ/hooks/many-${n}.sh`, 'true')
    await assert.rejects(listHookSources(bench.repository), /more than 64 files/)
  })
})
