import { writeFile } from 'node:fs/promises'
import { createSystemClock } from '../../adapters/system/system-clock.ts'
import type { PersonTrees } from '../../adapters/workspace-git/person-trees.ts'
import { readPolicySettings } from '../../domain/policy/settings.ts'
import type { ValidationSettings } from '../../domain/validation/settings.ts'
import { measureValidations } from '../../domain/validation/metrics.ts'
import { toSarif } from '../../domain/validation/to-sarif.ts'
import { count } from '../../domain/report/words.ts'
import type { ValidationRequest, Validator } from '../../engine/ports/validation.ts'
import { createValidators } from '../../engine/validation/run-validators.ts'
import { surveyValidators, type SurveyedValidator } from '../../engine/validation/survey-validators.ts'
import { Stage, type Validation } from '../../protocol/evidence.ts'
import { exitCodes } from '../../protocol/error-codes.ts'
import { Fault, toMessage } from '../../protocol/fault.ts'
import { compareTrees, type Comparison } from '../check-comparison.ts'
import { readCheckContract } from '../check-contract.ts'
import { openCheckProgress, type CheckProgress } from '../check-progress.ts'
import { toCheckText } from '../check-text.ts'
import { openCheckValidators, openFindingMask, openTrees, openValidationCache, requireOwnNames } from '../compose-validators.ts'
import { openSandbox } from '../compose.ts'
import { readConfig } from '../config.ts'
import { openPolicyFor } from '../open-policy.ts'
import { getPlaces, type Places } from '../places.ts'
import { print, whilePrinting } from '../print.ts'
import { oneLine, painter } from '../render.ts'
import { readSettingsFile } from '../settings-file.ts'
import { version } from '../version.ts'

export interface CheckOptions {
  readonly base?: string
  readonly staged?: boolean
  readonly all?: boolean
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly stage?: readonly Stage[]
  readonly format?: 'text' | 'json' | 'sarif'
  readonly output?: string
  readonly contract?: string
  readonly settings?: string
  readonly cache?: boolean
  readonly repo?: string
  readonly strict?: boolean
  readonly full?: boolean
  readonly list?: boolean
}

/** `writ check`: runs the stages of validation on a working tree, without a model and without a run. */
export async function checkCommand(given: CheckOptions, open: typeof openCheckValidators = openCheckValidators): Promise<number> {
  const options = splitNames(given)
  if (options.all && options.base !== undefined) throw new Fault('request-invalid', '--all takes every file as new and does not go with --base; leave out one of the two')
  const clock = createSystemClock()
  const places = getPlaces(process.env)
  const config = await readConfig(places)
  const trees = await openTrees(options.repo ?? process.cwd(), places, clock)
  const progress = openCheckProgress({ stream: process.stderr, now: () => clock.elapsed(), env: process.env })
  const interrupt = onInterrupt(trees, progress)
  try {
    const settings = await chooseSettings(trees, places, options, progress.say)
    const sandbox = await openSandbox(places)
    const validators = chooseValidators(requireOwnNames(await open(settings, sandbox, config.values.sandbox?.memory_mb)), options)
    const comparison = await compareTrees(trees, options)
    const request = await prepareRequest(trees, comparison, settings, options, interrupt.signal)
    const mask = await openFindingMask(places, config.values, trees.root)
    const leftOut = findLeftOut(options)
    if (options.list) return await list(await surveyValidators(validators, request, { sandbox, clock }), leftOut, options)
    progress.say(describeComparison(comparison))
    if (leftOut.length > 0) progress.say(`Left out before a commit: the ${leftOut.length === 1 ? 'stage' : 'stages'} ${leftOut.join(' and ')} (--full runs them)`)
    const cache = options.cache === false ? undefined : await openValidationCache(places, clock)
    const limits = config.values.sandbox?.memory_mb === undefined ? {} : { memoryMb: config.values.sandbox.memory_mb }
    const validations = await createValidators({ validators: validators.filter((each) => !leftOut.includes(each.stage)), cache, sandbox, clock, mask, limits }).validate({
      ...request, onBegin: progress.onBegin, onEnd: progress.onEnd, onProgress: progress.onProgress, onSaid: progress.onSaid, onValidation: progress.onValidation,
    })
    interrupt.signal.throwIfAborted()
    progress.finish()
    progress.stop()
    cache?.prune()
    await answer(validations, { ...comparison, leftOut, behind: findBehind(validations, validators, leftOut) }, options)
    return toExitCode(validations, options.strict ?? false)
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    process.stderr.write('writ: interrupted; nothing was left behind\n')
    return exitCodes.interrupted
  } finally {
    progress.stop()
    interrupt.stop()
    trees.dispose()
  }
}

