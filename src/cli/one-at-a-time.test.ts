import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Approver, Question } from '../engine/ports/approver.ts'
import { oneAtATime } from './one-at-a-time.ts'

const question = (gate: string): Question => ({ gate, text: '?', inDoubt: false, ask: undefined, askedAt: 0 })

test('a run and its children are asked one after the other, also after one that failed; who was stopped meanwhile is not asked', async () => {
  const share = oneAtATime()
  const log: string[] = []
  const answering: ((error?: Error) => void)[] = []
  const slow = (who: string): Approver => share({
    ask: async ([first]) => {
      log.push(`${who} asks`)
      await new Promise<void>((resolve, reject) => answering.push((error) => (error ? reject(error) : resolve())))
      log.push(`${who} is answered`)
      return new Map([[first?.gate ?? '', { answer: 'approve' as const, by: 'ada' }]])
    },
  })
  const stopped = new AbortController()
  const go = new AbortController().signal
  const parent = slow('parent').ask([question('p')], go)
  const child = slow('child').ask([question('c')], go)
  const late = slow('late').ask([question('l')], stopped.signal)
  const last = slow('last').ask([question('e')], go)
  await new Promise(setImmediate)
  assert.deepEqual(log, ['parent asks'])
  stopped.abort()
  answering[0]?.(new Error('the terminal is gone'))
  await assert.rejects(parent, /the terminal is gone/)
  await new Promise(setImmediate)
  assert.deepEqual(log, ['parent asks', 'child asks'])
  answering[1]?.()
  assert.equal((await child).get('c')?.answer, 'approve')
  assert.equal((await late).size, 0)
  await new Promise(setImmediate)
  answering[2]?.()
  assert.equal((await last).size, 1)
  assert.deepEqual(log.slice(2), ['child is answered', 'last asks', 'last is answered'])
})
