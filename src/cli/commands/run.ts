import { setFlagsFromString } from 'node:v8'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault } from '../../protocol/fault.ts'
import type { ModelPort } from '../../engine/ports/model.ts'
import type { Sandbox } from '../../engine/ports/sandbox.ts'
import { digestOfJson } from '../../domain/digest.ts'
import type { Json, RunId } from '../../protocol/ids.ts'
import type { StoredEvent } from '../../protocol/events/event.ts'
import type { Planning } from '../../protocol/events/run.ts'
import { readPolicySettings } from '../../domain/policy/settings.ts'
import { findBlobRefs } from '../../domain/attest/references.ts'
import type { RunState } from '../../domain/run-state.ts'
import { resumeRun, startRun, type Opening, type Watch } from '../../engine/run.ts'
import { toCoverage } from '../../domain/attest/coverage.ts'
import { composeEngine } from '../compose-engine.ts'
import { composePlanned, openSpecialistsFor, toPlanner, toPlanning, toTaskRoles, toUnsure } from '../planned-run.ts'
import { openPlanFile } from '../plan-file.ts'
import { findRoot, openModel, openRecord, openSandbox, openWorkspaces, type OpenRecord } from '../compose.ts'
import { readConfig, type ConfigFile } from '../config.ts'
import { openConsole, type Console } from '../console.ts'
import { prepareContract } from '../intake.ts'
import { mintRun } from '../mint-run.ts'
import type { RunOptions } from '../run-options.ts'
import { getRun, readRun } from '../read-run.ts'
import { isHeldByChildren } from '../../domain/delegation/delegation.ts'
import { chooseSolver, type SolverChoice } from '../solver-choice.ts'
import { userName } from '../user-name.ts'
import { version } from '../version.ts'
import { openPolicyFor } from '../open-policy.ts'
import { readExperience } from '../read-experience.ts'
import { readAutonomy } from '../read-autonomy.ts'
import { describeBundles } from '../describe-waiting.ts'
import { requireSignedAnswers } from '../require-signed-answers.ts'

/**
 * A run is a long-lived process that mostly waits. On a machine with much memory V8 hardly collects, and doubles the room for
 * new objects whenever many live: 300 turns held 290 MB of which 30 were needed, the work after a start alone 30 MB. That room
 * stops growing once the start is over, with the first request; from the first work on memory counts more than speed, which any
 * earlier would cost every turn, because what the turns run has not been optimised yet.
 */
export function saveMemoryLater(watch: Watch): Watch {
  let step: 'start' | 'request' | 'work' = 'start'
  return {
    ...watch,
    onEvent: (event) => {
      if (step === 'start' && event.type === 'turn.requested') {
        step = 'request'
        setFlagsFromString('--semi-space-growth-factor=1')
      } else if (step === 'request' && event.type === 'turn.replied' && event.data.purpose === 'work') {
        step = 'work'
        setFlagsFromString('--optimize-for-size')
      }
      watch.onEvent(event)
    },
  }
}

/** `writ run`: returns the process's exit code. */
export async function runCommand(words: string | undefined, options: RunOptions): Promise<number> {
  return startCommand(words, options)
}

/** What is other than usual with a run that a command starts. */
export interface Manner {
  readonly planning?: Partial<Planning>
  /** In place of the report. */
  readonly answer?: Answer
}

