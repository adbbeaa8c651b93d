import { z } from 'zod'
import type { BlobRef, Json, TreeId } from '../protocol/ids.ts'
import type { ChangedPaths } from '../protocol/events/tool.ts'
import type { EffectClass, PolicyDecision } from '../protocol/policy.ts'
import { Fault, toMessage } from '../protocol/fault.ts'
import { findWorkDeadline } from '../domain/budget.ts'
import { knownEnvironment } from '../domain/command/known-environment.ts'
import { toEffect } from '../domain/command/to-effect.ts'
import { digestOfJson } from '../domain/digest.ts'
import { isStaged } from '../domain/decisions.ts'
import { describeOutside, inspectOutsideText } from '../domain/validation/outside-text.ts'
import { toSecrecy } from '../domain/text/secret-paths.ts'
import type { PendingCall } from '../domain/run-state.ts'
import type { CommandReading, TouchedPath } from '../protocol/command.ts'
import { autonomyOf, circumstancesOf, contractOf } from './circumstances.ts'
import { learnSecrets } from './learn-secrets.ts'
import { maskOutput } from './masked-output.ts'
import { maskSecrets } from './mask-secrets.ts'
import { mayRead } from './may-read.ts'
import { putBackSecrets } from './put-back.ts'
import { describeDropped } from './run-blobs.ts'
import { getWorkspace, record, type RunContext } from './record.ts'
import type { Sandbox } from './ports/sandbox.ts'
import type { AnyTool, ToolResult } from './ports/tools.ts'

/**
 * The one place through which every call of every solver goes. It decides for all tools alike:
 * 1. the tool exists and the input fits its schema, else the model is told what does not fit;
 * 2. the paths that the call names are resolved and judged by the policy, together with its effect class;
 * 3. an irreversible call needs a recorded approval;
 * 4. intent is on the disk before the tool runs, with the snapshot that undoes it; the result is recorded after;
 * 5. every call has a deadline;
 * 6. what it answers is masked before anybody cuts, keeps or shows it, and placeholders in what it is given are put back.
 */
export interface Judged {
  readonly pending: PendingCall
  readonly turn: number
  readonly tool: AnyTool | undefined
  readonly input: unknown
  readonly effect: EffectClass
  readonly sideBySide: boolean
  readonly decision: PolicyDecision
  readonly paths: readonly TouchedPath[]
  /** What its command would do; undefined for tools that run none. */
  readonly reading: CommandReading | undefined
  /** Why it will not run: what the model is told. */
  readonly refusal: { readonly status: 'invalid' | 'unknown' | 'denied'; readonly text: string } | undefined
}

export async function judgeCall(run: RunContext, pending: PendingCall): Promise<Judged> {
  const { call } = pending
  const turn = run.state.spent.turns
  const contract = contractOf(run)
  const nothing: PolicyDecision = { effect: 'deny', rules: [], policy: run.ports.policy.hash, reason: 'not judged' }
  const refuse = (status: 'invalid' | 'unknown' | 'denied', text: string, decision = nothing): Judged => ({
    pending, turn, tool: undefined, input: call.input, effect: 'read', sideBySide: true, decision, paths: [], reading: undefined, refusal: { status, text },
  })
  const tool = run.ports.tools.find((each) => each.name === call.name)
  if (!tool) return refuse('unknown', `There is no tool called ${call.name}. The tools are: ${run.ports.tools.map((each) => each.name).join(', ')}.`)
  if (call.invalid !== undefined) return refuse('invalid', `The arguments of ${call.name} were not valid JSON; nothing was done. Send the call again with a JSON object.`)
  const parsed = tool.input.safeParse(call.input)
  if (!parsed.success) return refuse('invalid', `The arguments of ${call.name} do not fit: ${explain(parsed.error)}. Nothing was done.`)
  const input = parsed.data
  const reading = isStaged(run.state) ? await readCommand(run, call.callId, tool.command?.(input)) : undefined
  await run.ports.policy.ready?.()
  const effect = toCallEffect(tool.effect(input), reading, grantsOf(run))
  const paths = resolvePaths(run, tool, input)
  const staged = isStaged(run.state) ? { circumstances: circumstancesOf(run, { tool: tool.name, autonomy: autonomyOf(run, paths.map(({ path }) => path)) }), ...(reading ? { command: reading } : {}) } : {}
  const decision = run.ports.policy.decide({ tool: tool.name, input: call.input, effect, paths, contract, ...staged })
  if (decision.effect === 'deny') return refuse('denied', `Refused (${decision.rules[0] ?? 'no rule allows it'}): ${decision.reason}`, decision)
  const sideBySide = effect === 'read' || (tool.sideBySide?.(input) ?? false)
  return { pending, turn, tool, input, effect, sideBySide, decision, paths, reading, refusal: undefined }
}

