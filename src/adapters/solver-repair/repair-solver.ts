import { expectedMs } from '../../domain/proof/endless.ts'
import type { Lab, Solver, SolverTask } from '../../engine/ports/solver.ts'
import type { ModelReply } from '../../protocol/conversation.ts'
import { addRemarks, toFailure, toRefusal, toReply } from './explain.ts'
import { describeMissingPackages } from './missing-dependencies.ts'
import { findGroups, nameChecks } from './read-tests.ts'
import { repairGroup } from './repair-group.ts'
import { describeFlaky, tellFaults } from './tell-faults.ts'
import type { Steady } from './tell-faults.ts'

export interface RepairSolverOptions {
  /** Folder of `tree-sitter-<language>.wasm`; left out, the installed package's. */
  readonly wasmDir?: string
  /** Most time for one call of `propose`, in milliseconds. */
  readonly maxMs?: number
  /** Most candidates that are tried at a time; left out, cores and memory alone bound it. */
  readonly workers?: number | undefined
}

const defaultMaxMs = 40_000

/**
 * Test-driven repair of faults in one place, or in two, without a model: localise, generate, search, judge. One call mends one fault.
 * What candidates there are, and their ranks, depend on the input alone; when pairs and the compiler's fixes join them, and how far the search comes,
 * on time too: a replay reads what was recorded.
 */
export function createRepairSolver(settings: RepairSolverOptions = {}): Solver {
  // Flakiness is a habit of a test: what was steady at one task of a run is not asked again at the next.
  const steady = new Map<string, Steady>()
  const steadyOf = (check: string): Steady => {
    const known = steady.get(check) ?? new Set<string>()
    steady.set(check, known)
    return known
  }
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
        const attempt = await repairGroup(task, told.group, own, options, { until: performance.now() + share, wasmDir: settings.wasmDir, workers: settings.workers, steady: steadyOf(group.check.id) })
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
  const once = outcomes.reduce((sum, outcome) => sum + expectedMs(outcome), 0)
  return remainingMs - Math.min(0.4 * remainingMs, Math.max(0.1 * remainingMs, runsAfter * once + betweenMs))
}

/** What a person chose is proposed as it was found. */
async function takeUp(task: string, { judgement, number }: NonNullable<SolverTask['chosen']>, lab: Lab): Promise<ModelReply> {
  const account = { ...judgement, task, chosen: number }
  await lab.record({ type: 'repair.judged', data: account })
  return toReply(account, { durationMs: 0 })
}
