import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { brokenLibrary, finish, makeMachine, mend, runScripted } from './harness.ts'

interface Verification {
  readonly verified: boolean
  readonly statement: { readonly outcome: string; readonly afterwards: readonly { readonly type: string }[]; readonly evidence: { readonly verdict: string } }
  readonly findings: readonly { readonly about: string; readonly status: string; readonly text: string }[]
}

test('from a goal to a commit that a stranger can check: run, verify, accept, undo, clone, export, import', async () => {
  const machine = makeMachine(brokenLibrary)
  const stranger = makeMachine({ 'empty.txt': '' })
  try {
    const ended = await runScripted(machine, [{ calls: [mend] }, { calls: [finish()] }], ['make the failing tests pass'])
    assert.equal(ended.code, 0, ended.stderr)
    const verify = async (what: string): Promise<Verification> => {
      const { code, stdout, stderr } = await machine.writ(['verify', what, '--json'])
      assert.equal(code, 0, stdout + stderr)
      return JSON.parse(stdout) as Verification
    }
    const branch = machine.git('branch', '--list', 'writ/*').trim()
    const first = await verify(branch)
    assert.deepEqual([first.statement.outcome, first.statement.evidence.verdict, first.findings.every((each) => each.status === 'ok')], ['proven', 'proven', true], JSON.stringify(first.findings))
    assert.match((await machine.writ(['show', 'latest'])).stdout, /Attested: `sha256:[0-9a-f]{64}` by key/)

    machine.write({ 'README.md': 'mine\n' })
    machine.git('add', '-A')
    machine.git('commit', '-qm', 'Mine')
    assert.equal((await machine.writ(['accept', 'latest', '--strategy', 'squash'])).code, 0)
    const accepted = await verify('HEAD')
    assert.match(accepted.findings.map((each) => each.text).join('\n'), /is the result as person accepted it onto main \(squash\); its tree also holds what was on that branch/)
    assert.equal(machine.git('log', '-1', '--format=%(trailers:key=Writ-Attestation,valueonly)').trim().startsWith('sha256:'), true)

    // A stranger has a clone with the notes, and the key from elsewhere; no record of the run.
    writeFileSync(join(stranger.home, 'person.pem'), (await machine.writ(['keys', 'export'])).stdout)
    stranger.git('clone', '-q', machine.repo, join(stranger.home, 'clone'))
    const cwd = join(stranger.home, 'clone')
    const bare = await stranger.writ(['verify', 'HEAD'], { cwd })
    assert.deepEqual([bare.code, /carries no attestation: it has no note under refs\/notes\/writ/.test(bare.stderr)], [2, true], bare.stderr)
    stranger.git('-C', cwd, 'fetch', '-q', 'origin', 'refs/notes/writ:refs/notes/writ')
    const unknown = await stranger.writ(['verify', 'HEAD'], { cwd })
    assert.deepEqual([unknown.code, /which is not known here, so that it proves nothing/.test(unknown.stdout)], [1, true], unknown.stdout)
    const known = await stranger.writ(['verify', 'HEAD', '--key', join(stranger.home, 'person.pem')], { cwd })
    assert.equal(known.code, 0, known.stdout)
    assert.match(known.stdout, /check +npm test: fixed, 3 tests passed, 2 of them failed before[^]*accepted onto main \(squash\)/)

    assert.equal((await machine.writ(['undo', 'latest'])).code, 0)
    const undone = await verify('latest')
    assert.deepEqual(undone.statement.afterwards.map((each) => each.type), ['run.accepted', 'run.undone'])

    const archive = join(machine.home, 'run.tar.gz')
    assert.equal((await machine.writ(['export', 'latest', '--with-files', '-o', archive])).code, 0)
    const taken = await stranger.writ(['import', archive])
    assert.equal(taken.code, 0, taken.stderr)
    const run = /run_\w+/.exec(taken.stdout)?.[0] ?? ''
    const replayed = await stranger.writ(['replay', run, '--rebuild', join(stranger.home, 'rebuilt')])
    assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)
    assert.match(readFileSync(join(stranger.home, 'rebuilt', 'src', 'sum.js'), 'utf8'), /total = 0/)
    assert.equal((await stranger.writ(['verify', run, '--key', join(stranger.home, 'person.pem')])).code, 0)
  } finally {
    machine.remove()
    stranger.remove()
  }
})

const checksOwnTest = ['add mul', '--check', 'node --test test/mul.test.js']
const mul = { name: 'write', input: { path: 'src/mul.js', content: 'export const mul = (a, b) => a * b\n' } }
const toTest = (body: string) => ({ name: 'write', input: { path: 'test/mul.test.js', content: `import assert from 'node:assert/strict'\nimport { test } from 'node:test'\n${body}\n` } })

test('a check that names a test which the run is to write rests on it, where it was seen to fail on the base', async () => {
  const machine = makeMachine(brokenLibrary)
  try {
    const real = toTest("import { mul } from '../src/mul.js'\ntest('multiplies', () => assert.equal(mul(2, 3), 6))")
    const shown = await runScripted(machine, [{ calls: [mul, real] }, { calls: [finish()] }], checksOwnTest)
    assert.deepEqual([shown.code, shown.report.outcome], [0, 'proven'], shown.stdout + shown.stderr)
    assert.match((await machine.writ(['show', 'latest'])).stdout, /rests on tests that this run wrote, seen to fail on the base and to pass twice on the result: test\/mul\.test\.js[^]*multiplies \(evidence:/)
    const replayed = await machine.writ(['replay', 'latest'])
    assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr)

    const empty = toTest("test('multiplies', () => assert.ok(true))")
    const idle = await runScripted(machine, [{ calls: [mul, empty] }, { calls: [finish()] }, { calls: [finish()] }], checksOwnTest)
    assert.equal(idle.report.outcome, 'waiting', idle.stdout + idle.stderr)
    const told = JSON.stringify(idle.server.requests.at(-1)?.body)
    assert.match(told, /node --test test\/mul\.test\.js: rests on tests that this run wrote, which shows nothing: none of them was seen by name to fail on the base/)
  } finally {
    machine.remove()
  }
})
