import type { Lab, Solver, SolverTask } from '../../engine/ports/solver.ts'
import type { RecentLines } from '../../engine/ports/workspace.ts'
import type { ModelReply } from '../../protocol/conversation.ts'
import type { RepairSearch } from '../../protocol/repair.ts'
import type { LiveSignal } from '../../protocol/live.ts'
import type { Candidate } from './candidate.ts'
import type { Ran } from './explain.ts'
import { addRemarks, describePasses, explainMend, toFailure, toRefusal, toReply } from './explain.ts'
import { generateCandidates } from './generate/generate.ts'
import { judgeMends } from './judge/judge.ts'
import { chooseLane } from './lane/choose-lane.ts'
import type { Survey } from './lane/lane.ts'
import { countWorkers, findMachine } from './lane/workers.ts'
import { readEvidence } from './localise/evidence.ts'
import type { Evidence } from './localise/evidence.ts'
import type { Clues } from './localise/clues.ts'
import { localise } from './localise/localise.ts'
import type { Place } from './localise/localise.ts'
import { describeMissingPackages } from './missing-dependencies.ts'
import { readProject } from './project.ts'
import type { Project } from './project.ts'
import { fileOf, findGroups, nameChecks } from './read-tests.ts'
import type { Group } from './read-tests.ts'
import { describeFlaky, keepSteady, tellFaults, withoutFlaky } from './tell-faults.ts'
import type { Trusted } from './tell-faults.ts'
import { createCheckFilter, createLaneFilter, createSelector, rankCandidates } from './search/filter.ts'
import { search } from './search/search.ts'
import { openTrials } from './search/trials.ts'
import { gatherLiterals, gatherModules, gatherWords } from './syntax/vocabulary.ts'
import type { Vocabulary } from './syntax/vocabulary.ts'
import { findLateFixes } from './typescript/late-fixes.ts'
import { openCompiler } from './typescript/compiler.ts'

export interface RepairSolverOptions {
  /** Folder of `tree-sitter-<language>.wasm`; left out, the installed package's. */
  readonly wasmDir?: string
  /** Most time for one call of `propose`, in milliseconds. */
  readonly maxMs?: number
  /** Most candidates that are tried at a time; left out, cores and memory alone bound it. */
  readonly workers?: number | undefined
}

const defaultMaxMs = 40_000
const surveyMs = 8000
/** Files, nearest to the failing tests, that type checkers and linters are asked about, and the most time for that. */
const maxLooked = 50
const lookMs = 4000
/** Runs of the check itself at a time, and what one may hold, in MB: it has processes of its own, and each has a scratch copy. */
const mostChecks = 8
const checkMb = 2048

type ProposeOptions = { signal: AbortSignal; onLive: (signal: LiveSignal) => void }

/**
 * Test-driven repair of faults in one place, or in two of one file, without a model: localise, generate, search, judge. One call mends one fault.
 * What candidates there are, and their ranks, depend on the input alone; when pairs and the compiler's fixes join them, and how far the search comes,
 * on time too: a replay reads what was recorded.
 */
export function createRepairSolver(settings: RepairSolverOptions = {}): Solver {
  return {
    name: 'repair',
    async propose(task, lab, options): Promise<ModelReply> {
      if (task.chosen !== undefined) return takeUp(task.task.id, task.chosen, lab)
      const began = performance.now()
      const groups = await findGroups(task, lab)
      const budgetMs = Math.min(settings.maxMs ?? defaultMaxMs, task.withinMs ?? Infinity, timeFor(task, lab.remainingMs()))
      const until = began + budgetMs
      const names = groups.flatMap((group) => group.failing.map((test) => test.name))
      if (groups.length === 0) {
        return toFailure({ tests: task.task.tests, tried: 0, places: [], why: 'no failing test of TypeScript, JavaScript or Python was found', durationMs: performance.now() - began })
      }
      let tried = 0
      const places: string[] = []
      let hint: string | undefined
      const said: string[] = []
      let searched = false
      for (const [i, group] of groups.entries()) {
        if (options.signal.aborted) break
        const share = (until - performance.now()) / (groups.length - i)
        const own = nameChecks(lab, group)
        const told = await tellFaults(group, own)
        for (const text of told.said) options.onLive({ kind: 'status', text })
        said.push(...told.said)
        if (told.group === undefined) continue
        const attempt = await repairGroup(task, told.group, own, options, { until: performance.now() + share, wasmDir: settings.wasmDir, workers: settings.workers })
        if (attempt.flaky.length > 0) said.push(describeFlaky(attempt.flaky))
        searched ||= attempt.flaky.length < told.group.failing.length
        if (attempt.reply !== undefined) return addRemarks({ ...attempt.reply, tried: tried + attempt.tried, durationMs: Math.round(performance.now() - began) }, said)
        tried += attempt.tried
        places.push(...attempt.places)
        hint ??= attempt.hint
      }
      if (!searched && said.length > 0) return toRefusal(names, said, performance.now() - began)
      const missing = await describeMissingPackages([...task.outcomes.map(({ tail }) => tail), ...groups.flatMap(({ failing }) => failing.map(({ message = '' }) => message))].join('\n'), lab)
      const why = missing ?? (options.signal.aborted ? 'the search was stopped' : 'no change that was tried makes one of them pass without breaking another')
      return addRemarks(toFailure({ tests: names, tried, places: places.slice(0, 5), hint, why, durationMs: performance.now() - began }), said)
    },
  }
}

