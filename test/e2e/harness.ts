import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startModelServer, type ModelServer } from '../../src/testing/model-server/start-model-server.ts'
import type { Reply, Script } from '../../src/testing/model-server/reply.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** A person's machine: a home, a repository, and the command line as it is shipped. */
export interface Machine {
  readonly home: string
  readonly repo: string
  readonly state: string
  git(...args: string[]): string
  write(files: Readonly<Record<string, string>>): void
  writ(args: readonly string[], options?: RunOptions): Promise<Ended>
  start(args: readonly string[], options?: RunOptions): Started
  remove(): void
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly stdin?: string
  /** In a process group of its own, as a terminal starts it. */
  readonly ownGroup?: boolean
}

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly pid: number
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<Ended>
}

/** How strong the tests are is measured only where a test asks for it (`WRIT_STRENGTH` empty): it costs each run a second. With `ownTemporary` the commands see no temporary folder but their own: what other processes left in the usual one is not theirs. */
export function makeMachine(files: Readonly<Record<string, string>>, { ownTemporary = false } = {}): Machine {
  const home = mkdtempSync(join(tmpdir(), 'writ-e2e-'))
  const temporary = ownTemporary ? { TMPDIR: join(home, 'tmp'), NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') } : {}
  if (temporary.TMPDIR !== undefined) mkdirSync(temporary.TMPDIR)
  const repo = join(home, 'project')
  mkdirSync(repo)
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=Person', '-c', 'user.email=person@example.org', '-c', 'commit.gpgsign=false', ...args], { cwd: repo, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] })
  const write = (contents: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(contents)) {
      mkdirSync(dirname(join(repo, path)), { recursive: true })
      writeFileSync(join(repo, path), text)
    }
  }
  write(files)
  git('init', '-q', '-b', 'main')
  git('config', 'user.name', 'Person')
  git('config', 'user.email', 'person@example.org')
  git('add', '-A')
  git('commit', '-qm', 'Start')
  const start = (args: readonly string[], options: RunOptions = {}): Started => {
    const child = spawn(process.execPath, [join(root, 'bin', 'writ.mjs'), ...args], {
      cwd: options.cwd ?? repo,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: options.ownGroup ?? false,
      env: { PATH: process.env.PATH, HOME: home, USER: 'person', LANG: 'C.UTF-8', CI: 'true', WRIT_DEBUG: '1', WRIT_STRENGTH: 'off', ...temporary, ...options.env },
    })
    child.stdin.end(options.stdin ?? '')
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString() })
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code: code ?? (signal ? 128 : -1), stdout, stderr }))
    })
    return { pid: child.pid ?? -1, kill: (signal) => child.kill(signal), ended }
  }
  return {
    home, repo, state: join(home, '.local', 'state', 'writ'), git, write, start,
    writ: (args, options) => start(args, options).ended,
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

/** The environment that leads Writ to a scripted model. */
export function modelEnv(server: ModelServer): Record<string, string> {
  return { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: 'sk-test-0123456789', WRIT_MODEL: 'openai-chat/scripted', WRIT_SOLVER: 'model' }
}

/** Runs a goal against a script and gives everything that came of it. */
export async function runScripted(machine: Machine, script: Script | readonly Reply[], args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended & { report: Report; server: ModelServer }> {
  const server = await startModelServer({ script })
  try {
    const ended = await machine.writ(['run', ...args, ...(args.includes('--output-format') ? [] : ['--output-format', 'json'])], { env: { ...modelEnv(server), ...env } })
    return { ...ended, report: parseReport(ended.stdout), server }
  } finally {
    await server.close()
  }
}

export type Report = { readonly outcome?: string; readonly reason?: string; readonly [key: string]: unknown }

function parseReport(text: string): Report {
  try {
    return JSON.parse(text) as Report
  } catch {
    return {}
  }
}

/** Every byte of a directory and of its index, with modes: what must not change. Branches of runs, notes about them and objects may. */
export function fingerprint(directory: string): string {
  const hash = createHash('sha256')
  const visit = (path: string, relative: string) => {
    for (const name of readdirSync(path).sort()) {
      const full = join(path, name)
      const within = `${relative}/${name}`
      if (within === '/.git/objects' || within === '/.git/refs/heads/writ' || within === '/.git/logs/refs/heads/writ' || within === '/.git/refs/notes' || within === '/.git/logs/refs/notes') continue
      const stat = lstatSync(full)
      hash.update(`${within} ${stat.mode} ${stat.isFile() ? stat.mtimeMs : ''}\n`)
      if (stat.isSymbolicLink()) hash.update(readlinkSync(full))
      else if (stat.isDirectory()) visit(full, within)
      else if (stat.isFile()) hash.update(readFileSync(full))
    }
  }
  visit(directory, '')
  return hash.digest('hex')
}

/** A machine for as long as `use` takes. */
export async function withMachine(files: Readonly<Record<string, string>>, use: (machine: Machine) => Promise<void>): Promise<void> {
  const machine = makeMachine(files)
  try {
    await use(machine)
  } finally {
    machine.remove()
  }
}

/** A small library with a fault that one of its tests shows. */
export const brokenLibrary: Readonly<Record<string, string>> = {
  'package.json': '{\n  "name": "sums",\n  "version": "1.0.0",\n  "type": "module",\n  "scripts": {\n    "test": "node --test"\n  }\n}\n',
  'src/sum.js': 'export function sum(numbers) {\n  let total = 1\n  for (const number of numbers) total += number\n  return total\n}\n\nexport function mean(numbers) {\n  if (numbers.length === 0) return 0\n  return numbers.reduce((a, b) => a + b, 0) / numbers.length\n}\n',
  'test/sum.test.js': "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { mean, sum } from '../src/sum.js'\n\ntest('sums numbers', () => {\n  assert.equal(sum([1, 2, 3]), 6)\n})\n\ntest('the sum of nothing is 0', () => {\n  assert.equal(sum([]), 0)\n})\n\ntest('mean of numbers', () => {\n  assert.equal(mean([2, 4]), 3)\n  assert.equal(mean([]), 0)\n})\n",
}

/** The edit that mends `brokenLibrary`. */
export const mend = { name: 'edit', input: { path: 'src/sum.js', edits: [{ find: 'let total = 1', replace: 'let total = 0' }] } }
export const finish = (summary = 'Start the sum at 0') => ({ name: 'finish', input: { summary, confidence: 0.9 } })
