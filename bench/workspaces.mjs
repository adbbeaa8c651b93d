// `node bench/workspaces.mjs [FILES] [ROUNDS]`: what it costs to start a child's workspace in a large repository, from a pool and from
// nothing, against a plain `git worktree add` and an overlay in a namespace of its own.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGitWorkspaces } from '../src/adapters/workspace-git/git-workspaces.ts'
import { createRunRepositories } from '../src/adapters/workspace-git/run-repositories.ts'
import { createWorktreePool } from '../src/adapters/workspace-git/worktree-pool.ts'
import { median, toTable } from './figures.mjs'

const files = Number(process.argv[2] ?? 50_000)
const rounds = Number(process.argv[3] ?? 7)
/** Files that were integrated since a worktree was made ready. */
const changed = 20
const home = realpathSync(mkdtempSync(join(tmpdir(), 'writ-workspaces-')))
const root = join(home, 'repo')
const env = { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1' }
const parent = 'run_0000000000000000'
const signal = new AbortController().signal
const rows = []

try {
  makeRepository()
  const base = git('rev-parse', 'HEAD')
  const options = { stateDir: join(home, 'state'), env }
  const repositories = createRunRepositories(options)
  const workspaces = createGitWorkspaces(options, repositories)
  const pool = await createWorktreePool({ ...options, run: parent, repository: root, repositories, workspaces })
  // The parent has a workspace of its own, as a run has.
  const own = await workspaces.create({ run: parent, repository: root, base, branch: 'writ/parent' })

  const plain = await repeat(2, (n) => git('worktree', 'add', '-q', '--detach', join(home, `plain-${n}`), base), (n) => git('worktree', 'remove', '--force', join(home, `plain-${n}`)))
  rows.push(toRow('git worktree add', plain, plain))
  const cold = await repeat(1, (n) => workspaces.create({ run: toRun(900 + n), repository: root, base, branch: 'writ/cold' }), (_, made) => made.dispose())
  rows.push(toRow('a workspace from nothing', cold, plain))
  rows.push(toRow('a worktree made ready', await repeat(1, () => pool.fill(1, base, signal)), plain))
  const children = { same: [], newer: [], snapshot: [], back: [] }
  let newest = base
  for (let round = 0; round < rounds; round += 1) {
    const files = new Map(Array.from({ length: changed }, (_, n) => [toName((round * 7919 + n * 613) % (Number(process.argv[2] ?? 50_000))), Buffer.from(`round ${round} ${n}\n`)]))
    await own.write(files)
    newest = (await own.commit({ message: `Round ${round}`, parent: newest, trailers: [] })).commit
    for (const kind of ['newer', 'same']) {
      const began = performance.now()
      const child = await pool.start({ run: toRun(round * 2 + (kind === 'same' ? 1 : 0)), repository: root, base: newest, branch: 'writ/child' })
      children[kind].push(performance.now() - began)
      children.snapshot.push(await time(() => child.snapshot(signal)))
      await child.write(new Map([['d0/made.txt', Buffer.from('made\n')]]))
      children.back.push(await time(() => child.dispose()))
    }
  }
  rows.push(toRow(`started from the pool, ${changed} files integrated since`, children.newer, plain))
  rows.push(toRow('started from the pool, nothing integrated since', children.same, plain))
  rows.push(toRow('  its first snapshot', children.snapshot, plain))
  rows.push(toRow('  given back', children.back, plain))
  for (const [name, values] of tryOverlay()) rows.push(toRow(name, values, plain))
  process.stdout.write(`${toTable([`${files} files`, 'median, ms', 'least, ms', 'most, ms', 'of git worktree add'], rows)}\n`)
  await pool.dispose()
  await own.dispose()
} finally {
  rmSync(home, { recursive: true, force: true })
}

function git(...args) {
  return execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], { cwd: root, env, encoding: 'utf8', maxBuffer: 1e9 }).trim()
}

function toName(n) {
  return `d${n % 40}/e${Math.floor(n / 50)}/f${n}.js`
}

function makeRepository() {
  for (let n = 0; n < files; n += 1) {
    const name = join(root, toName(n))
    if (n % 50 < 40) mkdirSync(join(name, '..'), { recursive: true })
    writeFileSync(name, `// ${n}\n`.repeat(20))
  }
  git('init', '-q', '.')
  git('add', '-A')
  git('commit', '-q', '-m', 'start')
  git('repack', '-adq')
}

function toRun(n) {
  return `run_${String(n + 1).padStart(16, '0')}`
}

async function time(work) {
  const began = performance.now()
  await work()
  return performance.now() - began
}

async function repeat(count, work, after = () => undefined) {
  const times = []
  for (let n = 0; n < count; n += 1) {
    let made
    times.push(await time(async () => (made = await work(n))))
    await after(n, made)
  }
  return times
}

function toRow(name, values, against) {
  return [name, median(values), Math.min(...values), Math.max(...values), median(values) / median(against)]
}

/** What we do not do: see docs/decisions. Nothing outside of the namespace sees these files. */
function tryOverlay() {
  const script = `set -e; mount -t tmpfs t "$2"; mkdir "$2/u" "$2/w" "$2/m"; now() { date +%s%N; }
a=$(now); mount -t overlay -o "lowerdir=$1,upperdir=$2/u,workdir=$2/w,userxattr" o "$2/m"; b=$(now); cd "$2/m"; git -c safe.directory='*' status --porcelain >/dev/null; c=$(now); git -c safe.directory='*' status --porcelain >/dev/null; d=$(now); echo $((b-a)) $((c-b)) $((d-c))`
  const top = mkdtempSync(join(home, 'overlay-'))
  try {
    const times = Array.from({ length: rounds }, () => execFileSync('unshare', ['-Urm', '/bin/sh', '-c', script, 'sh', root, top], { env, encoding: 'utf8' }).trim().split(' ').map((text) => Number(text) / 1e6))
    return ['an overlay in a namespace: mount', '  its first git status', '  its second git status'].map((name, index) => [name, times.map((each) => each[index])])
  } catch (thrown) {
    process.stderr.write(`no overlay here: ${thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown)}\n`)
    return []
  }
}
