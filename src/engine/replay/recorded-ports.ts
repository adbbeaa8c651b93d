import type { ModelReply, ToolSpec } from '../../protocol/conversation.ts'
import type { Payload } from '../../protocol/events/event.ts'
import type { BlobRef, CommitId } from '../../protocol/ids.ts'
import type { EvidenceStrength } from '../../protocol/repair.ts'
import { Bug, Fault } from '../../protocol/fault.ts'
import { digestOf } from '../../domain/digest.ts'
import type { Templates } from '../../domain/context/template.ts'
import type { RunState } from '../../domain/run-state.ts'
import type { EnginePorts } from '../ports/engine-ports.ts'
import type { Blobs } from '../ports/event-log.ts'
import type { Policy } from '../ports/policy.ts'
import type { AnyTool, ToolResult } from '../ports/tools.ts'
import { createRecordedWorkspace } from './recorded-workspace.ts'
import type { Tape } from './tape.ts'

/** What decides besides the engine itself: tools (never run), what models see of them, policy and prompts. */
export interface Grounds {
  readonly tools: readonly AnyTool[]
  readonly toolSpecs: readonly ToolSpec[]
  readonly policy: Policy
  readonly templates: Templates
}

/**
 * Ports that answer with what the log has from outside: the model's answers, results, checks, contents, people's words.
 * Nothing is sent, started or written. What decides (tools' schemas and effects, policy) is the real thing.
 */
export function createRecordedPorts(tape: Tape, record: Blobs, state: RunState, grounds: Grounds): EnginePorts {
  const { opened } = state
  const blobs = withoutStoring(record)
  const open: EnginePorts['workspaces']['create'] = async (asked) => createRecordedWorkspace(tape, record, state, asked)
  const never = (what: string) => (): never => {
    throw new Bug(`a replay ${what}`)
  }
  return {
    clock: { now: () => tape.now(), elapsed: () => 0, sleep: async () => undefined },
    log: { create: never('starts no log'), open: never('opens no log'), read: never('reads no other log'), list: never('lists nothing'), autonomy: never('computes no trust'), tasks: never('looks at no past'), resolve: never('looks for no run'), reindex: never('makes no index'), repair: never('repairs no log') },
    blobs,
    workspaces: { inspect: never('looks at no repository'), readBase: never('reads no repository'), isThere: never('looks for no worktree'), bring: never('brings nothing'), create: open, reopen: open },
    sandbox: { driver: opened?.sandbox.driver ?? '', profileHash: opened?.sandbox.profile ?? '', ready: async () => undefined, probe: never('probes nothing'), run: never('runs nothing') },
    checks: {
      run: async (check, place) => ({ ...tape.take('check.finished').outcome, checkId: check.id, command: check.command, tree: place.tree }),
    },
    finder: {
      findChecks: never('looks for no checks'),
      findNear: async () => {
        const near = tape.next('check.started')
        return near?.purpose === 'near' ? (near.only ?? []) : []
      },
    },
    // Which files parse is a fact of the outside: what was found is in the log.
    syntax: { knows: () => true, check: async () => tape.next('edit.checked')?.findings ?? [] },
    surveyor: {
      survey: async () => tape.take('environment.surveyed'),
      fingerprint: async () => tape.next('environment.fingerprinted'),
    },
    policy: grounds.policy,
    commands: { read: async (_command, { callId }) => tape.ahead('command.read', (data) => data.callId === callId)?.reading },
    validators: { validate: async () => tape.ahead('validation.finished')?.validations ?? [] },
    hooks: {
      wants: (event) => tape.next('hook.ran')?.event === event,
      call: async (event) => tape.hooks(event),
    },
    approver: {
      ask: async (questions) => {
        const given = tape.answers(questions.map((each) => each.gate))
        return new Map(given.map(({ gate, answer, by, note, signature, via }) => [gate, { answer, by, ...(note === undefined ? {} : { note }), ...(signature ? { signature } : {}), ...(via && via !== 'command' ? { via } : {}) }]))
      },
    },
    tools: grounds.tools.map((tool) => toRecordedTool(tool, tape, blobs.stand)),
    toolSpecs: grounds.toolSpecs,
    templates: grounds.templates,
    findSecrets: async () => [],
    stopTools: async () => undefined,
    attester: { openSigner: never('signs nothing'), keep: never('lays nothing down'), note: never('notes nothing'), judge: never('judges no signature'), readKept: never('reads no attestation') },
    model: { id: opened?.request.model ?? '', contextWindow: undefined, ask: async () => takeReply(tape) },
    strength: { measure: async () => withoutCommit(tape.next('strength.measured')) },
    children: {
      mint: () => tape.next('stage.delegated')?.child ?? tape.take('task.delegated').child,
      start: () => undefined,
      next: async (_signal, untilMs) => {
        if (untilMs !== undefined && tape.next('plan.scheduled')) return undefined
        const stage = tape.next('stage.returned')
        if (stage) {
          const { task: _of, stage: _stage, ...returned } = stage
          return { ...returned, summary: '' }
        }
        const { task: _task, ...returned } = tape.take('task.returned')
        return returned
      },
      stop: async () => undefined,
    },
    integrator: {
      begin: async (at) => state.head ?? at,
      keep: async () => undefined,
      merge: async () => ({ ...tape.take('merge.tried').outcome, regenerate: [] }),
      // What was written anew is in the outcome that was recorded.
      take: async (tree) => tree,
      commit: async ({ parent }) => tape.next('task.delegated')?.base ?? tape.ahead('integration.finished')?.result?.commit ?? (tape.next('changes.seen')?.to as CommitId | undefined) ?? parent,
      advance: async () => ({ moved: true }),
      publishKept: async () => tape.take('kept.published').branch,
    },
    repair: {
      name: 'repair',
      propose: async (_task, lab) => {
        for (let tried = tape.next('candidate.tried'); tried; tried = tape.next('candidate.tried')) await lab.record({ type: 'candidate.tried', data: tried })
        const judged = tape.next('repair.judged')
        if (judged) await lab.record({ type: 'repair.judged', data: judged })
        const searched = tape.next('repair.searched')
        if (searched) await lab.record({ type: 'repair.searched', data: searched })
        return withOwnIds(takeReply(tape), state.spent.turns + 1)
      },
    },
  }
}

