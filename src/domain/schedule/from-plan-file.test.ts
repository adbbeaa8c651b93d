import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findOverlap } from '../lease/overlap.ts'
import { PlanFile } from '../../protocol/plan-file.ts'
import { findExclusiveGroups } from './exclusive-groups.ts'
import { findCompletionQuantiles } from './completion-quantiles.ts'
import { findFlaw } from './find-flaw.ts'
import { toScheduleProblem } from './from-plan-file.ts'
import type { ScheduleProblem } from './problem.ts'

const read = (file: unknown) => toScheduleProblem(PlanFile.parse(file))
const flawOf = (file: unknown) => findFlaw(read(file).problem)?.message

describe('a plan file as a scheduling problem', () => {
  it('tokens and requests are rates over the minutes; what the capacity leaves out is not limited', () => {
    const { problem, assumptions } = read({
      capacity: { workers: 3, tokens_per_minute: 1000, requests_per_minute: 5, resources: { gpu: 2 } },
      tasks: [{ id: 'a', estimate: { minutes: 10, tokens: 4000, requests: 20, memory_mb: 500, resources: { gpu: 1 } }, release: 3, deadline: 20 }],
    })
    assert.deepEqual(problem.tasks, [{ id: 'a', minutes: 10, after: [], release: 3, deadline: 20, demands: { workers: 1, tokens_per_minute: 400, requests_per_minute: 2, gpu: 1 } }])
    assert.deepEqual(problem.resources, [{ name: 'workers', capacity: 3 }, { name: 'tokens_per_minute', capacity: 1000 }, { name: 'requests_per_minute', capacity: 5 }, { name: 'gpu', capacity: 2 }])
    assert.deepEqual(assumptions, [])
  })

  it('leaves what has a field of its own to that field', () => {
    assert.throws(() => read({ capacity: { resources: { workers: 1 } }, tasks: [{ id: 'a' }] }), /neither workers nor cpu/)
    assert.equal(read({ tasks: [{ id: 'a', estimate: { cpu: 1 } }], capacity: { cpu: 2 } }).problem.tasks[0]?.minutes, 10)
  })

  it('says what it assumed', () => {
    const { problem, assumptions } = read({ tasks: [{ id: 'a' }, { id: 'b', scope: ['src/**'], estimate: { minutes: 1 } }] })
    assert.deepEqual(problem.resources, [{ name: 'workers', capacity: 2 }])
    assert.deepEqual(assumptions, ['The capacity names no workers: 2 tasks side by side are assumed.', 'a has no estimate: 10 minutes are assumed.', 'a has no scope and may write everywhere: nothing that writes runs beside it.'])
    assert.deepEqual(problem.exclusive.map(({ tasks }) => [...tasks].sort()), [['a', 'b']])
    assert.deepEqual(read({ tasks: [{ id: 'a' }, { id: 'b' }] }).problem.exclusive, [])
  })

  it('what is wrong is a sentence that names it', () => {
    assert.match(flawOf({ tasks: [{ id: 'a' }, { id: 'a' }] }) ?? '', /two tasks are called a/)
    assert.match(flawOf({ tasks: [{ id: 'a', depends_on: ['b'] }] }) ?? '', /a depends on b, which is no task/)
    assert.match(flawOf({ tasks: [{ id: 'a', depends_on: ['c'] }, { id: 'b', depends_on: ['a'] }, { id: 'c', depends_on: ['b'] }] }) ?? '', /wait for one another: a → c → b → a/)
    assert.match(flawOf({ tasks: [{ id: 'a', depends_on: ['a'] }] }) ?? '', /a → a/)
    assert.match(flawOf({ capacity: { memory_mb: 100 }, tasks: [{ id: 'a', estimate: { minutes: 1, memory_mb: 200 } }] }) ?? '', /a needs 200 of memory_mb, and there are only 100/)
    assert.match(flawOf({ capacity: { tokens_per_minute: 100 }, tasks: [{ id: 'a', estimate: { minutes: 2, tokens: 1000 } }] }) ?? '', /a needs 500 of tokens_per_minute/)
    assert.match(flawOf({ tasks: [{ id: 'a', estimate: { minutes: 1, resources: { gpu: 1 } } }] }) ?? '', /gpu, which the capacity does not name/)
    assert.match(flawOf({ tasks: [{ id: 'a', estimate: { minutes: 1e9 } }] }) ?? '', /1000000000 minutes/)
    assert.match(findFlaw({ tasks: [], resources: [], exclusive: [] } satisfies ScheduleProblem)?.message ?? '', /no task/)
  })
})

