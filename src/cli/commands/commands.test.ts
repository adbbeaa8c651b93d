import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { NewEvent } from '../../protocol/events/event.ts'
import { RunId } from '../../protocol/ids.ts'
import { Report } from '../../protocol/report.ts'
import { createJsonlLog } from '../../adapters/log-jsonl/jsonl-log.ts'
import { createSqliteIndex } from '../../adapters/index-sqlite/sqlite-index.ts'
import { storyBase, storyEvents, storyRun, type StoryOptions } from '../../testing/sample-story.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'writ-commands-'))
const state = join(home, 'state', 'writ')
const repository = join(home, 'shop')
const env = { PATH: process.env.PATH, HOME: home, XDG_STATE_HOME: join(home, 'state'), XDG_CONFIG_HOME: join(home, 'config'), TZ: 'UTC' }

after(() => rmSync(home, { recursive: true, force: true }))

interface Ended { readonly code: number; readonly stdout: string; readonly stderr: string }

function writ(args: readonly string[], extra: NodeJS.ProcessEnv = {}, cwd = home): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env: { ...env, ...extra }, cwd, maxBuffer: 10_000_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

function git(...args: string[]): string {
  const settings = ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'commit.gpgSign=false']
  return execFileSync('git', [...settings, ...args], { cwd: repository, encoding: 'utf8', env: { ...env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' } }).trim()
}

/** A stored run whose base and result are these real commits. */
async function store(options: StoryOptions, commits: { base: string; result: string }, place = { run: storyRun, state }): Promise<void> {
  const told = storyEvents({ root: repository, ...options })
  const result = told.findLast((event) => event.type === 'commit.created')?.data.commit ?? ''
  const events = JSON.parse(JSON.stringify(told).replaceAll(storyBase, commits.base).replaceAll(result, commits.result)) as NewEvent[]
  const log = createJsonlLog({ stateDir: place.state, clock: { now: () => Date.now() }, index: createSqliteIndex({ path: join(place.state, 'index.db') }) })
  const rollout = await log.create(place.run)
  await rollout.append(events)
  await rollout.close()
}

describe('commands about runs', () => {
  before(async () => {
    mkdirSync(repository)
    git('init', '-q', '-b', 'main')
    writeFileSync(join(repository, 'money.ts'), 'export const round = Math.floor\n')
    git('add', '.')
    git('commit', '-qm', 'base')
    const base = git('rev-parse', 'HEAD')
    git('checkout', '-qb', 'writ/01kx3vq8t0a7c2mf')
    writeFileSync(join(repository, 'money.ts'), 'export const round = Math.round // \u001B[2J\n')
    git('commit', '-qam', 'Round half cents up')
    const result = git('rev-parse', 'HEAD')
    git('checkout', '-q', 'main')
    await store({}, { base, result })
  })

  it('show prints the report, and as JSON one that fits its schema', async () => {
    const [text, json] = await Promise.all([writ(['show', 'latest']), writ(['show', 'a7c2mf', '--json'])])
    assert.deepEqual([text.code, text.stderr, json.code], [0, '', 0])
    assert.match(text.stdout, /^# Proven: make the failing tests pass\n/)
    assert.equal(Report.parse(JSON.parse(json.stdout)).outcome, 'proven')
  })

  it('log prints a line for each event, and with --json the stored lines byte for byte', async () => {
    const [text, json] = await Promise.all([writ(['log', 'latest']), writ(['log', 'latest', '--json'])])
    const stored = readFileSync(join(state, 'runs', storyRun, 'rollout.jsonl'), 'utf8')
    assert.equal(json.stdout, stored)
    const lines = text.stdout.trimEnd().split('\n')
    assert.equal(lines.length, stored.trimEnd().split('\n').length)
    assert.match(lines[0] ?? '', /^ {3}0 {2}\d{4}-\d\d-\d\dT\S+Z {2}run\.opened +make the failing tests pass · openai\/gpt-5\.5/)
    assert.match(text.stdout, /tool\.returned +c1-edit edit ok · \+1 −1 · 3 ms/)
  })

  it('log --follow of a run that has ended comes to its end', async () => {
    const { code, stdout } = await writ(['log', 'latest', '--follow', '--json'])
    assert.equal(code, 0)
    assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', /"type":"run\.ended"/)
  })

  it('log ends quietly when its reader goes away', async () => {
    const child = spawn(process.execPath, [main, 'log', 'latest', '--json'], { env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const stderr: Buffer[] = []
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    const [code] = await once(child, 'close')
    assert.deepEqual([code, Buffer.concat(stderr).toString()], [0, ''])
  })

  it('list prints a table and JSON lines, filtered by words and repository', async () => {
    const [table, lines, none, here] = await Promise.all([writ(['list']), writ(['list', '--json']), writ(['list', 'nonsense']), writ(['list', '--repo', repository, '--json'])])
    assert.match(table.stdout, /^RUN +AGE +STATE +TURNS +COST +REPOSITORY +GOAL\na7c2mf +now +proven +3 +\$0\.037 +shop +make the failing tests pass\n$/)
    assert.equal((JSON.parse(lines.stdout) as { run: string }).run, storyRun)
    assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', 'No run fits.\n'])
    assert.equal(here.stdout, lines.stdout)
  })

  it('diff gives a patch that applies, and --stat the counts', async () => {
    const [patch, stat] = await Promise.all([writ(['diff', 'latest']), writ(['diff', 'latest', '--stat'])])
    assert.equal(patch.code, 0)
    assert.match(stat.stdout, /money\.ts \| 2 \+-\n 1 file changed/)
    writeFileSync(join(home, 'p.diff'), patch.stdout)
    git('apply', '--check', join(home, 'p.diff'))
    assert.match(patch.stdout, /^diff --git a\/money\.ts b\/money\.ts\n/)
  })

  it("diff ignores what the person's git configuration would run or change", async () => {
    const marker = join(home, 'ran')
    git('config', 'diff.external', `touch ${marker}; false`)
    git('config', 'diff.noprefix', 'true')
    git('config', 'color.ui', 'always')
    const { code, stdout } = await writ(['diff', 'latest'])
    for (const key of ['diff.external', 'diff.noprefix', 'color.ui']) git('config', '--unset', key)
    assert.equal(code, 0)
    assert.match(stdout, /^diff --git a\/money\.ts b\/money\.ts\n/)
    assert.throws(() => readFileSync(marker), /ENOENT/)
  })

  it("diff finds the result in the run's own repository when the branch is gone", async () => {
    execFileSync('git', ['clone', '-q', '--bare', repository, join(state, 'runs', storyRun, 'git')], { env })
    git('branch', '-qD', 'writ/01kx3vq8t0a7c2mf')
    git('reflog', 'expire', '--expire=all', '--all')
    git('gc', '-q', '--prune=now')
    const { code, stdout, stderr } = await writ(['diff', 'latest'])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /Math\.round/)
  })

  it('an unknown run is one sentence and exit code 2', async () => {
    for (const args of [['show', 'zzzz'], ['log', 'zzzz'], ['diff', 'zzzz']]) {
      const { code, stdout, stderr } = await writ(args)
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, /^writ: No run begins or ends with "zzzz"[^\n]*\n$/)
    }
  })
})

describe('whose run it is, and what became of it', () => {
  const [mine, other, outside] = [join(home, 'mine'), join(home, 'other'), join(home, 'outside')]
  const machine = { ...env, HOME: join(home, 'second'), XDG_STATE_HOME: join(home, 'second', 'state') }
  const stateDir = join(machine.XDG_STATE_HOME, 'writ')
  const runs = { mine: RunId.parse('run_01kx3vq8t0aaaaaa'), other: RunId.parse('run_01kx3vq8t0bbbbbb'), broken: RunId.parse('run_01kx3vq8t0cccccc') }
  const at = (cwd: string, args: readonly string[]): Promise<Ended> => writ(args, machine, cwd)
  const gitAt = (cwd: string, ...args: string[]): string => execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...machine, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' } }).trim()

  before(async () => {
    mkdirSync(outside, { recursive: true })
    for (const [root, run] of [[mine, runs.mine], [other, runs.other]] as const) {
      mkdirSync(join(root, 'inner'), { recursive: true })
      gitAt(root, 'init', '-q', '-b', 'main')
      for (const [key, value] of [['user.name', 'A'], ['user.email', 'a@example.com']] as const) gitAt(root, 'config', key, value)
      writeFileSync(join(root, 'a.txt'), 'one\n')
      gitAt(root, 'add', '.')
      gitAt(root, 'commit', '-qm', 'base')
      const base = gitAt(root, 'rev-parse', 'HEAD')
      gitAt(root, 'switch', '-qc', 'writ/01kx3vq8t0a7c2mf')
      writeFileSync(join(root, 'a.txt'), 'two\n')
      gitAt(root, 'commit', '-qam', 'Two')
      const result = gitAt(root, 'rev-parse', 'HEAD')
      gitAt(root, 'switch', '-q', 'main')
      await store({ root }, { base, result }, { run, state: stateDir })
    }
    mkdirSync(join(stateDir, 'runs', runs.broken))
    writeFileSync(join(stateDir, 'runs', runs.broken, 'rollout.jsonl'), 'no record\n')
  })

  it('latest is the newest that can be read of the repository around, or of --repo, or of all outside of any', async () => {
    const ids = async (cwd: string, ...more: string[]): Promise<string> => /"run":"(run_\w+)"/.exec((await at(cwd, ['log', 'latest', '--json', ...more])).stdout)?.[1] ?? ''
    assert.deepEqual(await Promise.all([ids(join(mine, 'inner')), ids(other), ids(outside), ids(outside, '--repo', mine), ids(other, '--repo', mine)]), [runs.mine, runs.other, runs.other, runs.mine, runs.mine])
    const [shown, wrong, listed] = await Promise.all([at(mine, ['show', 'bbbbbb']), at(mine, ['show', 'bbbbbb', '--repo', mine]), at(mine, ['list'])])
    assert.match(shown.stdout, new RegExp(runs.other))
    assert.equal(wrong.code, 2)
    assert.match(listed.stdout, /cccccc[^\n]*\n[^\n]*bbbbbb[^\n]*\n[^\n]*aaaaaa/)
  })

  it('accept and reject leave another repository alone unless it is named', async () => {
    const before = gitAt(other, 'rev-parse', 'main')
    for (const command of ['accept', 'reject']) {
      const { code, stdout, stderr } = await at(mine, [command, 'bbbbbb'])
      assert.deepEqual([code, stdout], [2, ''])
      assert.equal(stderr, `writ: ${runs.other} is a run of ${other}, not of ${mine}, where you are; if you mean it, say so with --repo ${other}\n`)
    }
    assert.equal(gitAt(other, 'rev-parse', 'main'), before)
    const named = await at(mine, ['accept', 'bbbbbb', '--repo', other])
    assert.equal(named.code, 0, named.stderr)
    assert.notEqual(gitAt(other, 'rev-parse', 'main'), before)
  })

  it('undo takes an accepted result back, by a revert under later commits; then it can be accepted again', async () => {
    const nothing = await at(mine, ['undo', 'latest'])
    assert.deepEqual([nothing.code, nothing.stdout], [2, ''])
    assert.match(nothing.stderr, /was not accepted/)
    const before = gitAt(mine, 'rev-parse', 'main')
    const first = await at(mine, ['accept', 'latest'])
    assert.equal(first.code, 0, first.stderr)
    assert.match(first.stdout, /\nTo undo: writ undo aaaaaa {3}\(with git alone: git -C .* reset --keep [0-9a-f]{40}\)\n$/)
    assert.match((await at(mine, ['accept', 'latest'])).stderr, /accepted already by .* onto main; to undo: writ undo aaaaaa/)
    assert.match((await at(mine, ['undo', 'latest', '--dry-run'])).stdout, /^main would be at [0-9a-f]{10} \(is [0-9a-f]{10}\)\.\nNothing was changed: this was a dry run\.\n$/)
    const undone = await at(mine, ['undo', 'latest'])
    assert.deepEqual([undone.code, undone.stderr], [0, ''])
    assert.match(undone.stdout, /^main is at [0-9a-f]{10} \(was [0-9a-f]{10}\)\.\nTo accept it again: writ accept aaaaaa\n$/)
    assert.equal(gitAt(mine, 'rev-parse', 'main'), before)
    assert.match((await at(mine, ['undo', 'latest'])).stderr, /taken back from main already, by .*writ accept/)
    assert.match((await at(mine, ['show', 'latest'])).stdout, /It was accepted, and taken back from `main`[^]*accept it +writ accept aaaaaa/)
    assert.equal((await at(mine, ['accept', 'latest'])).code, 0)
    writeFileSync(join(mine, 'b.txt'), 'later\n')
    gitAt(mine, 'add', '.')
    gitAt(mine, 'commit', '-qm', 'later')
    assert.match((await at(mine, ['show', 'latest'])).stdout, /undo, under later commits +writ undo aaaaaa/)
    const reverted = JSON.parse((await at(mine, ['undo', 'latest', '--json'])).stdout) as { how: string; reverts: string[]; outside: unknown[] }
    assert.deepEqual([reverted.how, reverted.reverts, reverted.outside], ['revert', ['Revert "Two"'], []])
    assert.match((await at(mine, ['show', 'latest'])).stdout, /accept it +writ accept aaaaaa --strategy squash/)
    const again = await at(mine, ['accept', 'latest', '--strategy', 'squash'])
    assert.equal(again.code, 0, again.stderr)
    assert.match(gitAt(mine, 'log', '-1', '--format=%B'), new RegExp(`^make the failing tests pass\\n\\n- Round half cents up\\n[^]*\\nWrit-Run: ${runs.mine}\\nWrit-Contract: d+\\nWrit-Attestation: sha256:[0-9a-f]{64}$`))
  })
})

describe('help', () => {
  it('ends without a stack trace when its reader was gone before', async () => {
    const child = spawn(process.execPath, [main, '--help'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const stderr: Buffer[] = []
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    const [code] = await once(child, 'close')
    assert.deepEqual([code, Buffer.concat(stderr).toString()], [0, ''])
  })
})

describe('commands about this machine', () => {
  it('config says where each value comes from and shows no secret', async () => {
    mkdirSync(join(home, 'config', 'writ'), { recursive: true })
    writeFileSync(join(home, 'config', 'writ', 'config.yaml'), 'max_turns: 17\nsandbox:\n  memory_mb: 999\n')
    const { code, stdout } = await writ(['config', '--json'], { OPENAI_API_KEY: 'sk-very-secret' })
    assert.equal(code, 0)
    assert.doesNotMatch(stdout, /very-secret/)
    const { values, paths } = JSON.parse(stdout) as { values: Record<string, { value: unknown; source: string }>; paths: Record<string, { value: unknown }> }
    assert.deepEqual([values['max_turns']?.value, values['sandbox.memory_mb']?.value, values['solver']?.value, paths['state']?.value], [17, 999, 'auto', state])
    assert.match(values['max_turns']?.source ?? '', /config\.yaml$/)
    writeFileSync(join(home, 'config', 'writ', 'config.yaml'), 'max_turns: many\n')
    const wrong = await writ(['config'])
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /^writ: the configuration \S+config\.yaml does not fit its format, schemas\/config\.schema\.json: line 1: max_turns: it is text, and has to be a number\n$/)
    rmSync(join(home, 'config'), { recursive: true })
  })

  it('completion scripts are accepted by their shells where these are here', async () => {
    const { stdout } = await writ(['completion', 'bash'])
    const asked = 'COMP_WORDS=(writ run --output-format ""); COMP_CWORD=3; _writ; echo "${COMPREPLY[*]}"; COMP_WORDS=(writ re); COMP_CWORD=1; _writ; echo "${COMPREPLY[*]}"; COMP_WORDS=(writ show ""); COMP_CWORD=2; _writ; echo "${COMPREPLY[*]}"'
    const answered = execFileSync('bash', ['-c', `${stdout}\n${asked}`], { env, encoding: 'utf8' })
    assert.equal(answered, `text json stream-json\nresume reject replay\nlatest ${storyRun}\n`)
  })

  it('sandbox passes output and exit code through and says why it ended otherwise', { skip: process.platform !== 'linux' }, async () => {
    const box = join(home, 'box')
    mkdirSync(box)
    writeFileSync(join(box, '.env'), 'TOKEN=abc')
    const [plain, readOnly, late] = await Promise.all([
      writ(['sandbox', '--repo', box, '--', 'bash', '-c', 'cat .env; echo out; echo err >&2; exit 7']),
      writ(['sandbox', '--repo', box, '--read-only', '--', 'touch', 'new']),
      writ(['sandbox', '--repo', box, '--timeout', '1', '--', 'sleep', '60']),
    ])
    assert.deepEqual([plain.code, plain.stdout, plain.stderr], [7, 'out\n', 'err\n'])
    assert.equal(readOnly.code, 1)
    assert.match(readOnly.stderr, /Read-only file system/)
    assert.equal(late.code, 124)
    assert.match(late.stderr, /stopped after 1 s/)
  })

  it('sandbox refuses what it must not show, in one sentence', async () => {
    for (const args of [['--repo', home], ['--repo', '/'], ['--repo', '/nowhere'], ['--repo', repository, '--net', 'a b']]) {
      const { code, stderr } = await writ(['sandbox', ...args, '--', 'true'])
      assert.equal(code, 2)
      assert.match(stderr, /^writ: [^\n]+\n$/)
    }
  })
})
