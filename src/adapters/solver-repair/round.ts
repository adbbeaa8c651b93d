import { count } from '../../domain/report/words.ts'
import type { Lab, SolverTask } from '../../engine/ports/solver.ts'
import type { RepairJudgement, RepairSearch } from '../../protocol/repair.ts'
import type { LiveSignal } from '../../protocol/live.ts'
import { sourceOf } from './built-files.ts'
import type { Candidate } from './candidate.ts'
import type { Ran } from './explain.ts'
import { explainMend } from './explain.ts'
import { findEndlessStacks, findPace } from './endless-tests.ts'
import { generateCandidates } from './generate/generate.ts'
import { judgeMends, judging } from './judge/judge.ts'
import type { Lane, Survey } from './lane/lane.ts'
import { countWorkers, findMachine } from './lane/workers.ts'
import { readEvidence } from './localise/evidence.ts'
import type { Evidence } from './localise/evidence.ts'
import type { Clues } from './localise/clues.ts'
import { favourProgress } from './localise/progress.ts'
import { localise } from './localise/localise.ts'
import type { Place } from './localise/localise.ts'
import type { Project } from './project.ts'
import { fileOf } from './read-tests.ts'
import type { Group } from './read-tests.ts'
import type { Trusted } from './tell-faults.ts'
import { createCheckFilter, createLaneFilter, createSelector, rankCandidates } from './search/filter.ts'
import { search } from './search/search.ts'
import type { SearchResult } from './search/search.ts'
import { openTrials } from './search/trials.ts'
import { gatherLiterals, gatherModules, gatherWords } from './syntax/vocabulary.ts'
import type { Vocabulary } from './syntax/vocabulary.ts'
import { findLateFixes } from './typescript/late-fixes.ts'
import { openCompiler } from './typescript/compiler.ts'

export type ProposeOptions = { signal: AbortSignal; onLive: (signal: LiveSignal) => void }

export interface Measured {
  readonly survey: Survey
  readonly trusted: Trusted
}

/** What a search starts from: content, failing tests, and what is known of them. */
export interface Ground {
  readonly lab: Lab
  readonly lane: Lane
  readonly project: Project
  readonly group: Group
  /** What each test ran. */
  readonly measured: Measured | undefined
  /** The lane runs candidates; otherwise each is a run of the check. */
  readonly quick: boolean
  readonly recent: Clues['recent']
  readonly findings: Clues['findings']
  /** A change that is in place already: with it the failing test got further, to what is left. */
  readonly first: RepairJudgement['first']
}

export interface Round {
  readonly result: SearchResult
  readonly candidates: readonly Candidate[]
  /** Of a search that found something. */
  readonly account: RepairJudgement | undefined
  /** Failing tests that what is proposed makes pass. */
  readonly mended: number
}

/** Runs of the check itself at a time, and what one may hold, in MB: it has processes of its own, and each has a scratch copy. */
const mostChecks = 8
const checkMb = 2048

