import type { StoredEvent } from '../../protocol/events/event.ts'
import type { CommitAccount, Report, TaskAccount } from '../../protocol/report.ts'
import type { RunState } from '../run-state.ts'
import { toCoverage } from '../attest/coverage.ts'
import { isSettled } from '../delegation/delegation.ts'
import { accountChecks } from './check-accounts.ts'
import { findDeviations } from './deviations.ts'
import { accountPlans } from './plans.ts'
import { accountWork } from './work.ts'
import { findInEffect } from '../rewind.ts'
import { findNext } from './next-steps.ts'
import { accountPlan, withWork } from './plan-account.ts'
import { accountQuestions } from './questions.ts'
import { toShortId } from './short-id.ts'
import { count, toLine } from './words.ts'

/** What the log cannot know, where somebody looked: who owns the run now, and what became of what was accepted. */
export interface Today {
  readonly running?: boolean | undefined
  /** Questions per run that the policy's owners aim for. */
  readonly questionsTarget?: number | undefined
  readonly accepted?: { readonly standing: NonNullable<NonNullable<Report['accepted']>['standing']>; readonly undo: string } | undefined
}

/**
 * The account of a run, whole or not. `events` are the run's whole log: without them refused calls, rollbacks, the time
 * of checks and the counts of a proof are missing, and nothing else.
 */
export function buildReport(state: RunState, events: readonly StoredEvent[] = [], today: Today = {}): Report {
  const { opened, ended, proof } = state
  const contract = state.contract ?? opened?.draft
  const commits = state.commits.map((made) => accountCommit(made, contract?.goal ?? ''))
  const inEffect = findInEffect(events)
  const questions = accountQuestions(state, events, today.questionsTarget)
  const tasks = withWork(state, inEffect, accountTasks(state, inEffect))
  const plan = accountPlan(state, inEffect)
  const checks = accountChecks(state, inEffect)
  const base: Omit<Report, 'next'> = {
    version: 1,
    ...(state.run ? { run: state.run } : {}),
    short: toShortId(state.run ?? ''),
    status: ended ? 'ended' : 'unfinished',
    ...(ended || today.running === undefined ? {} : { running: today.running }),
    ...(ended ? { outcome: ended.outcome } : {}),
    reason: toLine(ended?.reason ?? whyUnfinished(state, today.running), 1000),
    asked: {
      words: opened?.request.words ?? '',
      goal: contract?.goal ?? '',
      constraints: contract?.constraints ?? [],
      checks: (contract?.checks ?? []).map(({ id, command, origin, why }) => ({ id, command, origin, ...(why ? { why } : {}) })),
      scope: contract?.scope ?? [],
      dataLocations: contract?.dataLocations ?? [],
      network: contract?.network ?? [],
      approvers: contract?.approvers ?? [],
      ...(contract ? { budget: contract.budget } : {}),
      ...(contract?.deadline ? { deadline: contract.deadline } : {}),
      by: opened?.by ?? '',
      pinned: state.contract !== undefined,
    },
    solver: { name: opened?.request.solver ?? 'model', ...(opened?.request.model ? { model: opened.request.model } : {}) },
    repository: {
      root: opened?.repository.root ?? '', base: opened?.repository.base ?? '', dirty: opened?.repository.dirty ?? false,
      includesDirty: opened?.request.includeDirty ?? false, ...(opened?.repository.branch ? { branch: opened.repository.branch } : {}),
    },
    ...(opened?.origin ? { origin: { run: opened.origin.run, seq: opened.origin.seq } } : {}),
    ...(opened?.parent ? { parent: { run: opened.parent.run, task: opened.parent.task } } : {}),
    tasks,
    ...accountPlans(inEffect),
    ...(plan ? { plan } : {}),
    commits,
    ...(proof ? { proof: { verdict: proof.verdict, commit: proof.commit, reasons: proof.reasons, restored: proof.restored } } : {}),
    ...(proof && state.strength ? { strength: withoutCommit(state.strength) } : {}),
    checks,
    selfMade: proof?.selfMade ?? [],
    ...(state.judged.size > 0 ? { repairs: [...state.judged.values()] } : {}),
    ...accountRouting(events),
    restored: [...new Set([...state.restored, ...(proof?.restored ?? [])])],
    notDone: findNotDone(state, inEffect, tasks, checks),
    deviations: findDeviations(state, events),
    ...(questions ? { questions } : {}),
    unknowns: contract?.unknowns ?? [],
    time: accountTime(state, events),
    cost: {
      modelUsed: opened?.request.solver === 'model',
      usd: state.spent.usd,
      unpriced: opened?.request.solver === 'model' && state.spent.unpriced,
      turns: state.spent.turns, inputTokens: state.spent.inputTokens, cachedTokens: state.spent.cachedTokens, outputTokens: state.spent.outputTokens,
    },
    ...(ended?.result ? { result: ended.result } : {}),
    ...(state.accepted ? { accepted: { by: state.accepted.by, strategy: state.accepted.strategy, onto: state.accepted.onto, undo: state.accepted.undo, ...today.accepted } } : {}),
    ...(state.rejected ? { rejected: state.rejected } : {}),
    ...accountAttestation(events),
    ...(state.undone ? { undone: { by: state.undone.by, how: state.undone.how, onto: state.undone.onto } } : {}),
    ...(state.pruned ? { pruned: { by: state.pruned.by, parts: state.pruned.parts } } : {}),
  }
  return { ...base, next: findNext(base, state.limit?.limit) }
}

