import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Plan, Task } from '../../protocol/plan.ts'
import { toAgreement, toPlanAgreement } from './agreement.ts'
import { describeRanking, rankPlans } from './rank-plans.ts'

const task = (id: string, more: Partial<Task> = {}): Task => ({ id, title: id, subgoal: `what ${id} is for`, scope: [`src/${id}/**`], checks: [`check-${id}`], tests: [], role: 'coder', dependsOn: [], risk: 'low', reversible: true, rules: [], confidence: 0.9, ...more })
const plan = (...tasks: readonly Task[]): Plan => ({ version: 1, revision: 0, tasks: [...tasks] })
const takes = (minutes: number, tokens: number): Pick<Task, 'estimate'> => ({ estimate: { minutes, spread: 0, memoryMb: 0, tokens } })
const rank = (workers: number, ...plans: readonly Plan[]) => rankPlans(plans.map((each, n) => ({ number: n + 1, plan: each })), { workers, checks: [] })
const order = (workers: number, ...plans: readonly Plan[]): number[] => rank(workers, ...plans).map(({ number }) => number)

describe('plans for one goal', () => {
  test('what is shorter, cheaper or less risky stands before; of equals the first', () => {
    const chain = plan(task('a', takes(10, 1000)), task('b', { ...takes(10, 1000), dependsOn: ['a'] }))
    const wide = plan(task('a', takes(10, 1000)), task('b', takes(10, 1000)))
    assert.deepEqual(order(2, chain, wide), [2, 1])
    assert.deepEqual(order(1, chain, wide), [1, 2], 'with one worker they are as long')
    assert.deepEqual(order(2, plan(task('a', takes(10, 9000))), plan(task('a', takes(10, 1000)))), [2, 1])
    assert.deepEqual(order(2, plan(task('a', { ...takes(10, 1000), confidence: 0.3 })), plan(task('a', takes(10, 1000)))), [2, 1])
    assert.deepEqual(order(2, plan(task('a', { risk: 'high' })), plan(task('a'))), [2, 1])
  })

  test('length is that of a schedule: workers, order, and what is done twice', () => {
    const three = plan(task('a', takes(10, 1)), task('b', takes(10, 1)), task('c', { ...takes(10, 1), confidence: 0.5 }))
    const [two] = rank(2, three)
    assert.ok(two && two.minutes >= 21 && two.minutes <= 26, `${two?.minutes}`)
    assert.equal(two.criticalPath, 10)
    assert.equal(rank(8, three)[0]?.minutes, 15)
    const shared = plan(task('a', { ...takes(10, 1), scope: ['src/**'] }), task('b', { ...takes(10, 1), scope: ['src/b/**'] }))
    assert.equal(rank(8, shared)[0]?.minutes, 22, 'they write the same paths')
  })

  test('agreement: the same work under other names is the same, one task for all is not ten, and an outlier stands last', () => {
    const [a, b] = [plan(task('a'), task('b')), plan(task('x', { scope: ['src/a/**'], checks: ['check-a'] }), task('y', { scope: ['src/b/**'], checks: ['check-b'] }))]
    assert.equal(toPlanAgreement(a, [b], []), 1)
    assert.equal(toPlanAgreement(a, [], []), 1)
    const all = plan(task('all', { scope: ['src/**'], checks: ['check-all'] }))
    const elsewhere = plan(task('z'))
    assert.ok(toPlanAgreement(a, [elsewhere], []) < 0.1)
    assert.ok(toPlanAgreement(a, [all], []) < 0.8)
    assert.deepEqual([...toAgreement(plan(task('a'), task('q')), [a], [])].map(([id, share]) => [id, share]), [['a', 1], ['q', 0]])
    const ranked = rank(2, plan(task('z1'), task('z2')), a, b)
    assert.equal(ranked.at(-1)?.number, 1)
    assert.match(describeRanking(ranked), /^plan 2 \(.*agreement \d+ %\) before plan 3/)
  })

  test('one plan, a task of no size and many tasks do no harm', () => {
    assert.equal(rank(1, plan(task('a', takes(0, 0))))[0]?.number, 1)
    const many = plan(...Array.from({ length: 200 }, (_, n) => task(`t${n}`, { dependsOn: n > 0 && n % 3 === 0 ? [`t${n - 1}`] : [] })))
    for (const each of rank(4, many, plan(task('a')))) for (const value of Object.values(each)) assert.ok(Number.isFinite(value))
  })
})