/** Runs of all checks that follow a mend before it is proven, and time for what is between them. */
const runsAfter = 6
const betweenMs = 3000

/** Of what is left before the deadline, without what validating and proving a mend will take: between a tenth and two fifths of it. */
function timeFor({ outcomes }: SolverTask, remainingMs: number): number {
  const once = outcomes.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return remainingMs - Math.min(0.4 * remainingMs, Math.max(0.1 * remainingMs, runsAfter * once + betweenMs))
}

/** What a person chose is proposed as it was found. */
async function takeUp(task: string, { judgement, number }: NonNullable<SolverTask['chosen']>, lab: Lab): Promise<ModelReply> {
  const account = { ...judgement, task, chosen: number }
  await lab.record({ type: 'repair.judged', data: account })
  return toReply(account, { durationMs: 0 })
}

interface Attempt {
  readonly reply: ModelReply | undefined
  readonly tried: number
  readonly places: readonly string[]
  readonly flaky: readonly string[]
  readonly hint?: string | undefined
}

async function repairGroup(task: SolverTask, asked: Group, lab: Lab, options: ProposeOptions, limits: { until: number; wasmDir: string | undefined; workers: number | undefined }): Promise<Attempt> {
  const began = performance.now()
  const say = (text: string): void => options.onLive({ kind: 'status', text })
  say(`looking for the fault behind ${asked.failing.length} failing tests`)
  const machine = findMachine()
  const lane = chooseLane(lab, asked, countWorkers(machine, { most: limits.workers }))
  const read = readProject(lab, asked.family, asked.files, { contract: task.contract, task: task.task, untouched: asked.untouched, wasmDir: limits.wasmDir })
  const [project, recent, findings, survey] = await Promise.all([
    read,
    lab.recent(),
    read.then(({ sources }) => lab.findings([...sources.keys()].slice(0, maxLooked), Math.min(lookMs, Math.max(0, (limits.until - began) / 8)))),
    lane.survey(Math.min(surveyMs, Math.max(1000, (limits.until - began) / 3))),
  ])
  const { trusted, flaky } = await keepSteady(findTrusted(asked, survey), { lane, survey, base: project.sources.values().next().value })
  const group = withoutFlaky(asked, flaky)
  if (group === undefined) return { reply: undefined, tried: 0, places: [], flaky }
  const all = new Map([...project.sources, ...project.tests])
  const evidence = readEvidence(group.failing, task.outcomes, lab.home, new Set(all.keys()))
  const words = toVocabulary(project, evidence, group)
  const clues: Clues = { evidence, recent, findings }
  const heat = localise({ failing: group.failing, testFiles: group.files, measured: trusted === undefined ? undefined : survey?.tests, clues }, project.sources, project.tests)
  const candidates = rankCandidates([...project.sources.values()].flatMap((file) => generateCandidates(file, words, (node) => heat.of(file, node))))
  const passing = (group.outcome.tests?.cases ?? []).filter((test) => test.status === 'passed')
  const targets = group.failing.map((test) => test.name)
  const filter = trusted === undefined || survey === undefined
    ? createCheckFilter(lab, group.check, { targets, keep: passing.filter((test) => group.files.includes(fileOf(test))).map((test) => test.name), only: group.files, byName: group.byName === true, perMs: 3 * group.outcome.durationMs + 2000, parallel: countWorkers(machine, { most: Math.min(limits.workers ?? mostChecks, mostChecks), eachMb: checkMb }) })
    : createLaneFilter(lane, survey, trusted)
  say(`${candidates.length} changes to try, ${trusted === undefined ? 'one run each' : `by the quick lane for ${lane.name}`}`)
  const compiler = group.family === 'script' ? openCompiler(project) : undefined
  const found = new AbortController()
  const late = compiler === undefined ? undefined : findLateFixes(compiler, project, heat, { signal: found.signal, messages: evidence.messages })
  try {
    const result = await search(openTrials(candidates, project), filter, project, {
      lab, task: task.task.id, check: group.check, targets, keep: passing.map((test) => test.name), signal: options.signal, now: () => performance.now(), ...(late === undefined ? {} : { late }),
      fullTimeoutMs: 3 * group.outcome.durationMs + 2000, budgetMs: limits.until - performance.now(),
      onProgress: (done) => options.onLive({ kind: 'progress', label: 'changes tried', done, total: candidates.length }),
    })
    found.abort()
    const hint = findHint(recent)
    const nothing = async (): Promise<Attempt> => {
      if (task.withinMs !== undefined) await lab.record({ type: 'repair.searched', data: { ...toSearch(task.task.id, group, candidates, project, result.tried), ...(hint === undefined ? {} : { hint }) } })
      return { reply: undefined, tried: result.tried, places: hottest(candidates).map(({ path, line }) => `${path}:${line}`), flaky, hint }
    }
    const { chosen } = result
    if (chosen === undefined) return await nothing()
    say(`${result.plausible.length} of the changes tried pass; looking how they differ, and how strong the tests are`)
    const searchMs = performance.now() - began
    const judgement = await judgeMends({ ...result, chosen }, project, {
      quick: trusted === undefined || survey === undefined ? undefined : { lane, survey, ...trusted },
      words, targets, searchMs, ...(compiler === undefined ? {} : { countErrors: compiler.countErrors }), budgetMs: Math.max(0, limits.until - performance.now()), now: () => performance.now(),
    })
    const account = explainMend({ task: task.task.id, searchMs, result, judgement, project, targets, clues, ran: trusted === undefined || survey === undefined ? undefined : countRuns(judgement.clusters[0]?.members[0]?.trial.candidate, survey, trusted) })
    await lab.record({ type: 'repair.judged', data: account })
    if (task.withinMs !== undefined && account.sure === 'one of several') return await nothing()
    return { reply: toReply(account, { passes: describePasses(judgement.clusters[0]?.members[0]?.mended.length ?? 0, targets.length, result.tried), tried: result.tried, durationMs: performance.now() - began }), tried: result.tried, places: [], flaky }
  } finally {
    found.abort()
    await compiler?.close()
  }
}

