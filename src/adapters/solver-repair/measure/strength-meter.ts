import type { ProvenResult, ResultLab, StrengthMeter } from '../../../engine/ports/strength.ts'
import type { EvidenceStrength, MutationScore, Survivor } from '../../../protocol/repair.ts'
import type { Mutant } from '../judge/mutants.ts'
import type { Family } from '../read-tests.ts'
import { familyOfFile } from '../read-tests.ts'
import { noTime, openBench } from './benches.ts'
import type { Bench } from './benches.ts'
import { readChanged } from './changed-code.ts'
import type { ChangedCode } from './changed-code.ts'
import { drawMutants } from './draw-mutants.ts'
import { findProvingTests } from './proving-tests.ts'

/** Of the time that is left: for seeing which test runs what, then for trying. The rest is for telling apart what no test noticed. */
const shares = { survey: 0.4, tries: 0.7 }
const mostNamed = 20
const languages: Readonly<Record<Family, string>> = { script: 'JavaScript or TypeScript', python: 'Python' }

/** Measures tests by small changes, with the built-in solver's ways of changing code and of running tests quickly. */
export function createStrengthMeter(settings: { readonly wasmDir?: string } = {}): StrengthMeter {
  return {
    async measure(result, lab, { budgetMs, signal, onLive }) {
      const began = performance.now()
      const close = (score: MutationScore, of: number): EvidenceStrength => ({ ...score, of, durationMs: Math.round(performance.now() - began) })
      if (result.known.length > 0) return { ...toSum(result.known), durationMs: 0 }
      if (budgetMs <= 0) return close(none(noTime), 0)
      const code = await readChanged(result, lab, settings.wasmDir)
      const mutants = drawMutants(code, result.tree)
      if (mutants.length === 0) return close(none(describeNothing(code)), 0)
      const parts: Part[] = []
      const families = (['script', 'python'] as const).filter((family) => mutants.some((mutant) => isOf(mutant, family)))
      for (const [at, family] of families.entries()) {
        signal.throwIfAborted()
        const left = budgetMs - (performance.now() - began)
        const own = mutants.filter((mutant) => isOf(mutant, family))
        onLive({ kind: 'status', text: `how strong the tests are: ${own.length} small changes to try` })
        parts.push(await measureFamily(family, own, { result, lab, code, budgetMs: left / (families.length - at), signal }))
      }
      const unused = parts.flatMap((part) => part.unused).slice(0, mostNamed)
      return { ...close(toScore(parts, mutants.length, code), mutants.length), ...(unused.length > 0 ? { unused } : {}) }
    },
  }
}

function isOf({ candidate }: Mutant, family: Family): boolean {
  return familyOfFile(candidate.path) === family
}

function none(note: string): MutationScore {
  return { tried: 0, noticed: 0, alike: 0, survivors: [], note }
}

/** What came of the small changes of one language. */
interface Part {
  readonly noticed: number
  readonly alike: number
  readonly survivors: readonly Survivor[]
  readonly unread: number
  readonly untried: number
  /** Why none of them could be tried. */
  readonly why?: string
  /** Files of tests that were not run, and tests of other files that were not. */
  readonly without: number
  readonly tests: number
  /** Checks whose tests were not run on what those of the others do not notice. */
  readonly skipped: readonly string[]
  /** Paths of which no test runs anything that could be tried. */
  readonly unused: readonly string[]
}

interface Measuring {
  readonly result: ProvenResult
  readonly lab: ResultLab
  readonly code: ChangedCode
  readonly budgetMs: number
  readonly signal: AbortSignal
}