/** Carries a run from the words on, and prints the answer. Returns the process's exit code. */
export async function startCommand(words: string | undefined, options: RunOptions, { planning: more, answer }: Manner = {}): Promise<number> {
  const record = await openRecord()
  const config = await readConfig(record.places)
  if (options.continue) return resumeCommand(await findUnfinished(record, options), options)
  const given = options.plan === undefined ? undefined : await openPlanFile(options.plan)
  const goal = words === '-' ? await readStdin() : (words ?? given?.file.goal)
  const run = mintRun(record)
  const workspaces = await openWorkspaces(record.places)
  const choosing = chooseAndOpen(options, config.values)
  // Everything that waits for another process waits at the same time.
  const [{ repository, draft }, sandbox, { choice, model }, { autonomy, experience }] = await Promise.all([
    (async () => {
      const found = await workspaces.inspect(options.repo ?? process.cwd(), { run, includeDirty: options.includeDirty ?? false, ...(options.base ? { base: options.base } : {}) })
      return { repository: found, draft: await prepareContract(workspaces, run, found, goal, options, config.values, record.clock.now(), given?.file) }
    })(),
    openReadySandbox(record),
    choosing,
    Promise.all([findRoot(options.repo ?? process.cwd()), choosing]).then(([root, { choice }]) => readPast(record, root, { isPlanned: options.workers !== undefined || options.plan !== undefined, byModel: choice.solver === 'model' })),
  ])
  const opening: Opening = {
    run, repository, draft, ...(options.batch ? { batch: options.batch } : {}), by: userName(), version, config: digestOfJson(config.values), settings: config.values as Json,
    request: {
      words: goal ?? draft.goal, solver: choice.solver, includeDirty: options.includeDirty ?? false, apply: options.apply ?? false,
      unattended: options.yes ?? false, contractGiven: options.contract !== undefined || given !== undefined,
      ...(choice.model ? { model: choice.model } : {}),
      ...(choice.builtinFirst && !isPlannedRun(options, more) ? { builtinFirst: { ms: toTryMs(draft.deadline, record.clock.now()) } } : {}),
      ...(options.effort ?? config.values.effort ? { effort: options.effort ?? config.values.effort } : {}),
    },
  }
  const specialists = await openSpecialistsFor(options, { record, workspaces, config: config.values }, { run, repository })
  const asked = toPlanning(options, given, draft, specialists && choice.solver === 'model' ? toTaskRoles(specialists) : undefined)
  return carry(record, options, async (console) => {
    const { policy, notes } = await openPolicyFor({ places: record.places, now: record.clock.now(), repository: { root: repository.root, base: () => workspaces.readBase(repository.root, repository.base, run) } })
    const confirm = config.values.plan?.confirm === true || readPolicySettings(policy.settings).gates.confirm_plan
    const planning = asked && { ...asked, ...(config.values.merge ? { merge: config.values.merge } : {}), ...(confirm ? { confirm } : {}), ...more }
    for (const note of [...notes, ...(specialists?.notes ?? [])]) console.note(`writ: ${note}`)
    const parts = { record, workspaces, sandbox, solver: choice, config: config.values, approver: console.approver, network: draft.network, model, policy, run, repository: repository.root, note: console.note }
    if (planning === undefined || specialists === undefined) return startRun(await composeEngine(parts), { ...opening, autonomy, experience }, saveMemoryLater(console.watch))
    const planned = { ...opening, autonomy, experience, planning: { ...planning, unsure: toUnsure(policy.settings) }, ...toPlanner(specialists, planning) }
    return startRun(await composePlanned(parts, specialists, planned, console), planned, saveMemoryLater(console.watch))
  }, answer)
}

/** What earlier runs say of this one: what may go unasked, and what its tasks will take. */
export async function readPast(record: OpenRecord, root: string, { isPlanned = false, byModel }: { readonly isPlanned?: boolean; readonly byModel: boolean }): Promise<Required<Pick<Opening, 'autonomy' | 'experience'>>> {
  const now = record.clock.now()
  return { autonomy: await readAutonomy(record, root, now), experience: await readExperience(record, { repository: root, now, isPlanned, byModel }) }
}

/** `writ resume`: goes on with a run from its log. */
export async function resumeCommand(word: string, options: RunOptions): Promise<number> {
  const record = await openRecord()
  const config = await readConfig(record.places)
  const run = await getRun(record.log, word, { repo: options.repo })
  const { state: before, events } = await readRun(record.log, run)
  // A child goes on in its parent, which has its lease and its budget.
  if (before.opened?.parent) return resumeCommand(before.opened.parent.run, options)
  if (before.ended) {
    await finishEnd(record, run, { state: before, events })
    process.stderr.write(`writ: ${run} has ended already: ${before.ended.reason}. writ show ${run} has the report\n`)
    return exitCodes[before.ended.outcome]
  }
  if (!before.opened) throw new Fault('run-corrupt', `the record of ${run} has no beginning: it cannot go on; start the run again`)
  const { solver, model: named, builtinFirst } = before.opened.request
  const [workspaces, sandbox, { choice, model }] = await Promise.all([openWorkspaces(record.places), openReadySandbox(record), chooseAndOpen({ solver, ...(named ? { model: named } : {}) }, config.values)])
  return carry(record, options, async (console) => {
    const { opened } = before
    if (!opened) throw new Fault('run-corrupt', `the record of ${run} has no beginning: it cannot go on`)
    const draft = before.contract ?? opened.draft
    const { policy, notes } = await openPolicyFor({ places: record.places, now: record.clock.now(), repository: { root: opened.repository.root, base: () => workspaces.readBase(opened.repository.root, opened.repository.base, run) } })
    for (const note of notes) console.note(`writ: ${note}`)
    if (opened.policy !== policy.hash) console.note(`writ: ${run} began under the policy ${describeBundles(opened.bundles)}, and goes on under ${describeBundles(policy.bundles)}`)
    await requireSignedAnswers(record, run, events)
    const parts = { record, workspaces, sandbox, solver: { ...choice, builtinFirst: builtinFirst !== undefined }, config: config.values, approver: console.approver, network: draft.network, model, policy, run, repository: opened.repository.root, note: console.note, stored: () => events.flatMap(findBlobRefs) }
    const specialists = opened.planning && await openSpecialistsFor(opened.planning, { record, workspaces, config: config.values }, { run, repository: opened.repository })
    for (const note of specialists?.notes ?? []) console.note(`writ: ${note}`)
    const ports = specialists === undefined ? await composeEngine(parts) : await composePlanned(parts, specialists, opened, console)
    console.remember(events)
    return resumeRun(ports, run, { who: userName(), version }, saveMemoryLater(console.watch))
  })
}

