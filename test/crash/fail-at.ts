/**
 * Loaded into Writ's own process with `node --import`, before the first line of Writ: counts every change that the process
 * makes to the disk (and every process that it starts), and at one of them dies, dies in the middle of it, or meets a fault
 * of the disk from there on. The product knows nothing of it. `WRIT_TEST_FAIL` says what, as JSON (`Plan`).
 */
import childProcess from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync } from 'node:sqlite'

export interface Plan {
  /** The operation at which it happens, from 1; 0 only counts. */
  readonly at: number
  /**
   * `before` dies before it, `half` in the middle of it (where it can be cut: half of the bytes have reached the file),
   * `after` right after it; `outage` dies before it, and whatever was written and not flushed is gone, as after a loss of
   * power; an error code is thrown by this and every later operation that needs the disk.
   */
  readonly how: 'before' | 'half' | 'after' | 'outage' | 'ENOSPC' | 'EROFS' | 'EIO'
  /** Only what happens below these directories counts. */
  readonly under: readonly string[]
  /** Gets a line for each operation: its number, its name and its path. */
  readonly trace?: string
  /** Milliseconds by which the clock jumps at the operation. */
  readonly clock?: number
}

type Call = (...args: unknown[]) => unknown
type Table = Record<string, Call>

const plan = JSON.parse(process.env['WRIT_TEST_FAIL'] ?? '{"at":0,"how":"before","under":[]}') as Plan
const real = { ...fs } as unknown as Table
const paths = new Map<number, string>()
let count = 0
let inside = false

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
}

function toPath(value: unknown): string {
  if (typeof value === 'number') return paths.get(value) ?? ''
  const text = Buffer.isBuffer(value) ? value.toString('utf8') : String(value)
  const through = /^\/proc\/self\/fd\/(\d+)(\/.*)?$/.exec(text)
  return through ? (paths.get(Number(through[1])) ?? '') + (through[2] ?? '') : text
}

function isWatched(path: string): boolean {
  return plan.under.some((directory) => path === directory || path.startsWith(`${directory}/`))
}

/** What this process wrote and did not flush, with the bytes that are safe; files of other processes are left as they are. */
const unflushed = new Map<string, number>()

function note(name: string, path: string, from?: string): void {
  if (/sync|fdatasync/.test(name) && !name.endsWith('Sync') || name === 'fsyncSync') unflushed.delete(path)
  else if (/^rename/.test(name) && from !== undefined) {
    const size = unflushed.get(from)
    unflushed.delete(from)
    if (size !== undefined) unflushed.set(path, size)
  } else if (/^(write|append)/.test(name) && !unflushed.has(path)) unflushed.set(path, path.endsWith('/rollout.jsonl') ? safeSize : 0)
  if (path.endsWith('/rollout.jsonl') && !unflushed.has(path)) safeSize = (real['statSync']?.(path, { throwIfNoEntry: false }) as { size: number } | undefined)?.size ?? 0
}
let safeSize = 0

function losePower(): void {
  for (const [path, size] of unflushed) {
    if (!real['existsSync']?.(path)) continue
    // git's objects may not be written again, not even by their owner.
    real['chmodSync']?.(path, 0o600)
    real['truncateSync']?.(path, size)
  }
}

interface Doing {
  readonly name: string
  readonly path: string
  /** For a rename. */
  readonly from?: string
  /** Does half of it. Left out where it cannot be cut. */
  readonly half?: () => unknown
  /** Whether a full or broken disk can refuse it. */
  readonly needsDisk: boolean
}

