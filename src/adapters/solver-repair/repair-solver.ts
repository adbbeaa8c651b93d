import type { Lab, Solver, SolverTask } from '../../engine/ports/solver.ts'
import type { RecentLines } from '../../engine/ports/workspace.ts'
import type { Check } from '../../protocol/contract.ts'
import type { ModelReply } from '../../protocol/conversation.ts'
import type { CheckOutcome, TestCase } from '../../protocol/evidence.ts'
import type { RepairSearch } from '../../protocol/repair.ts'
import type { LiveSignal } from '../../protocol/live.ts'
import type { Candidate } from './candidate.ts'
import type { Ran } from './explain.ts'
import { describePasses, explainMend, toFailure, toReply } from './explain.ts'
import { generateCandidates } from './generate/generate.ts'
import { judgeMends } from './judge/judge.ts'
import type { Lane, Survey } from './lane/lane.ts'
import { createNodeLane } from './lane/node-lane.ts'
import { createPythonLane } from './lane/python-lane.ts'
import { readEvidence } from './localise/evidence.ts'
import type { Evidence } from './localise/evidence.ts'
import type { Clues } from './localise/clues.ts'
import { localise } from './localise/localise.ts'
import type { Place } from './localise/localise.ts'
import { readProject } from './project.ts'
import type { Project } from './project.ts'
import { createCheckFilter, createLaneFilter, createSelector, openTrials, rankCandidates } from './search/filter.ts'
import { search } from './search/search.ts'
import { gatherLiterals, gatherWords } from './syntax/vocabulary.ts'
import type { Vocabulary } from './syntax/vocabulary.ts'

export interface RepairSolverOptions {
  /** Folder of `tree-sitter-<language>.wasm`; left out, the installed package's. */
  readonly wasmDir?: string
  /** Most time for one call of `propose`, in milliseconds. */
  readonly maxMs?: number
}

const defaultMaxMs = 40_000
/** Files with passing tests that help to tell suspect places from others. */
const maxOtherFiles = 8
const surveyMs = 8000
/** Files, nearest to the failing tests, that type checkers and linters are asked about, and the most time for that. */
const maxLooked = 50
const lookMs = 4000

/** Failing tests of one language with the check that shows them. */
export interface Group {
  readonly family: 'script' | 'python'
  readonly check: Check
  readonly outcome: CheckOutcome
  readonly failing: readonly TestCase[]
  readonly files: readonly string[]
}

type ProposeOptions = { signal: AbortSignal; onLive: (signal: LiveSignal) => void }

/**
 * Test-driven repair of faults in one place, without a model: localise, generate, search, judge. One call mends one fault.
 * The order in which candidates are tried depends on the input alone.
 */
export function createRepairSolver(settings: RepairSolverOptions = {}): Solver {
  return {
    name: 'repair',
    async propose(task, lab, options): Promise<ModelReply> {
      if (task.chosen !== undefined) return takeUp(task.task.id, task.chosen, lab)
      const began = performance.now()
      const groups = findGroups(task)
      const budgetMs = Math.min(settings.maxMs ?? defaultMaxMs, task.withinMs ?? Infinity, 0.9 * lab.remainingMs())
      const until = began + budgetMs
      const names = groups.flatMap((group) => group.failing.map((test) => test.name))
      if (groups.length === 0) {
        return toFailure({ tests: task.task.tests, tried: 0, places: [], why: 'no failing test of TypeScript, JavaScript or Python was reported by name', durationMs: performance.now() - began })
      }
      let tried = 0
      const places: string[] = []
      let hint: string | undefined
      for (const [i, group] of groups.entries()) {
        if (options.signal.aborted) break
        const share = (until - performance.now()) / (groups.length - i)
        const attempt = await repairGroup(task, group, lab, options, { until: performance.now() + share, wasmDir: settings.wasmDir })
        if (attempt.reply !== undefined) return { ...attempt.reply, durationMs: Math.round(performance.now() - began) }
        tried += attempt.tried
        places.push(...attempt.places)
        hint ??= attempt.hint
      }
      return toFailure({ tests: names, tried, places: places.slice(0, 5), hint, why: options.signal.aborted ? 'the search was stopped' : 'no change that was tried makes one of them pass without breaking another', durationMs: performance.now() - began })
    },
  }
}

