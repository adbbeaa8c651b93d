import type { StoredEvent, Payload } from '../protocol/events/event.ts'
import type { CheckPurpose } from '../protocol/events/check.ts'
import { isTooWeak } from '../domain/proof/demand-strength.ts'
import { sumUpEvidence } from '../domain/report/describe-strength.ts'
import { toShortCommit, toShortId } from '../domain/report/short-id.ts'
import { describeTally, toTally } from '../domain/report/tally.ts'
import { count, toDuration, toMoney } from '../domain/report/words.ts'
import { describeLate } from './describe-task-event.ts'
import { describeInput, describeResult, namesFiles, toResultMood } from './describe-call.ts'
import { oneLine } from './render.ts'

export type Mood = 'plain' | 'faint' | 'good' | 'warn' | 'bad' | 'head'

/** One line of what has happened. Text from outside in it is tame and without line ends. */
export interface Fact {
  /** One word: what it is about. */
  readonly label: string
  readonly text: string
  readonly mood: Mood
  /** Important enough to take several lines of a narrow terminal. */
  readonly wraps?: boolean
}

/** Most lines that one event may take. */
const mostLines = 12

/** Turns events into facts for a person, remembering what earlier ones said (a call's input, the plan's tasks). */
export function createFacts(): (event: StoredEvent) => readonly Fact[] {
  const calls = new Map<string, Payload<'tool.called'>>()
  const tasks = new Map<string, string>()
  const toCheckFacts = createCheckFacts()
  const late = new Map<string, boolean>()
  return (event) => {
    if (isSilent(event)) return []
    if (isGated(event)) return gated(event)
    switch (event.type) {
      case 'run.opened': return opened(event.run, event.data)
      case 'run.resumed': return [{ label: 'resume', text: `by ${oneLine(event.data.by, 60)}, from event ${event.data.lastSeq}`, mood: 'plain' }]
      case 'contract.pinned': return contract(event.data)
      case 'workspace.created': return [{ label: 'work', text: `on branch ${oneLine(event.data.branch, 120)}, in a worktree of its own`, mood: 'faint' }]
      case 'environment.surveyed': return [{ label: 'here', text: oneLine([count(event.data.files, 'file'), ...event.data.present.slice(0, 8).map((each) => `${each.name} ${each.version}`.trim())].join(', '), 300), mood: 'faint' }]
      case 'check.finished':
      case 'merge.tried':
      case 'proof.started': return toCheckFacts(event)
      case 'plan.proposed': return planned(event.data, tasks)
      case 'task.started': return tasks.size > 1 ? [{ label: 'task', text: `${event.data.task} ${tasks.get(event.data.task) ?? ''}`, mood: 'head' }] : []
      case 'task.finished': return finished(event.data, tasks)
      case 'task.dropped': return [{ label: 'task', text: `– ${event.data.task} dropped: ${oneLine(event.data.why, 300)}`, mood: 'faint' }]
      case 'task.delegated': return [{ label: 'task', text: oneLine(`▸ ${event.data.task} · ${event.data.role}${event.data.attempt > 1 ? `, attempt ${event.data.attempt}` : ''} · ${toShortId(event.data.child)} · ${tasks.get(event.data.task) ?? ''}`, 300), mood: 'head' }]
      case 'stage.delegated': return [{ label: event.data.stage, text: oneLine(`▸ ${event.data.task} · ${event.data.role} · ${toShortId(event.data.child)}`, 300), mood: 'faint' }]
      case 'stage.returned': return reviewed(event.data)
      case 'tests.seen': return [{ label: 'tests', text: oneLine(`${event.data.verdict === 'failing' ? '✓' : '!'} ${event.data.task}: ${event.data.reason}`, 300), mood: event.data.verdict === 'failing' ? 'plain' : 'warn' }]
      case 'plan.considered': return [{ label: 'plan', text: oneLine(`plan ${event.data.number} to choose from: ${event.data.plan.tasks.map((task) => task.title).join(' · ')}`, 300), mood: 'faint' }]
      case 'plan.scheduled': return scheduled(event.data, late)
      case 'kept.published': return [{ label: 'kept', text: oneLine(`what ${event.data.task} offered is not in the result; it is on ${event.data.branch}`, 300), mood: 'warn' }]
      case 'task.held': return [{ label: 'task', text: oneLine(`${event.data.task} may not begin: ${event.data.decision.reason}`, 300), mood: 'warn' }]
      case 'task.returned': return [cameBack(event.data)]
      case 'integration.finished': return [{ label: 'merge', text: oneLine(event.data.verdict === 'merged' ? `✓ ${event.data.task} is integrated as ${toShortCommit(event.data.result?.commit ?? event.data.theirs)}` : `✗ ${event.data.task} is not integrated (${event.data.verdict}): ${event.data.reasons.join('; ')}`, 500), mood: event.data.verdict === 'merged' ? 'good' : 'bad', wraps: true }]
      case 'milestone.checked': return [{ label: 'goal', text: oneLine(event.data.verdict === 'passed' ? `✓ milestone ${event.data.task} at ${toShortCommit(event.data.commit)}` : `✗ milestone ${event.data.task}: ${event.data.reasons.join('; ')}`, 400), mood: event.data.verdict === 'passed' ? 'good' : 'bad', wraps: true }]
      // Why a plan was not taken, or is wanted anew: the rest of what a model is told is in the log.
      case 'observation.made': return event.data.kind === 'plan' ? [{ label: 'plan', text: oneLine(event.data.text.replace(/ Call propose_plan again with the whole plan\.$/m, ''), 600), mood: 'warn', wraps: true }] : []
      case 'turn.replied': return replied(event.data)
      case 'turn.failed': return [{ label: 'model', text: oneLine(`${event.data.message} (${event.data.code}, attempt ${event.data.attempt})`, 400), mood: 'warn', wraps: true }]
      case 'tool.called':
        calls.set(event.data.callId, event.data)
        return []
      case 'tool.returned': {
        const called = calls.get(event.data.callId)
        calls.delete(event.data.callId)
        return [returned(event.data, called)]
      }
      case 'edit.checked': return some(event.data.findings, (each) => ({ label: 'syntax', text: `✗ ${oneLine(`${each.path}${each.line ? `:${each.line}` : ''} ${each.message}`, 300)}`, mood: 'bad' }))
      case 'workspace.rolledback': return [{ label: 'undo', text: oneLine(`rolled back: ${event.data.why}`, 300), mood: 'warn' }]
      case 'pins.restored': return [{ label: 'pins', text: oneLine(`put back or taken out: ${event.data.paths.slice(0, 8).join(', ')}${event.data.paths.length > 8 ? ` and ${event.data.paths.length - 8} more` : ''}`, 400), mood: 'warn' }]
      case 'commit.created': return committed(event.data)
      case 'strength.measured': return [{ label: 'strength', text: oneLine(sumUpEvidence(event.data), 600), mood: event.data.noticed < event.data.tried ? 'warn' : 'plain', wraps: true }]
      case 'proof.finished': return proven(event.data)
      case 'repair.searched': case 'solver.routed': return routed(event)
      case 'repair.judged': return [{ label: 'judged', text: oneLine(`${event.data.sure}: ${event.data.why.join('; ')}`, 300), mood: event.data.sure === 'sure' || event.data.sure === 'likely' ? 'good' : 'warn' }]
      case 'candidate.tried': return event.data.result === 'plausible' ? [{ label: 'found', text: oneLine(`${event.data.path}:${event.data.line} ${event.data.describes} (candidate ${event.data.n})`, 300), mood: 'good' }] : []
      case 'log.repaired': return [{ label: 'repair', text: oneLine(`the record was damaged from line ${event.data.line} on, which was set aside by ${event.data.by}`, 300), mood: 'warn' }]
      case 'limit.reached': return [{ label: 'limit', text: oneLine(event.data.detail, 300), mood: 'warn', wraps: true }]
      case 'fault.met': return [{ label: 'fault', text: oneLine(`${event.data.message} (${event.data.code}, during ${event.data.during})`, 800), mood: 'bad', wraps: true }]
      case 'run.ended': return ended(event.data)
      case 'run.accepted': return [{ label: 'accept', text: `onto ${oneLine(event.data.onto, 100)} by ${oneLine(event.data.by, 60)} (${event.data.strategy})`, mood: 'good' }]
      case 'run.undone': return [{ label: 'undo', text: `taken back from ${oneLine(event.data.onto, 100)} by ${oneLine(event.data.by, 60)} (${event.data.how})`, mood: 'warn' }]
      case 'run.rewound': return [{ label: 'back', text: oneLine(`to event ${event.data.to} by ${event.data.by}${event.data.why ? `: ${event.data.why}` : ''}`, 300), mood: 'warn' }]
      case 'run.pruned': return [{ label: 'prune', text: oneLine(`${event.data.parts.join(' and ')} removed by ${event.data.by}`, 200), mood: 'faint' }]
      case 'run.rejected': return [{ label: 'reject', text: oneLine(`by ${event.data.by} ${event.data.reason}`, 200), mood: 'warn' }]
      case 'run.attested': return [{ label: 'signed', text: `events 0 to ${event.data.seq}, by key ${event.data.key.slice(0, 12)}`, mood: 'faint' }]
      default:
        event satisfies never
        return []
    }
  }
}

