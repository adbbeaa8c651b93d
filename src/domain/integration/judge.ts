import type { CheckOutcome } from '../../protocol/evidence.ts'
import type { Conflict } from '../../protocol/integration.ts'
import { combine, type NamedResults, type TwiceSeen } from '../proof/named-results.ts'
import { describeConflicts } from './describe-conflicts.ts'

/** One check on one content: once, or twice where it failed the first time. Undefined where it was not run there. */
export interface SeenTwice {
  readonly first: CheckOutcome
  readonly second?: CheckOutcome | undefined
}

export interface MergedCheck {
  readonly checkId: string
  readonly command: string
  /** What both sides began from. */
  readonly base?: SeenTwice | undefined
  /** The integrated state before. */
  readonly ours?: SeenTwice | undefined
  /** The task's commit. */
  readonly theirs?: SeenTwice | undefined
  readonly merged: SeenTwice
  /**
   * Is it the task's own? Then what passes in its commit has to pass on what that merges to, whatever the integrated state was like. If it is
   * another's, its commit was never to pass it. Left out: by whom it has to pass is not told apart.
   */
  readonly isOwn?: boolean
}

/**
 * - `clean` nothing stands against it
 * - `pre-existing` what fails failed in the integrated state already, without the task, and is not the task's own check
 * - `textual` git could not merge it
 * - `semantic` it merges, and something fails that passed on both sides, or in the task's own commit and is its own check, or that others have mended since it began
 * - `task` what fails fails in the task's own commit too
 * - `flaky` what fails passed the other time, on the same content
 * - `unknown` it could not be checked
 */
export type IntegrationVerdict = 'clean' | 'pre-existing' | 'textual' | 'semantic' | 'task' | 'flaky' | 'unknown'

export interface IntegrationJudgement {
  readonly verdict: IntegrationVerdict
  readonly mayIntegrate: boolean
  /** By name of the test; a check that shows no names stands for itself by its command. */
  readonly failing: readonly { readonly name: string; readonly checkId: string; readonly because: Exclude<IntegrationVerdict, 'clean' | 'textual'> | 'undone'; readonly isOwn?: boolean }[]
  readonly reasons: readonly string[]
}

type Because = IntegrationJudgement['failing'][number]['because']

/** The worst first: it decides. */
const order: readonly Because[] = ['semantic', 'undone', 'task', 'unknown', 'flaky', 'pre-existing']

/** Tells what stands against a merge, and whose it is. */
export function judgeIntegration(input: { readonly conflicts: readonly Conflict[]; readonly checks: readonly MergedCheck[] }): IntegrationJudgement {
  if (input.conflicts.length > 0) return { verdict: 'textual', mayIntegrate: false, failing: [], reasons: describeConflicts(input.conflicts) }
  const failing = input.checks.flatMap(judgeCheck)
  const worst = order.find((each) => failing.some(({ because }) => because === each)) ?? 'clean'
  const verdict = worst === 'undone' ? 'semantic' : worst
  return { verdict, mayIntegrate: verdict === 'clean' || verdict === 'pre-existing', failing, reasons: toReasons(failing) }
}

function judgeCheck(check: MergedCheck): IntegrationJudgement['failing'] {
  const merged = toNames(check.merged)
  const [base, ours, theirs] = [toNames(check.base), toNames(check.ours), toNames(check.theirs)]
  const whole = [toWhole(check.base), toWhole(check.ours), toWhole(check.theirs)] as const
  const judge = check.isOwn === undefined ? judgeSeen : check.isOwn ? judgeOwn : judgeOthers
  const judged = merged.size === 0 ? [] : [
    ...[...merged].filter(([, seen]) => seen === 'failed' || seen === 'mixed').map(([name, seen]) => ({ name, because: judge(seen, base.get(name), at(ours, name, whole[1]), at(theirs, name, whole[2])) })),
    ...findLost(base, ours, theirs, merged),
  ]
  const now = toWhole(check.merged)
  // A runner may fail without naming anything, and what it names may be no more than what failed before.
  const isExplained = now === 'passed' || (judged.length > 0 && !isBroken(check.merged))
  const rest = isExplained ? [] : [{ name: check.command, because: isUnrun(check.merged) ? ('unknown' as const) : judge(now ?? 'failed', ...whole) }]
  return [...judged, ...rest].map((each) => ({ ...each, checkId: check.checkId, ...(check.isOwn ? { isOwn: true } : {}) }))
}

