import type { StoredEvent } from '../protocol/events/event.ts'
import type { CheckPurpose } from '../protocol/events/check.ts'
import type { LiveSignal } from '../protocol/live.ts'
import { toAmount, toDuration, toMoney, toShare } from '../domain/report/words.ts'
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
}

const doing: Record<CheckPurpose, string> = {
  baseline: 'before any change', near: 'tests near the change', full: 'all checks', proof: 'proof in a clean checkout',
  repeat: 'proof, once more', 'base-again': 'the base, once more', 'self-made': 'tests written in this run', canary: 'does the runner notice a failing test?',
}

/** Folds events and signals into the status. Owns nothing but numbers and short texts. */
export function createStatus(now: () => number): { onEvent(event: StoredEvent): void; onLive(signal: LiveSignal): void; read(): Status } {
  let startedAt: number | undefined
  let step = 'starting'
  let stepAt = now()
  let tail = ''
  let progress: Status['progress']
  let turns = 0
  let tokens = { in: 0, cached: 0, out: 0 }
  let usd = 0
  let unpriced = false
  let candidates = 0
  let results = 0
  let solver: 'model' | 'repair' = 'model'
  let bounds: { readonly maxTurns: number; readonly maxUsd: number | undefined; readonly deadline: number | undefined } | undefined
  const tasks = new Map<string, boolean>()
  const running = new Map<string, string>()
  const commands = new Map<string, string>()

  const begin = (text: string): void => {
    step = oneLine(text, 300)
    stepAt = now()
    tail = ''
    results = 0
    progress = undefined
  }
  const beginCalls = (): void => {
    const [first] = running.values()
    begin(running.size === 0 ? 'deciding what is next' : running.size === 1 ? (first ?? '') : `${running.size} calls side by side: ${[...running.values()].join('; ')}`)
  }

  return {
    onEvent(event) {
      startedAt ??= now()
      switch (event.type) {
        case 'run.opened':
          solver = event.data.request.solver
          begin('reading the request')
          break
        case 'contract.pinned': {
          const { contract } = event.data
          for (const check of contract.checks) commands.set(check.id, check.command)
          bounds = { maxTurns: contract.budget.maxTurns, maxUsd: contract.budget.maxUsd, deadline: contract.deadline ? Date.parse(contract.deadline) : undefined }
          break
        }
        case 'workspace.requested':
          begin('making the worktree')
          break
        case 'workspace.created':
          begin('looking around')
          break
        case 'check.started':
          begin(`${doing[event.data.purpose]}: ${commands.get(event.data.checkId) ?? event.data.checkId}`)
          break
        case 'check.finished':
          begin('deciding what is next')
          break
        case 'plan.proposed':
          for (const task of event.data.plan.tasks) if (!tasks.has(task.id)) tasks.set(task.id, false)
          break
        case 'task.finished':
        case 'task.dropped':
          tasks.set(event.data.task, true)
          break
        case 'turn.requested':
          begin(event.data.solver === 'repair' ? `searching for a repair (${event.data.task})` : event.data.purpose === 'intake' ? `${event.data.model} reads the request` : `waiting for ${event.data.model}`)
          break
        case 'turn.replied': {
          const { usage, costUsd } = event.data.reply
          if (event.data.purpose === 'work') turns = event.data.turn
          tokens = { in: tokens.in + usage.inputTokens, cached: tokens.cached + usage.cachedTokens, out: tokens.out + usage.outputTokens }
          usd += costUsd ?? 0
          unpriced ||= costUsd === undefined
          begin('deciding what is next')
          break
        }
        case 'tool.called':
          running.set(event.data.callId, `${event.data.name} ${describeInput(event.data.name, event.data.input, 160)}`)
          beginCalls()
          break
        case 'tool.returned':
          running.delete(event.data.callId)
          beginCalls()
          break
        case 'candidate.tried':
          if (event.data.result === 'plausible') candidates += 1
          break
        case 'proof.started':
          begin('proof in a clean checkout')
          break
        case 'proof.finished':
          begin('deciding what is next')
          break
        case 'branch.requested':
          begin(`publishing ${event.data.branch}`)
          break
        default:
      }
    },
    onLive(signal) {
      switch (signal.kind) {
        case 'status':
          if (oneLine(signal.text, 300) !== '') begin(signal.text)
          break
        case 'progress':
          progress = { label: oneLine(signal.label, 200), done: signal.done, total: signal.total }
          break
        case 'output':
          results += countResults(signal.text)
          tail = lastLine(tail + signal.text)
          break
        case 'text':
        case 'reasoning':
          tail = lastLine(tail + signal.text)
          break
        default:
          signal satisfies never
      }
    },
    read() {
      const time = now()
      const finished = [...tasks.values()].filter(Boolean).length
      const left = bounds?.deadline === undefined ? undefined : bounds.deadline - time
      const totals = [
        ...(tasks.size > 1 ? [`task ${Math.min(finished + 1, tasks.size)}/${tasks.size}`] : []),
        ...(solver === 'repair' && candidates > 0 ? [`${candidates} ${candidates === 1 ? 'candidate' : 'candidates'} found`] : []),
        ...(solver === 'model' && bounds ? [`turn ${Math.min(turns + 1, bounds.maxTurns)}/${bounds.maxTurns}`] : []),
        ...(tokens.in > 0 ? [`${toAmount(tokens.in)} in (${toShare(tokens.cached, tokens.in)} cached), ${toAmount(tokens.out)} out`] : []),
        ...(tokens.in > 0 ? [unpriced && usd === 0 ? 'price unknown' : `${unpriced ? 'at least ' : ''}${toMoney(usd)}${bounds?.maxUsd === undefined ? '' : ` of ${toMoney(bounds.maxUsd)}`}`] : []),
        ...(startedAt === undefined ? [] : [toClock(time - startedAt)]),
        ...(left === undefined ? [] : [left > 0 ? `${toDuration(left)} left` : 'the deadline has passed']),
      ]
      return { step: [step, ...(results > 0 ? [`${results} results so far`] : []), toClock(time - stepAt)].join(' · '), totals: totals.join(' · '), progress, tail: tail.trim() }
    },
  }
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