/** Most schedules only say again what the tasks say; a deadline that is newly missed is news. `told`: whether that had happened when it was said. */
function scheduled({ late }: Payload<'plan.scheduled'>, told: Map<string, boolean>): Fact[] {
  const news = late.filter(({ task, isOver }) => told.get(task) !== isOver)
  for (const { task, isOver } of news) told.set(task, isOver)
  return news.length === 0 ? [] : [{ label: 'late', text: oneLine(describeLate(news), 400), mood: 'warn', wraps: true }]
}

/** What no live view has a line for: it is in `writ log`. */
const silentTypes = [
  'command.read', 'integration.judged', 'amendment.proposed', 'accept.requested', 'tool.reached', 'environment.fingerprinted', 'workspace.filled', 'changes.seen', 'files.read', 'workspace.requested', 'snapshot.taken', 'commit.skipped', 'branch.requested', 'branch.moved', 'check.started', 'turn.requested',
] as const
const gatedTypes = ['approval.requested', 'approval.given', 'validation.finished', 'artefact.quarantined', 'artefact.settled', 'hook.ran', 'contract.amended'] as const
type Silent = Extract<StoredEvent, { type: (typeof silentTypes)[number] }>
type Gated = Extract<StoredEvent, { type: (typeof gatedTypes)[number] }>

