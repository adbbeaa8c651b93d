/** Carries out one random graph with its faults on real git and the real sandbox, and judges what the log and the repository say. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { composeEngine } from '../../src/cli/compose-engine.ts'
import { openReadySandbox } from '../../src/cli/commands/run.ts'
import { openRecord, openWorkspaces } from '../../src/cli/compose.ts'
import { createGroundsOpener } from '../../src/cli/open-grounds.ts'
import { openBuiltinPolicy } from '../../src/cli/open-policy.ts'
import { createGitIntegrator } from '../../src/adapters/workspace-git/git-integrator.ts'
import { toPlan } from '../../src/domain/plan/from-file.ts'
import { digestOfJson } from '../../src/domain/digest.ts'
import { evolve, fold } from '../../src/domain/evolve.ts'
import { emptyState, type RunState } from '../../src/domain/run-state.ts'
import { replayRun } from '../../src/engine/replay/replay.ts'
import { resumeRun, startRun, type Opening, type Watch } from '../../src/engine/run.ts'
import type { EventLog, Rollout } from '../../src/engine/ports/event-log.ts'
import type { ModelPort } from '../../src/engine/ports/model.ts'
import type { StoredEvent } from '../../src/protocol/events/event.ts'
import type { Contract } from '../../src/protocol/contract.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { makeMachine } from '../e2e/harness.ts'
import type { RandomGraph } from './random-graph.ts'
import { openSimulatedChildren, type SimulatedWorld } from './simulated-children.ts'

class Killed extends Error {}

/** Whoever plans anew, and has nothing better: with a model, failed tasks are tried again, and only then is there no other plan. */
const planner: ModelPort = {
  id: 'world/planner', contextWindow: undefined,
  ask: async () => ({
    parts: [{ type: 'call', callId: 'c1', name: 'finish', input: { summary: 'There is no other plan.', confidence: 1, cannot: 'there is no other way' } }],
    finish: 'calls', usage: { inputTokens: 1, cachedTokens: 0, outputTokens: 1, reasoningTokens: 0 }, servedBy: 'world', durationMs: 0,
  }),
}

export interface Followed {
  readonly outcome: string | undefined
  readonly events: number
  readonly attempts: number
  readonly kills: number
}

export async function followGraph(graph: RandomGraph): Promise<Followed> {
  const machine = makeMachine({ 'start.txt': 'here\n' })
  try {
    const env = { PATH: process.env.PATH ?? '', HOME: machine.home, USER: 'person' }
    const record = await openRecord(env)
    const run = record.ids.runId()
    const workspaces = await openWorkspaces(record.places, env)
    const repository = await workspaces.inspect(machine.repo, { run, includeDirty: false })
    const sandbox = await openReadySandbox(record)
    const made = graph.tasks.filter((task) => task.id !== 'end').map((task) => `out/${task.id}/file`)
    const contract: Contract = {
      version: 1, goal: 'every file is there', constraints: [], checks: [{ id: 'c1', command: [...made, 'end/file'].map((path) => `test -s ${path}`).join(' && '), origin: 'person', timeoutMs: 60_000 }],
      scope: ['out/**', 'end/**'], dataLocations: [], budget: { maxTurns: 500, maxIdleTurns: 30 }, approvers: [], unknowns: [], network: [], pins: [], guarded: [],
    }
    const given = toPlan({ tasks: [...graph.tasks] }, contract, 0)
    const opening: Opening = {
      run, repository, draft: contract, config: digestOfJson({}), by: 'person', version: '0', planning: { given, workers: graph.workers, scheduled: true },
      request: { words: 'x', solver: 'model', model: planner.id, contractGiven: true, includeDirty: false, apply: false, unattended: true },
    }
    const world: SimulatedWorld = { done: new Map(), commits: new Map(), attempts: new Map() }
    const kills = [...graph.kills]
    let died = 0
    for (let isFirst = true; ; isFirst = false) {
      const ports = await composeEngine({
        record: { ...record, log: mortal(record.log, kills.shift()) }, workspaces, sandbox, solver: { solver: 'model', model: planner.id }, config: {}, approver: { ask: async () => new Map() },
        network: [], model: planner, policy: openBuiltinPolicy(), run, repository: repository.root, note: () => undefined,
        children: openSimulatedChildren(world, graph, { workspaces, repository: repository.root, mint: () => record.ids.runId() }),
        integrator: await createGitIntegrator({ run, repository: repository.root, repositories: workspaces.repositories, env }),
      })
      const watch: Watch = { signal: new AbortController().signal, emit: () => undefined, onEvent: () => undefined }
      try {
        if (isFirst) await startRun(ports, opening, watch)
        else await resumeRun(ports, run, { who: 'person', version: '0' }, watch)
        break
      } catch (error) {
        if (!(error instanceof Killed)) throw error
        died += 1
      }
    }
    const events: StoredEvent[] = []
    for await (const event of record.log.read(run, { follow: false, signal: new AbortController().signal })) events.push(event)
    const state = fold(events)
    judgeLog(events)
    judgeHistory(machine.repo, run, state)
    judgeNothingLost(state, world, await (await createGitIntegrator({ run, repository: repository.root, repositories: workspaces.repositories, env })).listUnmerged())
    const replayed = await replayRun({ events, blobs: record.blobs, openGrounds: createGroundsOpener(record.blobs), signal: new AbortController().signal })
    assert.equal(replayed.divergence, undefined, JSON.stringify(replayed.divergence)?.slice(0, 2000))
    return { outcome: state.ended?.outcome, events: events.length, attempts: [...world.attempts.values()].reduce((a, b) => a + b, 0), kills: died }
  } finally {
    machine.remove()
  }
}

