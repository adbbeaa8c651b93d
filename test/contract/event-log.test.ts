import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { createSqliteIndex } from '../../src/adapters/index-sqlite/sqlite-index.ts'
import { createBlobStore } from '../../src/adapters/log-jsonl/blob-store.ts'
import { createJsonlLog } from '../../src/adapters/log-jsonl/jsonl-log.ts'
import { createMemoryBlobs, createMemoryLog } from '../../src/testing/memory-log.ts'
import { testEventLogContract } from './event-log.ts'

testEventLogContract('log-jsonl', async (clock) => {
  const stateDir = fs.mkdtempSync(join(os.tmpdir(), 'writ-log-'))
  const open = (): { log: ReturnType<typeof createJsonlLog>; index: ReturnType<typeof createSqliteIndex> } => {
    const index = createSqliteIndex({ path: join(stateDir, 'index.db') })
    return { index, log: createJsonlLog({ stateDir, clock, index }) }
  }
  const [one, two] = [open(), open()]
  return {
    log: one.log,
    other: two.log,
    blobs: createBlobStore({ stateDir }),
    async dispose() {
      one.index.close()
      two.index.close()
      fs.rmSync(stateDir, { recursive: true })
    },
  }
})

testEventLogContract('memory-log', async (clock) => {
  const log = createMemoryLog({ clock })
  return { log, other: log, blobs: createMemoryBlobs(), dispose: async () => undefined }
})
