import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { finished } from 'node:stream/promises'
import { Fault } from '../../protocol/fault.ts'

export interface BatchReaderOptions {
  readonly gitPath: string
  readonly flags: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

export interface BatchReader {
  read(oid: string): Promise<{ type: string; bytes: Buffer }>
  close(): void
}

/** One `git cat-file --batch`, started when first needed, that does not keep our process alive while it is idle. */
export function createBatchReader(options: BatchReaderOptions): BatchReader {
  let child: ChildProcessWithoutNullStreams | undefined
  let last: Promise<unknown> = Promise.resolve()
  const start = (): ChildProcessWithoutNullStreams => {
    const started = spawn(options.gitPath, [...options.flags, 'cat-file', '--batch'], { cwd: options.cwd, env: { ...options.env }, stdio: ['pipe', 'pipe', 'pipe'] })
    started.stderr.resume()
    started.stdin.on('error', () => undefined)
    finished(started.stdout).catch(() => undefined)
    const forget = (): void => {
      if (child === started) child = undefined
    }
    started.once('close', forget).once('error', forget)
    return started
  }
  const hold = (held: boolean): void => {
    const how = held ? 'ref' : 'unref'
    child?.[how]()
    for (const stream of [child?.stdin, child?.stdout, child?.stderr]) (stream as unknown as { ref(): void; unref(): void } | undefined)?.[how]()
  }
  const readNow = async (oid: string): Promise<{ type: string; bytes: Buffer }> => {
    child ??= start()
    hold(true)
    try {
      return await ask(child, oid)
    } finally {
      hold(false)
    }
  }
  return {
    read: (oid) => {
      const answer = last.then(() => readNow(oid))
      last = answer.catch(() => undefined)
      return answer
    },
    close: () => {
      child?.kill('SIGKILL')
      child = undefined
    },
  }
}

function ask(child: ChildProcessWithoutNullStreams, oid: string): Promise<{ type: string; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let have = 0
    let header: { type: string; size: number; length: number } | undefined
    const done = (): void => {
      child.stdout.off('data', onData)
      child.off('close', onClose)
      child.off('error', onClose)
    }
    const onClose = (): void => {
      done()
      reject(new Fault('git-failed', `git cat-file ended before it answered for ${oid}`))
    }
    const onData = (chunk: Buffer): void => {
      parts.push(chunk)
      have += chunk.length
      if (header === undefined) {
        const all = Buffer.concat(parts)
        const end = all.indexOf(0x0a)
        if (end < 0) return
        const [, type = '', size = ''] = all.toString('latin1', 0, end).split(' ')
        if (!/^\d+$/.test(size)) {
          done()
          reject(new Fault('git-failed', `the object ${oid} is not in the repository (a partial clone, or it was pruned): fetch it with git first`))
          return
        }
        header = { type, size: Number(size), length: end + 1 }
      }
      if (have < header.length + header.size + 1) return
      done()
      resolve({ type: header.type, bytes: Buffer.concat(parts).subarray(header.length, header.length + header.size) })
    }
    child.stdout.on('data', onData)
    child.once('close', onClose)
    child.once('error', onClose)
    child.stdin.write(`${oid}\n`)
  })
}
