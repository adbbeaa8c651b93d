import type { FileChange } from '../protocol/events/workspace.ts'
import type { CheckOutcome, SelfMadeTest } from '../protocol/evidence.ts'
import type { CommitId } from '../protocol/ids.ts'
import type { EvidenceStrength } from '../protocol/repair.ts'
import { toMessage } from '../protocol/fault.ts'
import { findKnownStrength } from '../domain/proof/known-strength.ts'
import { readPolicySettings } from '../domain/policy/settings.ts'
import { findWorkDeadline } from '../domain/budget.ts'
import { openLab } from './lab.ts'
import type { ProvenResult } from './ports/strength.ts'
import { getWorkspace, record, type RunContext } from './record.ts'

/** What is to be measured: a result whose checks passed. */
export interface Measurable {
  readonly commit: CommitId
  readonly changed: readonly FileChange[]
  readonly outcomes: readonly CheckOutcome[]
  readonly selfMade: readonly SelfMadeTest[]
  /** What was put back or taken out for the checks, but for the run's own tests that are evidence. */
  readonly restored: ReadonlyMap<string, Uint8Array | undefined>
}

/** A short run is not made much longer: this share of what it took so far, and the least in milliseconds. */
const ofRun = { share: 0.5, leastMs: 3000 }
/** Of what is left before a deadline. */
const ofDeadline = 0.25
/** What runs beyond its time is stopped after so many times of it. */
const hardest = 2
/** Less is not worth starting with. */
const worthMs = 700

/**
 * Measures the tests that a proof rests on, within the time that the policy's settings give, and records what came of it. What goes
 * wrong takes nothing from the proof: then it was not measured, and the record says why. Child runs leave it to the whole.
 */
export async function measureStrength(run: RunContext, result: Measurable): Promise<void> {
  const { contract, opened } = run.state
  const { strength: meter } = run.ports
  const { seconds } = readPolicySettings(run.ports.policy.settings).validation.strength
  if (!meter || !contract || opened?.parent || seconds === 0) return
  const { restored, commit, outcomes, selfMade } = result
  const asked: ProvenResult = { contract, tree: run.state.headTree ?? getWorkspace(run).base.tree, outcomes, selfMade, changed: result.changed.filter(({ path }) => !restored.has(path)), known: findKnownStrength(run.state) }
  const budgetMs = toBudget(run, seconds)
  const workspace = getWorkspace(run)
  const over = AbortSignal.any([run.signal, AbortSignal.timeout(hardest * budgetMs + worthMs)])
  const lab = await openLab(run, { at: commit, files: restored, signal: over })
  let strength: EvidenceStrength | undefined
  try {
    run.emit({ kind: 'status', text: 'how strong the tests are that prove it' })
    strength = await meter.measure(asked, {
      ...lab, over,
      readBase: async (path) => decode(await workspace.readAt(workspace.base.commit, path)),
      near: (outcome) => run.ports.finder.findNear({ list: lab.files, read: (path) => (restored.has(path) ? Promise.resolve(restored.get(path)) : workspace.readAt(commit, path)) }, asked.changed.map(({ path }) => path), outcome.tests),
    }, { budgetMs, signal: run.signal, onLive: run.emit })
  } catch (error) {
    run.signal.throwIfAborted()
    strength = { tried: 0, noticed: 0, alike: 0, survivors: [], of: 0, durationMs: 0, note: toMessage(error).slice(0, 300) }
  } finally {
    await lab.dispose()
  }
  run.signal.throwIfAborted()
  if (strength) await record(run, { type: 'strength.measured', data: { ...strength, commit } })
}

function toBudget(run: RunContext, seconds: number): number {
  const { clock } = run.ports
  const until = findWorkDeadline(run.state)
  const left = until === undefined ? Infinity : ofDeadline * (until - clock.now())
  const most = Math.min(1000 * seconds, Math.max(ofRun.leastMs, ofRun.share * run.state.workedMs), left)
  return most < worthMs ? 0 : Math.round(most)
}

function decode(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder().decode(bytes)
}