/** One operation: counted, and ended where the plan says so. */
function step<T>(doing: Doing, whole: () => T): T {
  if (inside || !isWatched(doing.path)) return whole()
  count += 1
  const mine = count
  if (plan.trace !== undefined) quietly(() => real['appendFileSync']?.(plan.trace, `${mine} ${doing.name} ${doing.path}\n`))
  if (plan.at === 0 || mine < plan.at) {
    if (plan.how !== 'outage') return quietly(whole)
    // A flush covers what was written when it began; this process waits for it before it goes on.
    const done = quietly(whole)
    note(doing.name.split(' ')[0] ?? '', doing.path, doing.from)
    return done
  }
  if (plan.clock !== undefined) {
    const { now } = Date
    if (mine === plan.at) Date.now = () => now() + (plan.clock ?? 0)
    return quietly(whole)
  }
  if (plan.how === 'before') die()
  if (plan.how === 'outage') {
    quietly(losePower)
    die()
  }
  if (plan.how === 'half') {
    quietly(() => doing.half?.())
    die()
  }
  if (plan.how === 'after') {
    quietly(whole)
    die()
  }
  // A pipe takes no room.
  if (!doing.needsDisk || doing.path.includes('/writ-pipes-')) return quietly(whole)
  if (mine === plan.at) quietly(() => doing.half?.())
  throw Object.assign(new Error(`${plan.how}: ${messages[plan.how]}, ${doing.name} '${doing.path}'`), { code: plan.how, errno: -1, syscall: doing.name, path: doing.path })
}

const messages = { ENOSPC: 'no space left on device', EROFS: 'read-only file system', EIO: 'i/o error' }

/** What the real functions call among themselves is not counted twice. */
function quietly<T>(work: () => T): T {
  const before = inside
  inside = true
  try {
    return work()
  } finally {
    inside = before
  }
}

const table = fs as unknown as Table
const promises = fs.promises as unknown as Table
const realPromises = { ...fs.promises } as unknown as Table

/** A write to a rollout is named for the events in it. */
function toName(name: string, path: string, data: unknown): string {
  if (!path.endsWith('/rollout.jsonl') || data === undefined) return name
  const types = [...Buffer.from(data as Uint8Array).toString('utf8').matchAll(/"seq":\d+,"type":"([a-z.-]+)","v":\d+\}$/gm)].map((match) => match[1])
  return `${name} ${types.join('+')}`
}

function wrapSync(name: string, toDoing: (...args: unknown[]) => Omit<Doing, 'name'>): void {
  const call = real[name]
  if (call === undefined) throw new Error(`fs has no ${name}`)
  table[name] = (...args) => {
    const doing = toDoing(...args)
    return step({ name: toName(name, doing.path, name === 'writeSync' ? args[1] : undefined), ...doing }, () => call(...args))
  }
}

function halfOf(data: unknown): Buffer {
  const bytes = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data as Uint8Array)
  return bytes.subarray(0, bytes.length >> 1)
}

/** Keeps which path each descriptor stands for. */
function remember(fd: unknown, path: string): unknown {
  if (typeof fd === 'number') paths.set(fd, path)
  return fd
}

const writing = fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC
function canWrite(flags: unknown): boolean {
  return typeof flags === 'number' ? (flags & writing) !== 0 : /[wa+]/.test(String(flags ?? 'r'))
}

