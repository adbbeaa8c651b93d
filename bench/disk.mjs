// `node bench/disk.mjs [TURNS] [realistic|random|both]`: what the record of a long run with outputs of 1 MB takes on the disk, through the
// real path: masked, compressed, within the bound, referred to by real events of a real rollout.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteIndex } from '../src/adapters/index-sqlite/sqlite-index.ts'
import { createBlobStore } from '../src/adapters/log-jsonl/blob-store.ts'
import { createJsonlLog } from '../src/adapters/log-jsonl/jsonl-log.ts'
import { recordDefaults } from '../src/cli/config.ts'
import { createMasker } from '../src/domain/secrets/masker.ts'
import { maskJson } from '../src/domain/secrets/mask-json.ts'
import { createRunBlobs, describeDropped } from '../src/engine/run-blobs.ts'
import { calledEvent, openedEvent, repliedEvent, returnedEvent, startedEvent, toSampleRunId } from '../src/testing/sample-run.ts'
import { median, quantile, toTable } from './figures.mjs'

const turns = Number(process.argv[2] ?? 10_000)
const which = process.argv[3] ?? 'both'
const outputBytes = 1_000_000
/** What the model is shown of such an output. */
const shownBytes = 6_000

const words = ["parser", "accepts", "refuses", "an empty list", "webhook", "retries", "after", "five tries", "cache", "is kept", "order", "totals", "a path with spaces", "unicode names", "session", "expires", "twice", "in order", "nothing", "deadline", "rollback", "snapshot", "index", "when the disk is full", "invoice", "customer", "currency", "rounding", "timezone", "schedule"]

const rows = []
for (const kind of ['realistic', 'random'].filter((each) => which === 'both' || which === each)) rows.push(await measure(kind))
process.stdout.write(`${toTable([`${turns} turns with outputs of 1 MB`, 'rollout, MB', 'blobs, MB', 'on the disk, MB', 'kept whole', 'cut', 'keep, median ms', 'p95 ms', 'a range of 16 kB, ms'], rows)}\n`)

async function measure(kind) {
  const stateDir = mkdtempSync(join(tmpdir(), 'writ-disk-'))
  const index = createSqliteIndex({ path: join(stateDir, 'index.db') })
  try {
    const log = createJsonlLog({ stateDir, clock: { now: () => Date.now() }, index })
    const masker = createMasker({ key: randomBytes(32).toString('hex') })
    const blobs = createRunBlobs({ blobs: createBlobStore({ stateDir }), masker, maxBytes: recordDefaults.maxMb * 1e6, earlier: () => [] })
    const rollout = await log.create(toSampleRunId(1))
    await rollout.append([openedEvent(), startedEvent()])
    const logs = kind === 'random' ? [] : Array.from({ length: 20 }, (_, n) => toTestLog(n + 1))
    const times = []
    const ranges = []
    let cut = 0
    for (let turn = 1; turn <= turns; turn += 1) {
      const output = kind === 'random' ? randomBytes(outputBytes) : Buffer.concat([Buffer.from(`run ${turn}\n`), logs[turn % logs.length]])
      await rollout.append([repliedEvent(turn)])
      await rollout.append([calledEvent(turn)])
      const began = performance.now()
      const { ref, droppedBytes } = await blobs.keep(output, { flush: false })
      times.push(performance.now() - began)
      if (droppedBytes > 0) cut += 1
      const text = `${output.toString('latin1', 0, shownBytes).replaceAll(/[^\n -~]/g, '?')}${droppedBytes > 0 ? `\n[${describeDropped(droppedBytes)}]` : ''}`
      const event = returnedEvent(turn)
      await rollout.append([maskJson({ ...event, data: { ...event.data, text, full: ref } }, masker)])
      if (turn % 100 === 0 && ref.bytes > 600_000) {
        const asked = performance.now()
        await blobs.slice(ref, 500_000, 516_384)
        ranges.push(performance.now() - asked)
      }
    }
    await rollout.close()
    const rolloutBytes = listSizes(join(stateDir, 'runs'))
    const blobBytes = listSizes(join(stateDir, 'blobs'))
    const onDisk = rolloutBytes.blocks + blobBytes.blocks
    return [kind, rolloutBytes.bytes / 1e6, blobBytes.bytes / 1e6, onDisk / 1e6, turns - cut, cut, median(times), quantile(times, 0.95), ranges.length > 0 ? median(ranges) : 0]
  } finally {
    index.close()
    rmSync(stateDir, { recursive: true, force: true })
  }
}

/** What a test runner prints: names that come again, times and numbers that do not, now and then a failure with its stack. */
function toTestLog(turn) {
  const lines = []
  let state = turn * 2_654_435_761
  const random = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32
  for (let size = 0, n = 0; size < outputBytes; n += 1) {
    const name = `${words[Math.floor(random() * words.length)]} ${words[Math.floor(random() * words.length)]} ${words[n % words.length]}`
    const line = n % 40 === 39
      ? `✖ ${name} (${(random() * 90).toFixed(6)}ms)\n  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal: ${Math.floor(random() * 1e6)} !== ${Math.floor(random() * 1e6)}\n      at TestContext.<anonymous> (file:///srv/project/test/${words[n % words.length]}.test.js:${Math.floor(random() * 400)}:${n % 60})\n      at async Test.run (node:internal/test_runner/test:1054:7)`
      : `✔ ${name} ${n} (${(random() * 9).toFixed(6)}ms)`
    lines.push(line)
    size += line.length + 1
  }
  return Buffer.from(lines.join('\n'))
}

function listSizes(directory) {
  const total = { bytes: 0, blocks: 0 }
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const stat = statSync(join(entry.parentPath, entry.name))
    total.bytes += stat.size
    total.blocks += stat.blocks * 512
  }
  return total
}
