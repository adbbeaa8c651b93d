import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

/** Linux's flag to hold a file without opening it for reading or writing; Node does not name it. */
const O_PATH = 0o10000000
const BATCH = 8
/** The stock is filled when the start is long over. */
const FILL_DELAY_MS = 500

export interface RealPipe {
  readonly reader: net.Socket
  /** To hand to the child; call `closeWriter` once it is spawned. */
  readonly writer: number
  closeWriter(): void
  /** Call once the reader has closed: the pipe may serve another command. */
  release(): void
}

export interface PipePool {
  /** Resolves when a pair of pipes is at hand: `open` then costs no process. False: no FIFO can be made here. */
  ready(): Promise<boolean>
  /** @throws when no FIFO can be made, which `ready` would have told. */
  open(): RealPipe
  /** Lets go of every pipe that is not in use. */
  close(): void
}

/** A command needs two: when fewer are left, more are made in the background. */
const PAIR = 2

/**
 * Real pipes for a child's output. Node gives children socket pairs, and a program that opens /dev/stderr on one
 * gets ENXIO, so we use FIFOs: made a few at a time and ahead of need, unlinked at once, kept by an O_PATH descriptor and
 * opened anew through /proc for each command. Linux only.
 *
 * With a `stock` (a private directory) some are laid by with a name for the next process, which then starts without a
 * process for them. A name belongs to whoever unlinks it, so that no two processes share a pipe.
 * @returns undefined where there are no FIFOs to be had (then use socket pairs).
 */
export function findPipePool({ stock }: { readonly stock?: string } = {}): PipePool | undefined {
  if (process.platform !== 'linux') return undefined
  const idle: number[] = []
  let closed = false
  let refilling: Promise<void> | undefined
  const keep = (names: readonly string[]): void => {
    for (const name of names) idle.push(fs.openSync(name, O_PATH))
  }
  const refill = (): Promise<void> => {
    refilling ??= makeFifos(keep).finally(() => {
      refilling = undefined
      if (closed) for (const held of idle.splice(0)) fs.closeSync(held)
    })
    return refilling
  }
  const ready = async (): Promise<boolean> => {
    if (idle.length < PAIR) await refill().catch(() => undefined)
    return idle.length >= PAIR
  }
  if (stock !== undefined) {
    idle.push(...takeFromStock(stock))
    setTimeout(() => void fillStock(stock).catch(() => undefined), FILL_DELAY_MS).unref()
  }
  // Whether it worked is told by the next `ready`, or by `open`.
  void ready()
  return {
    ready,
    open() {
      if (idle.length === 0) makeFifosNow(keep)
      const held = idle.pop()
      if (held === undefined) throw new Error('no FIFO after a refill')
      const name = `/proc/self/fd/${held}`
      const readEnd = fs.openSync(name, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
      let writer: number
      try {
        writer = fs.openSync(name, fs.constants.O_WRONLY)
      } catch (thrown) {
        fs.closeSync(readEnd)
        throw thrown
      }
      const reader = new net.Socket({ fd: readEnd, readable: true, writable: false })
      return {
        reader,
        writer,
        closeWriter: () => fs.closeSync(writer),
        release: () => (closed ? fs.closeSync(held) : void idle.push(held)),
      }
    },
    close() {
      closed = true
      for (const held of idle.splice(0)) fs.closeSync(held)
    },
  }
}

/** At most BATCH that nobody else took. What is no FIFO, or cannot be taken, is left to whoever made it. */
function takeFromStock(stock: string): number[] {
  const taken: number[] = []
  for (const name of listStock(stock).slice(0, BATCH)) {
    const file = path.join(stock, name)
    let held: number | undefined
    try {
      held = fs.openSync(file, O_PATH | fs.constants.O_NOFOLLOW)
      if (!fs.fstatSync(held).isFIFO()) throw new Error('not a FIFO')
      fs.unlinkSync(file)
      taken.push(held)
    } catch {
      // Taken by another process in between: it has its own, and we make ours.
      if (held !== undefined) fs.closeSync(held)
    }
  }
  return taken
}

function listStock(stock: string): string[] {
  try {
    return fs.readdirSync(stock)
  } catch {
    // Not there before the first process laid any by.
    return []
  }
}

/** For the next process. A failure costs it the making of its own. */
async function fillStock(stock: string): Promise<void> {
  const missing = BATCH - listStock(stock).length
  if (missing <= 0) return
  fs.mkdirSync(stock, { recursive: true, mode: 0o700 })
  const names = Array.from({ length: missing }, () => path.join(stock, randomUUID()))
  const child = spawn('mkfifo', toArgs(names), { stdio: 'ignore', timeout: 10_000 })
  child.unref()
  await once(child, 'exit')
}

const toArgs = (names: readonly string[]): readonly string[] => ['-m', '600', ...names]
const toNames = (dir: string): readonly string[] => Array.from({ length: BATCH }, (_, index) => path.join(dir, String(index)))

async function makeFifos(keep: (names: readonly string[]) => void): Promise<void> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), `writ-pipes-${process.pid}-`))
  try {
    const names = toNames(dir)
    const child = spawn('mkfifo', toArgs(names), { stdio: 'ignore', timeout: 10_000 })
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0) throw new Error(`mkfifo ended with ${code ?? 'a signal'}`)
    keep(names)
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
}

/** For more commands at once than were foreseen. */
function makeFifosNow(keep: (names: readonly string[]) => void): void {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), `writ-pipes-${process.pid}-`))
  try {
    const names = toNames(dir)
    execFileSync('mkfifo', toArgs(names), { stdio: 'ignore', timeout: 10_000 })
    keep(names)
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
}
