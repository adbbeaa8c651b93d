import { userName } from './user-name.ts'
import { version } from './version.ts'
import { digestOfJson } from '../domain/digest.ts'
import { fold } from '../domain/evolve.ts'
import { findDenied } from '../domain/gates.ts'
import { narrowBudget } from '../domain/specialist/narrow-budget.ts'
import { intersectScopes } from '../domain/specialist/narrow-scope.ts'
import { toRecorded, type Specialist } from '../domain/specialist/specialist.ts'
import type { RunState } from '../domain/run-state.ts'
import { resumeRun, startRun, type Opening, type Watch } from '../engine/run.ts'
import type { Approver } from '../engine/ports/approver.ts'
import type { ChildOrder, ChildReturned, Children } from '../engine/ports/children.ts'
import type { EnginePorts } from '../engine/ports/engine-ports.ts'
import type { Workspaces } from '../engine/ports/workspace.ts'
import { genesis } from '../protocol/events/envelope.ts'
import type { StoredEvent } from '../protocol/events/event.ts'
import type { Repository, Request } from '../protocol/events/run.ts'
import { StageReport } from '../protocol/events/task.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import type { Digest, Json, RunId } from '../protocol/ids.ts'
import type { Experience } from '../protocol/experience.ts'
import type { AutonomyLevel } from '../protocol/policy.ts'
import type { OpenRecord } from './compose.ts'
import type { ConfigFile } from './config.ts'
import { collectPins } from './intake.ts'
import { mintRun } from './mint-run.ts'
import { readRun } from './read-run.ts'
import { requireSignedAnswers } from './require-signed-answers.ts'

/** Milliseconds. */
const longestSleep = 86_400_000

export interface ChildParts {
  readonly record: OpenRecord
  readonly workspaces: Workspaces
  readonly config: ConfigFile
  /** The parent's. */
  readonly repository: Repository
  readonly request: Request
  readonly autonomy: readonly AutonomyLevel[] | undefined
  readonly experience: Experience | undefined
  readonly findSpecialist: (role: string) => Specialist | undefined
  /** The model that it works with, as `provider/id`. */
  readonly chooseModel: (specialist: Specialist) => string | undefined
  /** Everything that one child runs with. */
  readonly compose: (order: ChildOrder, opening: Begun, approver: Approver) => Promise<EnginePorts>
  readonly watch: (order: ChildOrder, before: readonly StoredEvent[]) => Omit<Watch, 'signal'>
  readonly approver: (run: RunId) => Approver
}

/** Of a child that begins, or as its record says that it began. */
export type Begun = Pick<Opening, 'draft' | 'request' | 'specialist'>

interface Live {
  readonly controller: AbortController
  readonly done: Promise<void>
}

/**
 * Child runs in this process. Invariants: (1) a child is at work at most once; (2) each that comes to rest is told exactly once
 * to each `next`; (3) after `stop` none is at work.
 */
export function openChildren(parts: ChildParts): Children {
  const live = new Map<RunId, Live>()
  const rest: ChildReturned[] = []
  let wake: () => void = () => undefined

  const begin = (order: ChildOrder): Live => {
    const controller = new AbortController()
    const done = carry(parts, order, controller.signal).then(
      (returned) => void rest.push(returned),
      async (error: unknown) => void rest.push(await toFaulty(parts, order.child, controller.signal.aborted ? new Fault('cancelled', 'it was stopped') : error)),
    ).finally(() => {
      live.delete(order.child)
      wake()
    })
    return { controller, done }
  }

  return {
    mint: () => mintRun(parts.record),
    start: (order) => {
      if (live.has(order.child) || rest.some((each) => each.child === order.child)) return
      live.set(order.child, begin(order))
    },
    next: async (signal, untilMs = Infinity) => {
      const { clock } = parts.record
      for (;;) {
        signal.throwIfAborted()
        const first = rest.shift()
        if (first) return first
        const left = untilMs - clock.now()
        if (left <= 0) return undefined
        if (live.size === 0 && left === Infinity) throw new Error('no child is at work')
        const woken = new AbortController()
        wake = () => woken.abort()
        // A timer cannot be set for longer than some weeks: nobody waits that long in one piece.
        await clock.sleep(Math.min(left, longestSleep), AbortSignal.any([signal, woken.signal])).catch((thrown: unknown) => {
          if (!signal.aborted && !woken.signal.aborted) throw thrown
        })
      }
    },
    stop: async () => {
      for (const each of live.values()) each.controller.abort(new Error('stopped'))
      await Promise.all([...live.values()].map((each) => each.done))
    },
  }
}

async function carry(parts: ChildParts, order: ChildOrder, signal: AbortSignal): Promise<ChildReturned> {
  const before = await readIfThere(parts, order.child)
  if (before?.state.ended) return toReturned(order.child, before.state, before.events)
  const opening = before ? undefined : await toOpening(parts, order)
  if (opening && 'refused' in opening) return { ...toReturned(order.child, fold([]), []), outcome: 'not-achieved', reason: opening.refused }
  const ports = await parts.compose(order, opening ?? toBegun(parts, order, before?.state), parts.approver(order.child))
  const watch: Watch = { ...parts.watch(order, before?.events ?? []), signal }
  if (opening) await startRun(ports, opening, watch)
  else {
    await requireSignedAnswers(parts.record, order.child, before?.events ?? [])
    await resumeRun(ports, order.child, { who: userName(), version }, watch)
  }
  const { state, events } = await readRun(parts.record.log, order.child)
  return toReturned(order.child, state, events)
}

