import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CommitId } from '../../protocol/ids.ts'
import { openIntegratorBench, type IntegratorBench } from './integrator-bench.ts'

/** Numerical Recipes' generator: the same story each time. */
function toRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const names = ['a.txt', 'b.txt', 'sub/c.txt', 'sub/d.txt']
const start = (name: string): string => Array.from({ length: 30 }, (_, index) => `${name} ${index}\n`).join('')

function readLine(bench: IntegratorBench, at: string): Map<string, string[]> {
  const listed = bench.git('ls-tree', '-r', '--name-only', at).trim().split('\n').filter((name) => names.includes(name))
  return new Map(listed.map((name) => [name, bench.git('cat-file', 'blob', `${at}:${name}`).split('\n').slice(0, -1)]))
}

/** Writes lines that only this writer has, and takes out some that it sees. */
function edit(seen: Map<string, string[]>, writer: number, random: (below: number) => number): { files: Record<string, string | undefined>; added: string[]; removed: string[] } {
  const files: Record<string, string | undefined> = {}
  const added: string[] = []
  const removed: string[] = []
  for (let count = 1 + random(3); count > 0; count -= 1) {
    const name = names[random(names.length)] ?? ''
    const lines = [...(files[name] === undefined ? (seen.get(name) ?? []) : (files[name] ?? '').split('\n').slice(0, -1))]
    const at = random(lines.length + 1)
    if (random(3) === 0) removed.push(...lines.splice(at, 1 + random(2)).filter((line) => !added.includes(line)))
    const line = `writer ${writer}, line ${added.length}`
    added.push(line)
    lines.splice(at, 0, line)
    files[name] = `${lines.join('\n')}\n`
  }
  return { files, added, removed }
}

for (const seed of [1, 2, 3]) {
  test(`nobody overwrites anybody: a line that was integrated is gone only where somebody who saw it took it out (story ${seed})`, async () => {
    const bench = await openIntegratorBench(Object.fromEntries(names.map((name) => [name, start(name)])))
    try {
      const random = toRandom(seed)
      const expected = new Set(names.flatMap((name) => start(name).split('\n').slice(0, -1)))
      const line: CommitId[] = [bench.base]
      let conflicts = 0
      for (let writer = 0; writer < 24; writer += 1) {
        // Begun from one of the newest states: others were integrated meanwhile.
        const on = line[Math.max(0, line.length - 1 - random(6))] ?? bench.base
        const { files, added, removed } = edit(readLine(bench, on), writer, random)
        const child = await bench.child(`w${writer}`, files, { on })
        const done = await bench.integrate(child)
        if ('moved' in done) {
          assert.ok(done.moved)
          line.push(done.commit)
          for (const each of added) expected.add(each)
          for (const each of removed) expected.delete(each)
        } else {
          conflicts += 1
          assert.ok(done.conflicts.every(({ path }) => names.includes(path)))
          assert.ok((await bench.integrator.listUnmerged()).some(({ commit }) => commit === child.commit))
        }
        const now = new Set([...readLine(bench, 'refs/writ/integrated').values()].flat())
        assert.deepEqual([...expected].filter((each) => !now.has(each)), [], `writer ${writer} overwrote somebody`)
        assert.deepEqual([...now].filter((each) => !expected.has(each)), [], `writer ${writer} brought back what was taken out`)
      }
      assert.ok(conflicts > 0 && line.length > 8, `${conflicts} conflicts, ${line.length} commits: the story is too easy or too hard`)
      assert.equal(bench.git('rev-list', '--count', '--merges', 'refs/writ/integrated').trim(), '0')
      assert.equal((await bench.integrator.listUnmerged()).length, conflicts)
    } finally {
      await bench.remove()
    }
  })
}
