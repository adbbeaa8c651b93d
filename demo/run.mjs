/**
 * `npm run demo`: puts the repository under `demo/repository` into a fresh temporary folder, as a git repository with
 * a short history, and has Writ mend it without a model. Exits with Writ's exit code. The folder is kept.
 */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureBubblewrap } from '../scripts/ensure-bubblewrap.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const GOAL = 'make the failing tests pass'
const PYTHON_CHECK = 'python3 -m unittest discover -s reports/tests -t reports'

/** What was committed when. The last entry takes whatever is left. */
const HISTORY = [
  {
    date: '2024-03-04T09:12:00+00:00',
    message: 'Price and store orders',
    paths: ['README.md', 'package.json', '.gitignore', 'service/order*.ts', 'service/invalid-input.ts',
      'service/money.ts', 'service/pricing.ts', 'test/order-store.test.ts', 'test/pricing.test.ts'],
  },
  {
    date: '2024-03-07T15:40:00+00:00',
    message: 'Deliver order events by webhook, signed and with retries',
    paths: ['service/retry.ts', 'service/signature.ts', 'service/dispatcher.ts', 'service/http-transport.ts',
      'test/retry.test.ts', 'test/signature.test.ts', 'test/delivery.test.ts'],
  },
  {
    date: '2024-03-13T11:05:00+00:00',
    message: 'Serve orders over HTTP, with tokens, pages and a CSV export',
    paths: ['service', 'test'],
  },
  { date: '2024-03-20T08:30:00+00:00', message: 'Say how to work here, and report on exported orders', paths: ['.'] },
]

const say = (text) => process.stderr.write(`${text}\n`)

function fail(text) {
  say(text)
  process.exit(1)
}

/** True when there is a python3 that can run the reports and their tests. */
function hasPython() {
  const probe = 'import sys, csv, dataclasses, unittest; sys.exit(sys.version_info < (3, 9))'
  return spawnSync('python3', ['-c', probe], { stdio: 'ignore', timeout: 20_000 }).status === 0
}

/** Runs git in the folder, free of the caller's repository, hooks and signing. */
function git(folder, args, date) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  const who = { GIT_AUTHOR_NAME: 'Demo', GIT_AUTHOR_EMAIL: 'demo@example.com',
    GIT_COMMITTER_NAME: 'Demo', GIT_COMMITTER_EMAIL: 'demo@example.com' }
  const when = date === undefined ? {} : { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
  const settings = ['-c', 'commit.gpgSign=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.autocrlf=false']
  const env = { ...Object.fromEntries(inherited), ...who, ...when }
  const result = spawnSync('git', [...settings, ...args], { cwd: folder, encoding: 'utf8', env, timeout: 60_000 })
  if (result.error !== undefined) fail(`The demo needs git, and could not start it: ${result.error.message}`)
  if (result.status !== 0) fail(`git ${args.join(' ')} failed in ${folder}:\n${result.stderr}`)
}

function makeRepository(withPython) {
  const folder = mkdtempSync(join(tmpdir(), 'writ-demo-'))
  const leftOut = new Set(['node_modules', '__pycache__', ...(withPython ? [] : ['reports'])])
  cpSync(join(ROOT, 'demo', 'repository'), folder, {
    recursive: true,
    filter: (source) => !leftOut.has(basename(source)),
  })
  git(folder, ['init', '-q', '-b', 'main', '--template='])
  // So that accepting the result works on a machine where git does not know its user yet.
  git(folder, ['config', 'user.name', 'Demo'])
  git(folder, ['config', 'user.email', 'demo@example.com'])
  for (const { date, message, paths } of HISTORY) {
    git(folder, ['add', '--', ...paths])
    git(folder, ['commit', '-q', '-m', message], date)
  }
  return folder
}

if (Number(process.versions.node.split('.')[0]) < 24) fail('The demo needs Node 24: start it with "npm run demo".')

if (process.platform === 'linux') {
  const sandbox = await ensureBubblewrap()
  if (sandbox.message) say(sandbox.message)
  if (!sandbox.ok) process.exit(1)
}

const withPython = hasPython()
const folder = makeRepository(withPython)
const checks = ['--check', 'npm test', ...(withPython ? ['--check', PYTHON_CHECK] : [])]
const kinds = withPython ? 'a TypeScript service and a Python package' : 'a TypeScript service'

say(`A small repository, ${kinds} with tests that fail, is now in ${folder}`)
say(`Writ gets the goal "${GOAL}" and works on a branch of its own; no model, no key, no network.`)
say('It looks for the faults, tries repairs in the sandbox, and proves the result in a clean checkout.')
say('The folder is kept, so that you can look at the result, accept it or throw it away.')
if (!withPython) say('The Python part is left out: there is no python3 (3.9 or newer, with unittest) on this machine.')
say('')

// Ctrl-C reaches Writ as well, which stops cleanly and says so; this process only waits for it.
process.on('SIGINT', () => {})
const path = `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`
const writ = [join(ROOT, 'bin', 'writ.mjs'), 'run', GOAL, '--yes', '--repo', folder, ...checks, '--solver', 'repair']
const child = spawn(process.execPath, writ, { stdio: 'inherit', env: { ...process.env, PATH: path } })
child.on('error', (error) => fail(`Could not start Writ: ${error.message}`))
child.on('exit', (code, signal) => {
  if (code === 0) {
    say('')
    say('From this folder, the same commands for the demo:')
    say(`  look at it   npm run writ -- diff latest --repo ${folder}`)
    say(`  accept it    npm run writ -- accept latest --repo ${folder}`)
    say(`  undo that    npm run writ -- undo latest --repo ${folder}`)
    say(`  read it      npm run writ -- log latest --repo ${folder}`)
  }
  process.exit(code ?? 128 + constants.signals[signal])
})
