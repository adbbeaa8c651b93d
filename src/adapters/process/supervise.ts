import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import os from 'node:os'
import type { Readable } from 'node:stream'
import type { KeptOutput, StreamName } from './output-window.ts'
import { createOutputWindow } from './output-window.ts'
import type { PipePool, RealPipe } from './pipe-pool.ts'

/** Why we, rather than the command, ended it. */
export type StopReason = 'timeout' | 'memory' | 'disk' | 'cancelled'

export interface SuperviseRequest {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly stdin?: Uint8Array | undefined
  /** What the child finds at descriptor 3 and up: an open descriptor, a pipe that we read, or nothing. */
  readonly extra?: readonly (number | 'pipe' | 'ignore')[]
  readonly outputBytes: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly pipes?: PipePool | undefined
  readonly onOutput?: ((stream: StreamName, chunk: Uint8Array) => void) | undefined
  /** Called when the child runs; `stop` may be called at any time, the first reason wins. */
  readonly onSpawn?: (child: ChildProcess, stop: (reason: StopReason) => void) => void
  /** Ends everything that the command started. Called again every 200 ms until the child has gone. */
  readonly kill: (child: ChildProcess) => void
  /** Resolves when nothing that the command started is alive any more. Called once, after the child has exited. */
  readonly settled?: () => Promise<void>
}

export interface Supervised extends KeptOutput {
  readonly ended: 'exited' | StopReason
  /** 128 + signal when a signal ended it; undefined when we ended it. */
  readonly exitCode: number | undefined
  readonly durationMs: number
}

/** How long output may still come after the last process has gone, in milliseconds. */
const DRAIN_MS = 1_000

/**
 * Runs one child to its end with a deadline, a cap on kept output and an abort signal.
 * The child leads its own process group. Descriptors in `extra` stay ours to close.
 * @throws the spawn error (ENOENT, EACCES, EAGAIN) when the child could not be started.
 */
export async function supervise(request: SuperviseRequest): Promise<Supervised> {
  const startedAt = performance.now()
  const window = createOutputWindow(request.outputBytes)
  const pipes = request.pipes === undefined ? undefined : openPair(request.pipes)
  let child: ChildProcess
  try {
    child = spawn(request.file, [...request.args], {
      cwd: request.cwd,
      env: { ...request.env },
      detached: true,
      stdio: [
        request.stdin === undefined ? 'ignore' : 'pipe',
        pipes?.stdout.writer ?? 'pipe',
        pipes?.stderr.writer ?? 'pipe',
        ...(request.extra ?? []),
      ],
    })
  } catch (thrown) {
    closePair(pipes)
    throw thrown
  }
  pipes?.stdout.closeWriter()
  pipes?.stderr.closeWriter()

  const drained = Promise.all([
    collect(pipes?.stdout.reader ?? child.stdout, 'stdout', request, window.push),
    collect(pipes?.stderr.reader ?? child.stderr, 'stderr', request, window.push),
  ])
  try {
    const { code, killedBy, reason } = await waitForEnd(child, request)
    await request.settled?.()
    await withinDrainTime(drained)
    return {
      ended: reason ?? 'exited',
      exitCode: reason === undefined ? toExitCode(code, killedBy) : undefined,
      durationMs: performance.now() - startedAt,
      ...window.take(),
    }
  } finally {
    for (const stream of [pipes?.stdout.reader, pipes?.stderr.reader, child.stdout, child.stderr, child.stdin]) {
      stream?.destroy()
    }
    pipes?.stdout.release()
    pipes?.stderr.release()
  }
}

interface PipePair {
  readonly stdout: RealPipe
  readonly stderr: RealPipe
}

function openPair(pool: PipePool): PipePair {
  const stdout = pool.open()
  try {
    return { stdout, stderr: pool.open() }
  } catch (thrown) {
    // Left open, its reader would keep the process waiting for ever.
    closePipe(stdout)
    throw thrown
  }
}

function closePair(pair: PipePair | undefined): void {
  for (const pipe of pair === undefined ? [] : [pair.stdout, pair.stderr]) closePipe(pipe)
}

function closePipe(pipe: RealPipe): void {
  pipe.closeWriter()
  pipe.reader.destroy()
  pipe.release()
}

interface End {
  readonly code: number | null
  readonly killedBy: NodeJS.Signals | null
  readonly reason: StopReason | undefined
}

/** Waits for the child to exit, having it killed at the deadline, on abort, or when `stop` is called. */
function waitForEnd(child: ChildProcess, request: SuperviseRequest): Promise<End> {
  return new Promise((resolve, reject) => {
    let reason: StopReason | undefined
    let again: NodeJS.Timeout | undefined
    let over = false
    const stop = (why: StopReason): void => {
      if (reason !== undefined || over) return
      reason = why
      request.kill(child)
      again = setInterval(() => request.kill(child), 200)
    }
    const onAbort = (): void => stop('cancelled')
    const deadline = setTimeout(() => stop('timeout'), Math.min(request.timeoutMs, 2 ** 31 - 1))
    const finish = (): void => {
      over = true
      clearTimeout(deadline)
      clearInterval(again)
      request.signal.removeEventListener('abort', onAbort)
    }
    child.once('error', (error) => {
      // After a successful spawn 'error' only says that a signal could not be sent; the exit still comes.
      if (child.pid !== undefined) return
      finish()
      reject(error)
    })
    child.once('exit', (code, killedBy) => {
      finish()
      resolve({ code, killedBy, reason })
    })
    if (child.pid === undefined) return
    feed(child, request.stdin)
    request.onSpawn?.(child, stop)
    request.signal.addEventListener('abort', onAbort, { once: true })
    if (request.signal.aborted) onAbort()
  })
}

function feed(child: ChildProcess, stdin: Uint8Array | undefined): void {
  if (stdin === undefined || child.stdin === null) return
  // A command may end without reading its input; the broken pipe is its choice, not a failure.
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin)
}

function collect(
  stream: Readable | null,
  name: StreamName,
  request: SuperviseRequest,
  push: (name: StreamName, chunk: Uint8Array) => void,
): Promise<void> {
  return new Promise((resolve) => {
    if (stream === null) return resolve()
    stream.on('data', (chunk: Uint8Array) => {
      push(name, chunk)
      request.onOutput?.(name, chunk)
    })
    stream.once('error', () => resolve())
    stream.once('close', () => resolve())
  })
}

/** Every writer is dead by now, so the streams end at once; the limit is only there so that nothing can hang us. */
async function withinDrainTime(drained: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_MS)
  })
  await Promise.race([drained, limit])
  clearTimeout(timer)
}

function toExitCode(code: number | null, killedBy: NodeJS.Signals | null): number {
  if (code !== null) return code
  return 128 + (killedBy === null ? 9 : os.constants.signals[killedBy])
}
