import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Waiting } from '../domain/approval/waiting.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { getWaiting } from './waiting.ts'

const log = createMemoryLog({ clock: { now: () => 1_760_000_000_000 } })
const waiting = [['ap_0a11111111', 3], ['ap_0a22222222', 9], ['ap_b333333333', 9], ['ap_c444444444', 1]].map(([id, askedAt]) => ({ id, askedAt }) as Waiting)
const find = async (word: string, list: readonly Waiting[] = waiting): Promise<string> => (await getWaiting({ log }, { waiting: list, unread: [] }, word)).id

test('a question is found by its id, by any unique beginning of it, and as the latest', async () => {
  for (const word of ['ap_0a11111111', '0a11111111', 'ap_0a1', '0a1']) assert.equal(await find(word), 'ap_0a11111111')
  assert.equal(await find('b'), 'ap_b333333333')
  assert.equal(await find('latest'), 'ap_0a22222222')
})

test('what is ambiguous, unknown or no id at all is said to be so', async () => {
  for (const word of ['0', 'ap_0', 'ap_0a']) await assert.rejects(find(word), { code: 'request-invalid', message: `${word} is the beginning of ap_0a11111111, ap_0a22222222; say which` })
  for (const word of ['', 'ap_', 'ap_d', 'zebra', 'AP_B3', '0a111111111', 'ap_0a1*', 'run']) await assert.rejects(find(word), { code: 'request-invalid', message: new RegExp(`^no question that waits is called ${word.replace('*', '\\*')}; there is ap_0a11111111, `) })
  await assert.rejects(find('latest', []), /no question that waits is called latest: nothing waits for anybody/)
})