function routed(event: Extract<StoredEvent, { type: 'repair.searched' | 'solver.routed' }>): readonly Fact[] {
  if (event.type === 'repair.searched') return [{ label: 'found', text: oneLine(`nothing to propose after ${count(event.data.tried, 'change')}`, 300), mood: 'warn' }]
  return [{ label: 'solver', text: oneLine(`${event.data.to === 'repair' ? 'the built-in one tries first' : 'the model'}: ${event.data.why}`, 300), mood: 'plain' }]
}

function isSilent(event: StoredEvent): event is Silent {
  return silentTypes.some((type) => type === event.type)
}

function isGated(event: StoredEvent): event is Gated {
  return gatedTypes.some((type) => type === event.type)
}

/** Questions and answers, and what stood in the way of a change. */
function gated(event: Gated): Fact[] {
  switch (event.type) {
    case 'approval.requested': return [{ label: 'asks', text: oneLine(event.data.question, 800), mood: 'warn', wraps: true }]
    case 'approval.given': return [{ label: 'answer', text: `${event.data.answer} by ${oneLine(event.data.by, 60)}${event.data.choose === undefined ? '' : `, choice ${event.data.choose}`}`, mood: event.data.answer === 'approve' ? 'good' : 'warn' }]
    case 'validation.finished': return event.data.verdict === 'failed' ? [{ label: 'stage', text: `✗ ${event.data.stage ?? ''}: ${oneLine(event.data.text, 600)}`, mood: 'bad', wraps: true }] : []
    case 'artefact.quarantined': return [{ label: 'sealed', text: oneLine(`${event.data.id} ${event.data.paths.join(', ')}: ${event.data.findings[0]?.message ?? ''}`, 400), mood: 'bad', wraps: true }]
    case 'artefact.settled': return [{ label: 'sealed', text: oneLine(`${event.data.id} ${event.data.as} by ${event.data.by}`, 200), mood: 'faint' }]
    case 'hook.ran': return event.data.status === 'passed' ? [] : [{ label: 'hook', text: oneLine(`${event.data.hook} (${event.data.event}) ${event.data.status}: ${event.data.reason}`, 400), mood: 'warn', wraps: true }]
    case 'contract.amended': return [{ label: 'amend', text: oneLine(`${event.data.changes.join('; ')} (by ${event.data.by})`, 400), mood: 'warn', wraps: true }]
  }
}