/** Whose strength it is, the proof says. */
function withoutCommit({ commit: _, ...strength }: NonNullable<RunState['strength']>): NonNullable<Report['strength']> {
  return strength
}

function accountRouting(events: readonly StoredEvent[]): Pick<Report, 'routing'> {
  const routing = events.flatMap((event) => (event.type === 'solver.routed' ? [{ to: event.data.to, why: toLine(event.data.why, 300) }] : []))
  return routing.length === 0 ? {} : { routing }
}

/** Undefined where the log was not given, or nothing is to be attested yet. */
function accountAttestation(events: readonly StoredEvent[]): Pick<Report, 'attestation'> {
  const { newest, later, isDue } = toCoverage(events)
  if (!newest && !isDue) return {}
  return { attestation: { ...(newest ? { digest: newest.bundle.digest, key: newest.key } : {}), later } }
}

function whyUnfinished(state: RunState, running: boolean | undefined): string {
  if (running) return 'is running now'
  const fault = state.faults.at(-1)
  if (fault) return `stopped by a fault during ${fault.during}: ${fault.message}`
  if (state.asked.length > 0) return `waits for an answer: ${state.asked.map((each) => each.question).join(' · ')}`
  const asking = [...state.delegations.values(), ...state.stages.values()].filter((each) => each.status === 'waiting')
  if (asking.length > 0) return `waits for an answer: ${asking.map(({ given, returned }) => `${given.task}: ${returned?.reason ?? 'a child run asks'}`).join(' · ')}`
  if (!state.opened) return 'nothing of it was recorded'
  return running === false ? 'was interrupted: no process carries it now' : 'has not ended: it is running, or was interrupted'
}

/** A commit's message in its parts, without trailers and goal. */
export function accountCommit(made: RunState['commits'][number], goal: string): CommitAccount {
  const [subject = '', ...rest] = made.message.split('\n')
  // Trailers are for machines; the report names the run, the contract and the goal itself.
  const body = rest.join('\n').replace(/\n*(?:^Writ-[A-Za-z-]+: .*\n?)+\s*$/m, '')
  const why = body.split('\n\n').filter((part) => part.trim() !== `Goal: ${toLine(goal, 500)}`).join('\n\n').trim()
  return { commit: made.commit, task: made.task, subject, why, files: made.files }
}

function accountTasks(state: RunState, events: readonly StoredEvent[]): TaskAccount[] {
  const finished = new Map(events.flatMap((event) => (event.type === 'task.finished' ? [[event.data.task, event.data] as const] : [])))
  const dropped = new Map(events.flatMap((event) => (event.type === 'task.dropped' ? [[event.data.task, event.data.why] as const] : [])))
  const work = accountWork(events)
  return (state.plan?.tasks ?? []).map((task) => {
    const end = finished.get(task.id)
    const why = dropped.get(task.id)
    return {
      id: task.id,
      title: task.title,
      status: state.tasks.get(task.id) ?? 'waiting',
      commits: state.commits.flatMap((made, index) => (made.task === task.id ? [index] : [])),
      ...(end?.summary ? { summary: end.summary } : {}),
      ...(end?.confidence === undefined ? {} : { confidence: end.confidence }),
      ...(why ? { why } : {}),
      ...work.get(task.id),
    }
  })
}

