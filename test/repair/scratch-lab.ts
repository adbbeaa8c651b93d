import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../../src/engine/ports/solver.ts'
import type { SandboxResult } from '../../src/engine/ports/sandbox.ts'
import type { Check } from '../../src/protocol/contract.ts'
import type { CheckOutcome } from '../../src/protocol/evidence.ts'
import type { NewEvent } from '../../src/protocol/events/event.ts'
import { toCases } from '../../src/adapters/check-command/to-cases.ts'
import { Digest, TreeId } from '../../src/protocol/ids.ts'

const reporters = fileURLToPath(new URL('../../src/adapters/check-command/reporters', import.meta.url))
const nodeDir = path.dirname(process.execPath)

/** A lab over copies of a folder, with plain processes and no sandbox: for tests of the solver alone. */
export class ScratchLab implements Lab {
  readonly home: string
  readonly events: NewEvent[] = []
  private readonly contents = new Map<string, string>()
  private readonly idle: string[] = []
  private readonly copies: string[] = []
  private readonly until: number
  private readonly base: string

  constructor(files: ReadonlyMap<string, string>, timeMs: number) {
    this.base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'writ-lab-')))
    for (const [name, text] of files) this.contents.set(name, text)
    this.until = Date.now() + timeMs
    this.home = this.take()
    this.idle.push(this.home)
  }

  private take(): string {
    const free = this.idle.pop()
    if (free !== undefined) return free
    const made = path.join(this.base, `copy-${this.copies.length}`)
    this.copies.push(made)
    fs.mkdirSync(made)
    for (const [name, text] of this.contents) this.put(made, name, text)
    return made
  }

  private put(root: string, name: string, text: string | undefined): void {
    const full = path.join(root, name)
    if (text === undefined) return fs.rmSync(full, { force: true })
    fs.mkdirSync(path.dirname(full), { recursive: true })
    fs.writeFileSync(full, text)
  }

  /** A copy with the files in place while `use` runs. Copies are told apart by path, so only `home` serves what names it. */
  private async withFiles<T>(files: ReadonlyMap<string, string>, use: (root: string) => Promise<T>): Promise<T> {
    const root = this.take()
    for (const [name, text] of files) this.put(root, name, text)
    try {
      return await use(root)
    } finally {
      for (const name of files.keys()) this.put(root, name, this.contents.get(name))
      this.idle.push(root)
    }
  }

  async files(): Promise<readonly string[]> {
    return [...this.contents.keys()]
  }

  async read(name: string): Promise<string | undefined> {
    return this.contents.get(name)
  }

  apply(name: string, text: string): void {
    this.contents.set(name, text)
    for (const copy of this.copies) this.put(copy, name, text)
  }

  tryFiles(files: ReadonlyMap<string, string>, check: Check, options: { only?: readonly string[]; timeoutMs: number }): Promise<CheckOutcome> {
    return this.withFiles(files, (root) => runCheck(root, check, options.timeoutMs))
  }

  run(argv: readonly string[], options: { files?: ReadonlyMap<string, string>; env?: Readonly<Record<string, string>>; timeoutMs: number; stdin?: Uint8Array }): Promise<SandboxResult> {
    return this.withFiles(options.files ?? new Map(), (root) => {
      const stdin = options.stdin === undefined ? undefined : Buffer.from(Buffer.from(options.stdin).toString('utf8').replaceAll(JSON.stringify(this.home), JSON.stringify(root)))
      const written = options.files?.get('.writ-lane/work.json')
      if (written !== undefined) this.put(root, '.writ-lane/work.json', written.replaceAll(JSON.stringify(this.home), JSON.stringify(root)))
      return runProcess(argv, { cwd: root, env: options.env ?? {}, timeoutMs: options.timeoutMs, stdin })
    })
  }

  async recent(): Promise<readonly []> {
    return []
  }

  async findings(): Promise<readonly []> {
    return []
  }

  remainingMs(): number {
    return this.until - Date.now()
  }

  async record(event: NewEvent & { type: 'candidate.tried' | 'repair.judged' | 'repair.searched' }): Promise<void> {
    this.events.push(event)
  }

  dispose(): void {
    fs.rmSync(this.base, { recursive: true, force: true })
  }
}

interface ProcessOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly stdin?: Uint8Array | undefined
}

function runProcess(argv: readonly string[], options: ProcessOptions): Promise<SandboxResult> {
  const began = performance.now()
  const { PATH = '', HOME = '', TMPDIR = os.tmpdir() } = process.env
  const kid = spawn(argv[0] ?? '', argv.slice(1), { cwd: options.cwd, detached: true, env: { PATH: `${nodeDir}:${PATH}`, HOME, TMPDIR, ...options.env } })
  const out: Buffer[] = []
  const err: Buffer[] = []
  kid.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  kid.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  kid.stdin.on('error', () => undefined) // a process that does not read its input is its own business
  kid.stdin.end(options.stdin)
  let late = false
  const timer = setTimeout(() => {
    late = true
    if (kid.pid !== undefined) process.kill(-kid.pid, 'SIGKILL')
  }, options.timeoutMs)
  return new Promise((resolve, reject) => {
    kid.on('error', reject)
    kid.on('close', (code) => {
      clearTimeout(timer)
      const [stdout, stderr] = [Buffer.concat(out), Buffer.concat(err)]
      resolve({ ended: late ? 'timeout' : 'exited', exitCode: code ?? undefined, durationMs: performance.now() - began, stdout, stderr, output: Buffer.concat([stdout, stderr]), droppedBytes: 0, notes: [] })
    })
  })
}

/** Runs a check with the project's own reporters; their seals are not verified here. */
export async function runCheck(root: string, check: Check, timeoutMs: number): Promise<CheckOutcome> {
  const report = fs.mkdtempSync(path.join(os.tmpdir(), 'writ-report-'))
  try {
    for (let n = 0; n < 16; n++) fs.writeFileSync(path.join(report, `key-${n}`), 'key')
    const result = await runProcess(['bash', '-c', check.command], {
      cwd: root, timeoutMs,
      env: {
        WRIT_REPORT: report, WRIT_ROOT: root, NO_COLOR: '1', PYTHONPATH: `${reporters}/python`, PYTHONDONTWRITEBYTECODE: '1', PYTEST_ADDOPTS: '-p writ_pytest',
        NODE_OPTIONS: `--test-reporter=${reporters}/node.mjs --test-reporter-destination=${report}/unused --test-reporter=spec --test-reporter-destination=stdout`,
      },
    })
    const lines = fs.readdirSync(report).filter((name) => name.startsWith('stream-')).flatMap((name) => fs.readFileSync(path.join(report, name), 'utf8').split('\n'))
    const records = lines.filter((line) => line !== '').map((line) => JSON.parse(line.slice(line.indexOf(' ') + 1)))
    const cases = toCases(records.filter((record) => record.t === 'case'))
    const text = Buffer.from(result.output).toString('utf8')
    return {
      checkId: check.id, command: check.command, durationMs: result.durationMs, tree: TreeId.parse('0'.repeat(40)), tail: text.slice(-4000), notes: [],
      status: result.ended === 'timeout' ? 'timed-out' : result.exitCode === 0 ? 'passed' : 'failed',
      output: { digest: Digest.parse(createHash('sha256').update(result.output).digest('hex')), bytes: result.output.length },
      tests: { runner: 'any', cases, complete: records.some((record) => record.t === 'end') },
    }
  } finally {
    fs.rmSync(report, { recursive: true, force: true })
  }
}