/** A command is judged by what it would do, not by what its words look like; it is never taken for one that only reads. */
function toCallEffect(own: EffectClass, reading: CommandReading | undefined, network: readonly string[]): EffectClass {
  if (reading === undefined) return own
  if (toEffect(reading, { network }) === 'irreversible') return 'irreversible'
  return own === 'irreversible' ? 'reversible' : own
}

/** The hosts of the contract that the policy lets commands reach. */
function grantsOf(run: RunContext): readonly string[] {
  const { network } = contractOf(run)
  const { judge } = run.ports.policy
  if (network.length === 0 || judge === undefined || !isStaged(run.state)) return network
  return network.filter((host) => judge({ action: 'connect', host, circumstances: circumstancesOf(run) }).effect === 'allow')
}

/** What the call's command would do. It is recorded as a fact, before anything is decided by it. */
async function readCommand(run: RunContext, callId: string, command: string | undefined): Promise<CommandReading | undefined> {
  const { commands } = run.ports
  if (command === undefined || commands === undefined) return undefined
  const known = run.state.readings.get(callId)
  if (known) return known
  const { home } = getWorkspace(run)
  const { tree } = run.state
  const reading = await commands.read(command, {
    callId, home, env: knownEnvironment(home, process.env.HOME ?? '/root'), isSecret: (path) => toSecrecy(path) === 'yes',
    readFile: async (path) => {
      const bytes = tree ? await getWorkspace(run).readAt(tree, path) : undefined
      return bytes && bytes.byteLength <= longestScript ? new TextDecoder().decode(bytes) : undefined
    },
  })
  if (reading === undefined) return undefined
  await record(run, { type: 'command.read', data: { callId, reading } })
  return run.state.readings.get(callId) ?? reading
}

/** Larger scripts are not read, and then not understood, in bytes. */
const longestScript = 256 * 1024

/** Records the intent of all of them at once; they are about to run side by side or there is just one. */
export async function recordIntents(run: RunContext, judged: readonly Judged[]): Promise<void> {
  await record(run, ...judged.map((each) => ({
    type: 'tool.called' as const,
    data: {
      turn: each.turn, callId: each.pending.call.callId, name: each.pending.call.name, input: each.pending.call.input,
      effect: each.effect, decision: each.decision,
      key: digestOfJson([run.rollout.run, each.turn, each.pending.call.callId, each.pending.call.name, each.pending.call.input]),
      ...(each.effect === 'read' || !run.state.tree ? {} : { before: run.state.tree }),
    },
  })))
}

export interface Returned {
  readonly judged: Judged
  readonly status: 'ok' | 'error' | 'denied' | 'invalid' | 'unknown' | 'cancelled'
  readonly text: string
  readonly full: BlobRef | undefined
  readonly detail: Json | undefined
  readonly durationMs: number
  /** What a command changed, once that is known. */
  readonly changed?: ChangedPaths
}

/** Runs one judged call to its end. A tool's own failure is an answer; only Writ's bugs and cancelled runs throw. */
export async function perform(run: RunContext, judged: Judged): Promise<Returned> {
  const { pending, tool, refusal } = judged
  if (refusal || !tool) return { judged, status: refusal?.status ?? 'denied', text: refusal?.text ?? 'Refused.', full: undefined, detail: undefined, durationMs: 0 }
  const begun = run.ports.clock.elapsed()
  const timeoutMs = timeLeft(run, tool.timeoutMs(judged.input))
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = AbortSignal.any([run.signal, timeout])
  try {
    await learnSecrets(run)
    const given = judged.effect === 'read' ? { ok: true as const, input: judged.input } : await putBackSecrets(run, { input: judged.input, paths: tool.paths(judged.input).map(({ path }) => path) })
    if (!given.ok) return { judged, status: 'error', text: given.text, full: undefined, detail: undefined, durationMs: run.ports.clock.elapsed() - begun }
    const result = markOutside(run, tool.name, await tool.run(given.input, contextOf(run, pending.call.callId, signal)))
    run.signal.throwIfAborted()
    return toReturned(run, judged, result, run.ports.clock.elapsed() - begun)
  } catch (error) {
    if (run.signal.aborted) throw new Fault('cancelled', 'the run was interrupted', { cause: error })
    const durationMs = run.ports.clock.elapsed() - begun
    if (timeout.aborted) return { judged, status: 'error', text: `${tool.name} did not end within ${Math.round(timeoutMs / 100) / 10} s and was stopped.${timeoutMs < tool.timeoutMs(judged.input) ? ' The deadline of the run is reached.' : ''}`, full: undefined, detail: undefined, durationMs }
    if (error instanceof Fault && error.code !== 'sandbox-unavailable' && error.code !== 'disk-failed') {
      return { judged, status: 'error', text: `${tool.name} failed: ${toMessage(error)}`, full: undefined, detail: undefined, durationMs }
    }
    throw error
  }
}