const openSync = real['openSync'] as Call
table['openSync'] = (path, flags, mode) => {
  const where = toPath(path)
  if (!canWrite(flags)) return remember(openSync(path, flags, mode), where)
  return step({ name: 'open', path: where, needsDisk: true }, () => remember(openSync(path, flags, mode), where))
}
const closeSync = real['closeSync'] as Call
table['closeSync'] = (fd) => {
  paths.delete(fd as number)
  return closeSync(fd)
}
wrapSync('writeSync', (fd, data, offset, length, position) => ({
  path: toPath(fd), needsDisk: true,
  half: () => {
    const text = typeof data === 'string'
    const bytes = text ? Buffer.from(data) : Buffer.from(data as Uint8Array).subarray(Number(offset ?? 0), Number(offset ?? 0) + Number(length ?? (data as Uint8Array).length))
    return real['writeSync']?.(fd, bytes, 0, bytes.length >> 1, text ? null : (position ?? null))
  },
}))
wrapSync('writeFileSync', (path, data, options) => ({ path: toPath(path), needsDisk: true, half: () => real['writeFileSync']?.(path, halfOf(data), options) }))
wrapSync('appendFileSync', (path, data, options) => ({ path: toPath(path), needsDisk: true, half: () => real['appendFileSync']?.(path, halfOf(data), options) }))
for (const name of ['mkdirSync', 'mkdtempSync', 'symlinkSync', 'linkSync', 'copyFileSync', 'cpSync', 'renameSync']) {
  const target = name === 'mkdirSync' || name === 'mkdtempSync' ? 0 : 1
  wrapSync(name, (...args) => ({ path: toPath(args[target]), needsDisk: true, ...(name === 'renameSync' ? { from: toPath(args[0]) } : {}) }))
}
for (const name of ['rmSync', 'rmdirSync', 'unlinkSync', 'chmodSync', 'utimesSync', 'truncateSync', 'ftruncateSync', 'fsyncSync']) {
  wrapSync(name, (path) => ({ path: toPath(path), needsDisk: name === 'fsyncSync' }))
}
const fdatasync = real['fdatasync'] as Call
table['fdatasync'] = (fd, done) => {
  try {
    return step({ name: 'fdatasync', path: toPath(fd), needsDisk: true }, () => fdatasync(fd, done))
  } catch (thrown) {
    return setImmediate(() => (done as Call)(thrown))
  }
}

for (const name of ['writeFile', 'appendFile', 'mkdir', 'mkdtemp', 'symlink', 'rename', 'copyFile', 'cp', 'rm', 'rmdir', 'unlink']) {
  const call = realPromises[name] as Call
  const target = ['rename', 'symlink', 'copyFile', 'cp'].includes(name) ? 1 : 0
  promises[name] = async (...args: unknown[]) => step({
    name, path: toPath(args[target]), ...(name === 'rename' ? { from: toPath(args[0]) } : {}), needsDisk: !name.startsWith('rm') && name !== 'unlink',
    ...(name === 'writeFile' && typeof args[0] !== 'object' ? { half: () => real['writeFileSync']?.(args[0], halfOf(args[1]), args[2]) } : {}),
  }, () => call(...args))
}
const open = realPromises['open'] as Call
promises['open'] = async (path, flags, mode) => {
  const where = toPath(path)
  const opened = async (): Promise<unknown> => watchHandle((await open(path, flags, mode)) as fs.promises.FileHandle, where)
  return canWrite(flags) ? step({ name: 'open', path: where, needsDisk: true }, opened) : opened()
}

/** A handle that was opened by a promise has its own ways to write. */
function watchHandle(handle: fs.promises.FileHandle, path: string): fs.promises.FileHandle {
  paths.set(handle.fd, path)
  const own = handle as unknown as Table
  for (const name of ['write', 'writeFile', 'truncate', 'sync', 'datasync', 'chmod', 'utimes']) {
    const call = own[name]?.bind(handle) as Call
    own[name] = async (...args) => step({
      name, path, needsDisk: !['truncate', 'chmod', 'utimes'].includes(name),
      ...(name.startsWith('write') ? { half: () => real['writeSync']?.(handle.fd, halfOf(args[0]), 0, undefined, name === 'write' ? args[3] : undefined) } : {}),
    }, () => call(...args))
  }
  return handle
}

const { spawn } = childProcess
const spawned = childProcess as unknown as Table
spawned['spawn'] = (...args) => step({ name: `spawn ${String(args[0]).split('/').at(-1)}`, path: plan.under[0] ?? '', needsDisk: false }, () => (spawn as unknown as Call)(...args))

for (const name of ['exec', 'prepare'] as const) {
  const call = DatabaseSync.prototype[name] as Call
  ;(DatabaseSync.prototype as unknown as Table)[name] = function (this: DatabaseSync, sql: unknown) {
    return step({ name: `sql ${String(sql).trim().split(/\s/)[0]}`, path: plan.under[0] ?? '', needsDisk: false }, () => call.call(this, sql))
  }
}

syncBuiltinESMExports()
