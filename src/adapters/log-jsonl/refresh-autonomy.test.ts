import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { storyEvents } from '../../testing/sample-story.ts'
import { toSampleRunId } from '../../testing/sample-run.ts'
import { createSqliteIndex } from '../index-sqlite/sqlite-index.ts'
import { toSignerPath } from './attestation-files.ts'
import { createJsonlLog } from './jsonl-log.ts'
import { toRunPaths } from './layout.ts'

const root = '/home/person/shop'
const folder = fs.mkdtempSync(join(os.tmpdir(), 'writ-autonomy-'))
after(() => fs.rmSync(folder, { recursive: true, force: true }))

function open(name: string) {
  const stateDir = join(folder, name)
  const log = createJsonlLog({ stateDir, clock: { now: () => Date.now() }, index: createSqliteIndex({ path: join(stateDir, 'index.db') }) })
  const store = async (n: number, options: Parameters<typeof storyEvents>[0] = {}): Promise<void> => {
    const rollout = await log.create(toSampleRunId(n))
    await rollout.append(storyEvents({ root, ...options }))
    await rollout.close()
  }
  const said = async (): Promise<string[]> => (await log.autonomy({ repository: root, since: 0 })).map(({ run, what, area }) => `${run} ${what} ${area}`).sort()
  return { stateDir, log, store, said }
}

describe('what the index keeps of trust', () => {
  test('it follows from the rollouts alone: the index can be deleted, and made again', async () => {
    const { stateDir, log, store, said } = open('again')
    await store(1)
    await store(2, { accepted: true })
    const before = await said()
    assert.deepEqual(before, [`${toSampleRunId(1)} won service`, `${toSampleRunId(2)} accepted service`])
    await log.reindex()
    assert.deepEqual(await said(), before)
    for (const suffix of ['', '-wal', '-shm']) fs.rmSync(join(stateDir, `index.db${suffix}`), { force: true })
    const { said: saidAnew } = open('again')
    assert.deepEqual(await saidAnew(), before)
  })

  test('a run that is removed says nothing any more', async () => {
    const { stateDir, store, said } = open('removed')
    await store(1)
    await store(2)
    assert.equal((await said()).length, 2)
    fs.rmSync(toRunPaths(stateDir, toSampleRunId(1)).directory, { recursive: true })
    assert.deepEqual(await said(), [`${toSampleRunId(2)} won service`])
  })

  test('a run that came from elsewhere earns nothing here, whatever repository it names', async () => {
    const { stateDir, store, said } = open('foreign')
    const path = toSignerPath(stateDir, toSampleRunId(1))
    fs.mkdirSync(join(path, '..'), { recursive: true })
    fs.writeFileSync(path, 'a public key')
    await store(1, { accepted: true })
    assert.deepEqual(await said(), [])
  })

  test('a damaged record may lack its failures: its wins do not count, what is left of its failures does', async () => {
    const { stateDir, log, store, said } = open('damaged')
    await store(1)
    const rollout = await log.open(toSampleRunId(1))
    await rollout.rollout.append([{ type: 'run.rejected', data: { by: 'ada', reason: 'no' } }])
    await rollout.rollout.close()
    await store(2)
    assert.deepEqual(await said(), [`${toSampleRunId(1)} rejected service`, `${toSampleRunId(2)} won service`])
    for (const n of [1, 2]) fs.appendFileSync(toRunPaths(stateDir, toSampleRunId(n)).rollout, 'not an event\n')
    assert.deepEqual(await said(), [`${toSampleRunId(1)} rejected service`])
  })

  test('an index of an earlier form is made again', async () => {
    const { stateDir, store, said } = open('older')
    await store(1)
    const { DatabaseSync } = await import('node:sqlite')
    const older = new DatabaseSync(join(stateDir, 'index.db'))
    older.exec('PRAGMA user_version = 1; CREATE TABLE runs (id INTEGER PRIMARY KEY, run TEXT)')
    older.close()
    assert.deepEqual(await said(), [`${toSampleRunId(1)} won service`])
  })
})