/** What checks came to, remembering what earlier ones said. */
function createCheckFacts(): (event: Extract<StoredEvent, { type: 'check.finished' | 'merge.tried' | 'proof.started' }>) => readonly Fact[] {
  const failing = new Map<string, number>()
  /** By check: how often the run's own tests were run in this proof. The first time is on the base. */
  const selfMade = new Map<string, number>()
  /** What the newest merge came to, and the checks that were told of it. */
  let merged: { readonly tree: string | undefined; readonly told: Set<string> } = { tree: undefined, told: new Set() }
  return (event) => {
    if (event.type === 'merge.tried') {
      merged = { tree: event.data.outcome.tree, told: new Set() }
      return []
    }
    if (event.type === 'proof.started') {
      selfMade.clear()
      return [{ label: 'proof', text: `in a clean checkout of ${toShortCommit(event.data.commit)}, with pinned files as on the base`, mood: 'head' }]
    }
    const { purpose, outcome } = event.data
    if (purpose === 'canary') return [planted(event.data)]
    if (purpose === 'merge') {
      // Red is what tests that were just written are to be; tests.seen says what came of it. Where a check fails on what was
      // merged, it is run again, and on either side: what that shows is in the verdict.
      if (outcome.checkId === 'written-tests' || merged.told.has(outcome.checkId) || (merged.tree !== undefined && outcome.tree !== merged.tree)) return []
      merged.told.add(outcome.checkId)
    }
    if (purpose !== 'self-made') return checked(event.data, failing)
    const { checkId } = outcome
    selfMade.set(checkId, (selfMade.get(checkId) ?? 0) + 1)
    return [newTests(event.data, selfMade.get(checkId) === 1 ? 'base' : 'result'), ...notes(event.data)]
  }
}

/** What is repeated of a run that goes on: which it is, and its goal. */
export function toReminder(events: readonly StoredEvent[], toFacts: ReturnType<typeof createFacts>): Fact[] {
  return events.flatMap((event) => toFacts(event).filter((fact) => (event.type === 'run.opened' && fact.mood !== 'warn') || fact.label === 'goal'))
}

function cameBack({ task, outcome, reason, fault }: Payload<'task.returned'>): Fact {
  const sign = outcome === 'proven' ? '✓' : outcome === 'waiting' ? '…' : '✗'
  const text = fault === undefined || fault === 'cancelled' ? `${sign} ${task} ${outcome}: ${reason}` : `! ${task} was stopped by a fault (${fault}), which is not held against it: ${reason}`
  return { label: 'task', text: oneLine(text, 400), mood: outcome === 'proven' ? 'good' : 'warn', wraps: true }
}