/** What the solver itself left open, tasks without an end, and tests that still fail. */
function findNotDone(state: RunState, events: readonly StoredEvent[], tasks: readonly TaskAccount[], checks: Report['checks']): string[] {
  const said = new Set<string>()
  let unfinished: readonly string[] = state.finish?.unfinished ?? []
  for (const event of events) if (event.type === 'tool.called' && event.data.name === 'finish') unfinished = unfinishedOf(event.data.input)
  for (const line of unfinished) said.add(`the solver leaves open: ${toLine(line, 500)}`)
  for (const task of tasks) {
    // A proof is about the whole goal: after it no task is missing, whatever ended the work on it.
    if (state.ended?.outcome === 'proven' || state.ended?.outcome === 'planned' || state.ended?.outcome === 'reported') break
    const tried = isSettled(state, task.id) ? undefined : state.delegations.get(task.id)
    if (tried && tried.status !== 'running' && tried.why) {
      said.add(`task ${task.id} was tried ${tried.given.attempt === 1 ? 'once' : `${tried.given.attempt} times`} and is not part of the result: ${toLine(tried.why, 300)}`)
      continue
    }
    if (tried?.status === 'waiting') {
      said.add(`task ${task.id} waits for a person: ${toLine(tried.returned?.reason ?? task.title, 300)}`)
      continue
    }
    if (task.status === 'active') said.add(`task ${task.id} was not finished: ${toLine(task.title, 200)}`)
    if (task.status === 'waiting') said.add(`task ${task.id} was not begun: ${toLine(task.title, 200)}`)
    if (task.status === 'finished' && task.commits.length === 0 && state.opened?.request.solver === 'repair') said.add(`no repair was found for task ${task.id}: ${toLine(task.title, 200)}`)
  }
  // Where nothing but a plan was wanted, nothing else is missing.
  for (const check of state.ended?.outcome === 'planned' ? [] : checks) {
    if (check.verdict === 'unproven') said.add(`there was no proof by ${toLine(check.command, 100)}`)
    if (check.stillFailing.length > 0) said.add(`${count(check.stillFailing.length, 'test')} of ${toLine(check.command, 100)} still ${check.stillFailing.length === 1 ? 'fails' : 'fail'}`)
    if (check.broken.length > 0) said.add(`${count(check.broken.length, 'test')} of ${toLine(check.command, 100)} passed on the base and ${check.broken.length === 1 ? 'does' : 'do'} not pass now`)
  }
  if (state.contract && state.contract.checks.length === 0 && state.ended?.outcome !== 'reported') said.add('nothing was checked: no check was given or found')
  return [...said]
}

function unfinishedOf(input: unknown): string[] {
  const said = typeof input === 'object' && input !== null && 'unfinished' in input ? input.unfinished : undefined
  if (typeof said === 'string') return said.trim() === '' ? [] : [said]
  return Array.isArray(said) ? said.filter((each) => typeof each === 'string') : []
}

const afterwards: ReadonlySet<string> = new Set<StoredEvent['type']>(['run.accepted', 'run.rejected', 'run.undone', 'run.pruned', 'run.attested', 'accept.requested'])

function accountTime(state: RunState, events: readonly StoredEvent[]): Report['time'] {
  let idleMs = 0
  let checksMs = 0
  let toolsMs = 0
  let end = state.endedAt ?? state.at
  let last = state.startedAt
  for (const event of events) {
    const at = Date.parse(event.at)
    if (event.type === 'run.resumed' || event.type === 'run.rewound') idleMs += Math.max(0, at - last)
    if (event.type === 'check.finished') checksMs += event.data.outcome.durationMs
    if (event.type === 'tool.returned') toolsMs += event.data.durationMs
    // What a person does with the result may come days later and is no part of the run's time.
    if (!afterwards.has(event.type)) last = at
  }
  if (!state.endedAt && events.length > 0) end = last
  return {
    startedAt: new Date(state.startedAt).toISOString(),
    ...(state.endedAt ? { endedAt: new Date(state.endedAt).toISOString() } : {}),
    totalMs: Math.max(0, end - state.startedAt - idleMs),
    solverMs: Math.round(state.spent.modelMs),
    checksMs: Math.round(checksMs),
    toolsMs: Math.round(toolsMs),
  }
}
