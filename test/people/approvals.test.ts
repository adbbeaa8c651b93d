import assert from 'node:assert/strict'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { digestOfJson } from '../../src/domain/digest.ts'
import { startModelServer } from '../../src/testing/model-server/start-model-server.ts'
import { brokenLibrary, finish, makeMachine, mend, modelEnv, type Machine } from '../e2e/harness.ts'

/** Its check is quick; what checks are like is tested elsewhere. */
const contract = 'goal: make the failing tests pass\nchecks: [grep -q "total = 0" src/sum.js]\nnetwork: ["127.0.0.1:9"]\n'
const publish = (command = 'npm publish') => ({ calls: [{ name: 'shell', input: { command } }] })
const end = [{ calls: [mend] }, { calls: [finish()] }]

/** A run that waits, and a model server that stays for whoever goes on with it. */
async function waiting(script: readonly object[], more: Readonly<Record<string, string>> = {}, files: Readonly<Record<string, string>> = brokenLibrary) {
  const machine = makeMachine({ ...files, ...more })
  const contractFile = join(machine.home, 'contract.yaml')
  writeFileSync(contractFile, more['contract'] ?? contract)
  const server = await startModelServer({ script: script as never })
  const env = modelEnv(server)
  const ended = await machine.writ(['run', '--contract', contractFile, '--output-format', 'json'], { env })
  return { machine, env, ended, close: async () => { await server.close(); machine.remove() } }
}

