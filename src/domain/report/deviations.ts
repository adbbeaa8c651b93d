import type { Payload, StoredEvent } from '../../protocol/events/event.ts'
import type { Deviation } from '../../protocol/report.ts'
import type { RunState } from '../run-state.ts'
import { count, toLine } from './words.ts'

/** Most that is told; what is left out is counted in a last line. */
const most = 50

/** What did not go straight: from the events where they are there, else from what the state has kept of them. */
export function findDeviations(state: RunState, events: readonly StoredEvent[]): Deviation[] {
  const found = new Map<string, Deviation>()
  const add = (kind: Deviation['kind'], text: string): void => {
    const line = toLine(text, 400)
    const known = found.get(`${kind} ${line}`)
    found.set(`${kind} ${line}`, { kind, text: line, times: (known?.times ?? 0) + 1 })
  }
  const { opened } = state
  if (opened?.request.includeDirty && opened.repository.dirty) add('base', 'the base is HEAD plus the uncommitted changes that were there')
  else if (opened?.repository.dirty) add('base', 'uncommitted changes in the working tree were left out of the base')
  const lastProof = events.findLast((event) => event.type === 'proof.finished')
  if (events.length > 0) for (const event of events) addEvent(event, event === lastProof, add)
  else addKept(state, add)
  const all = [...found.values()]
  return all.length <= most ? all : [...all.slice(0, most), { kind: 'fault', text: `and ${all.length - most} more in the log`, times: 1 }]
}

type Add = (kind: Deviation['kind'], text: string) => void

function addEvent(event: StoredEvent, isLastProof: boolean, add: Add): void {
  switch (event.type) {
    case 'proof.finished':
      // The last proof is the evidence itself, not a deviation.
      if (event.data.verdict !== 'proven' && !isLastProof) add('proof-refused', `a proof was refused: ${event.data.reasons[0] ?? event.data.verdict}`)
      break
    case 'tool.returned':
      if (event.data.status === 'denied') add('call-refused', `${event.data.name}: ${event.data.text}`)
      if (event.data.status === 'invalid' || event.data.status === 'unknown') add('call-invalid', `${event.data.name}: ${event.data.text}`)
      break
    case 'workspace.rolledback':
      add('rollback', `the workspace was rolled back: ${event.data.why}`)
      break
    case 'pins.restored':
      add('restored', `put back or taken out: ${listSome(event.data.paths)}`)
      break
    case 'turn.failed':
      add('model-failed', `the model could not be asked (${event.data.code}): ${event.data.message}`)
      break
    case 'task.returned': case 'stage.returned':
      addReturned(event, add)
      if (event.data.fault !== undefined) add('fault', `a fault stopped the child run of ${event.data.task} (${event.data.fault}), which is not held against the task: ${event.data.reason}`)
      break
    case 'fault.met':
      add('fault', `a fault during ${event.data.during} (${event.data.code}): ${event.data.message}`)
      break
    case 'limit.reached':
      add('limit', event.data.detail)
      break
    case 'log.repaired':
      add('resumed', `the record was damaged and repaired by ${event.data.by}: ${count(event.data.lines, 'line')} from line ${event.data.line} on ${event.data.lines === 1 ? 'was' : 'were'} set aside`)
      break
    case 'run.resumed':
      add('resumed', `stopped and resumed by ${event.data.by}`)
      if (event.data.bundles) add('policy', `from here on under another policy than it began under: ${event.data.bundles.map((each) => `${each.id}@${each.version}`).join(', ')}`)
      break
    case 'run.rewound':
      add('rewound', `${event.data.by} took the run back to event ${event.data.to}${event.data.why ? `: ${event.data.why}` : ''}`)
      break
    case 'validation.finished':
      if (event.data.verdict === 'failed') add('validation', `validation failed at ${event.data.stage ?? 'a stage'}: ${firstFinding(event.data)}`)
      break
    case 'artefact.quarantined':
      add('sealed', `${event.data.id}: ${event.data.findings[0]?.rule ?? ''} in ${listSome(event.data.paths)}`)
      break
    case 'contract.amended':
      add('amended', `the contract was amended by ${event.data.by}: ${event.data.changes.join('; ')}`)
      break
    case 'hook.ran':
      if (event.data.status !== 'passed') add('hook', `${event.data.hook} (${event.data.event}) ${event.data.status}: ${event.data.reason}`)
      break
    case 'approval.given':
      add('approval', `${event.data.by} answered ${event.data.answer} to a question`)
      break
    default:
  }
}

/** What came back and did not count, and what a reviewer said of what did. */
function addReturned(event: Extract<StoredEvent, { type: 'task.returned' | 'stage.returned' }>, add: Add): void {
  const { task, outcome, reason } = event.data
  if (event.type === 'task.returned') {
    if (outcome === 'not-achieved' || outcome === 'limit') add('attempt', `an attempt at ${task} came to nothing: ${reason}`)
    return
  }
  for (const { path, line, message, severity = 'error' } of event.data.report?.findings ?? []) {
    if (severity !== 'note') add('review', `the review of ${task} ${severity === 'error' ? 'sent it back' : 'warns'}: ${path}${line ? `:${line}` : ''} ${message}`)
  }
}

function firstFinding({ validations }: Payload<'validation.finished'>): string {
  const found = validations.flatMap((each) => each.findings).find((each) => each.severity === undefined || each.severity === 'error')
  return found ? `${found.path}${found.line ? `:${found.line}` : ''} ${found.message}` : 'see writ log'
}

function addKept(state: RunState, add: Add): void {
  if (state.refusals > 0 && state.proof?.verdict === 'proven') add('proof-refused', `${state.refusals} earlier ${state.refusals === 1 ? 'proof was' : 'proofs were'} refused`)
  if (state.restored.length > 0) add('restored', `put back or taken out: ${listSome([...new Set(state.restored)])}`)
  for (const fault of state.faults) add('fault', `a fault during ${fault.during} (${fault.code}): ${fault.message}`)
  if (state.limit) add('limit', state.limit.detail)
  if (state.resumes > 0) add('resumed', 'stopped and resumed')
}

function listSome(paths: readonly string[]): string {
  return paths.length <= 6 ? paths.join(', ') : `${paths.slice(0, 6).join(', ')} and ${paths.length - 6} more`
}
