import { spawn } from 'node:child_process'
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ValidationSettings } from '../domain/validation/settings.ts'
import type { Sandbox, SandboxResult } from '../engine/ports/sandbox.ts'
import type { Subject } from '../engine/ports/validation.ts'
import type { FileMode } from '../engine/ports/workspace.ts'
import type { Contract } from '../protocol/contract.ts'
import type { FileChange } from '../protocol/events/workspace.ts'
import { TreeId } from '../protocol/ids.ts'

/** A text, bytes, an executable text, or a link. */
export type SubjectFile = string | Uint8Array | { readonly executable: string } | { readonly link: string }

export interface SubjectOptions {
  readonly base: Readonly<Record<string, SubjectFile>>
  /** What the result has beside the base; undefined: deleted. */
  readonly result: Readonly<Record<string, SubjectFile | undefined>>
  readonly settings?: unknown
  readonly contract?: Contract
  /** Folders of dependencies that both sides see, by the path at which they do: links to where they lie. */
  readonly dependencies?: Readonly<Record<string, string>>
  /** Commands run in it; without one they run as they are, in this machine's own environment. */
  readonly sandbox?: Sandbox
}

/** A subject for the tests of validators: two real directories, and commands that really run in them. */
export interface TestSubject extends Subject {
  readonly roots: Readonly<Record<Side, string>>
  dispose(): Promise<void>
}

type Side = 'result' | 'base'

export async function makeSubject(options: SubjectOptions): Promise<TestSubject> {
  const home = await mkdtemp(join(tmpdir(), 'writ-subject-'))
  const roots = { base: join(home, 'base', 'project'), result: join(home, 'result', 'project') }
  const result = Object.fromEntries(Object.entries({ ...options.base, ...options.result }).filter((entry): entry is [string, SubjectFile] => entry[1] !== undefined))
  const contents = { base: options.base, result }
  for (const side of ['base', 'result'] as const) {
    await mkdir(roots[side], { recursive: true })
    for (const [path, file] of Object.entries(contents[side])) await place(join(roots[side], path), file)
    for (const [path, host] of Object.entries(options.dependencies ?? {})) {
      await mkdir(dirname(join(roots[side], path)), { recursive: true })
      await symlink(host, join(roots[side], path))
    }
  }
  const signal = new AbortController().signal
  const run: Subject['run'] = async (on, command) => {
    for (const [path, bytes] of command.files ?? []) await place(join(roots[on], path), bytes)
    try {
      return await (options.sandbox === undefined ? runHere(roots[on], command) : runInside(options.sandbox, roots[on], command, options.dependencies ?? {}, signal))
    } finally {
      for (const path of command.files?.keys() ?? []) await rm(join(roots[on], path), { force: true })
    }
  }
  const read = async (side: Side, path: string): Promise<Uint8Array | undefined> => {
    if (!(path in contents[side])) return undefined
    const at = join(roots[side], path)
    return (await lstat(at)).isSymbolicLink() ? new TextEncoder().encode(await readlink(at)) : readFile(at)
  }
  return {
    roots, signal, run,
    changes: await compare(contents, read),
    settings: ValidationSettings.parse(options.settings ?? {}),
    contract: options.contract,
    baseline: [],
    files: async () => Object.keys(result).toSorted(),
    read: (path) => read('result', path),
    readBase: (path) => read('base', path),
    modes: async (on) => new Map(Object.entries(contents[on]).map(([path, file]) => [path, modeOf(file)])),
    at: (on, work) => work({ root: roots[on], home: roots[on], tree: TreeId.parse('0'.repeat(40)), mounts: [{ mode: 'rw', host: roots[on], at: roots[on] }] }),
    has: async (program) => (await run('result', { argv: ['sh', '-c', 'command -v "$1"', 'sh', program], timeoutMs: 10_000 })).exitCode === 0,
    dispose: () => rm(home, { recursive: true, force: true }),
  }
}

function modeOf(file: SubjectFile): FileMode {
  if (typeof file === 'string' || file instanceof Uint8Array) return '100644'
  return 'link' in file ? '120000' : '100755'
}

async function place(at: string, file: SubjectFile): Promise<void> {
  await mkdir(dirname(at), { recursive: true })
  if (typeof file === 'string' || file instanceof Uint8Array) await writeFile(at, file)
  else if ('link' in file) await symlink(file.link, at)
  else await writeFile(at, file.executable, { mode: 0o755 })
}

async function compare(contents: Readonly<Record<Side, Readonly<Record<string, SubjectFile>>>>, read: (side: Side, path: string) => Promise<Uint8Array | undefined>): Promise<readonly FileChange[]> {
  const changes: FileChange[] = []
  for (const path of [...new Set([...Object.keys(contents.base), ...Object.keys(contents.result)])].toSorted()) {
    const [before, after] = await Promise.all([read('base', path), read('result', path)])
    const same = before !== undefined && after !== undefined && Buffer.compare(before, after) === 0
    const [from, to] = [contents.base[path], contents.result[path]]
    const sameMode = from !== undefined && to !== undefined && modeOf(from) === modeOf(to)
    if (same && sameMode) continue
    const binary = [before, after].some((bytes) => bytes?.includes(0) === true)
    const count = (bytes: Uint8Array | undefined): number => (binary || bytes === undefined ? 0 : Buffer.from(bytes).toString().split('\n').length - 1)
    const kind = before === undefined ? 'added' : after === undefined ? 'deleted' : same ? 'mode' : 'modified'
    changes.push({ path, kind, added: same ? 0 : count(after), removed: same ? 0 : count(before), binary })
  }
  return changes
}

type Command = Parameters<Subject['run']>[1]

function runHere(root: string, command: Command): Promise<SandboxResult> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const [program = '', ...words] = command.argv
    const child = spawn(program, words, { cwd: root, env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...command.env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: command.timeoutMs })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const output: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => { stdout.push(chunk); output.push(chunk) })
    child.stderr.on('data', (chunk: Buffer) => { stderr.push(chunk); output.push(chunk) })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({
      ended: signal === 'SIGTERM' ? 'timeout' : 'exited', exitCode: code ?? undefined, durationMs: performance.now() - began,
      stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), output: Buffer.concat(output), droppedBytes: 0, notes: [],
    }))
  })
}

function runInside(sandbox: Sandbox, root: string, command: Command, dependencies: Readonly<Record<string, string>>, signal: AbortSignal): Promise<SandboxResult> {
  return sandbox.run({
    argv: command.argv, cwd: root, env: command.env ?? {}, net: { mode: 'none' },
    mounts: [{ mode: 'rw', host: root, at: root }, ...Object.values(dependencies).map((host) => ({ mode: 'ro' as const, host, at: host }))],
    limits: { timeoutMs: command.timeoutMs, memoryMb: 2048, pids: 256, outputBytes: 8 * 2 ** 20, diskBytes: 2 ** 30 },
  }, signal)
}

/** A tree of files on the disk as a subject takes it, for looking at a whole project: `skip` are names of folders. */
export async function readFolder(root: string, skip: readonly string[], below = ''): Promise<Readonly<Record<string, Uint8Array>>> {
  const files: Record<string, Uint8Array> = {}
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory() && !skip.includes(entry.name)) Object.assign(files, await readFolder(root, skip, path))
    else if (entry.isFile()) files[path] = await readFile(join(root, path))
  }
  return files
}
