import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import { modelEnv, withMachine, type Machine, type Started } from '../e2e/harness.ts'
import { finish, mendShout, mendSum, runPlanned, toAsked, twoModules, type Asked } from './plan-bench.ts'

const writer = '---\nrole: writer\ndescription: writes what users read\ntools: [read, edit, write]\nscope: ["**/*.js", "docs/**"]\nmodel: large\neffort: high\nbudget: { max_turns: 6 }\n---\nYou write for users.\n'
const repositoryCoder = '---\nrole: coder\ntools: [read, list, search, edit, shell]\n---\nMind the house rules.\n'

interface Shown {
  readonly specialists: readonly { readonly role: string; readonly tools: readonly string[]; readonly from: readonly { readonly layer: string }[] }[]
  readonly notes: readonly string[]
  readonly problems: readonly string[]
}

async function list(machine: Machine): Promise<Shown & { readonly code: number }> {
  const { stdout, code } = await machine.writ(['specialists', '--json'])
  return { ...(JSON.parse(stdout) as Shown), code }
}

const layersOf = (shown: Shown, role: string): readonly string[] => shown.specialists.find((each) => each.role === role)?.from.map(({ layer }) => layer) ?? []

function writeUser(machine: Machine, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(machine.home, '.config/writ/specialists'), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(machine.home, '.config/writ', name), text)
}

/** The first event of each run, the planner's first. */
function openedRuns(machine: Machine) {
  const runs = join(machine.state, 'runs')
  return readdirSync(runs).toSorted().flatMap((run) => {
    const first = JSON.parse(readFileSync(join(runs, run, 'rollout.jsonl'), 'utf8').split('\n')[0] ?? '') as StoredEvent
    return first.type === 'run.opened' ? [first.data] : []
  })
}