/** What one check's tests do not notice meets those of the next. */
async function measureFamily(family: Family, mutants: readonly Mutant[], { result, lab, code, budgetMs, signal }: Measuring): Promise<Part> {
  const until = performance.now() + budgetMs
  const left = (): number => Math.max(0, until - performance.now())
  const tests = await findProvingTests(result, lab, family)
  const used: Bench[] = []
  let pending = mutants
  const skipped: string[] = []
  let [noticed, without, unseen] = [0, 0, 0]
  let why = `no test of ${languages[family]} was among those that passed`
  for (const [at, each] of tests.entries()) {
    signal.throwIfAborted()
    if (pending.length === 0) break
    const { command } = each.group.check
    if (used.length > 0 && left() < budgetMs / 4) {
      skipped.push(command)
      continue
    }
    const share = left() / (tests.length - at)
    const bench = await openBench(each, code.project, lab, shares.survey * share)
    const tried = await bench.try(pending, shares.tries * Math.min(share, left()))
    if ('why' in tried || tried.reached.length === 0) {
      why = 'why' in tried ? tried.why : noTime
      skipped.push(command)
      continue
    }
    used.push(bench)
    noticed += tried.reached.length - tried.left.length
    without += each.unread
    unseen += bench.without
    // What these tests were not run on may be noticed by them: nothing is said of it.
    pending = tried.left
  }
  const [bench] = used
  if (bench === undefined) return { noticed: 0, alike: 0, survivors: [], unread: 0, untried: mutants.length, why, without: 0, tests: 0, skipped: [], unused: [] }
  const unrun = pending.filter((mutant) => used.every((each) => each.isUnrun(mutant)))
  const looked = await bench.look(pending.filter((mutant) => !unrun.includes(mutant)), Math.max(500, left()))
  // Of a test that was not run nobody knows what it runs.
  const isKnown = without + unseen + skipped.length === 0 && used.every((each) => each.seesAll)
  const survivors = [...looked.survivors, ...unrun.map(({ candidate: { path, line, describes } }) => ({ path, line, describes, ...(isKnown ? { unrun: true } : {}) }))]
  const unused = isKnown ? findUnused(mutants, new Set(unrun)) : []
  return { ...looked, survivors, noticed, untried: mutants.length - noticed - pending.length, without, tests: unseen, skipped: pending.length > 0 ? skipped : [], unused }
}

/** Paths all of whose small changes are where no test goes. */
function findUnused(mutants: readonly Mutant[], unrun: ReadonlySet<Mutant>): string[] {
  const run = new Set(mutants.filter((mutant) => !unrun.has(mutant)).map(({ candidate }) => candidate.path))
  return [...new Set(mutants.map(({ candidate }) => candidate.path))].filter((path) => !run.has(path))
}

function toScore(parts: readonly Part[], of: number, { foreign, large }: ChangedCode): MutationScore {
  const sum = (value: (part: Part) => number): number => parts.reduce((total, part) => total + value(part), 0)
  const survivors = parts.flatMap((part) => part.survivors)
  const [noticed, unread, late, without, tests] = [sum((part) => part.noticed), sum((part) => part.unread), sum((part) => (part.why === undefined ? part.untried : 0)), sum((part) => part.without), sum((part) => part.tests)]
  const skipped = [...new Set(parts.flatMap((part) => part.skipped))]
  const notes = [
    ...new Set(parts.flatMap(({ why }) => why ?? [])),
    ...(late > 0 ? [`${late} of ${of} small changes were not tried: the time was up`] : []),
    ...(unread > 0 ? [`${unread} more that no test notices ${unread === 1 ? 'was' : 'were'} not looked at`] : []),
    ...(without > 0 ? [`${without} test ${without === 1 ? 'file' : 'files'} far from the change ${without === 1 ? 'was' : 'were'} not run`] : []),
    ...(tests > 0 ? [`${tests} ${tests === 1 ? 'test' : 'tests'} could not be run quickly, or not in time`] : []),
    ...(skipped.length > 0 ? [`what the tests do not notice was not tried by ${listSome(skipped.map((command) => command.slice(0, 80)))}`] : []),
    ...(foreign.length > 0 ? [`nothing was tried in ${listSome(foreign)}`] : []),
    ...(large.length > 0 ? [describeLarge(large)] : []),
  ]
  return { tried: noticed + survivors.length + unread, noticed, alike: sum((part) => part.alike), survivors: survivors.slice(0, mostNamed), ...(notes.length > 0 ? { note: notes.join('; ') } : {}) }
}

function describeNothing({ lines, foreign, large }: ChangedCode): string {
  if (lines.size > 0) return 'there is nothing in the changed lines that could be changed a little'
  if (large.length > 0) return describeLarge(large)
  return foreign.length > 0 ? `small changes are known for JavaScript, TypeScript and Python, and what was changed is ${listSome(foreign)}` : 'no code of JavaScript, TypeScript or Python was changed'
}

function describeLarge(paths: readonly string[]): string {
  return `more code than there is time for: nothing was tried in ${listSome(paths)}`
}

function listSome(paths: readonly string[]): string {
  return `${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''}`
}

/** What the built-in solver measured, fault by fault. */
function toSum(scores: readonly MutationScore[]): Omit<EvidenceStrength, 'durationMs'> {
  const sum = (value: (score: MutationScore) => number): number => scores.reduce((total, score) => total + value(score), 0)
  const [tried, alike] = [sum((score) => score.tried), sum((score) => score.alike)]
  const notes = scores.flatMap(({ note }) => note ?? [])
  return { tried, noticed: sum((score) => score.noticed), alike, of: tried + alike, survivors: scores.flatMap(({ survivors }) => survivors).slice(0, mostNamed), ...(notes.length > 0 ? { note: notes.join('; ') } : {}) }
}
