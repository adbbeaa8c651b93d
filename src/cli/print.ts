/** Thrown by `print` when whoever read our output went away (`writ log RUN | head`): nothing is wrong, and nothing is left to do. */
export class ReaderGone extends Error {
  constructor() {
    super('whoever read the output went away')
    this.name = 'ReaderGone'
  }
}

let isGone = false
let isWatched = false

/** Writes to standard output as fast as it is read. @throws ReaderGone when it is not read any more. */
export async function print(text: string | Uint8Array): Promise<void> {
  const { stdout } = process
  if (!isWatched) {
    isWatched = true
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      isGone = true
    })
  }
  if (isGone) throw new ReaderGone()
  if (!stdout.write(text)) await writable(stdout)
  if (isGone) throw new ReaderGone()
}

/** Resolves when the stream takes more, or never will. */
function writable(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const name of ['drain', 'close', 'error'] as const) stream.off(name, done)
      resolve()
    }
    for (const name of ['drain', 'close', 'error'] as const) stream.on(name, done)
  })
}

/** Runs a command that prints; a reader that went away ends it quietly, with exit code 0. */
export async function whilePrinting(body: () => Promise<number>): Promise<number> {
  try {
    return await body()
  } catch (error) {
    if (error instanceof ReaderGone) return 0
    throw error
  }
}

/** Text that other programs or the network gave us goes to a terminal only tame; into files and pipes as it is. */
export function isTerminal(): boolean {
  return process.stdout.isTTY === true
}