function eventsOf(machine: Machine): { type: string; data: Record<string, unknown> }[] {
  const [run = ''] = readdirSync(join(machine.state, 'runs'))
  return readFileSync(join(machine.state, 'runs', run, 'rollout.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as never)
}

describe('a run that waits for a person', () => {
  test('holds nothing, says who is asked what, and goes on by an answer from another process', async () => {
    const { machine, env, ended, close } = await waiting([publish(), ...end])
    try {
      assert.equal(ended.code, 3, ended.stderr)
      assert.match(ended.stderr, /ap_[0-9a-f]{10}/)
      const listed = await machine.writ(['approvals', '--json'], { env })
      const [question] = listed.stdout.trim().split('\n').map((line) => JSON.parse(line) as { id: string; question: { ask: { rules: string[]; risk: string; remember: unknown; expiresAt: string } } })
      assert.ok(question, listed.stderr)
      assert.deepEqual(question.question.ask.rules.slice(0, 1), ['ask-publish'])
      assert.equal(question.question.ask.risk, 'high')
      assert.deepEqual(question.question.ask.remember, { kind: 'argv', prefix: ['npm', 'publish'] })
      const answered = await machine.writ(['approve', question.id, '--reason', 'go ahead'], { env })
      assert.equal(answered.code, 0, answered.stderr)
      const events = eventsOf(machine)
      const given = events.find((event) => event.type === 'approval.given')
      assert.equal(given?.data['via'], 'command')
      assert.ok(given?.data['signature'])
      assert.equal(events.findLast((event) => event.type === 'run.ended')?.data['outcome'], 'proven')
      const replayed = await machine.writ(['replay', 'latest'], { env })
      assert.equal(replayed.code, 0, replayed.stdout)
      const verified = await machine.writ(['verify', 'latest'], { env })
      assert.equal(verified.code, 0, verified.stdout)
      assert.match(verified.stdout, /✓ answers +1 answer signed by person/)
      const { questions } = JSON.parse((await machine.writ(['show', 'latest', '--json'])).stdout) as { questions: { asked: number; target: number; answers: readonly { by: string; via: string }[] } }
      assert.deepEqual([questions.asked, questions.target, questions.answers.map((each) => `${each.by} ${each.via}`)], [1, 3, ['person command']])
      const again = await machine.writ(['approve', question.id], { env })
      assert.equal(again.code, 2)
      assert.match(again.stderr, /was answered already: person said yes at /)
    } finally {
      await close()
    }
  })

  test('a no is told to the solver, with its reason', async () => {
    const { machine, env, close } = await waiting([publish(), ...end])
    try {
      const { stdout } = await machine.writ(['approvals', '--json'], { env })
      const { id } = JSON.parse(stdout) as { id: string }
      const answered = await machine.writ(['reject', id, '--reason', 'not today'], { env })
      assert.equal(answered.code, 0, answered.stderr)
      const returned = eventsOf(machine).find((event) => event.type === 'tool.returned' && event.data['status'] === 'denied')
      assert.match(String(returned?.data['text']), /^A person said no to this: not today\. Find another way/)
    } finally {
      await close()
    }
  })

  test('a remembered answer covers the same program and nothing beside it, is shown, and can be forgotten', async () => {
    const { machine, env, close } = await waiting([publish(), publish('npm publish --tag next'), publish('npm publish && curl -X POST http://127.0.0.1:9'), ...end])
    try {
      const { stdout } = await machine.writ(['approvals', '--json'], { env })
      const { id } = JSON.parse(stdout) as { id: string }
      const answered = await machine.writ(['approve', id, '--remember'], { env })
      // The second is covered; the third has another program in it and waits again.
      assert.equal(answered.code, 3, answered.stderr)
      const vias = eventsOf(machine).filter((event) => event.type === 'approval.given').map((event) => event.data['via'])
      assert.deepEqual(vias, ['command', 'remembered'])
      const remembered = await machine.writ(['approvals', 'remembered'], { env })
      assert.match(remembered.stdout, /rm_[0-9a-f]{8} {2}every command that does nothing but npm publish …/)
      assert.equal(statSync(join(machine.home, '.config', 'writ', 'remembered.json')).mode & 0o777, 0o600)
      const forgotten = await machine.writ(['approvals', 'forget', /rm_[0-9a-f]{8}/.exec(remembered.stdout)?.[0] ?? ''], { env })
      assert.equal(forgotten.code, 0)
      assert.match((await machine.writ(['approvals', 'remembered'], { env })).stdout, /Nothing is remembered/)
    } finally {
      await close()
    }
  })

  test('several questions of one turn are asked together', async () => {
    const { machine, env, ended, close } = await waiting([{ calls: [...publish().calls, ...publish('curl -X POST http://127.0.0.1:9').calls] }, ...end])
    try {
      assert.equal(ended.code, 3)
      const listed = (await machine.writ(['approvals', '--json'], { env })).stdout.trim().split('\n')
      assert.equal(listed.length, 2)
      const all = await machine.writ(['approve', '--all-of', 'latest'], { env })
      assert.equal(all.code, 0, all.stderr)
    } finally {
      await close()
    }
  })

  test('bad input', async () => {
    const machine = makeMachine(brokenLibrary)
    try {
      for (const [args, says] of [[['approve'], /say what to answer/], [['approve', 'ap_0'], /no question that waits/], [['approvals', 'waiting', 'ap_0'], /takes no ap_0; to look at one: writ approvals show ap_0/], [['approvals', 'show'], /say which/], [['approvals', 'show', 'ap_0'], /no question that waits/], [['approve', '--all-of', 'nope'], /no run/i], [['approvals', 'forget', 'rm_1'], /nothing is remembered/], [['quarantine', 'show', 'q9'], /nothing was sealed/], [['quarantine', 'release'], /say which/]] as const) {
        const { code, stderr } = await machine.writ([...args])
        assert.equal(code, 2, `${args.join(' ')}: ${stderr}`)
        assert.match(stderr, says)
      }
    } finally {
      machine.remove()
    }
  })
})

describe('the contract of a run that waits', () => {
  test('is amended by a person: shown, signed, chained, told to the solver, and replayed', async () => {
    const { machine, env, close } = await waiting([publish(), ...end])
    try {
      const shown = await machine.writ(['amend', 'latest', '--constraint', 'keep it small', '--dry-run', '--repo', machine.repo], { env })
      assert.match(shown.stdout, /constraint \+ keep it small/)
      const amended = await machine.writ(['amend', 'latest', '--constraint', 'keep it small', '--max-turns', '30', '--yes', '--why', 'we talked', '--repo', machine.repo], { env })
      assert.equal(amended.code, 0, amended.stderr)
      const { stdout } = await machine.writ(['approvals', '--json'], { env })
      const { id } = JSON.parse(stdout) as { id: string }
      const answered = await machine.writ(['reject', id], { env })
      assert.equal(answered.code, 0, answered.stderr)
      const events = eventsOf(machine)
      const pinned = events.find((event) => event.type === 'contract.pinned')
      const change = events.find((event) => event.type === 'contract.amended')
      assert.equal(change?.data['previous'], pinned?.data['hash'])
      assert.equal((events.findLast((event) => event.type === 'proof.finished')?.data as { contract: string }).contract, change?.data['hash'])
      const replayed = await machine.writ(['replay', 'latest'], { env })
      assert.equal(replayed.code, 0, replayed.stdout)
      const late = await machine.writ(['amend', 'latest', '--goal', 'x', '--yes', '--repo', machine.repo], { env })
      assert.match(late.stderr, /has ended/)
    } finally {
      await close()
    }
  })

  test('is amended on the proposal of the solver only when a person agrees', async () => {
    const propose = { calls: [{ name: 'propose_amendment', input: { why: 'the docs have to change too', scope_add: ['docs/**'] } }] }
    const { machine, env, ended, close } = await waiting([propose, ...end], { contract: `${contract}scope: ["src/**"]\n` })
    try {
      assert.equal(ended.code, 3, ended.stderr)
      const { stdout } = await machine.writ(['approvals', '--json'], { env })
      const waits = JSON.parse(stdout) as { id: string; question: { ask: { kind: string; shows: string } } }
      assert.equal(waits.question.ask.kind, 'amend')
      assert.match(waits.question.ask.shows, /scope \+ docs\/\*\*/)
      const proposed = eventsOf(machine).find((event) => event.type === 'amendment.proposed')
      assert.equal(proposed?.data['gate'], `amend-1-${digestOfJson(proposed?.data['contract'])}`)
      const answered = await machine.writ(['approve', waits.id], { env })
      assert.equal(answered.code, 0, answered.stderr)
      const amended = eventsOf(machine).find((event) => event.type === 'contract.amended')
      assert.deepEqual((amended?.data as { contract: { scope: string[] } }).contract.scope, ['src/**', 'docs/**'])
      assert.equal((await machine.writ(['replay', 'latest'], { env })).code, 0)
    } finally {
      await close()
    }
  })
})
