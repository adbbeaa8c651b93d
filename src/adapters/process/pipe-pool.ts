import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

/** Linux's flag to hold a file without opening it for reading or writing; Node does not name it. */
const O_PATH = 0o10000000
const BATCH = 8

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
 * opened anew through /proc for each command. Nothing with a name is left behind. Linux only.
 * The first ones are under way when this returns.
 * @returns undefined where there are no FIFOs to be had (then use socket pairs).
 */
export function findPipePool(): PipePool | undefined {
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
      const writer = fs.openSync(name, fs.constants.O_WRONLY)
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
