import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ScheduleOutput } from '../../protocol/schedule.ts'
import type { PlanFile } from '../../protocol/plan-file.ts'
import { toScheduleProblem } from '../../domain/schedule/from-plan-file.ts'
import { findSchedule } from '../../engine/find-schedule.ts'
import { createSystemClock } from '../../adapters/system/system-clock.ts'
import { displayWidth } from '../display-width.ts'
import { toScheduleText } from '../schedule-text.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'writ-schedule-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function schedule(text: string, ...more: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const path = join(folder, 'plan.yaml')
  writeFileSync(path, text)
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'plan', 'schedule', path, ...more], { env: { PATH: process.env.PATH, HOME: folder }, cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

const good = `
goal: Retries stop
capacity: { workers: 2, tokens_per_minute: 20000, memory_mb: 4000 }
tasks:
  - { id: parser, estimate: { minutes: 30, tokens: 300000, spread: 8 }, scope: ["src/parser/**"] }
  - { id: printer, estimate: { minutes: 20, memory_mb: 1000 }, scope: ["src/printer/**"] }
  - { id: lexer, estimate: { minutes: 25, tokens: 300000 }, scope: ["src/lexer/**"], leases: [phone] }
  - { id: call, estimate: { minutes: 12.5 }, scope: ["src/call/**"], leases: [phone] }
  - { id: docs, estimate: { minutes: 10 }, scope: ["docs/**"], depends_on: [parser, printer], deadline: 35 }
`

describe('writ plan schedule', () => {
  it('prints starts, makespan, lower bound, whether it is proven, lateness, and bars, without colour where nobody sees it', async () => {
    const { code, stdout, stderr } = await schedule(good)
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^Retries stop\n/)
    assert.match(stdout, /makespan +57.5 min for 5 tasks/)
    assert.match(stdout, /lower bound +57.5 min/)
    assert.match(stdout, /optimal +yes, proven by/)
    assert.match(stdout, /tardiness +5 min: docs by 5/)
    assert.match(stdout, /with spreads +done within/)
    assert.match(stdout, /^parser +0 +30 .*[█▒]/m)
    assert.match(stdout, /^docs +30 +40 \+5 late .*[█▒]/m)
    assert.match(stdout, /^workers .*[▁▂▃▄▅▆▇█]/m)
    assert.ok(!stdout.includes('\u001B'))
  })

  it('as JSON, in the published form', async () => {
    const { code, stdout } = await schedule(good, '--json')
    assert.equal(code, 0)
    const output = ScheduleOutput.parse(JSON.parse(stdout))
    assert.deepEqual([output.makespan, output.lower_bound, output.proven, output.tardiness, output.late, output.assumptions], [57.5, 57.5, true, 5, ['docs'], []])
    const at = new Map(output.tasks.map((task) => [task.id, task]))
    // Without the deadline 55 minutes would do. Tokens: 10,000 and 12,000 a minute do not go together. The phone: one call at a time.
    assert.ok(at.get('lexer')!.start >= at.get('parser')!.end || at.get('parser')!.start >= at.get('lexer')!.end)
    assert.ok(at.get('lexer')!.start >= at.get('call')!.end || at.get('call')!.start >= at.get('lexer')!.end)
  })

  it('a file that is wrong is refused with a sentence that says where', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['tasks: []', /tasks: /],
      ['', /is empty: give it a goal, and tasks/],
      ['{ not yaml', /not valid YAML/],
      ['tasks:\n  - id: a\n    minuets: 3\n', /line 3: tasks\.0: there is no field minuets/],
      ['tasks:\n  - id: a\n  - id: a\n', /two tasks are called a/],
      ['tasks:\n  - { id: a, depends_on: [x] }\n', /a depends on x, which is no task/],
      ['tasks:\n  - { id: a, depends_on: [b] }\n  - { id: b, depends_on: [a] }\n', /line 2: these tasks wait for one another: a → b → a/],
      ['capacity: { memory_mb: 100 }\ntasks:\n  - { id: a, estimate: { minutes: 1, memory_mb: 101 } }\n', /line 3: a needs 101 of memory_mb, and there are only 100/],
    ]
    for (const [text, said] of cases) {
      const { code, stdout, stderr } = await schedule(text)
      assert.deepEqual([code, stdout], [2, ''], text)
      assert.match(stderr, said)
      assert.match(stderr, /^writ: [^\n]+\n( {2}- [^\n]+\n)*$/)
    }
    const { code, stderr } = await schedule(good, '--seconds', 'soon')
    assert.equal(code, 2)
    assert.match(stderr, /number of seconds/)
  })
})

describe('the chart', () => {
  const file: PlanFile = {
    capacity: { workers: 2 },
    tasks: [
      { id: 'a', estimate: { minutes: 40 } }, { id: 'b', estimate: { minutes: 30 }, depends_on: ['a'] },
      { id: 'a-task-with-a-rather-long-name', estimate: { minutes: 10 } }, { id: 'done', estimate: { minutes: 0 }, depends_on: ['b'] },
    ],
  }
  const draw = async (columns: number): Promise<string[]> => {
    const { problem, assumptions } = toScheduleProblem(file)
    const found = await findSchedule(problem, { clock: createSystemClock() }, { seconds: 5 })
    return toScheduleText({ file, problem, schedule: found, assumptions, seconds: 1, columns, paint: (_, text) => text }).split('\n')
  }
  it('fits the terminal, beside the numbers or below them', async () => {
    for (const columns of [40, 50, 80, 100, 200]) {
      const lines = await draw(columns)
      for (const line of lines) assert.ok(displayWidth(line) <= columns, `${columns}: ${line}`)
      const bars = lines.filter((line) => /█{3}|▒/.test(line))
      assert.ok(bars.length >= 3, lines.join('\n'))
    }
    assert.ok((await draw(100)).some((line) => /^a +0 +40 .*█/.test(line)))
    const narrow = await draw(50)
    assert.ok(narrow.some((line) => /^a +0 +40 +0$/.test(line)))
    assert.ok(narrow.some((line) => /^a +█+$/.test(line)))
  })

  it('tells the critical chain from the rest, and shows milestones', async () => {
    const lines = await draw(100)
    assert.ok(lines.some((line) => /^b .* █+$/.test(line)))
    assert.ok(lines.some((line) => /^a-task-with-a-rather-long-name .* ▒+$/.test(line)))
    assert.ok(lines.some((line) => /^done .*◆$/.test(line)))
    assert.ok(lines.some((line) => line.includes('a → b')))
  })
})