function reviewed({ task, stage, reason, report }: Payload<'stage.returned'>): Fact[] {
  if (stage === 'tests') return []
  if (!report) return [{ label: 'review', text: oneLine(`! ${task} was not reviewed: ${reason}`, 300), mood: 'warn' }]
  if (report.findings.length === 0) return [{ label: 'review', text: `✓ ${task}: nothing was found`, mood: 'good' }]
  return some(report.findings, (each) => ({ label: 'review', text: oneLine(`${each.severity ?? 'error'} ${each.path}${each.line ? `:${each.line}` : ''} ${each.message}`, 300), mood: 'warn' }))
}

function opened(run: string, { request, repository }: Payload<'run.opened'>): Fact[] {
  const solver = request.solver === 'repair' ? 'built-in repair, no model' : (request.model ?? 'a model')
  const where = `${repository.root}${repository.branch ? ` on ${repository.branch}` : ''} at ${toShortCommit(repository.base)}`
  return [
    { label: 'run', text: oneLine(`${run} · ${solver}`, 200), mood: 'head' },
    { label: 'base', text: oneLine(where, 300), mood: 'plain' },
    ...(repository.dirty && !request.includeDirty ? [{ label: 'base', text: 'uncommitted changes are left out (--include-dirty takes them in)', mood: 'warn' } as const] : []),
  ]
}

function contract({ contract }: Payload<'contract.pinned'>): Fact[] {
  const origin = { person: 'given by you', found: 'found', model: 'read from your words', default: 'by default' }
  const bounds = [count(contract.budget.maxTurns, 'turn'), ...(contract.budget.maxUsd === undefined ? [] : [toMoney(contract.budget.maxUsd)]), ...(contract.deadline ? [`until ${contract.deadline}`] : [])]
  return [
    { label: 'goal', text: oneLine(contract.goal, 600), mood: 'plain', wraps: true },
    ...some(contract.constraints, (each) => ({ label: 'holds', text: oneLine(each.text, 300), mood: 'plain' })),
    ...(contract.checks.length === 0 ? [{ label: 'check', text: 'none was given, and none was found: nothing can be proven', mood: 'warn', wraps: true } as const] : []),
    ...some(contract.checks, (each) => ({ label: 'check', text: oneLine(`${each.command}   (${each.origin === 'found' ? (each.why ?? 'found') : origin[each.origin]})`, 300), mood: 'plain' })),
    ...(contract.scope.length > 0 ? [{ label: 'scope', text: oneLine(contract.scope.join(', '), 300), mood: 'plain' } as const] : []),
    { label: 'bounds', text: bounds.join(', '), mood: 'faint' },
    ...some(contract.unknowns, (each) => ({ label: 'unknown', text: oneLine(each.question, 300), mood: 'warn' })),
  ]
}

const purposes: Record<CheckPurpose, string> = { baseline: 'before', near: 'near', full: 'tests', proof: 'proof', repeat: 'again', 'base-again': 'base', 'self-made': 'new', canary: 'canary', merge: 'merge', milestone: 'goal' }

function checked(data: Payload<'check.finished'>, failing: Map<string, number>): Fact[] {
  const { purpose, outcome } = data
  const passed = outcome.status === 'passed'
  const tally = toTally(outcome)
  const fewer = purpose === 'full' && tally.tests ? (failing.get(outcome.checkId) ?? tally.tests.failed) - tally.tests.failed : 0
  if (tally.tests && (purpose === 'baseline' || purpose === 'full')) failing.set(outcome.checkId, tally.tests.failed)
  const change = fewer === 0 ? '' : fewer > 0 ? `, ${fewer} fewer failing than before` : `, ${-fewer} more failing than before`
  const files = filesOf(outcome)
  const what = purpose === 'near' && files ? `${count(files.length, 'test file')} near the change (${listSome(files)})` : oneLine(outcome.command, 120)
  const text = `${passed ? '✓ ' : '✗ '}${what}: ${describeTally(tally)}${change} (${toDuration(outcome.durationMs)})`
  const mood = passed ? 'good' : fewer > 0 || purpose === 'baseline' || purpose === 'base-again' ? 'plain' : 'bad'
  return [{ label: purposes[purpose], text, mood }, ...notes(data)]
}