/** What a person chose is proposed as it was found. */
async function takeUp(task: string, { judgement, number }: NonNullable<SolverTask['chosen']>, lab: Lab): Promise<ModelReply> {
  const account = { ...judgement, task, chosen: number }
  await lab.record({ type: 'repair.judged', data: account })
  return toReply(account, { durationMs: 0 })
}

export function findGroups({ task, contract, outcomes }: Pick<SolverTask, 'contract' | 'outcomes'> & { task: Pick<SolverTask['task'], 'tests' | 'checks'> }): Group[] {
  const wanted = new Set(task.tests)
  const groups: Group[] = []
  for (const outcome of outcomes) {
    const check = contract.checks.find((one) => one.id === outcome.checkId)
    if (check === undefined || (task.checks.length > 0 && !task.checks.includes(check.id))) continue
    const red = (outcome.tests?.cases ?? []).filter((test) => test.status === 'failed' && (wanted.size === 0 || wanted.has(test.name)))
    for (const family of ['script', 'python'] as const) {
      const failing = red.filter((test) => familyOf(test) === family)
      const files = [...new Set(failing.map((test) => fileOf(test)))]
      if (failing.length > 0) groups.push({ family, check, outcome, failing, files })
    }
  }
  return groups
}

function fileOf(test: TestCase): string {
  return test.file ?? test.name.split(' › ')[0] ?? test.name
}

function familyOf(test: TestCase): 'script' | 'python' | undefined {
  const file = fileOf(test)
  return /\.[cm]?[jt]sx?$/.test(file) ? 'script' : file.endsWith('.py') ? 'python' : undefined
}

interface Attempt {
  readonly reply: ModelReply | undefined
  readonly tried: number
  readonly places: readonly string[]
  readonly hint?: string | undefined
}

async function repairGroup(task: SolverTask, group: Group, lab: Lab, options: ProposeOptions, limits: { until: number; wasmDir: string | undefined }): Promise<Attempt> {
  const began = performance.now()
  const say = (text: string): void => options.onLive({ kind: 'status', text })
  say(`looking for the fault behind ${group.failing.length} failing tests`)
  const lane = createLane(lab, group)
  const read = readProject(lab, group.family, group.files, { contract: task.contract, task: task.task, wasmDir: limits.wasmDir })
  const [project, recent, findings, survey] = await Promise.all([
    read,
    lab.recent(),
    read.then(({ sources }) => lab.findings([...sources.keys()].slice(0, maxLooked), Math.min(lookMs, Math.max(0, (limits.until - began) / 8)))),
    lane.survey(Math.min(surveyMs, Math.max(1000, (limits.until - began) / 3))),
  ])
  const all = new Map([...project.sources, ...project.tests])
  const evidence = readEvidence(group.failing, task.outcomes, lab.home, new Set(all.keys()))
  const clues: Clues = { evidence, recent, findings }
  const trusted = findTrusted(group, survey)
  const words = toVocabulary(project, evidence, group)
  const candidates = rankCandidates(makeCandidates(project, clues, group, words, trusted === undefined ? undefined : survey))
  const passing = (group.outcome.tests?.cases ?? []).filter((test) => test.status === 'passed')
  const targets = group.failing.map((test) => test.name)
  const filter = trusted === undefined || survey === undefined
    ? createCheckFilter(lab, group.check, { targets, keep: passing.filter((test) => group.files.includes(fileOf(test))).map((test) => test.name), only: group.files, perMs: 3 * group.outcome.durationMs + 2000, parallel: 2 })
    : createLaneFilter(lane, survey, trusted)
  say(`${candidates.length} changes to try, ${trusted === undefined ? 'one run each' : `by the quick lane for ${lane.name}`}`)
  const trials = openTrials(candidates, project)
  const result = await search(trials, filter, project, {
    lab, task: task.task.id, check: group.check, targets, keep: passing.map((test) => test.name), signal: options.signal, now: () => performance.now(),
    fullTimeoutMs: 3 * group.outcome.durationMs + 2000, budgetMs: limits.until - performance.now(),
    onProgress: (done) => options.onLive({ kind: 'progress', label: 'changes tried', done, total: candidates.length }),
  })
  const places = hottest(candidates)
  const hint = findHint(recent)
  const { chosen } = result
  const tell = (): Promise<void> => lab.record({ type: 'repair.searched', data: { ...toSearch(task.task.id, group, candidates, project, result.tried), ...(hint === undefined ? {} : { hint }) } })
  if (chosen === undefined) {
    if (task.withinMs !== undefined) await tell()
    return { reply: undefined, tried: result.tried, places: places.map(({ path, line }) => `${path}:${line}`), hint }
  }
  say(`${result.plausible.length} of the changes tried pass; looking how they differ, and how strong the tests are`)
  const judgement = await judgeMends({ ...result, chosen }, project, {
    quick: trusted === undefined || survey === undefined ? undefined : { lane, survey, ...trusted },
    words, targets, budgetMs: Math.max(0, limits.until - performance.now()), now: () => performance.now(),
  })
  const account = explainMend({ task: task.task.id, result, judgement, project, targets, clues, ran: trusted === undefined || survey === undefined ? undefined : countRuns(judgement.clusters[0]?.members[0]?.trial.candidate, survey, trusted) })
  await lab.record({ type: 'repair.judged', data: account })
  if (task.withinMs !== undefined && account.sure === 'one of several') {
    await tell()
    return { reply: undefined, tried: result.tried, places: places.map(({ path, line }) => `${path}:${line}`), hint }
  }
  return { reply: toReply(account, { passes: describePasses(judgement.clusters[0]?.members[0]?.mended.length ?? 0, targets.length, result.tried), durationMs: performance.now() - began }), tried: result.tried, places: [] }
}

