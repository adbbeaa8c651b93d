import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PastTask } from '../../protocol/experience.ts'
import { assess } from './assess.ts'
import { estimateTask } from './estimate-task.ts'
import { fitSlopes } from './fit-slopes.ts'
import { learn } from './learn.ts'
import { toQuantiles } from './weighted-quantile.ts'

const now = Date.parse('2026-06-01T00:00:00Z')
const day = 24 * 3600 * 1000
const here = '/shop'

/** The same numbers for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function gauss(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

let count = 0
function task(part: Partial<PastTask> = {}): PastTask {
  count += 1
  return { run: `run_${count}`, repository: here, task: 't1', seq: 5, at: now - day, role: 'coder', risk: 'low', checks: 1, done: true, minutes: 10, turns: 5, tokens: 50_000, lines: 20, ...part }
}

/** A past that follows a law: minutes grow with the root of the size, and spread by a factor. */
function toPast(random: () => number, n: number, { sd, repository = here }: { readonly sd: number; readonly repository?: string }): PastTask[] {
  return Array.from({ length: n }, () => {
    const kb = Math.exp(1 + 4 * random())
    const minutes = 2 * Math.sqrt(kb) * Math.exp(sd * gauss(random))
    return task({ repository, at: now - 60 * day * random(), size: { files: 1 + Math.floor(kb / 8), kb, depth: 1 + 2 * random() }, minutes, tokens: minutes * 9000 })
  })
}

const learnHere = (past: readonly PastTask[]) => learn(past, { repository: here, now })

describe('what the built-in solver did', () => {
  test('says nothing of what a model takes, nor the reverse', () => {
    const slow = [task({ minutes: 30, tokens: 300_000 }), task({ minutes: 40, tokens: 400_000 })]
    const quick = Array.from({ length: 20 }, () => task({ minutes: 0.1, tokens: 0 }))
    assert.deepEqual(learnHere([...slow, ...quick]), learnHere(slow))
    assert.deepEqual(learn([...slow, ...quick], { repository: here, now, byModel: false }), learn(quick, { repository: here, now, byModel: false }))
  })
})

describe('quantiles of weighted values', () => {
  test('they ascend with their levels, lie between the least and the greatest, and weight draws them', () => {
    const random = seeded(7)
    for (let round = 0; round < 200; round += 1) {
      const values = Array.from({ length: 1 + Math.floor(30 * random()) }, () => ({ value: gauss(random) * 100, weight: random() + 1e-9 }))
      const found = toQuantiles(values, [0, 0.1, 0.25, 0.5, 0.5, 0.9, 1])
      const all = values.map(({ value }) => value)
      for (const [n, each] of found.entries()) {
        assert.ok(each >= (found[n - 1] ?? -Infinity) && each >= Math.min(...all) && each <= Math.max(...all))
      }
    }
    assert.deepEqual(toQuantiles([], [0.5]), [])
    assert.deepEqual(toQuantiles([{ value: 3, weight: 1 }], [0.1, 0.9]), [3, 3])
    assert.equal(toQuantiles([{ value: 0, weight: 1 }, { value: 10, weight: 1 }], [0.5])[0], 5)
    assert.ok((toQuantiles([{ value: 0, weight: 1 }, { value: 10, weight: 9 }], [0.5])[0] ?? 0) > 8)
  })
})

describe('slopes', () => {
  test('a law is found, what would go down is flat, and without observations they are as usual', () => {
    const random = seeded(3)
    const observations = Array.from({ length: 400 }, () => {
      const features = [random() * 5, random() * 5]
      return { features, weight: 1, value: 1 + 0.6 * (features[0] ?? 0) - 0.5 * (features[1] ?? 0) + 0.1 * gauss(random) }
    })
    const [up = 0, down] = fitSlopes(observations, [0.1, 0.1])
    assert.ok(Math.abs(up - 0.6) < 0.05, `${up}`)
    assert.equal(down, 0)
    assert.deepEqual(fitSlopes([], [0.1, 0.2]), [0.1, 0.2])
  })
})