/** Older runs measured nothing, and neither does their replay. */
function withoutCommit(measured: Payload<'strength.measured'> | undefined): EvidenceStrength | undefined {
  if (measured === undefined) return undefined
  const { commit: _, ...strength } = measured
  return strength
}

/** @throws Fault as the provider's failure was recorded. */
function takeReply(tape: Tape): ModelReply {
  const failed = tape.next('turn.failed')
  if (failed) throw new Fault(failed.code, failed.message, failed.retryAfterMs === undefined ? {} : { retryAfterMs: failed.retryAfterMs })
  return tape.take('turn.replied').reply
}

/** The built-in solver counts its calls anew each turn; the engine adds the turn, as it does again here. */
function withOwnIds(reply: ModelReply, turn: number): ModelReply {
  const end = `-${turn}`
  return { ...reply, parts: reply.parts.map((part) => (part.type === 'call' && part.callId.endsWith(end) ? { ...part, callId: part.callId.slice(0, -end.length) } : part)) }
}

function toRecordedTool(tool: AnyTool, tape: Tape, stand: (ref: BlobRef) => Uint8Array): AnyTool {
  return {
    name: tool.name,
    description: tool.description,
    input: tool.input,
    effect: (input) => tool.effect(input),
    ...(tool.sideBySide ? { sideBySide: (input: unknown) => tool.sideBySide?.(input) ?? false } : {}),
    ...(tool.recordsReach === undefined ? {} : { recordsReach: tool.recordsReach }),
    ...(tool.command ? { command: (input: unknown) => tool.command?.(input) } : {}),
    paths: (input) => tool.paths(input),
    timeoutMs: (input) => tool.timeoutMs(input),
    run: async (_input, { callId }) => {
      for (const result of tape.results()) if (result.callId === callId) return toResult(result, stand)
      const met = tape.next('fault.met')
      if (met?.code === 'bug') throw new Error(met.message)
      // Without its result the process stopped here, or met its fault only after the call: then the next append tells.
      if (!met) tape.take('tool.returned')
      return { ok: true, text: '' }
    },
  }
}

function toResult({ status, text, detail, full }: Payload<'tool.returned'>, stand: (ref: BlobRef) => Uint8Array): ToolResult {
  return { ok: status === 'ok', text, ...(detail === undefined ? {} : { detail }), ...(full ? { full: stand(full) } : {}) }
}

/** Blobs that only name what is put. `stand` gives bytes that stand for a blob which nobody needs to read again. */
function withoutStoring(record: Blobs): Blobs & { stand(ref: BlobRef): Uint8Array } {
  const standing = new WeakMap<Uint8Array, BlobRef>()
  return {
    put: async (content) => {
      const ref = typeof content === 'string' ? undefined : standing.get(content)
      if (ref) return ref
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      // Of a copy, so that it is the digest of these bytes and of no others for which they stand.
      return { digest: digestOf(bytes.slice()), bytes: bytes.length }
    },
    get: (ref) => record.get(ref),
    slice: (ref, from, to) => record.slice(ref, from, to),
    stand: (ref) => {
      const bytes = new Uint8Array()
      standing.set(bytes, ref)
      return bytes
    },
  }
}