/** Tests that the run wrote: on the base they are wanted to fail, on the result to pass. */
function newTests({ outcome }: Payload<'check.finished'>, where: 'base' | 'result'): Fact {
  const files = filesOf(outcome)
  const what = `new tests, on the ${where}${files ? ` (${listSome(files)})` : ''}`
  const told = `${describeTally(toTally(outcome))} (${toDuration(outcome.durationMs)})`
  if (where === 'result') return { label: purposes['self-made'], text: `${outcome.status === 'passed' ? '✓' : '✗'} ${what}: ${told}`, mood: outcome.status === 'passed' ? 'good' : 'bad' }
  if (outcome.status === 'failed') return { label: purposes['self-made'], text: `✓ ${what}: fail, as they should · ${told}`, mood: 'plain' }
  return { label: purposes['self-made'], text: `! ${what}: ${outcome.status === 'passed' ? 'pass already, so they show nothing' : 'cannot be judged'} · ${told}`, mood: 'warn' }
}

/** A test that must fail was planted to see whether the runner still tells the truth. */
function planted({ outcome }: Payload<'check.finished'>): Fact {
  const label = purposes.canary
  if (outcome.status === 'failed') return { label, text: '✓ a planted test that must fail is reported as failed', mood: 'faint' }
  return { label, text: `! a planted test that must fail is not reported as failed: ${describeTally(toTally(outcome))}`, mood: 'warn' }
}

function notes({ outcome }: Payload<'check.finished'>): Fact[] {
  return outcome.status === 'could-not-run' ? outcome.notes.slice(0, 3).map((note) => ({ label: '', text: oneLine(note, 300), mood: 'warn' })) : []
}

/** The files that a check was narrowed to; undefined where all of it was run. */
function filesOf(outcome: Payload<'check.finished'>['outcome']): readonly string[] | undefined {
  return outcome.notes.map((note) => /^narrowed to (.+)$/s.exec(note)?.[1]).find((found) => found !== undefined)?.split(', ')
}

function listSome(files: readonly string[]): string {
  return `${files.slice(0, 3).map((file) => oneLine(file, 100)).join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''}`
}

function planned({ plan, why }: Payload<'plan.proposed'>, tasks: Map<string, string>): Fact[] {
  const fresh = plan.tasks.filter((task) => !tasks.has(task.id))
  for (const task of plan.tasks) tasks.set(task.id, oneLine(task.title, 200))
  return [{ label: 'plan', text: oneLine(why, 200), mood: 'head' }, ...some(fresh, (task) => ({ label: '', text: `☐ ${task.id} ${oneLine(task.title, 200)}`, mood: 'plain' }))]
}

function finished({ task, commit, summary }: Payload<'task.finished'>, tasks: ReadonlyMap<string, string>): Fact[] {
  if (tasks.size <= 1 && commit) return []
  if (commit) return [{ label: 'task', text: `✓ ${task} ${tasks.get(task) ?? ''}`, mood: 'good' }]
  return [{ label: 'task', text: oneLine(`– ${task} ended without a commit${summary ? `: ${summary}` : ''}`, 300), mood: 'warn' }]
}

function replied({ reply, purpose }: Payload<'turn.replied'>): Fact[] {
  if (purpose === 'intake') return []
  const said = oneLine(reply.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(' '), 300)
  return [
    ...(said ? [{ label: 'says', text: said, mood: 'faint' } as const] : []),
    ...(reply.finish === 'length' ? [{ label: 'model', text: 'the answer was cut off at its length limit', mood: 'warn' } as const] : []),
  ]
}