describe('estimates of tasks', () => {
  test('without a past: what is usual, with a wide spread', () => {
    const estimate = estimateTask(learnHere([]), { kind: 'coder', risk: 'low', checks: 1 })
    assert.equal(estimate.from, 'prior')
    assert.equal(estimate.samples, 0)
    assert.ok(estimate.minutes > 8 && estimate.minutes < 12, `${estimate.minutes}`)
    assert.ok((estimate.high ?? 0) > 9 * (estimate.low ?? Infinity))
  })

  test('more of anything never takes less, and the interval holds the middle, whatever the past', () => {
    const random = seeded(11)
    for (let round = 0; round < 60; round += 1) {
      // Also pasts that say the contrary: large tasks that were quick.
      const past = Array.from({ length: Math.floor(40 * random()) }, () => {
        const kb = 500 * random()
        return task({ size: { files: Math.floor(40 * random()), kb, depth: 6 * random() }, minutes: round % 2 === 0 ? 600 / (1 + kb) : 100 * random(), tokens: 1e6 * random(), checks: Math.floor(5 * random()) })
      })
      const experience = learnHere(past)
      const base = { files: 1 + Math.floor(20 * random()), kb: 200 * random(), depth: 3 * random() }
      const at = (more: Partial<typeof base> & { readonly checks?: number; readonly risk?: 'high' }) => {
        const { checks = 1, risk = 'low', ...size } = more
        return estimateTask(experience, { kind: 'coder', risk, checks, size: { ...base, ...size } })
      }
      const small = at({})
      for (const larger of [at({ files: base.files + 10 }), at({ kb: base.kb * 3 + 1 }), at({ depth: base.depth + 2 }), at({ checks: 4 }), at({ risk: 'high' })]) {
        assert.ok(larger.minutes >= small.minutes && larger.tokens >= small.tokens && (larger.high ?? 0) >= (small.high ?? 0))
      }
      assert.ok((small.low ?? Infinity) <= small.minutes && small.minutes <= (small.high ?? 0) && small.spread >= 0)
    }
  })

  test('eighty of a hundred lie in the interval, whether the past is short or long, wide or narrow', () => {
    for (const [seed, n, sd] of [[1, 10, 0.8], [2, 30, 0.8], [3, 300, 0.8], [4, 300, 0.3]] as const) {
      const random = seeded(seed)
      let [inside, all] = [0, 0]
      for (let round = 0; round < 20; round += 1) {
        const experience = learnHere(toPast(random, n, { sd }))
        for (const { size, minutes } of toPast(random, 50, { sd })) {
          const { low = 0, high = 0 } = estimateTask(experience, { kind: 'coder', risk: 'low', checks: 1, size })
          inside += Number(minutes >= low && minutes <= high)
          all += 1
        }
      }
      const coverage = inside / all
      assert.ok(coverage > 0.76 && coverage < 0.85, `${n} tasks, spread ${sd}: ${coverage}`)
    }
  })

  test('size is learned: sixteen times as much text takes four times as long where that is the law', () => {
    const experience = learnHere(toPast(seeded(5), 400, { sd: 0.4 }))
    const at = (kb: number) => estimateTask(experience, { kind: 'coder', risk: 'low', checks: 1, size: { files: 1 + Math.floor(kb / 8), kb, depth: 2 } }).minutes
    const factor = at(128) / at(8)
    assert.ok(factor > 3 && factor < 5.5, `${factor}`)
  })

  test('this repository weighs more than others, the same role more than others, yesterday more than last year', () => {
    const both = (few: Partial<PastTask>, many: Partial<PastTask>) => estimateTask(learnHere([...Array.from({ length: 20 }, () => task({ minutes: 40, ...few })), ...Array.from({ length: 20 }, () => task({ minutes: 4, ...many }))]), { kind: 'coder', risk: 'low', checks: 1 }).minutes
    assert.ok(both({}, { repository: '/other' }) > 20)
    assert.ok(both({}, { role: 'tester' }) > 25)
    assert.ok(both({}, { at: now - 800 * day }) > 25)
  })

  test('what somebody says is taken as it is without a past, corrected where it was always off, and drawn to the record where it was of no use', () => {
    const said = { minutes: 10, spread: 5, memoryMb: 0, tokens: 0 }
    const ask = (past: readonly PastTask[]) => estimateTask(learnHere(past), { kind: 'coder', risk: 'low', checks: 1, given: { estimate: said, by: 'model' } })
    const first = ask([])
    assert.deepEqual([first.minutes, first.spread, first.from], [10, 5, 'given'])
    assert.ok((first.low ?? 0) < 6 && (first.high ?? 0) > 15)
    const twice = ask(Array.from({ length: 40 }, (_, n) => task({ minutes: 4 + 2 * n, given: { minutes: 2 + n, by: 'model' } })))
    assert.ok(twice.minutes > 16 && twice.minutes < 24, `always half of what it took: ${twice.minutes}`)
    assert.deepEqual([twice.from, twice.given], ['both', { minutes: 10, by: 'model' }])
    const random = seeded(9)
    const useless = ask(Array.from({ length: 60 }, () => task({ minutes: 40 * Math.exp(0.1 * gauss(random)), given: { minutes: Math.exp(6 * random()), by: 'model' } })))
    assert.ok(useless.minutes > 33, `the record is sure, the word is not: ${useless.minutes}`)
    const person = estimateTask(learnHere(Array.from({ length: 40 }, () => task({ minutes: 40, given: { minutes: 20, by: 'model' } }))), { kind: 'coder', risk: 'low', checks: 1, given: { estimate: said, by: 'person' } })
    assert.ok(person.minutes < 40, 'what models were off by is not what people are off by')
  })

  test('tokens and memory have a spread too: of the record, or of what was said of them, else in proportion', () => {
    const asked = { kind: 'coder', risk: 'low', checks: 1 } as const
    const narrow = estimateTask(learnHere(Array.from({ length: 60 }, (_, n) => task({ tokens: 50_000 + 100 * n, memoryMb: 400 + n }))), asked)
    const wide = estimateTask(learnHere(Array.from({ length: 60 }, (_, n) => task({ tokens: n % 2 === 0 ? 10_000 : 250_000, memoryMb: n % 2 === 0 ? 100 : 1600 }))), asked)
    for (const each of [narrow, wide]) assert.ok((each.tokensSpread ?? 0) > 0 && (each.memorySpreadMb ?? 0) > 0, JSON.stringify(each))
    assert.ok((wide.tokensSpread ?? 0) / wide.tokens > 2 * ((narrow.tokensSpread ?? Infinity) / narrow.tokens))
    assert.ok((wide.memorySpreadMb ?? 0) / wide.memoryMb > 2 * ((narrow.memorySpreadMb ?? Infinity) / narrow.memoryMb))
    const experience = learnHere(Array.from({ length: 60 }, (_, n) => task({ tokens: 50_000 + 100 * n })))
    const say = (more: object) => estimateTask(experience, { ...asked, given: { estimate: { minutes: 10, spread: 5, memoryMb: 0, tokens: 100_000, ...more }, by: 'model' } })
    assert.deepEqual([say({ tokensSpread: 7000 }).tokensSpread, say({ tokensSpread: 7000 }).tokens], [7000, 100_000])
    const record = estimateTask(experience, asked)
    assert.ok(Math.abs((say({}).tokensSpread ?? 0) / 100_000 - (record.tokensSpread ?? 0) / record.tokens) < 0.01)
    assert.deepEqual([record.memoryMb, record.memorySpreadMb], [0, undefined], 'of what was never measured nothing is said')
    const before = estimateTask(experience, { ...asked, spreadsAll: false })
    assert.deepEqual([before.tokens, 'tokensSpread' in before], [record.tokens, false], 'runs of earlier versions')
  })

  test('a huge past, one task, tasks of no time, and sizes beyond measure do no harm', () => {
    for (const past of [toPast(seeded(1), 5000, { sd: 1 }), [task()], [task({ minutes: 0, tokens: 0 })], [task({ size: { files: 1e9, kb: 1e12, depth: 1e3 }, minutes: 1e7 })], [task({ done: false })], [task({ at: now + day })]]) {
      const estimate = estimateTask(learnHere(past), { kind: 'coder', risk: 'high', checks: 1000, size: { files: 1e9, kb: 1e12, depth: 1e6 } })
      for (const value of [estimate.minutes, estimate.spread, estimate.low, estimate.high, estimate.tokens, estimate.memoryMb, estimate.tokensSpread, estimate.memorySpreadMb ?? 0]) assert.ok(Number.isFinite(value) && (value ?? -1) >= 0, JSON.stringify(estimate))
    }
  })

  test('the order of the past says nothing', () => {
    const past = toPast(seeded(6), 40, { sd: 0.5 })
    assert.deepEqual(learnHere(past), learnHere(past.toReversed()))
  })
})

test('what was expected is held against what it took, by role and place', () => {
  const expected = { minutes: 10, low: 5, high: 20, tokens: 50_000 }
  const rows = assess([
    task({ expected, minutes: 10 }), task({ expected, minutes: 30, tokens: 100_000 }), task({ expected, minutes: 5 }), task({ expected, done: false, minutes: 1000 }), task(),
    task({ expected, minutes: 20, repository: '/other', role: 'tester' }),
  ], here)
  assert.deepEqual(rows, [
    { kind: 'coder', where: 'here', tasks: 3, coverage: 2 / 3, ratio: 1, factor: 2, tokens: 1 },
    { kind: 'tester', where: 'elsewhere', tasks: 1, coverage: 1, ratio: 2, factor: 2, tokens: 1 },
  ])
})
