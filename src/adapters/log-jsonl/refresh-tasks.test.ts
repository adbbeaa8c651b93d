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

const folder = fs.mkdtempSync(join(os.tmpdir(), 'writ-tasks-'))
after(() => fs.rmSync(folder, { recursive: true, force: true }))

function open(name: string) {
  const stateDir = join(folder, name)
  const log = createJsonlLog({ stateDir, clock: { now: () => Date.now() }, index: createSqliteIndex({ path: join(stateDir, 'index.db') }) })
  const store = async (n: number, root: string): Promise<void> => {
    const rollout = await log.create(toSampleRunId(n))
    await rollout.append(storyEvents({ root }))
    await rollout.close()
  }
  const said = async (limit = 100): Promise<string[]> => (await log.tasks({ limit })).map(({ run, repository, role, done, claimed }) => `${run} ${repository} ${role} ${done} ${claimed?.held}`).sort()
  return { stateDir, log, store, said }
}

describe('what the index keeps of how tasks went', () => {
  test('tasks of all repositories, which follow from the rollouts alone', async () => {
    const { log, store, said } = open('all')
    await store(1, '/shop')
    await store(2, '/other')
    const before = await said()
    assert.ok(before.length >= 2 && before.some((each) => each.includes('/shop coder true true')) && before.some((each) => each.includes('/other')), before.join('\n'))
    assert.equal((await said(1)).length, 1)
    await log.reindex()
    assert.deepEqual(await said(), before)
  })

  test('what is removed, came from elsewhere, or cannot be read whole teaches nothing', async () => {
    const { stateDir, store, said } = open('none')
    await store(1, '/shop')
    assert.notDeepEqual(await said(), [])
    fs.rmSync(toRunPaths(stateDir, toSampleRunId(1)).directory, { recursive: true })
    assert.deepEqual(await said(), [])
    const path = toSignerPath(stateDir, toSampleRunId(2))
    fs.mkdirSync(join(path, '..'), { recursive: true })
    fs.writeFileSync(path, 'a public key')
    await store(2, '/shop')
    assert.deepEqual(await said(), [])
    await store(3, '/shop')
    const { rollout } = toRunPaths(stateDir, toSampleRunId(3))
    fs.writeFileSync(rollout, fs.readFileSync(rollout, 'utf8').replace('"task.finished"', '"task.vanished"'))
    assert.deepEqual(await said(), [])
  })
})
