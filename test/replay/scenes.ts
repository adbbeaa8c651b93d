import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import type { Reply } from '../../src/testing/model-server/reply.ts'
import { brokenLibrary, finish, mend, modelEnv, runScripted, type Ended, type Machine } from '../e2e/harness.ts'
import { mendShout, mendSum, toAsked, twoModules, type Asked } from '../plan/plan-bench.ts'

/** Real runs of the command line, each of another kind, that replays must follow. */
export interface Scene {
  readonly files: Readonly<Record<string, string>>
  play(machine: Machine): Promise<void>
}

const goal = 'make the failing tests pass'
const shell = (command: string, more: Readonly<Record<string, string | boolean | number>> = {}) => ({ name: 'shell', input: { command, ...more } })

function expect(ended: Ended, code: number): void {
  assert.equal(ended.code, code, `${ended.stdout.slice(-2000)}\n${ended.stderr.slice(-2000)}`)
}

async function script(machine: Machine, replies: readonly Reply[], args: readonly string[], code: number): Promise<void> {
  expect(await runScripted(machine, replies, args), code)
}

/** Kills the process when its log shows what is looked for. */
async function killWhen(machine: Machine, env: Record<string, string>, text: string): Promise<void> {
  const started = machine.start(['run', goal], { env })
  let over = false
  void started.ended.then(() => { over = true })
  while (!over && !readLog(machine).includes(text)) await new Promise((resolve) => setImmediate(resolve))
  started.kill('SIGKILL')
  await started.ended
}

function readLog(machine: Machine): string {
  try {
    const runs = join(machine.state, 'runs')
    return readFileSync(join(runs, readdirSync(runs)[0] ?? '', 'rollout.jsonl'), 'utf8')
  } catch {
    return '' // not there yet
  }
}

const newTest = "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { sum } from '../src/sum.js'\n\ntest('one number', () => {\n  assert.equal(sum([4]), 4)\n})\n"

function answerPlanned({ role, goal: words, turn }: Asked, reviewed: { times: number }): Reply {
  const isSum = words.startsWith('The sum')
  if (role === 'planner') {
    return { calls: [{ name: 'propose_plan', input: { tasks: [
      { id: 'sum', subgoal: 'The sum of numbers begins at nothing.', scope: ['src/**', 'package.json'], checks: [{ command: 'node --test test/sum.test.js' }], estimate: { minutes: 3, tokens: 9000, tokens_spread: 2000 }, rules: ['made-up'] },
      { id: 'shout', subgoal: 'Shouting makes letters large.', scope: ['src/text/**'], checks: ['c1'], depends_on: ['sum'], estimate: { minutes: 2 }, confidence: 0.8 },
    ] } }] }
  }
  if (role === 'reviewer') {
    const finds = !isSum && (reviewed.times += 1) === 1
    return { calls: [{ name: 'report_findings', input: { findings: finds ? [{ path: 'src/text/shout.js', line: 2, severity: 'error', rule: 'no-reason', message: 'nothing says why' }] : [] } }, finish('Looked')] }
  }
  if (turn > 0) return { calls: [finish(isSum ? 'Begin the sum at 0' : 'Shout in capitals')] }
  if (isSum) return { calls: [mendSum] }
  return { calls: [reviewed.times === 0 ? mendShout : { name: 'edit', input: { path: 'src/text/shout.js', edits: [{ find: 'return text.toLowerCase()', replace: '// Capitals are what shouting is.\n  return text.toUpperCase()' }] } }] }
}

/** Its test sees that many cost less, and neither where that begins nor how much less. */
const shop = {
  'package.json': brokenLibrary['package.json'] ?? '',
  'src/price.js': 'export function price(each, count) {\n  return each * count\n}\n',
  'test/price.test.js': "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { price } from '../src/price.js'\n\ntest('many cost less', () => assert.ok(price(10, 50) < 500))\n",
}
const bounds = "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { price } from '../src/price.js'\n\ntest('eleven are many', () => {\n  assert.equal(price(10, 11), 99)\n  assert.equal(price(10, 10), 100)\n  assert.equal(price(7, 30), 189)\n})\n"