/** Names may have spaces between them, or commas. */
function splitNames(options: CheckOptions): CheckOptions {
  const split = (names: readonly string[]): readonly string[] => names.flatMap((each) => each.split(',')).filter((each) => each !== '')
  const { only, skip } = options
  return { ...options, ...(only === undefined ? {} : { only: split(only) }), ...(skip === undefined ? {} : { skip: split(skip) }) }
}

/** Those of a file, else those of the policy that is in force here. What is asked for by name runs, whatever they say. */
async function chooseSettings(trees: PersonTrees, places: Places, { settings: file, only }: CheckOptions, say: (text: string) => void): Promise<ValidationSettings> {
  const settings = file === undefined ? await readPolicyHere(trees, places, say) : await readSettingsFile(file)
  return { ...settings, off: settings.off.filter((id) => !only?.includes(id)) }
}

async function readPolicyHere(trees: PersonTrees, places: Places, say: (text: string) => void): Promise<ValidationSettings> {
  const base = async () => trees.readFiles(trees.bases.head === undefined ? trees.empty : await trees.toTree(trees.bases.head))
  const { policy, notes } = await openPolicyFor({ places, now: Date.now(), repository: { root: trees.root, base } })
  for (const note of notes) say(`writ: ${oneLine(note, 1000)}`)
  return readPolicySettings(policy.settings).validation
}

async function prepareRequest(trees: PersonTrees, comparison: Comparison, settings: ValidationSettings, options: CheckOptions, signal: AbortSignal): Promise<ValidationRequest> {
  const { base, result, changes } = comparison
  const workspace = await trees.openWorkspace(result.tree)
  const contract = options.contract === undefined ? undefined : await readCheckContract(options.contract, await trees.readFiles(base.tree), Date.now())
  return { workspace, base: base.tree, tree: result.tree, changes, scope: 'task', contract, baseline: [], settings, signal, environment: workspace.environment }
}

/** Stages that start the repository's own programs again and again, for minutes: whoever commits does not wait for them. */
const slowStages: readonly Stage[] = ['tests', 'performance']

/** What was named by the person runs in any case. */
function findLeftOut({ staged, full, only, stage }: CheckOptions): readonly Stage[] {
  return staged === true && full !== true && only === undefined && stage === undefined ? slowStages : []
}

/** What was compared, the stages that were not asked, and those that one in front of them kept from being asked. */
interface Looked extends Comparison {
  readonly leftOut: readonly Stage[]
  readonly behind: readonly Stage[]
}

function findBehind(validations: readonly Validation[], validators: readonly Validator[], leftOut: readonly Stage[]): readonly Stage[] {
  const { failedStage } = measureValidations(validations)
  if (failedStage === undefined) return []
  const asked = new Set(validators.map((each) => each.stage))
  return Stage.options.slice(Stage.options.indexOf(failedStage) + 1).filter((stage) => asked.has(stage) && !leftOut.includes(stage))
}

