import type { Finding } from '../protocol/evidence.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import { sumUpEvidence } from '../domain/report/describe-strength.ts'
import { toShortCommit } from '../domain/report/short-id.ts'
import { describeTally, toTally } from '../domain/report/tally.ts'
import { count, toAmount, toDuration, toMoney } from '../domain/report/words.ts'
import { describeInput, describeResult } from './describe-call.ts'
import { describeTaskEvent, isTaskEvent } from './describe-task-event.ts'
import { oneLine } from './render.ts'

const most = 2000

/** The gist of one event on one line, for `writ log`. Tame; not cut to any terminal. */
export function describeEvent(event: StoredEvent): string {
  return oneLine(gistOf(event), most)
}

function gistOf(event: StoredEvent): string {
  if (isTaskEvent(event)) return describeTaskEvent(event)
  switch (event.type) {
    case 'run.opened': return `${event.data.request.words} · ${event.data.request.model ?? event.data.request.solver} · ${event.data.repository.root} at ${toShortCommit(event.data.repository.base)} · by ${event.data.by}${event.data.parent ? ` · task ${event.data.parent.task} of ${event.data.parent.run}${event.data.specialist ? `, as ${event.data.specialist.role}` : ''}` : ''}`
    case 'run.resumed': return `by ${event.data.by}, after event ${event.data.lastSeq}`
    case 'run.ended': return `${event.data.outcome}: ${event.data.reason}${event.data.result ? ` · ${toShortCommit(event.data.result.commit)} on ${event.data.result.branch}` : ''}`
    case 'accept.requested': return `by ${event.data.by} onto ${event.data.onto} (${event.data.strategy})`
    case 'run.accepted': return `by ${event.data.by} onto ${event.data.onto} (${event.data.strategy}) · undo: ${event.data.undo}`
    case 'run.undone': return `by ${event.data.by} on ${event.data.onto} (${event.data.how}): ${toShortCommit(event.data.before)} → ${toShortCommit(event.data.after)}`
    case 'run.rewound': return `by ${event.data.by} to event ${event.data.to}, files at ${toShortCommit(event.data.tree)}${event.data.why ? `: ${event.data.why}` : ''}`
    case 'run.pruned': return `by ${event.data.by}: ${event.data.parts.join(' and ')} removed, ${count(event.data.bytes, 'byte')}`
    case 'run.attested': return `events 0 to ${event.data.seq} by key ${event.data.key.slice(0, 12)} · sha256:${event.data.bundle.digest}`
    case 'run.rejected': return `by ${event.data.by}${event.data.reason ? `: ${event.data.reason}` : ''}`
    case 'contract.pinned': return `${event.data.hash.slice(0, 12)} · ${count(event.data.contract.checks.length, 'check')}, ${count(event.data.contract.pins.length, 'pinned file')}, scope ${event.data.contract.scope.join(', ') || 'everything'}`
    case 'fault.met': return `${event.data.code} during ${event.data.during}: ${event.data.message}`
    case 'workspace.requested': return `${event.data.branch} from ${toShortCommit(event.data.base)}`
    case 'workspace.created': return `${event.data.path}${event.data.dependencies.length > 0 ? ` · ${event.data.dependencies.map((each) => `${each.path} (${each.way})`).join(', ')}` : ''}`
    case 'snapshot.taken': return toShortCommit(event.data.tree)
    case 'workspace.rolledback': return `to ${toShortCommit(event.data.to)}: ${event.data.why}`
    case 'workspace.filled': return toShortCommit(event.data.tree)
    case 'changes.seen': return `${count(event.data.count, 'path')} from ${toShortCommit(event.data.from)} to ${toShortCommit(event.data.to)}`
    case 'files.read': return `${event.data.files.map((each) => each.path).join(', ')} at ${toShortCommit(event.data.at)}`
    case 'pins.restored': return event.data.paths.join(', ')
    case 'commit.created': return `${toShortCommit(event.data.commit)} ${event.data.message.split('\n')[0] ?? ''} · ${event.data.files.map((file) => `${file.path} +${file.added} −${file.removed}`).join(', ')}`
    case 'commit.skipped': return `${event.data.task}: nothing had changed`
    case 'branch.requested': return `${event.data.branch} to ${toShortCommit(event.data.to)}`
    case 'branch.moved': return `${event.data.branch} at ${toShortCommit(event.data.to)}`
    case 'environment.surveyed': return `${count(event.data.files, 'file')}; there: ${event.data.present.map((each) => `${each.name} ${each.version}`.trim()).join(', ')}; not there: ${event.data.absent.join(', ') || 'nothing that was looked for'}`
    case 'environment.fingerprinted': return `${event.data.os} ${event.data.kernel}, ${event.data.arch}, ${count(event.data.cpus, 'CPU')}, ${event.data.memoryMb} MB; ${event.data.programs.map((each) => `${each.name} ${each.version}`.trim()).join(', ')}`
    case 'check.started': return `${event.data.purpose} ${event.data.checkId}`
    case 'check.finished': return `${event.data.purpose} ${event.data.outcome.command}: ${describeTally(toTally(event.data.outcome))} · ${toDuration(event.data.outcome.durationMs)}`
    case 'edit.checked': return event.data.findings.length > 0 ? event.data.findings.map(describeFinding).join('; ') : event.data.text || 'nothing to say'
    case 'proof.started': return toShortCommit(event.data.commit)
    case 'strength.measured': return sumUpEvidence(event.data)
    case 'proof.finished': return `${event.data.verdict}${event.data.reasons.length > 0 ? `: ${event.data.reasons.join('; ')}` : ''} · ${event.data.checks.map((check) => `${check.command} ${check.verdict} (${check.strength}), ${check.fixed.length} fixed`).join('; ')}`
    case 'repair.judged': return `${event.data.task} ${event.data.sure}: ${event.data.options.length} of ${event.data.plausible} changes that pass differ${event.data.strength ? `; the tests notice ${event.data.strength.noticed} of ${event.data.strength.tried} small changes there` : ''}`
    case 'repair.searched': return `${event.data.task} nothing proposed: ${event.data.tried} tried; most suspect ${event.data.places.slice(0, 3).map(({ path, line }) => `${path}:${line}`).join(', ') || 'nowhere'}`
    case 'solver.routed': return `${event.data.to === 'repair' ? 'the built-in solver tries first' : 'a model works'}: ${event.data.why}`
    case 'candidate.tried': return `${event.data.task} #${event.data.n} ${event.data.result}: ${event.data.path}:${event.data.line} ${event.data.describes}`
    case 'turn.requested': return `${event.data.purpose} turn ${event.data.turn}, attempt ${event.data.attempt}: ${event.data.model}, ${count(event.data.messages, 'message')}`
    case 'turn.replied': return describeReply(event)
    case 'turn.failed': return `turn ${event.data.turn}, attempt ${event.data.attempt}: ${event.data.code} ${event.data.message}${event.data.retryInMs === undefined ? '' : ` · again in ${toDuration(event.data.retryInMs)}`}`
    case 'observation.made': return `${event.data.kind}: ${event.data.text}`
    case 'tool.called': return `${event.data.callId} ${event.data.name} ${describeInput(event.data.name, event.data.input)} · ${event.data.effect}, ${event.data.decision.effect} (${event.data.decision.rules.join(', ')})`
    case 'tool.reached': return `${event.data.callId} ${event.data.host}`
    case 'tool.returned': return [`${event.data.callId} ${event.data.name} ${event.data.status}`, describeResult(event.data)].filter(Boolean).join(' · ')
    case 'approval.requested': return event.data.question
    case 'approval.given': return `${event.data.answer} by ${event.data.by}${event.data.choose === undefined ? '' : `, choice ${event.data.choose}`}${event.data.note ? ` (${event.data.note})` : ''}`
    case 'command.read': return `${event.data.callId} ${event.data.reading.acts.map((act) => `${act.argv.map((word) => word ?? '…').join(' ')}${act.kinds.length > 0 ? ` [${act.kinds.join(', ')}]` : ''}`).join(' · ')}${event.data.reading.unknown.length > 0 ? ` · not understood: ${event.data.reading.unknown.map((each) => each.why).join('; ')}` : ''}`
    case 'hook.ran': return `${event.data.event} ${event.data.hook}: ${event.data.status}${event.data.reason ? `: ${event.data.reason}` : ''} · ${toDuration(event.data.durationMs)}`
    case 'validation.finished': return `${event.data.scope} ${event.data.verdict}${event.data.stage ? ` at ${event.data.stage}` : ''}: ${event.data.validations.map((each) => `${each.validator} ${each.status}${each.findings.length > 0 ? ` (${each.findings.length + each.more})` : ''}`).join(', ')}`
    case 'integration.judged': return `${event.data.task} ${event.data.kinds.join(', ')}: ${event.data.decision.effect} (${event.data.decision.rules.join(', ')})`
    case 'amendment.proposed': return `${event.data.gate} by ${event.data.by}: ${event.data.changes.join('; ')}`
    case 'contract.amended': return `${event.data.hash.slice(0, 12)} after ${event.data.previous.slice(0, 12)} by ${event.data.by}: ${event.data.changes.join('; ')}`
    case 'artefact.quarantined': return `${event.data.id} ${event.data.paths.join(', ')}: ${event.data.findings.map((each) => each.message).join('; ')}`
    case 'artefact.settled': return `${event.data.id} ${event.data.as} by ${event.data.by}${event.data.reason ? `: ${event.data.reason}` : ''}`
    case 'log.repaired': return `from line ${event.data.line} on set aside as ${event.data.keptAs}, ${count(event.data.lines, 'line')}, by ${event.data.by}: it ${event.data.problem}`
    case 'limit.reached': return `${event.data.limit}: ${event.data.detail}`
    default:
      event satisfies never
      return ''
  }
}

function describeFinding(finding: Finding): string {
  return `${finding.path}${finding.line ? `:${finding.line}` : ''} ${finding.message}`
}

function describeReply({ data: { turn, reply } }: Extract<StoredEvent, { type: 'turn.replied' }>): string {
  const said = reply.parts.map((part) => (part.type === 'call' ? `→ ${part.name}` : part.type === 'text' ? part.text : '')).filter(Boolean).join(' ')
  const { inputTokens, cachedTokens, outputTokens } = reply.usage
  const tokens = inputTokens > 0 ? ` · ${toAmount(inputTokens)} in (${toAmount(cachedTokens)} cached), ${toAmount(outputTokens)} out` : ''
  return `turn ${turn}: ${oneLine(said, 300)}${tokens}${reply.costUsd ? `, ${toMoney(reply.costUsd)}` : ''} · ${toDuration(reply.durationMs)}`
}