/** One search over one content, and the judging of what it found, until `until` by `performance.now`. */
export async function goRound(task: SolverTask, ground: Ground, options: ProposeOptions, limits: { began: number; until: number }): Promise<Round> {
  const { lab, lane, project, group, measured } = ground
  const say = (text: string): void => options.onLive({ kind: 'status', text })
  const evidence = readEvidence(group.failing, task.outcomes, lab.home, new Set([...project.sources.keys(), ...project.tests.keys()]))
  const clues: Clues = { evidence, recent: ground.recent, findings: ground.findings, endless: findEndlessStacks(group, measured?.survey) }
  const words = toVocabulary(project, evidence, group)
  const heat = localise({ failing: group.failing, testFiles: group.files.map((file) => sourceOf(group, file)), measured: measured?.survey.tests, clues }, project.sources, project.tests)
  const generated = [...project.sources.values()].flatMap((file) => generateCandidates(file, words, (node) => heat.of(file, node)))
  const candidates = rankCandidates(favourProgress(generated, [...project.sources.values()], clues.endless ?? []))
  const passing = (group.outcome.tests?.cases ?? []).filter((test) => test.status === 'passed')
  const targets = group.failing.map((test) => test.name)
  const quick = measured !== undefined && ground.quick ? { lane, survey: measured.survey, ...measured.trusted } : undefined
  const fullTimeoutMs = 3 * findPace(group.outcome, measured?.survey) + 2000
  say(`${count(candidates.length, 'change')} to try, ${quick === undefined ? 'one run each' : `by the quick lane for ${lane.name}`}`)
  const compiler = group.family === 'script' ? openCompiler(project) : undefined
  const filter = quick === undefined
    ? createCheckFilter(lab, group.check, { targets, keep: passing.filter((test) => group.files.includes(fileOf(test))).map((test) => test.name), only: group.files, byName: group.byName === true, perMs: fullTimeoutMs, parallel: countWorkers(findMachine(), { most: Math.min(lane.workers, mostChecks), eachMb: checkMb }), ...(compiler === undefined ? {} : { countErrors: compiler.countErrors }) })
    : createLaneFilter(lane, quick.survey, quick, project)
  const found = new AbortController()
  let busy = false
  const late = compiler === undefined ? undefined : findLateFixes(compiler, project, heat, { signal: found.signal, messages: evidence.messages, isHeld: () => busy })
  try {
    const result = await search(openTrials(candidates, project), filter, project, {
      lab, task: task.task.id, check: group.check, targets, keep: passing.map((test) => test.name), signal: options.signal, now: () => performance.now(), ...(late === undefined ? {} : { late }),
      fullTimeoutMs, budgetMs: limits.until - performance.now() - (quick === undefined ? 0 : Math.min(2 * judging.leastMs, judgingShare * (limits.until - performance.now()))),
      onJudge: (judging) => void (busy = judging),
      onProgress: (done) => options.onLive({ kind: 'progress', label: 'changes tried', done, total: candidates.length }),
    })
    found.abort()
    const { chosen } = result
    if (chosen === undefined) return { result, candidates, account: undefined, mended: 0 }
    say(`${result.plausible.length} of the changes tried pass; looking how they differ, and how strong the tests are`)
    const searchMs = performance.now() - limits.began
    const judgement = await judgeMends({ ...result, chosen }, project, {
      quick, words, targets, searchMs, first: ground.first !== undefined, hint: findHint(ground.recent), ...(compiler === undefined ? {} : { countErrors: compiler.countErrors }), budgetMs: Math.max(0, limits.until - performance.now()), now: () => performance.now(),
    })
    const best = judgement.clusters[0]?.members[0]
    const account = explainMend({ task: task.task.id, searchMs, result, judgement, project, targets, clues, first: ground.first, ran: measured === undefined ? undefined : countRuns(best?.trial.candidate, measured) })
    return { result, candidates, account, mended: best?.mended.length ?? 0 }
  } finally {
    found.abort()
    await compiler?.close()
  }
}

/** Which tests that the lane knows run the function around a change? */
function countRuns(candidate: Candidate | undefined, { survey, trusted }: Measured): Ran | undefined {
  if (candidate === undefined) return undefined
  const { only, targets } = createSelector(survey, trusted)(candidate)
  return { failing: targets.length, ofFailing: trusted.targets.length, passing: only.length - targets.length, ofPassing: trusted.keep.length }
}

function toVocabulary(project: Project, evidence: Evidence, group: Group): Vocabulary {
  const literals = gatherLiterals(group.files.flatMap((path) => project.tests.get(sourceOf(group, path)) ?? []))
  return {
    ...gatherWords([...project.sources.values(), ...project.tests.values()]), ...gatherModules([...project.sources.values()], [...project.tests.values()]), testNumbers: literals.numbers, testStrings: literals.strings,
    expected: evidence.expected, actual: evidence.actual, messages: evidence.messages,
  }
}

/** Lockfiles of npm that came in or changed with the last commits. */
export function findHint(recent: Ground['recent']): string | undefined {
  return recent.some(({ path }) => path === 'package-lock.json') ? 'package-lock.json changed with the last commits: writ dependency-fault finds out whether that is the cause' : undefined
}

/** Of the time, what is kept for judging what the search finds. */
const judgingShare = 0.25
const mostPlaces = 20
const mostNames = 50

/** Lines that are worth trying, the most suspect first. */
export function hottest(candidates: readonly Candidate[]): Place[] {
  const places = new Map<string, Place>()
  for (const { path, line, suspicion } of candidates) {
    const key = `${path}:${line}`
    if (suspicion > (places.get(key)?.suspicion ?? 0)) places.set(key, { path, line, suspicion })
  }
  return [...places.values()].toSorted((a, b) => b.suspicion - a.suspicion).slice(0, mostPlaces)
}

/** What whoever takes over may begin with. */
export function toSearch(task: string, group: Group, candidates: readonly Candidate[], project: Project, tried: number): RepairSearch {
  const codeOf = ({ path, line }: Place): string => (project.sources.get(path)?.text.split('\n')[line - 1] ?? '').trim().slice(0, 300)
  return {
    task, checkId: group.check.id, command: group.check.command, tried, only: group.files.slice(0, mostNames), tests: group.failing.map(({ name }) => name).slice(0, mostNames),
    places: hottest(candidates).map((place) => ({ ...place, suspicion: Math.round(place.suspicion * 1000) / 1000, code: codeOf(place) })),
  }
}