/** A log whose process dies when it is about to store its n-th batch: nothing of that is stored, and nothing else is done. */
function mortal(log: EventLog, after: number | undefined): EventLog {
  if (after === undefined) return log
  let left = after
  const wrap = (rollout: Rollout): Rollout => ({
    run: rollout.run,
    get events() { return rollout.events },
    get head() { return rollout.head },
    append: async (batch) => {
      left -= 1
      if (left <= 0) throw new Killed('killed')
      return rollout.append(batch)
    },
    close: () => rollout.close(),
  })
  return {
    ...log,
    create: async (run) => wrap(await log.create(run)),
    open: async (run) => {
      const { rollout, repaired } = await log.open(run)
      return { rollout: wrap(rollout), repaired }
    },
  }
}

/** Every fold on the way is one that the log allows: no lease was ever held twice, and the state is that of the log alone. */
function judgeLog(events: readonly StoredEvent[]): void {
  const state = emptyState()
  const running = new Map<string, string>()
  for (const event of events) {
    evolve(state, event)
    if (event.type === 'task.delegated') {
      assert.ok(!running.has(event.data.task), `${event.data.task} was at work already`)
      judgeHeld(state, event.data.task)
      running.set(event.data.task, event.data.child)
    }
    if (event.type === 'task.returned') running.delete(event.data.task)
  }
  assert.ok(state.ended, 'it has ended')
}

/** Nothing that has a name is used by two tasks at once, and nobody begins before the time has come. */
function judgeHeld(state: RunState, id: string): void {
  const tasks = new Map(state.plan?.tasks.map((task) => [task.id, task]))
  for (const [other, { status }] of state.delegations) {
    if (other === id || !['running', 'waiting', 'returned'].includes(status)) continue
    assert.ok(!(tasks.get(other)?.leases ?? []).some((name) => tasks.get(id)?.leases?.includes(name)), `${id} began beside ${other}`)
  }
  assert.ok((tasks.get(id)?.release ?? 0) * 60_000 <= state.workedMs - (state.plannedMs ?? 0), `${id} began before its release`)
}

/** One line of commits, each of which passes the checks of its own task. */
function judgeHistory(repo: string, run: RunId, state: RunState): void {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: repo, encoding: 'utf8' }).trim()
  let parent = state.workspace?.base
  for (const commit of state.commits) {
    assert.equal(commit.parent, parent, 'the history is one line')
    parent = commit.commit
  }
  if (state.commits.length === 0) return
  assert.equal(git('rev-parse', `writ/${run.slice(4)}`), parent)
  for (const { commit, task } of state.commits) {
    assert.equal(git('log', '-1', '--format=%P', commit).split(' ').length, 1)
    const checks = [...state.plan?.checks ?? [], ...state.contract?.checks ?? []].filter((check) => state.plan?.tasks.find((each) => each.id === task)?.checks.includes(check.id))
    git('checkout', '-q', '--detach', commit)
    for (const check of checks) execFileSync('bash', ['-c', check.command], { cwd: repo, stdio: 'ignore' })
  }
}

/** Every commit that a child has made is in the result or kept. */
function judgeNothingLost(state: RunState, world: SimulatedWorld, unmerged: readonly { readonly commit: string }[]): void {
  const merged = new Set([...state.past].flatMap((event) => (event.type === 'integration.finished' && event.data.verdict === 'merged' ? [event.data.theirs as string] : [])))
  const kept = new Set(unmerged.map((each) => each.commit))
  const offered = state.past.flatMap((event) => (event.type === 'integration.finished' ? [event.data.theirs as string] : []))
  for (const commit of offered) {
    assert.ok(world.commits.has(commit as never))
    assert.ok(merged.has(commit) || kept.has(commit), `${commit} is neither in the result nor kept`)
  }
}
