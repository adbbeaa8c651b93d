import type { StoredEvent } from '../protocol/events/event.ts'
import type { CheckPurpose } from '../protocol/events/check.ts'
import type { ChildSpent } from '../protocol/events/task.ts'
import type { LiveSignal } from '../protocol/live.ts'
import { count, toAmount, toDuration, toMoney, toShare } from '../domain/report/words.ts'
import { describeInput } from './describe-call.ts'
import { oneLine, tame } from './render.ts'

/** What the bottom lines of a live view say. All text is tame and on one line; widths are the caller's affair. */
export interface Status {
  /** What is going on and for how long. */
  readonly step: string
  /** Turns, tokens, cost, time. */
  readonly totals: string
  /** How far, where that is known; else the newest line of output. */
  readonly progress: { readonly label: string; readonly done: number; readonly total: number | undefined } | undefined
  readonly tail: string
  /** What each child run is at, in the order in which they began. */
  readonly children: readonly string[]
}

const doing: Record<CheckPurpose, string> = {
  baseline: 'before any change', near: 'tests near the change', full: 'all checks', proof: 'proof in a clean checkout',
  repeat: 'proof, once more', 'base-again': 'the base, once more', 'self-made': 'tests written in this run', canary: 'does the runner notice a failing test?', merge: 'together with what was integrated meanwhile', milestone: 'all of it so far, at a milestone',
}

const isNarrow: ReadonlySet<CheckPurpose> = new Set(['near', 'self-made', 'canary'])

type Spent = Omit<ChildSpent, 'modelMs'>

const nothing: Spent = { turns: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0, usd: 0, unpriced: false }

/** What is known so far: nothing but numbers and short texts. */
interface Known {
  startedAt: number | undefined
  step: string
  stepAt: number
  tail: string
  results: number
  progress: Status['progress']
  /** Its own; what its children spent is beside it. */
  spent: Spent
  readonly spentBy: Map<string, Spent>
  candidates: number
  solver: 'model' | 'repair'
  bounds: { readonly maxTurns: number; readonly maxUsd: number | undefined; readonly deadline: number | undefined } | undefined
  /** By id: has it ended? */
  readonly tasks: Map<string, boolean>
  readonly running: Map<string, string>
  readonly commands: Map<string, string>
  readonly children: Map<string, string>
  /** Does it give its tasks to child runs? */
  isPlanned: boolean
}

function toUnknown(stepAt: number): Known {
  return {
    startedAt: undefined, step: 'starting', stepAt, tail: '', results: 0, progress: undefined, spent: nothing, spentBy: new Map(),
    candidates: 0, solver: 'model', bounds: undefined, tasks: new Map(), running: new Map(), commands: new Map(), children: new Map(), isPlanned: false,
  }
}

/** Folds events and signals into the status. */
export function createStatus(now: () => number): { onEvent(event: StoredEvent): void; onLive(signal: LiveSignal): void; read(): Status } {
  const known = toUnknown(now())
  const begin = (text: string): void => {
    Object.assign(known, { step: oneLine(text, 300), stepAt: now(), tail: '', results: 0, progress: undefined })
  }
  return {
    onEvent(event) {
      known.startedAt ??= now()
      learn(known, event)
      const step = findStep(known, event)
      if (step !== undefined) begin(step)
    },
    onLive(signal) {
      switch (signal.kind) {
        case 'status':
          if (oneLine(signal.text, 300) !== '') begin(signal.text)
          break
        case 'child':
          known.children.set(signal.run, oneLine(`${signal.task}: ${signal.step}`, 300))
          known.spentBy.set(signal.run, signal.spent)
          break
        case 'progress':
          known.progress = { label: oneLine(signal.label, 200), done: signal.done, total: signal.total }
          break
        case 'output':
          known.results += countResults(signal.text)
          known.tail = lastLine(known.tail + signal.text)
          break
        case 'text':
        case 'reasoning':
          known.tail = lastLine(known.tail + signal.text)
          break
        default:
          signal satisfies never
      }
    },
    read: () => ({
      step: [known.children.size > 1 ? `${known.children.size} side by side` : known.step, ...(known.results > 0 ? [`${known.results} results so far`] : []), toClock(now() - known.stepAt)].join(' · '),
      totals: toTotals(known, now()).join(' · '),
      progress: known.progress,
      tail: known.tail.trim(),
      children: [...known.children.values()],
    }),
  }
}

/** What a run is at by its events, and what it spent so far: for one that is shown within another's view. Undefined where an event begins nothing. */
export function createChildStatus(): { onEvent(event: StoredEvent): string | undefined; readonly spent: () => Spent } {
  const known = toUnknown(0)
  return {
    onEvent: (event) => {
      learn(known, event)
      const step = findStep(known, event)
      return step === undefined || known.bounds === undefined ? step : `${step} · turn ${Math.min(known.spent.turns + 1, known.bounds.maxTurns)}/${known.bounds.maxTurns}`
    },
    spent: () => known.spent,
  }
}