/** Which tests that the lane knows run the function around a change? */
function countRuns(candidate: Candidate | undefined, survey: Survey, trusted: { targets: readonly string[]; keep: readonly string[] }): Ran | undefined {
  if (candidate === undefined) return undefined
  const { only, targets } = createSelector(survey, trusted)(candidate)
  return { failing: targets.length, ofFailing: trusted.targets.length, passing: only.length - targets.length, ofPassing: trusted.keep.length }
}

export function createLane(lab: Lab, group: Group): Lane {
  if (group.family === 'python') return createPythonLane(lab, group.check)
  const known = new Set((group.outcome.tests?.cases ?? []).filter((test) => familyOf(test) === 'script').map((test) => fileOf(test)))
  const others = [...known].filter((file) => !group.files.includes(file)).slice(0, maxOtherFiles)
  return createNodeLane(lab, { failing: group.files, others })
}

/** Which tests the lane and the check agree on; undefined where the lane did not see the failure. */
function findTrusted(group: Group, survey: Survey | undefined): { targets: readonly string[]; keep: readonly string[] } | undefined {
  if (survey === undefined) return undefined
  const seen = new Map(survey.tests.map((test) => [test.name, test.status]))
  const targets = group.failing.map((test) => test.name).filter((name) => seen.get(name) === 'failed')
  const keep = (group.outcome.tests?.cases ?? [])
    .filter((test) => test.status === 'passed' && seen.get(test.name) === 'passed').map((test) => test.name)
  return targets.length === 0 ? undefined : { targets, keep }
}

function makeCandidates(project: Project, clues: Clues, group: Group, words: Vocabulary, survey: Survey | undefined): Candidate[] {
  const heat = localise({ failing: group.failing, testFiles: group.files, measured: survey?.tests, clues }, project.sources, project.tests)
  return [...project.sources.values()].flatMap((file) => generateCandidates(file, words, (node) => heat.of(file, node)))
}

function toVocabulary(project: Project, evidence: Evidence, group: Group): Vocabulary {
  const literals = gatherLiterals(group.files.flatMap((path) => project.tests.get(path) ?? []))
  return {
    ...gatherWords([...project.sources.values(), ...project.tests.values()]), testNumbers: literals.numbers, testStrings: literals.strings,
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