async function readIfThere({ record }: ChildParts, child: RunId): Promise<{ readonly state: RunState; readonly events: readonly StoredEvent[] } | undefined> {
  try {
    const read = await readRun(record.log, child)
    return read.events.length > 0 ? read : undefined
  } catch (error) {
    if (error instanceof Fault && error.code === 'run-unknown') return undefined
    throw error
  }
}

function toBegun({ request }: ChildParts, order: ChildOrder, state: RunState | undefined): Begun {
  const { opened, contract } = state ?? {}
  return { draft: contract ?? opened?.draft ?? order.contract, request: opened?.request ?? request, ...(opened?.specialist ? { specialist: opened.specialist } : {}) }
}

/**
 * The base is what the parent has integrated; what lies there is pinned for the child, tests that others wrote included. A
 * specialist only narrows what the task may do: `refused` says why nothing is left of it.
 */
async function toOpening(parts: ChildParts, order: ChildOrder): Promise<Opening | { readonly refused: string }> {
  const { workspaces, repository, request, config } = parts
  const { contract } = order
  const specialist = parts.findSpecialist(order.role)
  if (!specialist) return { refused: `there is no ${order.role} here to do it (writ specialists lists who is)` }
  const scope = intersectScopes(contract.scope, specialist.scope)
  if (!scope) return { refused: `the ${order.role} may write ${specialist.scope.join(', ')} only, and nothing of that is in the scope of the task (${contract.scope.join(', ')}): give it another role or scope` }
  await workspaces.bring(order.parent.run, { run: order.child, repository: repository.root })
  const base = await workspaces.readBase(repository.root, order.base, order.child)
  const { pins, guarded } = await collectPins(base, contract.checks, [...scope], [])
  const model = parts.chooseModel(specialist)
  return {
    run: order.child, repository: { ...repository, base: order.base }, by: userName(), version, config: digestOfJson(config), settings: config as Json, parent: order.parent,
    draft: { ...contract, scope: [...scope], budget: narrowBudget(contract.budget, specialist.budget), pins: [...pins], guarded: [...guarded] },
    request: {
      ...request, words: contract.goal, contractGiven: true, apply: false,
      ...(model === undefined ? {} : { model }), ...(specialist.effort ? { effort: specialist.effort } : {}),
    },
    specialist: toRecorded(specialist, order.brief),
    ...(parts.autonomy ? { autonomy: parts.autonomy } : {}),
    ...(parts.experience ? { experience: parts.experience } : {}),
  }
}

function toReturned(child: RunId, state: RunState, events: readonly StoredEvent[]): ChildReturned {
  const { spent, ended, asked, finish, questions, head, commits, proof, certainty } = state
  const summary = events.findLast((event) => event.type === 'task.finished')
  const said = summary?.type === 'task.finished' ? summary.data : undefined
  const rest = {
    child, summary: (said?.summary ?? finish?.summary ?? '').slice(0, 8000), spent: { ...spent }, events: events.length, head: (events.at(-1)?.hash ?? genesis) as Digest, questions,
    ...(said?.confidence === undefined ? {} : { confidence: said.confidence }),
    ...(certainty === undefined ? {} : { certainty }),
    ...toMemory(events),
    ...(head && commits.length > 0 ? { commit: head } : {}),
  }
  const denied = findDenied(state)
  if (denied) Object.assign(rest, { denied })
  if (ended?.outcome === 'limit' && state.limit?.limit === 'deadline') Object.assign(rest, { isLate: true })
  const report = toReport(events)
  if (report) Object.assign(rest, { report })
  if (!ended) return { ...rest, outcome: asked.length > 0 ? 'waiting' : 'fault', reason: asked[0]?.question ?? 'it stopped before its end' }
  // Its checks pass, before and after: whether that was what the goal needed is for the proof of the whole to say.
  if (ended.outcome === 'waiting' && proof?.verdict === 'no-evidence' && commits.length > 0) return { ...rest, outcome: 'proven', reason: `its checks pass, as they did before: ${ended.reason}` }
  return { ...rest, outcome: toOutcome(ended.outcome), reason: ended.reason }
}

/** Most memory that a check was seen to need, where any was. */
function toMemory(events: readonly StoredEvent[]): { readonly memoryMb?: number } {
  const memoryMb = events.reduce((most, event) => (event.type === 'check.finished' ? Math.max(most, event.data.outcome.memoryMb ?? 0) : most), 0)
  return memoryMb > 0 ? { memoryMb } : {}
}

/** What a specialist said in a tool of its own: the last time that it was taken. */
function toReport(events: readonly StoredEvent[]): StageReport | undefined {
  const said = events.findLast((event) => event.type === 'tool.returned' && event.data.status === 'ok' && ['report_tests', 'report_findings'].includes(event.data.name))
  const called = said?.type === 'tool.returned' ? events.find((event) => event.type === 'tool.called' && event.data.callId === said.data.callId) : undefined
  const parsed = called?.type === 'tool.called' ? StageReport.unwrap().partial({ findings: true }).safeParse(called.data.input) : undefined
  return parsed?.success ? { ...parsed.data, findings: parsed.data.findings ?? [] } : undefined
}

function toOutcome(outcome: string): ChildReturned['outcome'] {
  switch (outcome) {
    case 'proven': case 'reported': case 'limit': return outcome
    case 'fault': return 'fault'
    default: return 'not-achieved'
  }
}

/** It met a fault on its way. What its rollout has of it, where there is one, is told all the same. */
async function toFaulty(parts: ChildParts, child: RunId, error: unknown): Promise<ChildReturned> {
  const before = await readIfThere(parts, child).catch(() => undefined)
  const told = toReturned(child, before?.state ?? fold([]), before?.events ?? [])
  return { ...told, outcome: 'fault', reason: toMessage(error), fault: error instanceof Fault ? error.code : 'bug' }
}