function returned(data: Payload<'tool.returned'>, called: Payload<'tool.called'> | undefined): Fact {
  // Where the result names the files, the input's names would only repeat them.
  const about = called && !namesFiles(data) ? describeInput(data.name, called.input, 160) : ''
  const effect = called?.effect === 'irreversible' ? ' (irreversible)' : ''
  const mood = toResultMood(data)
  const mark = { good: '', warn: '! ', bad: '✗ ' }[mood]
  return { label: oneLine(data.name, 8), text: `${mark}${about}${effect}${about ? '   ' : ''}${describeResult(data)}`, mood: mood === 'good' ? (called?.effect === 'read' ? 'faint' : 'plain') : mood }
}

function committed({ commit, message, files }: Payload<'commit.created'>): Fact[] {
  return [
    { label: 'commit', text: `✓ ${toShortCommit(commit)} ${oneLine(message.split('\n')[0] ?? '', 120)}`, mood: 'good' },
    ...some(files, (file) => ({ label: '', text: `  ${oneLine(file.path, 160)} ${file.binary ? 'binary' : `+${file.added} −${file.removed}`}${file.kind === 'modified' ? '' : ` (${file.kind})`}`, mood: 'faint' })),
  ]
}

function proven(proof: Payload<'proof.finished'>): Fact[] {
  const fixed = proof.checks.reduce((sum, check) => sum + check.fixed.length, 0)
  const weak = proof.checks.some((check) => check.strength === 'exit-code')
  if (proof.verdict === 'proven') {
    const by = `${fixed > 0 ? `: ${count(fixed, 'test')} that failed ${fixed === 1 ? 'passes' : 'pass'} now, seen twice` : ''}${weak ? ' (by exit code only, which is weaker)' : ''}`
    return [{ label: 'proof', text: `✓ proven${by}`, mood: 'good' }]
  }
  const title = isTooWeak(proof) ? '– the tests are too weak to count' : proof.verdict === 'no-evidence' ? '– no evidence for or against' : '✗ refused'
  return [{ label: 'proof', text: title, mood: proof.verdict === 'no-evidence' ? 'warn' : 'bad' }, ...some(proof.reasons, (reason) => ({ label: '', text: oneLine(reason, 300), mood: 'plain' }))]
}

const outcomes: Record<Payload<'run.ended'>['outcome'], { readonly text: string; readonly mood: Mood }> = {
  proven: { text: '✓ proven', mood: 'good' },
  planned: { text: '✓ planned', mood: 'good' },
  reported: { text: '✓ reported', mood: 'good' },
  'not-achieved': { text: '✗ not achieved', mood: 'bad' },
  'request-wrong': { text: '✗ the request is wrong', mood: 'bad' },
  waiting: { text: '– waiting for a person', mood: 'warn' },
  limit: { text: '– a limit was reached', mood: 'warn' },
  fault: { text: '✗ a fault of Writ', mood: 'bad' },
  interrupted: { text: '– interrupted', mood: 'warn' },
}

function ended({ outcome, reason, result }: Payload<'run.ended'>): Fact[] {
  const { text, mood } = outcomes[outcome]
  return [
    { label: 'end', text: `${text}: ${oneLine(reason, 600)}`, mood, wraps: true },
    ...(result ? [{ label: 'result', text: `${toShortCommit(result.commit)} on ${oneLine(result.branch, 120)}`, mood: 'plain' } as const] : []),
  ]
}

/** The first few, and how many more there are. */
function some<T>(items: readonly T[], toFact: (item: T) => Fact): Fact[] {
  const shown = items.slice(0, mostLines).map(toFact)
  return items.length > mostLines ? [...shown, { label: '', text: `and ${items.length - mostLines} more`, mood: 'faint' }] : shown
}