export async function openReadySandbox(record: OpenRecord): Promise<Sandbox> {
  const sandbox = await openSandbox(record.places)
  await sandbox.ready()
  return sandbox
}

/** The built-in solver's share of a run with a model: a fifth of the time until the deadline, and never more than this. */
const mostTryMs = 20_000

function toTryMs(deadline: string | undefined, now: number): number {
  return Math.max(1, Math.round(Math.min(mostTryMs, deadline === undefined ? mostTryMs : 0.2 * (Date.parse(deadline) - now))))
}

/** A run that follows a plan gives each task to a specialist. */
function isPlannedRun(options: RunOptions, more: Manner['planning']): boolean {
  return options.workers !== undefined || options.plan !== undefined || more !== undefined
}

export async function chooseAndOpen(options: Pick<RunOptions, 'solver' | 'model'>, config: ConfigFile, otherwise?: string): Promise<{ choice: SolverChoice; model: ModelPort | undefined }> {
  const choice = await chooseSolver(options, config, process.env, otherwise)
  return { choice, model: await openModel(choice) }
}

/** Prints what came of it; `usual` is the report. */
type Answer = (state: RunState, events: readonly StoredEvent[], usual: Console['answer']) => Promise<void>

/** Runs with a console around it, prints the answer, and accepts the result where that was asked for. */
export async function carry(record: OpenRecord, options: RunOptions, start: (console: Console) => Promise<RunState>, answer?: Answer): Promise<number> {
  const { openNotifier } = await import('../open-notifier.ts')
  let note: (text: string) => void = () => undefined
  const notifier = await openNotifier(record, (text) => note(text))
  const console = await openConsole({ record, format: options.outputFormat ?? 'text', yes: options.yes ?? false, ...(options.inDoubt ? { inDoubt: options.inDoubt } : {}), ...(notifier ? { onEvent: notifier.onEvent, remember: notifier.remember } : {}) })
  note = console.note
  try {
    return await carryWith(console, record, start, answer ?? console.answer)
  } finally {
    await notifier?.finish(3_000)
  }
}

async function carryWith(console: Console, record: OpenRecord, start: (console: Console) => Promise<RunState>, answer: Answer): Promise<number> {
  let state: RunState
  try {
    state = await start(console)
  } finally {
    console.stop()
  }
  if (state.run && isToBeApplied(state)) {
    const { applyResult } = await import('./accept.ts')
    await applyResult(record, state.run, { strategy: 'merge', unproven: false })
  }
  const { state: after, events } = state.run ? await readRun(record.log, state.run) : { state, events: [] }
  await answer(after, events, console.answer)
  if (!state.ended && (state.asked.length > 0 || isHeldByChildren(state))) {
    const [{ describeWaiting }, { findWaitingOf }] = await Promise.all([import('../describe-waiting.ts'), import('../waiting.ts')])
    if (state.run) process.stderr.write(describeWaiting(state.run, await findWaitingOf(record, state.run)))
    return exitCodes.waiting
  }
  return exitCodes[state.ended?.outcome ?? 'fault']
}

/** What was to follow the end of a run that was killed right after it. */
async function finishEnd(record: OpenRecord, run: RunId, { state, events }: { readonly state: RunState; readonly events: readonly StoredEvent[] }): Promise<void> {
  if (toCoverage(events).isDue) {
    const { attestRun } = await import('../attest-rollout.ts')
    await attestRun(record, run)
  }
  if (!isToBeApplied(state)) return
  const { applyResult } = await import('./accept.ts')
  await applyResult(record, run, { strategy: 'merge', unproven: false })
}

function isToBeApplied(state: RunState): boolean {
  return state.opened?.request.apply === true && state.ended?.outcome === 'proven' && !state.accepted && !state.rejected && !state.undone
}

async function findUnfinished(record: OpenRecord, options: RunOptions): Promise<string> {
  const root = await findRoot(options.repo ?? process.cwd())
  const runs = await record.log.list({ repository: root, limit: 100 })
  const found = runs.find((each) => each.status === 'stopped')
  if (!found) throw new Fault('run-unknown', `no run of ${root} is waiting to go on; start one with writ run "…"`)
  return found.run
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > 1_000_000) throw new Fault('request-invalid', 'the goal on standard input is longer than 1 MB; put the details into files and name them')
  }
  return Buffer.concat(chunks).toString('utf8')
}