/** Takes from an event what counts. */
function learn(known: Known, event: StoredEvent): void {
  switch (event.type) {
    case 'run.opened':
      known.solver = event.data.request.solver
      known.isPlanned = event.data.planning !== undefined
      break
    case 'contract.pinned': {
      const { contract } = event.data
      for (const check of contract.checks) known.commands.set(check.id, check.command)
      known.bounds = { maxTurns: contract.budget.maxTurns, maxUsd: contract.budget.maxUsd, deadline: contract.deadline ? Date.parse(contract.deadline) : undefined }
      break
    }
    case 'plan.proposed':
      for (const task of event.data.plan.tasks) if (!known.tasks.has(task.id)) known.tasks.set(task.id, false)
      break
    case 'task.finished':
    case 'task.dropped':
      known.tasks.set(event.data.task, true)
      break
    case 'integration.finished':
      if (event.data.result) known.tasks.set(event.data.task, true)
      break
    case 'task.returned':
    case 'stage.returned':
      known.children.delete(event.data.child)
      known.spentBy.set(event.data.child, event.data.spent)
      break
    case 'turn.replied': {
      const { usage, costUsd } = event.data.reply
      // Counted, because the number of a turn goes on from all that were taken before it, those of children too.
      known.spent = add(known.spent, { ...usage, turns: event.data.purpose === 'work' ? 1 : 0, usd: costUsd ?? 0, unpriced: costUsd === undefined })
      break
    }
    case 'tool.called':
      known.running.set(event.data.callId, `${event.data.name} ${describeInput(event.data.name, event.data.input, 160)}`)
      break
    case 'tool.returned':
      known.running.delete(event.data.callId)
      break
    case 'candidate.tried':
      if (event.data.result === 'plausible') known.candidates += 1
      break
    default:
  }
}

const between = 'deciding what is next'

/** What an event begins, in words; undefined where it begins nothing. */
function findStep(known: Known, event: StoredEvent): string | undefined {
  switch (event.type) {
    case 'run.opened': return 'reading the request'
    case 'workspace.requested': return 'making the worktree'
    case 'workspace.created': return 'looking around'
    // Only some files of a check are run then, so that its command would say too much.
    case 'check.started': return isNarrow.has(event.data.purpose) ? doing[event.data.purpose] : `${doing[event.data.purpose]}: ${known.commands.get(event.data.checkId) ?? event.data.checkId}`
    case 'turn.requested':
      if (event.data.solver === 'repair') return `searching for a repair (${event.data.task})`
      return event.data.purpose === 'intake' ? `${event.data.model} reads the request` : `waiting for ${event.data.model}`
    case 'tool.called':
    case 'tool.returned': {
      const calls = [...known.running.values()]
      return calls.length === 0 ? between : calls.length === 1 ? calls[0] : `${calls.length} calls side by side: ${calls.join('; ')}`
    }
    case 'proof.started': return 'proof in a clean checkout'
    case 'branch.requested': return `publishing ${event.data.branch}`
    case 'check.finished':
    case 'turn.replied':
    case 'proof.finished': return between
    default: return undefined
  }
}

function add(one: Spent, other: Spent): Spent {
  return {
    turns: one.turns + other.turns, usd: one.usd + other.usd, unpriced: one.unpriced || other.unpriced,
    inputTokens: one.inputTokens + other.inputTokens, cachedTokens: one.cachedTokens + other.cachedTokens, outputTokens: one.outputTokens + other.outputTokens,
  }
}

function toTotals(known: Known, time: number): string[] {
  const { bounds, tasks, candidates, isPlanned } = known
  const { turns, inputTokens, cachedTokens, outputTokens, usd, unpriced } = [...known.spentBy.values()].reduce(add, known.spent)
  const finished = [...tasks.values()].filter(Boolean).length
  const left = bounds?.deadline === undefined ? undefined : bounds.deadline - time
  const money = unpriced && usd === 0 ? 'price unknown' : `${unpriced ? 'at least ' : ''}${toMoney(usd)}${bounds?.maxUsd === undefined ? '' : ` of ${toMoney(bounds.maxUsd)}`}`
  return [
    ...(isPlanned && tasks.size > 0 ? [`${finished} of ${count(tasks.size, 'task')} done`] : tasks.size > 1 ? [`task ${Math.min(finished + 1, tasks.size)}/${tasks.size}`] : []),
    ...(known.solver === 'repair' && candidates > 0 ? [`${candidates} ${candidates === 1 ? 'candidate' : 'candidates'} found`] : []),
    // Side by side no turn is the one that is being taken.
    ...(known.solver === 'model' && bounds ? [isPlanned ? `${turns} of ${count(bounds.maxTurns, 'turn')}` : `turn ${Math.min(turns + 1, bounds.maxTurns)}/${bounds.maxTurns}`] : []),
    ...(inputTokens > 0 ? [`${toAmount(inputTokens)} in (${toShare(cachedTokens, inputTokens)} cached), ${toAmount(outputTokens)} out`, money] : []),
    ...(known.startedAt === undefined ? [] : [toClock(time - known.startedAt)]),
    ...(left === undefined ? [] : [left > 0 ? `${toDuration(left)} left` : 'the deadline has passed']),
  ]
}

/** Whole seconds: a display that is redrawn often must not flicker in its last digit. */
function toClock(ms: number): string {
  return toDuration(Math.max(0, Math.floor(ms / 1000) * 1000)).replace(/^(\d)\.0 s$|^0 ms$/, (_, digit: string | undefined) => `${digit ?? 0} s`)
}

/** Lines by which test runners say that something passed or failed, suites included: for a sense of movement, no more. */
function countResults(text: string): number {
  return text.match(/^\s*(?:[✔✖✓✗√×]|ok \d|not ok \d|--- (?:PASS|FAIL)|PASS |FAIL |test .+ \.\.\. (?:ok|FAILED)|.+ \.\.\. (?:ok|FAIL|ERROR)$)/gm)?.length ?? 0
}

/** The newest line that says something, of text that comes in pieces. Bounded, whatever comes. */
function lastLine(text: string): string {
  const lines = tame(text.slice(-4000)).split('\n')
  const last = lines.at(-1) ?? ''
  return (last.trim() === '' && lines.length > 1 ? `${lines.findLast((line) => line.trim() !== '') ?? ''}\n` : last).slice(-500)
}
