import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { lstat, readFile, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { TestReport } from '../../protocol/evidence.ts'
import { toCases, type SeenTest } from './to-cases.ts'

/**
 * The box into which reporters inside the sandbox write. Owns a temporary directory with one-time keys.
 * Invariants: (1) a key is read by the first process that asks and is gone from the disk then; (2) every line of a stream
 * is sealed over all lines before it, so lines can be lost only at the end, and then the closing record is missing too;
 * (3) a stream that does not hold is never repaired: the report is incomplete.
 */
export interface ReportBox {
  /** On the host. */
  readonly directory: string
  /** Undefined when no reporter ever asked for a key. */
  read(): Promise<TestReport | undefined>
  dispose(): void
}

const maxKeys = 16
const maxStreamBytes = 64 * 1024 * 1024
const maxCases = 100_000

const Line = z.lazy(() => z.discriminatedUnion('t', [
  z.object({ t: z.literal('begin'), runner: z.string().max(40) }),
  z.object({
    t: z.literal('case'),
    file: z.string().max(4000).optional(),
    path: z.array(z.string().max(8000)).max(100),
    status: z.enum(['passed', 'failed', 'skipped']),
    message: z.string().max(8000).optional(),
    ms: z.number().optional(),
  }),
  z.object({ t: z.literal('end') }),
]))

interface Stream {
  readonly runner: string | undefined
  readonly tests: readonly SeenTest[]
  readonly ended: boolean
}

function parseLine(json: string): z.infer<typeof Line> | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    // A line cut in the middle: the stream ends here, without its closing record.
    return undefined
  }
  return Line.safeParse(value).data
}

/** Reads as far as the seals hold. */
export function parseStream(text: string, key: string): Stream {
  const tests: SeenTest[] = []
  let runner: string | undefined
  let seal = ''
  for (const line of text.split('\n')) {
    if (line === '') continue
    const json = line.slice(65)
    seal = createHmac('sha256', key).update(seal).update(json).digest('hex')
    const record = line.startsWith(`${seal} `) ? parseLine(json) : undefined
    if (record === undefined || tests.length >= maxCases) return { runner, tests, ended: false }
    if (record.t === 'begin') runner = record.runner
    else if (record.t === 'end') return { runner, tests, ended: true }
    else tests.push({ path: record.path, status: record.status, file: record.file, message: record.message, ms: record.ms })
  }
  return { runner, tests, ended: false }
}

async function findStream(directory: string, n: number, key: string, names: ReadonlySet<string>): Promise<Stream | undefined> {
  const file = join(directory, `stream-${n}`)
  if (!names.has(`stream-${n}`)) return names.has(`key-${n}`) ? undefined : { runner: undefined, tests: [], ended: false }
  const stat = await lstat(file)
  // Whoever replaced it by a link or grew it beyond all bounds gets no report.
  if (!stat.isFile() || stat.size > maxStreamBytes) return { runner: undefined, tests: [], ended: false }
  return parseStream(await readFile(file, 'utf8'), key)
}

export function openReportBox(): ReportBox {
  const directory = mkdtempSync(join(tmpdir(), `writ-report-${process.pid}-`))
  const bytes = randomBytes(32 * maxKeys).toString('hex')
  const keys = Array.from({ length: maxKeys }, (_, n) => bytes.slice(n * 64, n * 64 + 64))
  // At once: sixteen small files by way of the thread pool take each check several times as long.
  for (const [n, key] of keys.entries()) writeFileSync(join(directory, `key-${n}`), key)
  return {
    directory,
    async read() {
      const names = new Set(await readdir(directory))
      const found = await Promise.all(keys.map((key, n) => findStream(directory, n, key, names)))
      const streams = found.filter((stream) => stream !== undefined)
      if (streams.length === 0) return undefined
      const runners = [...new Set(streams.map((stream) => stream.runner ?? 'unknown'))].toSorted()
      return {
        runner: runners.join('+'),
        cases: toCases(streams.flatMap((stream) => stream.tests)),
        complete: streams.every((stream) => stream.ended),
      }
    },
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  }
}