describe('specialists are files', () => {
  test('of a repository they do nothing until they are trusted, byte for byte as they were committed', () => withMachine({ ...twoModules, '.writ/specialists/coder.md': repositoryCoder, '.writ/specialists/merger.md': 'No front matter.' }, async (machine) => {
    const before = await list(machine)
    assert.deepEqual(layersOf(before, 'coder'), ['built-in'])
    assert.match(before.notes.join('\n'), /merger\.md cannot be read: it has no front matter[^]*no effect until you trust \.writ\/specialists\/coder\.md/)
    const nobody = await machine.writ(['policy', 'trust'])
    assert.equal(nobody.code, 3)
    assert.match(nobody.stdout, /Specialist, \.writ\/specialists\/coder\.md[^]*Mind the house rules/)
    assert.equal((await machine.writ(['policy', 'trust', '--yes'])).code, 0)
    const after = await list(machine)
    assert.deepEqual(layersOf(after, 'coder'), ['built-in', 'repository'])
    assert.deepEqual(after.specialists.find(({ role }) => role === 'coder')?.tools, ['read', 'list', 'search', 'edit', 'shell', 'finish'])
    const one = await machine.writ(['specialists', 'coder'])
    assert.match(one.stdout, /repository \.writ\/specialists\/coder\.md \(\w{12}, trusted\)\n\nMind the house rules/)
    machine.write({ '.writ/specialists/coder.md': repositoryCoder.replace('shell]', 'shell, write]') })
    assert.deepEqual(layersOf(await list(machine), 'coder'), ['built-in', 'repository'])
    machine.git('commit', '-qam', 'More')
    assert.deepEqual(layersOf(await list(machine), 'coder'), ['built-in'])
    assert.equal((await machine.writ(['policy', 'distrust'])).code, 0)
  }))

  test('of a person they stop a run where they are wrong, and say so', () => withMachine(twoModules, async (machine) => {
    writeUser(machine, { 'specialists/writer.md': writer.replace('tools: [read', 'tools: [bash'), 'specialists/another.md': '---\nrole: another\nmodel: middling\ntool: [read]\nbudget: { minutes: 5 }\n---\nWrite.\n' })
    const shown = await list(machine)
    assert.equal(shown.code, 2)
    assert.match(shown.problems[1] ?? '', /specialists\/writer\.md cannot be read: its front matter does not fit .*: line 4: tools\.0: it has to be one of read, list, /)
    const ended = await runPlanned(machine, () => ({ calls: [finish('nothing')] }), ['run', 'make all tests pass', '--workers', '2'])
    assert.equal(ended.code, 2)
    assert.match(ended.stderr, /another\.md cannot be read: [^\n]*\n {2}- line 3: model: [^\n]*\n {2}- line 4: there is no field tool; tools is meant, perhaps\n {2}- line 5: budget: there is no field minutes\n[^\n]*writer\.md cannot be read: [^\n]* line 4: tools\.0: /)
    assert.equal(ended.asked.length, 0)
    assert.equal((await machine.writ(['specialists', 'nobody'])).code, 2)
  }))

  test('a child has the tools, scope, budget and model of its specialist, and no task goes to nobody', () => withMachine(twoModules, async (machine) => {
    writeUser(machine, { 'specialists/writer.md': writer, 'config.yaml': 'models: { large: openai-chat/grand }\n' })
    const tasks = [
      { id: 'sum', subgoal: 'The sum of numbers begins at nothing.', scope: ['src/sum/**'], checks: [{ command: 'node --test test/sum.test.js' }], role: 'writer' },
      { id: 'shout', subgoal: 'Shouting makes letters large.', scope: ['src/text/**'], checks: ['c1'], depends_on: ['sum'] },
    ]
    let plans = 0
    const ended = await runPlanned(machine, ({ role, turn }) => {
      if (role === 'planner') {
        plans += 1
        return { calls: [{ name: 'propose_plan', input: { tasks: plans === 1 ? tasks.map((task) => ({ ...task, role: 'wizard' })) : tasks } }] }
      }
      if (turn > 0) return { calls: [finish('Done')] }
      return { calls: [role === 'writer' ? mendSum : mendShout] }
    }, ['run', 'make all tests pass', '--workers', '2', '--output-format', 'json'])
    assert.equal(ended.code, 0, ended.stderr)
    assert.equal(plans, 2)
    const planner = ended.asked.filter(({ role }) => role === 'planner')
    assert.match(planner[0]?.opening ?? '', /Who can do a task[^]*- writer: writes what users read/)
    assert.match(JSON.stringify(planner[1]?.request.items), /sum is for a wizard, and no such specialist can be given a task here; there are coder, /)
    const written = ended.asked.filter(({ role }) => role === 'writer')
    assert.deepEqual([...new Set(written.map(({ request }) => request.model))], ['grand'])
    assert.deepEqual(written[0]?.request.tools.map((tool) => tool.name), ['read', 'edit', 'write', 'finish'])
    assert.match(written[0]?.opening ?? '', /You write for users/)
    assert.deepEqual([...new Set(ended.asked.filter(({ role }) => role !== 'writer').map(({ request }) => request.model))], ['scripted'])
    const [, child] = openedRuns(machine)
    assert.deepEqual(child?.draft.scope, ['src/sum/**/*.js'])
    assert.equal(child?.draft.budget.maxTurns, 6)
    assert.equal(child?.request.effort, 'high')
    assert.deepEqual(child?.specialist?.from?.map(({ layer }) => layer), ['user'])
  }))

  test('where a specialist may write nothing of a task, the planner is told', () => withMachine(twoModules, async (machine) => {
    const tasks = [{ id: 'sum', subgoal: 'The sum of numbers begins at nothing.', scope: ['src/sum/sum.js'], checks: ['c1'], role: 'documenter' }]
    let told = ''
    const ended = await runPlanned(machine, ({ request, turn }) => {
      if (turn === 0) return { calls: [{ name: 'propose_plan', input: { tasks } }] }
      told = JSON.stringify(request.items)
      return { calls: [{ name: 'finish', input: { summary: 'It cannot be done', cannot: 'nobody may', confidence: 1 } }] }
    }, ['run', 'make all tests pass', '--workers', '1', '--output-format', 'json'])
    assert.equal(ended.code, 1, ended.stderr)
    assert.match(told, /the documenter may write [^"]* only, and nothing of that is in the scope of the task \(src\/sum\/sum\.js\)/)
    assert.ok(ended.asked.every(({ role }) => role === 'planner'))
  }))

  test('a child goes on as it began, whatever became of the files since', () => withMachine(twoModules, async (machine) => {
    writeUser(machine, { 'specialists/writer.md': writer, 'config.yaml': 'models: { large: openai-chat/grand }\n' })
    machine.write({ 'plan.yaml': 'goal: make all tests pass\nchecks: [npm test]\ntasks:\n  - { id: sum, subgoal: Both modules do as their tests say., scope: ["src/**"], checks: [c1], role: writer }\n' })
    const asked: Asked[] = []
    let started: Started | undefined
    const server = await startModelServer({
      lenient: true,
      script: (request) => {
        const each = toAsked(request)
        asked.push(each)
        if (asked.length === 1) started?.kill('SIGKILL')
        return { calls: each.turn === 0 ? [mendSum, mendShout] : [finish('Both')] }
      },
    })
    try {
      const env = modelEnv(server)
      started = machine.start(['run', '--plan', 'plan.yaml'], { env })
      await started.ended
      rmSync(join(machine.home, '.config/writ'), { recursive: true })
      const ended = await machine.writ(['resume', readdirSync(join(machine.state, 'runs')).toSorted()[0] ?? ''], { env })
      assert.equal(ended.code, 0, ended.stderr)
      assert.ok(asked.length > 2)
      for (const { request, role } of asked) assert.deepEqual([role, request.model, request.tools.map(({ name }) => name)], ['writer', 'grand', ['read', 'edit', 'write', 'finish']])
    } finally {
      await server.close()
    }
  }))

  test('a given plan names the role that nobody has', () => withMachine(twoModules, async (machine) => {
    machine.write({ 'plan.yaml': 'goal: make all tests pass\nchecks: [npm test]\ntasks:\n  - { id: sum, subgoal: Both modules do as their tests say., checks: [c1], role: reviewer }\n' })
    const ended = await runPlanned(machine, () => ({ calls: [finish('nothing')] }), ['run', '--plan', 'plan.yaml'])
    assert.equal(ended.code, 2)
    assert.match(ended.stderr, /plan\.yaml cannot be carried out: line 4: sum is for a reviewer, and no such specialist can be given a task here; there are coder, debugger, documenter, merger, tester/)
  }))
})
