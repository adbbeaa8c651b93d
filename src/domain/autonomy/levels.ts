import type { AutonomyLevel } from '../../protocol/policy.ts'
import type { CheckOutcome } from '../../protocol/evidence.ts'
import { toChangeKind } from '../policy/change-kinds.ts'
import type { RunState } from '../run-state.ts'

/** What each level means, by its number. */
export const levelNames: readonly string[] = ['asks always', 'asks often', 'usual', 'trusted', 'free']

/** Where every domain begins. */
export const firstLevel = 1

/** All of a repository: what concerns no path in particular. */
export const everywhere = '*'

/** What a run is asked to do: the built-in solver repairs; a model fixes where a check fails on the base, and builds where none does. */
export type GoalKind = 'repair' | 'fix' | 'feature'

export function toGoalKind(solver: 'model' | 'repair', baseline: Iterable<Pick<CheckOutcome, 'status'>>): GoalKind {
  if (solver === 'repair') return 'repair'
  for (const { status } of baseline) if (status === 'failed') return 'fix'
  return 'feature'
}

/** Kinds of change that name a task whatever else it changes, the most consequential first. */
const steering: readonly string[] = ['policy', 'ci', 'schema', 'dependencies', 'checks', 'configuration']

/** What kind of work some changes are, by their paths: what steers names it; source beside tests and documents is what was asked for. */
export function toTaskKind(goal: GoalKind, paths: readonly string[]): string {
  const found = new Set<string>(paths.map(toChangeKind))
  const first = steering.find((kind) => found.has(kind))
  if (first !== undefined) return first
  if (found.size === 0 || found.has('source')) return goal
  return found.has('tests') ? 'tests' : 'docs'
}

/** The first two folders of a path; `.` for what lies at the root, `*` for what lies outside of the repository. */
export function toArea(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (path.startsWith('/') || parts.includes('..')) return everywhere
  const folders = parts.slice(0, -1)
  return folders.length === 0 ? '.' : folders.slice(0, 2).join('/')
}

/**
 * The level that holds for an action: the lowest of the areas of its paths, and of all that is known where it names none. What
 * nothing is known of is where everything begins.
 */
export function levelFor(levels: readonly AutonomyLevel[], { kind, paths, action }: { readonly kind: string; readonly paths: readonly string[]; readonly action: string }): number {
  const known = new Map(levels.flatMap((each): [string, number][] => (each.kind === kind && each.action === action ? [[each.area, each.level]] : [])))
  const otherwise = Math.min(firstLevel, known.get(everywhere) ?? firstLevel)
  const areas = new Set(paths.map(toArea))
  if (areas.size === 0 || areas.has(everywhere)) return known.size === 0 ? otherwise : Math.min(...known.values())
  return Math.min(...[...areas].map((area) => known.get(area) ?? otherwise))
}

/** What a run may do unasked where these paths lie, as it was told when it opened: calls by what it is for, changes by what they are. */
export function levelIn({ opened, baseline }: Pick<RunState, 'opened' | 'baseline'>, paths: readonly string[], action: 'call' | 'integrate' | 'deliver'): number {
  const goal = toGoalKind(opened?.request.solver ?? 'model', baseline.values())
  return levelFor(opened?.autonomy ?? [], { kind: action === 'call' ? goal : toTaskKind(goal, paths), paths, action })
}
