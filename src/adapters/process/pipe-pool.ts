import { execFileSync } from 'node:child_process'
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
  open(): RealPipe
  /** Lets go of every pipe that is not in use. */
  close(): void
}

/**
 * Real pipes for a child's output. Node gives children socket pairs, and a program that opens /dev/stderr on one
 * gets ENXIO, so we use FIFOs: made a few at a time, unlinked at once, kept by an O_PATH descriptor and opened
 * anew through /proc for each command. Nothing with a name is left behind. Linux only.
 * @returns undefined where FIFOs cannot be made (then use socket pairs).
 */
export function findPipePool(): PipePool | undefined {
  if (process.platform !== 'linux') return undefined
  const idle: number[] = []
  let closed = false
  const refill = (): void => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'writ-pipes-'))
    try {
      const names = Array.from({ length: BATCH }, (_, index) => path.join(dir, String(index)))
      execFileSync('mkfifo', ['-m', '600', ...names], { stdio: 'ignore', timeout: 10_000 })
      for (const name of names) idle.push(fs.openSync(name, O_PATH))
    } finally {
      fs.rmSync(dir, { recursive: true, force: true })
    }
  }
  try {
    refill()
  } catch {
    return undefined
  }
  return {
    open() {
      if (idle.length === 0) refill()
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