describe('what only one task at a time may use', () => {
  const pairs = (holdings: Parameters<typeof findExclusiveGroups>[0]): string[] => {
    const found = new Set<string>()
    for (const { tasks } of findExclusiveGroups(holdings)) for (const a of tasks) for (const b of tasks) if (a < b) found.add(`${a}${b}`)
    return [...found].sort()
  }
  it('globs that overlap keep their tasks apart, and nobody else', () => {
    assert.deepEqual(pairs([
      { id: 'a', scope: ['src/**'], leases: [] }, { id: 'b', scope: ['src/x/**'], leases: [] },
      { id: 'c', scope: ['src/y/*.ts'], leases: [] }, { id: 'd', scope: ['docs/**'], leases: [] },
    ]), ['ab', 'ac'])
  })
  it('the same scope, the whole repository, names', () => {
    assert.deepEqual(pairs([{ id: 'a', scope: ['x'], leases: [] }, { id: 'b', scope: ['x', 'y'], leases: [] }, { id: 'c', scope: ['z'], leases: [] }]), ['ab'])
    assert.deepEqual(pairs([{ id: 'a', scope: [], leases: [] }, { id: 'b', scope: ['x'], leases: [] }, { id: 'c', scope: ['y'], leases: [] }]), ['ab', 'ac'])
    assert.deepEqual(pairs([{ id: 'a', leases: ['db'] }, { id: 'b', leases: ['db', 'phone'] }, { id: 'c', leases: ['phone'] }]), ['ab', 'bc'])
  })
  it('is the same as comparing every pair', () => {
    const globs = ['src', 'src/', 'SRC/A/**', 'src/a/x.ts', './src/a', 'src/a/*.ts', '**/x.ts', 'docs/*', 'docs/x.ts', 'docs/.hidden', '{docs,src}/y', 'src/ab', 'lib/**', '*']
    const expected: string[] = []
    for (const [a, one] of globs.entries()) for (const [b, other] of globs.entries()) if (a < b && findOverlap([one], [other])) expected.push(`${'abcdefghijklmn'[a]}${'abcdefghijklmn'[b]}`)
    assert.deepEqual(pairs(globs.map((glob, n) => ({ id: 'abcdefghijklmn'[n] ?? '', scope: [glob], leases: [] }))), expected.sort())
  })
  it('is found among ten thousand scopes, and refused where too many begin alike', () => {
    const scopes = Array.from({ length: 10_000 }, (_, n) => ({ id: `t${n}`, scope: [`src/part${n % 100}/file${n}.ts`], leases: [] }))
    assert.deepEqual(findExclusiveGroups(scopes), [])
    assert.equal(findExclusiveGroups([...scopes, { id: 'all', scope: ['src/part7'], leases: [] }]).length, 100)
    assert.throws(() => findExclusiveGroups(scopes.slice(0, 1000).map(({ id }, n) => ({ id, scope: [`*/file${n}`], leases: [] }))), /too many paths/)
  })
  it('holds for more of them than a word has bits', () => {
    const holdings = Array.from({ length: 200 }, (_, n) => ({ id: `t${n}`, scope: [`part${n >> 1}/**`], leases: [] }))
    assert.equal(findExclusiveGroups(holdings).length, 100)
  })
})

describe('what spreads mean for the end', () => {
  it('is about the middle: as often less as more, and four of five lie within what the spread says', () => {
    const [low, high] = [0.92, 26.2]
    const { problem } = read({ tasks: [{ id: 'a', estimate: { minutes: 4.91, spread: (high - low) / 2.5632 } }] })
    const ends = findCompletionQuantiles(problem, new Int32Array([0]), { draws: 4000 })
    assert.ok(ends)
    assert.ok(Math.abs(Math.log(ends.median / 4.91)) < 0.15, String(ends.median))
    assert.ok(Math.abs(Math.log(ends.ninth / high)) < 0.25, String(ends.ninth))
  })
})