/** What comes from outside is data. Where it has words for an agent in it, or hidden ones, it is said to be what it is. */
function markOutside(run: RunContext, tool: string, result: ToolResult): ToolResult {
  if (!isStaged(run.state) || tool === 'finish') return result
  const said = describeOutside(inspectOutsideText(result.text))
  return said === '' ? result : { ...result, text: `${result.text}\n${said}` }
}

/** No call outlasts the run's deadline. */
function timeLeft(run: RunContext, wanted: number): number {
  const until = findWorkDeadline(run.state)
  return until === undefined ? wanted : Math.max(1, Math.min(wanted, until - run.ports.clock.now()))
}

async function toReturned(run: RunContext, judged: Judged, result: ToolResult, durationMs: number): Promise<Returned> {
  const { blobs } = run.ports
  if (result.full === undefined || blobs.keep === undefined) {
    const whole = result.full === undefined ? undefined : await blobs.put(result.full)
    return { judged, status: result.ok ? 'ok' : 'error', text: result.text, full: whole, detail: result.detail, durationMs }
  }
  const { ref: full, droppedBytes } = await blobs.keep(result.full)
  const text = droppedBytes === 0 ? result.text : `${result.text}\n[${describeDropped(droppedBytes)}]`
  return { judged, status: result.ok ? 'ok' : 'error', text, full, detail: result.detail, durationMs }
}

/** The events that say how calls ended; `after` is the content of the workspace once they had. */
export async function recordResults(run: RunContext, results: readonly Returned[], after: TreeId | undefined): Promise<void> {
  await record(run, ...results.map((each) => ({
    type: 'tool.returned' as const,
    data: {
      turn: each.judged.turn, callId: each.judged.pending.call.callId, name: each.judged.pending.call.name, status: each.status, text: each.text,
      durationMs: Math.round(each.durationMs * 10) / 10,
      ...(each.full ? { full: each.full } : {}),
      ...(each.detail === undefined ? {} : { detail: each.detail }),
      ...(after && each.judged.effect !== 'read' ? { after } : {}),
      ...(each.changed ? { changed: each.changed } : {}),
    },
  })))
}

function contextOf(run: RunContext, callId: string, signal: AbortSignal) {
  return {
    workspace: getWorkspace(run),
    sandbox: recordReach(run, callId),
    blobs: run.ports.blobs,
    network: grantsOf(run),
    seen: run.seen,
    mayRead: (path: string) => mayRead(run, path),
    mask: (text: string) => run.ports.masker?.mask(text) ?? text,
    callId,
    signal,
    takenBack: (name: string) => findTakenBack(run, name),
    onOutput: (text: string) => run.emit({ kind: 'output', callId, text }),
    findResult: async (wanted: string): Promise<Uint8Array | undefined> => {
      const event = run.rollout.events.findLast((each) => each.type === 'tool.returned' && each.data.callId === wanted)
      if (event?.type !== 'tool.returned') return undefined
      return event.data.full ? run.ports.blobs.get(event.data.full) : new TextEncoder().encode(event.data.text)
    },
  }
}

/** Content that failed and was not sealed away. */
function findTakenBack(run: RunContext, name: string): TreeId | undefined {
  const sealed = new Set<string>([...run.state.quarantine.values()].map((each) => each.tree))
  return run.state.takenBack.findLast((tree) => tree.startsWith(name) && !sealed.has(tree))
}

/** The sandbox of one call: before a command of it reaches a host, the log says so. */
function recordReach(run: RunContext, callId: string): Sandbox {
  const sandbox = maskOutput(maskSecrets(run), run.ports.masker)
  const onReach = (host: string): Promise<void> => record(run, { type: 'tool.reached', data: { callId, host } })
  return { ...sandbox, run: (command, signal) => sandbox.run({ ...command, onReach }, signal) }
}

/**
 * Paths as the policy sees them: relative to the root, whatever way the model wrote them. Links are followed again by the
 * tool itself when it opens the file; here only the words are judged.
 */
function resolvePaths(run: RunContext, tool: AnyTool, input: unknown) {
  const home = getWorkspace(run).home
  return tool.paths(input).map(({ path, access }) => {
    const absolute = path.startsWith('/')
    const inside = !absolute || path === home || path.startsWith(`${home}/`)
    const parts: string[] = []
    let outside = !inside
    for (const part of (absolute && inside ? path.slice(home.length) : path).split('/')) {
      if (part === '' || part === '.') continue
      if (part === '..' && parts.pop() === undefined) outside = true
      else if (part !== '..') parts.push(part)
    }
    return { path: outside ? path : parts.join('/'), access, outside }
  })
}

function explain(error: z.ZodError): string {
  return error.issues.slice(0, 4).map((issue) => `${issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''}${issue.message}`).join('; ')
}