/** @throws Fault `request-invalid` naming what there is where a name is not known. */
function chooseValidators(all: readonly Validator[], { only, skip, stage }: CheckOptions): readonly Validator[] {
  const known = new Set(all.map((each) => each.id))
  const unknown = [...(only ?? []), ...(skip ?? [])].find((id) => !known.has(id))
  if (unknown !== undefined) throw new Fault('request-invalid', `there is no validator called '${unknown}'; there ${known.size === 0 ? 'are none' : `are ${[...known].sort().join(', ')}`} (writ check --list says what each would do here)`)
  const chosen = all.filter((each) => (only === undefined || only.includes(each.id)) && skip?.includes(each.id) !== true && (stage === undefined || stage.includes(each.stage)))
  if (chosen.length === 0 && all.length > 0) throw new Fault('request-invalid', 'no validator is left with these --only, --skip and --stage; writ check --list shows all of them')
  return chosen
}

/** The first signal ends it cleanly, the second at once; either way nothing is left on the disk. */
function onInterrupt(trees: PersonTrees, progress: CheckProgress): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      trees.dispose()
      process.exit(exitCodes.interrupted)
    }
    progress.say('Stopping … (once more to stop at once)')
    controller.abort(new Error('interrupted'))
  }
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of names) process.off(name, onSignal)
    },
  }
}

function describeComparison({ base, result, changes }: Comparison): string {
  const what = base.name === 'nothing' ? `every file of ${result.name}` : `what changed in ${result.name} since ${oneLine(base.name, 200)}${base.commit === undefined ? '' : ` (${base.commit.slice(0, 10)})`}`
  return `Checking ${what}: ${changes.length === 0 ? 'nothing' : count(changes.length, 'file')}`
}

async function answer(validations: readonly Validation[], comparison: Looked, options: CheckOptions): Promise<void> {
  const text = `${toAnswer(validations, comparison, options)}\n`
  if (options.output === undefined) {
    await whilePrinting(async () => {
      await print(text)
      return 0
    })
    return
  }
  try {
    await writeFile(options.output, text)
  } catch (error) {
    throw new Fault('request-invalid', `the answer cannot be written to ${options.output}: ${toMessage(error)}`, { cause: error })
  }
}

function toAnswer(validations: readonly Validation[], { base, result, changes, leftOut, behind }: Looked, options: CheckOptions): string {
  switch (options.format) {
    case 'json': {
      const { failedStage, ...totals } = measureValidations(validations)
      return JSON.stringify({
        version: 1, verdict: failedStage === undefined ? 'passed' : 'failed', stage: failedStage ?? null,
        base: { name: base.name, commit: base.commit ?? null, tree: base.tree }, result, changedFiles: changes.length, leftOut: [...behind, ...leftOut], totals, validations,
      }, undefined, 2)
    }
    case 'sarif':
      return JSON.stringify(toSarif(validations, version), undefined, 2)
    default:
      return toCheckText(validations, behind, options.output === undefined ? painter(process.stdout) : (_, plain) => plain)
  }
}

function toExitCode(validations: readonly Validation[], isStrict: boolean): number {
  const { failedStage, warnings, notChecked } = measureValidations(validations)
  return failedStage !== undefined || (isStrict && warnings + notChecked > 0) ? exitCodes['not-achieved'] : 0
}

async function list(validators: readonly SurveyedValidator[], leftOut: readonly Stage[], options: CheckOptions): Promise<number> {
  const told = validators.map((each) => (leftOut.includes(each.stage) ? { ...each, runs: false, why: 'left out before a commit; --full runs it' } : each))
  const sorted = Stage.options.flatMap((stage) => told.filter((each) => each.stage === stage))
  const paint = painter(process.stdout)
  const width = Math.max(4, ...sorted.map((each) => each.id.length))
  const lines = sorted.map((each) => `${each.id.padEnd(width)}  ${each.stage.padEnd(11)}  ${each.runs ? paint('green', 'runs') : paint('dim', 'no  ')}  ${oneLine(each.why, 200)}`)
  return whilePrinting(async () => {
    await print(options.format === 'json' ? `${JSON.stringify(sorted, undefined, 2)}\n` : `${lines.join('\n')}${lines.length > 0 ? '\n' : ''}`)
    return 0
  })
}
