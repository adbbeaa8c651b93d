import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { NewEvent } from '../../protocol/events/event.ts'
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

function writ(args: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env: { ...env, ...extra }, cwd: home, maxBuffer: 10_000_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

function git(...args: string[]): string {
  const settings = ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'commit.gpgSign=false']
  return execFileSync('git', [...settings, ...args], { cwd: repository, encoding: 'utf8', env: { ...env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' } }).trim()
}

/** A stored run whose base and result are these real commits. */
async function store(options: StoryOptions, commits: { base: string; result: string }): Promise<void> {
  const told = storyEvents({ ...options, root: repository })
  const result = told.findLast((event) => event.type === 'commit.created')?.data.commit ?? ''
  const events = JSON.parse(JSON.stringify(told).replaceAll(storyBase, commits.base).replaceAll(result, commits.result)) as NewEvent[]
  const log = createJsonlLog({ stateDir: state, clock: { now: () => Date.now() }, index: createSqliteIndex({ path: join(state, 'index.db') }) })
  const rollout = await log.create(storyRun)
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
    const child = spawn(process.execPath, [main, 'log', 'latest', '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
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

describe('commands about this machine', () => {
  it('config says where each value comes from and shows no secret', async () => {
    mkdirSync(join(home, 'config', 'writ'), { recursive: true })
    writeFileSync(join(home, 'config', 'writ', 'config.yaml'), 'max_turns: 17\nsandbox:\n  memory_mb: 999\n')
    const { code, stdout } = await writ(['config', '--json'], { OPENAI_API_KEY: 'sk-very-secret' })
    assert.equal(code, 0)
    assert.doesNotMatch(stdout, /very-secret/)
    const { values, paths } = JSON.parse(stdout) as { values: Record<string, { value: unknown; source: string }>; paths: Record<string, { value: unknown }> }
    assert.deepEqual([values['max_turns']?.value, values['sandbox.memory_mb']?.value, values['solver']?.value, paths['state']?.value], [17, 999, 'model', state])
    assert.match(values['max_turns']?.source ?? '', /config\.yaml$/)
    writeFileSync(join(home, 'config', 'writ', 'config.yaml'), 'max_turns: many\n')
    const wrong = await writ(['config'])
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /^writ: the configuration \S+config\.yaml does not fit: max_turns [^\n]*\n$/)
    rmSync(join(home, 'config'), { recursive: true })
  })

  it('completion scripts are accepted by their shells where these are here', async () => {
    const { stdout } = await writ(['completion', 'bash'])
    const asked = 'COMP_WORDS=(writ run --output-format ""); COMP_CWORD=3; _writ; echo "${COMPREPLY[*]}"; COMP_WORDS=(writ re); COMP_CWORD=1; _writ; echo "${COMPREPLY[*]}"; COMP_WORDS=(writ show ""); COMP_CWORD=2; _writ; echo "${COMPREPLY[*]}"'
    const answered = execFileSync('bash', ['-c', `${stdout}\n${asked}`], { env, encoding: 'utf8' })
    assert.equal(answered, `text json stream-json\nresume reject\nlatest ${storyRun}\n`)
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