/** A test that a side does not name passed there as far as the check as a whole passed. */
function at(results: NamedResults, name: string, whole: TwiceSeen | undefined): TwiceSeen | undefined {
  return results.get(name) ?? (whole === 'passed' ? 'passed' : undefined)
}

function judgeSeen(seen: TwiceSeen, base: TwiceSeen | undefined, ours: TwiceSeen | undefined, theirs: TwiceSeen | undefined): Because {
  if (ours === 'failed' || ours === 'mixed') return 'pre-existing'
  if (seen === 'mixed') return 'flaky'
  if (theirs === 'mixed') return 'flaky'
  if (theirs === 'failed') return ours === undefined && base === 'failed' ? 'pre-existing' : 'task'
  return ours === undefined || theirs === undefined ? 'unknown' : 'semantic'
}

/** That the integrated state fails it shows nothing: before the task nobody else was to make it pass. */
function judgeOwn(seen: TwiceSeen, base: TwiceSeen | undefined, ours: TwiceSeen | undefined, theirs: TwiceSeen | undefined): Because {
  return seen === 'failed' && theirs === 'passed' && ours !== undefined ? 'semantic' : judgeSeen(seen, base, ours, theirs)
}

/** What others have mended since the task began, and fails with its changes, is no fault of the task alone. */
function judgeOthers(seen: TwiceSeen, base: TwiceSeen | undefined, ours: TwiceSeen | undefined, theirs: TwiceSeen | undefined): Because {
  return seen === 'failed' && base === 'failed' && ours === 'passed' && theirs === 'failed' ? 'undone' : judgeSeen(seen, base, ours, theirs)
}

/** Tests that passed on a side and are gone, unless the other side took out what the base had. */
function findLost(base: NamedResults, ours: NamedResults, theirs: NamedResults, merged: NamedResults): readonly { readonly name: string; readonly because: Because }[] {
  const lost = new Map<string, Because>()
  for (const [mine, other] of [[ours, theirs], [theirs, ours]] as const) {
    for (const [name, seen] of mine) {
      if (seen !== 'passed' || merged.has(name)) continue
      if (other.size === 0) lost.set(name, lost.get(name) ?? 'unknown')
      else if (other.get(name) === 'passed' || !base.has(name)) lost.set(name, 'semantic')
    }
  }
  return [...lost].map(([name, because]) => ({ name, because }))
}

function toNames(seen: SeenTwice | undefined): NamedResults {
  return seen === undefined ? new Map() : combine(seen.first, seen.second)
}

function toWhole(seen: SeenTwice | undefined): TwiceSeen | undefined {
  if (seen === undefined || isUnrun(seen)) return undefined
  const passed = [seen.first, ...(seen.second ? [seen.second] : [])].map(({ status }) => status === 'passed')
  return passed.every(Boolean) ? 'passed' : passed.some(Boolean) ? 'mixed' : 'failed'
}

function isUnrun({ first, second }: SeenTwice): boolean {
  return first.status === 'could-not-run' || second?.status === 'could-not-run'
}

/** It stopped before it had told everything. */
function isBroken({ first, second }: SeenTwice): boolean {
  return [first, second].some((outcome) => outcome?.status === 'timed-out' || outcome?.status === 'could-not-run' || outcome?.tests?.complete === false)
}

const words: Record<Because, readonly [one: string, many: string]> = {
  semantic: ['passed on both sides and does not pass on what they merge to', 'passed on both sides and do not pass on what they merge to'],
  undone: ['was mended by what was integrated since the task began, and fails again on what they merge to', 'were mended by what was integrated since the task began, and fail again on what they merge to'],
  task: ["fails in the task's own commit too", "fail in the task's own commit too"],
  unknown: ['could not be compared with both sides', 'could not be compared with both sides'],
  flaky: ['passed once and failed once on the same content', 'passed once and failed once on the same content'],
  'pre-existing': ['failed in the integrated state already', 'failed in the integrated state already'],
}

const ownWords = ["passed in the task's own commit and does not pass on what it merges to", "passed in the task's own commit and do not pass on what it merges to"] as const

function toReasons(failing: IntegrationJudgement['failing']): readonly string[] {
  return order.flatMap((because) => {
    const those = failing.filter((each) => each.because === because)
    const names = [...new Set(those.map(({ name }) => name))]
    if (names.length === 0) return []
    const said = because === 'semantic' && those.some(({ isOwn }) => isOwn) ? ownWords : words[because]
    return [`${names.slice(0, 5).join('; ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''} ${said[names.length === 1 ? 0 : 1]}`]
  })
}