/** Which tests that the lane knows run the function around a change? */
function countRuns(candidate: Candidate | undefined, survey: Survey, trusted: Trusted): Ran | undefined {
  if (candidate === undefined) return undefined
  const { only, targets } = createSelector(survey, trusted)(candidate)
  return { failing: targets.length, ofFailing: trusted.targets.length, passing: only.length - targets.length, ofPassing: trusted.keep.length }
}

/** Which tests the lane and the check agree on; undefined where the lane did not see the failure. */
function findTrusted(group: Group, survey: Survey | undefined): Trusted | undefined {
  if (survey === undefined) return undefined
  const seen = new Map(survey.tests.map((test) => [test.name, test.status]))
  const targets = group.failing.map((test) => test.name).filter((name) => seen.get(name) === 'failed')
  const keep = (group.outcome.tests?.cases ?? [])
    .filter((test) => test.status === 'passed' && seen.get(test.name) === 'passed').map((test) => test.name)
  return targets.length === 0 ? undefined : { targets, keep }
}

function toVocabulary(project: Project, evidence: Evidence, group: Group): Vocabulary {
  const literals = gatherLiterals(group.files.flatMap((path) => project.tests.get(path) ?? []))
  return {
    ...gatherWords([...project.sources.values(), ...project.tests.values()]), ...gatherModules([...project.sources.values()], [...project.tests.values()]), testNumbers: literals.numbers, testStrings: literals.strings,
    expected: evidence.expected, actual: evidence.actual, messages: evidence.messages,
  }
}

/** Lines that are worth trying, the most suspect first. */
function hottest(candidates: readonly Candidate[]): Place[] {
  const places = new Map<string, Place>()
  for (const { path, line, suspicion } of candidates) {
    const key = `${path}:${line}`
    if (suspicion > (places.get(key)?.suspicion ?? 0)) places.set(key, { path, line, suspicion })
  }
  return [...places.values()].toSorted((a, b) => b.suspicion - a.suspicion).slice(0, mostPlaces)
}

/** Lockfiles of npm that came in or changed with the last commits. */
function findHint(recent: readonly RecentLines[]): string | undefined {
  return recent.some(({ path }) => path === 'package-lock.json') ? 'package-lock.json changed with the last commits: writ dependency-fault finds out whether that is the cause' : undefined
}

const mostPlaces = 20
const mostNames = 50

/** What whoever takes over may begin with. */
function toSearch(task: string, group: Group, candidates: readonly Candidate[], project: Project, tried: number): RepairSearch {
  const codeOf = ({ path, line }: Place): string => (project.sources.get(path)?.text.split('\n')[line - 1] ?? '').trim().slice(0, 300)
  return {
    task, checkId: group.check.id, command: group.check.command, tried, only: group.files.slice(0, mostNames), tests: group.failing.map(({ name }) => name).slice(0, mostNames),
    places: hottest(candidates).map((place) => ({ ...place, suspicion: Math.round(place.suspicion * 1000) / 1000, code: codeOf(place) })),
  }
}
