import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Validation } from '../protocol/evidence.ts'
import { openCheckProgress } from './check-progress.ts'

const ended: Validation = { validator: 'coverage', stage: 'tests', status: 'passed', findings: [], more: 0, old: 0, files: 1, cached: 0, durationMs: 72_000, notes: [] }

function watch(context: TestContext, isTTY: boolean) {
  context.mock.timers.enable({ apis: ['setInterval'] })
  let [written, at] = ['', 0]
  const stream = { isTTY, columns: 80, write: (text: string) => { written += text; return true } }
  const progress = openCheckProgress({ stream, now: () => at, env: {} })
  return {
    progress,
    pass: (ms: number) => { at += ms; context.mock.timers.tick(ms) },
    take: () => { const text = written; written = ''; return text },
  }
}

test('on a terminal one line moves: which validator, for how long, at what', (context) => {
  const { progress, pass, take } = watch(context, true)
  progress.onBegin({ id: 'coverage', stage: 'tests' })
  pass(200)
  progress.onSaid('coverage', '34 tests')
  pass(72_000)
  assert.match(take(), /coverage: 200 ms.*\r\u001B\[Ktests {7}coverage: 1 min 12 s, 34 tests$/s)
  progress.onEnd('coverage')
  progress.onValidation(ended)
  progress.finish()
  progress.stop()
  assert.match(take(), /^\r\u001B\[Ktests +1 validator, 0 new findings, 1 min 12 s\n$/)
})

test('elsewhere a line comes now and then while nothing else is said, and none for what has ended', (context) => {
  const { progress, pass, take } = watch(context, false)
  progress.onBegin({ id: 'quick', stage: 'static' })
  progress.onEnd('quick')
  progress.onBegin({ id: 'coverage', stage: 'tests' })
  progress.onBegin({ id: 'other', stage: 'tests' })
  for (let second = 0; second < 40; second++) pass(1000)
  assert.deepEqual(take().trimEnd().split('\n').map((line) => line.trim()), ['tests       coverage: 15 s, and 1 other', 'tests       coverage: 30 s, and 1 other'])
  progress.stop()
})