export const scenes: Readonly<Record<string, Scene>> = {
  /** Edits, a refused proof, pins put back, tests near the change, an own test, and at last a person who accepts. */
  model: {
    files: { ...brokenLibrary, 'AGENTS.md': 'Keep it small.\n' },
    play: async (machine) => {
      await script(machine, [
        { text: 'I look first.', calls: [{ name: 'read', input: { path: 'src/sum.js' } }, { name: 'list', input: {} }] },
        { calls: [{ name: 'edit', input: { path: 'test/sum.test.js', edits: [{ find: '6', replace: '7' }] } }, { name: 'fly', input: {} }, { name: 'read', input: { file: 'x' } }] },
        { calls: [finish('It is done')] },
        { calls: [shell('echo "export" > src/broken.js; sed -i s/6/7/ test/sum.test.js; echo {} > sub.json; mkdir -p sub; echo {} > sub/package.json')] },
        { calls: [shell('rm src/broken.js sub.json')] },
        { calls: [mend, { name: 'write', input: { path: 'test/one.test.js', content: newTest } }] },
        { calls: [finish()] },
      ], [goal], 0)
      expect(await machine.writ(['accept', 'latest', '--yes']), 0)
    },
  },
  /** The built-in solver, and a person who says no. */
  repair: {
    files: brokenLibrary,
    play: async (machine) => {
      expect(await machine.writ(['run', goal, '--solver', 'repair']), 0)
      expect(await machine.writ(['reject', 'latest', '--reason', 'not today']), 0)
    },
  },
  /** Killed in the middle of a command, then stopped by a provider that refuses the key, then carried to its end. */
  resumed: {
    files: brokenLibrary,
    play: async (machine) => {
      const server = await startModelServer({ script: [{ calls: [shell('echo one >> log.txt; sleep 0.3; echo two >> log.txt')] }, { calls: [mend] }, { calls: [shell('rm -f log.txt')] }, { calls: [finish()] }], apiKey: 'sk-right' })
      const env = { ...modelEnv(server), OPENAI_API_KEY: 'sk-right' }
      try {
        await killWhen(machine, env, '"tool.called"')
        expect(await machine.writ(['resume', 'latest'], { env: { ...env, OPENAI_API_KEY: 'sk-wrong' } }), 2)
        expect(await machine.writ(['resume', 'latest'], { env }), 0)
      } finally {
        await server.close()
      }
    },
  },
  /** What cannot be undone waits for a person: nobody is there, then somebody who says yes. */
  approval: {
    files: brokenLibrary,
    play: async (machine) => {
      const contract = join(machine.home, 'contract.yaml')
      writeFileSync(contract, `goal: ${goal}\nchecks: ["npm test"]\nunpinned: ["docs/**"]\nnetwork: ["localhost:9"]\nbudget: { max_turns: 20 }\n`)
      const server = await startModelServer({ script: [{ calls: [shell('git push origin main || true')] }, { calls: [mend] }, { calls: [finish()] }] })
      try {
        expect(await machine.writ(['run', '--contract', contract], { env: modelEnv(server) }), 3)
        expect(await machine.writ(['resume', 'latest', '--yes'], { env: modelEnv(server) }), 0)
      } finally {
        await server.close()
      }
    },
  },
  /** Faults that pass, arguments that are no JSON, commands in the background, and a limit that ends it. */
  limit: {
    files: brokenLibrary,
    play: (machine) => script(machine, [
      { text: 'x', calls: [{ name: 'read', input: { path: 'src/sum.js' } }], fault: { status: 429, headers: { 'retry-after-ms': '20' } } },
      { text: 'x', calls: [{ name: 'read', input: { path: 'src/sum.js' } }], fault: 'malformed-json-arguments' },
      { calls: [shell('sleep 0.2; echo late', { background: true }), { name: 'shell', input: { poll: 'bg1', timeout_s: 5 } }, { name: 'search', input: { pattern: 'total' } }] },
      { calls: [shell('seq 1 40000')] },
      { calls: [{ name: 'read', input: { path: 'package.json' } }] },
    ], [goal, '--max-turns', '5'], 4),
  },
  /** Nothing shows that the goal is met: a person has to look. */
  waiting: {
    files: { ...brokenLibrary, 'src/sum.js': (brokenLibrary['src/sum.js'] ?? '').replace('total = 1', 'total = 0') },
    play: (machine) => script(machine, [
      { calls: [{ name: 'write', input: { path: 'README.md', content: '# Sums\n' } }] },
      ...Array.from({ length: 4 }, () => ({ calls: [finish('Add a readme')] })),
    ], ['add a readme', '--deadline', '20m'], 3),
  },
  /** Taken back by a person to an earlier event after its end, and carried on from there. */
  rewound: {
    files: brokenLibrary,
    play: async (machine) => {
      const server = await startModelServer({ script: [{ calls: [shell('echo x > left.txt')] }, { calls: [finish('Nothing')] }, { calls: [finish('Nothing')] }, { calls: [finish('Nothing')] }] })
      const next = await startModelServer({ script: [{ calls: [mend] }, { calls: [finish()] }] })
      try {
        expect(await machine.writ(['run', goal], { env: modelEnv(server) }), 1)
        const lines = readLog(machine).trim().split('\n')
        const at = lines.findIndex((line) => line.includes('"type":"task.started"'))
        expect(await machine.writ(['rollback', 'latest', '--to', String(at), '--why', 'another way']), 0)
        expect(await machine.writ(['resume', 'latest'], { env: modelEnv(next) }), 0)
      } finally {
        await server.close()
        await next.close()
      }
    },
  },
  /** A fork of a run that left something unfinished. */
  fork: {
    files: brokenLibrary,
    play: async (machine) => {
      const server = await startModelServer({ script: [{ calls: [shell('echo "// looked at" >> src/sum.js; echo x > left.txt')] }, { text: 'I stop here.', calls: [finish('Look at it')] }, { calls: [finish('Nothing')] }, { calls: [finish('Nothing')] }] })
      const next = await startModelServer({ script: [{ calls: [shell('rm left.txt')] }, { calls: [mend] }, { calls: [finish()] }] })
      try {
        expect(await machine.writ(['run', goal], { env: modelEnv(server) }), 1)
        expect(await machine.writ(['fork', 'latest', '--constraint', 'keep it short', '--max-turns', '9'], { env: modelEnv(next) }), 0)
      } finally {
        await server.close()
        await next.close()
      }
    },
  },
  /** Two tasks, one after the other by their paths: a review that sends one back to who made it, rules that it will meet, a plan that a person agrees to. */
  planned: {
    files: twoModules,
    play: async (machine) => {
      const reviewed = { times: 0 }
      const server = await startModelServer({ lenient: true, script: (request) => answerPlanned(toAsked(request), reviewed) })
      try {
        expect(await machine.writ(['run', goal, '--workers', '2', '--review', 'all', '--confirm-plan'], { env: modelEnv(server) }), 3)
        const [run = ''] = readdirSync(join(machine.state, 'runs')).sort()
        expect(await machine.writ(['resume', run, '--yes'], { env: modelEnv(server) }), 0)
      } finally {
        await server.close()
      }
    },
  },
  /** Everything that people are asked and settle: two questions at once, put twice; an amendment; something sealed away; a review. */
  people: {
    files: brokenLibrary,
    play: async (machine) => {
      const contract = join(machine.home, 'contract.yaml')
      writeFileSync(contract, `goal: ${goal}\nchecks: ["npm test"]\nscope: ["src/**"]\nnetwork: ["127.0.0.1:9"]\ncheckpoints: ["src/**"]\n`)
      const server = await startModelServer({ script: [
        { text: 'The release is wanted.', calls: [shell('twine upload dist.whl'), shell('curl -X POST http://127.0.0.1:9')] },
        { calls: [{ name: 'propose_amendment', input: { why: 'the workflow has to change too', scope_add: ['.github/**'] } }] },
        { calls: [{ name: 'write', input: { path: 'src/key.js', content: `export const key = 'ghp_${'a1B2c3D4e5F6'.repeat(3)}'\n` } }] },
        { calls: [mend, { name: 'write', input: { path: '.github/workflows/ci.yml', content: 'on: push\njobs: {}\n' } }] },
        { calls: [finish()] },
      ] })
      const env = modelEnv(server)
      const waiting = async (): Promise<string[]> => [...(await machine.writ(['approvals', '--json'], { env })).stdout.matchAll(/"id":"(ap_[0-9a-f]{10})"/g)].map((found) => found[1] ?? '')
      try {
        expect(await machine.writ(['run', '--contract', contract], { env }), 3)
        expect(await machine.writ(['resume', 'latest'], { env }), 3)
        const [upload = '', post = ''] = await waiting()
        expect(await machine.writ(['reject', post, '--reason', 'not there'], { env }), 3)
        expect(await machine.writ(['approve', upload], { env }), 3)
        expect(await machine.writ(['approve', ...(await waiting())], { env }), 3)
        expect(await machine.writ(['quarantine', 'release', 'q1', '--reason', 'not a real one'], { env }), 0)
        expect(await machine.writ(['approve', ...(await waiting()), '--reason', 'seen'], { env }), 0)
      } finally {
        await server.close()
      }
    },
  },
  /** What proves it is too weak for the policy, until the run's own tests are. */
  weak: {
    files: shop,
    play: async (machine) => {
      const bundle = join(machine.home, '.config', 'writ', 'policy', 'own')
      mkdirSync(bundle, { recursive: true })
      writeFileSync(join(bundle, 'bundle.yaml'), 'id: own\nversion: "1"\nowner: Ada\nsettings: { validation: { strength: { least: 0.9 } } }\n')
      await script(machine, [
        { calls: [{ name: 'edit', input: { path: 'src/price.js', edits: [{ find: '  return each * count\n', replace: '  const full = each * count\n  if (count > 10) return full - full / 10\n  return full\n' }] } }, finish('Ten percent off')] },
        { calls: [{ name: 'write', input: { path: 'test/bounds.test.js', content: bounds } }, finish('Tests of where it begins')] },
      ], ['many pieces must cost less', '--check', 'npm test'], 0)
    },
  },
  /** A check that chooses one test by its whole name: no other name will do for one that must fail, and the base says so. */
  chosen: {
    files: brokenLibrary,
    play: async (machine) => script(machine, [{ calls: [mend, finish()] }], ['the numbers are summed', '--check', "node --test --test-name-pattern '^sums numbers$' test/sum.test.js"], 0),
  },
}
