import type { AutonomyLevel } from '../../protocol/policy.ts'
import { toChangeKinds } from '../policy/change-kinds.ts'
import type { RunState } from '../run-state.ts'

/** The first two folders of a path; `.` for what lies at the root. */
export function toArea(path: string): string {
  const folders = path.split('/').slice(0, -1)
  return folders.length === 0 ? '.' : folders.slice(0, 2).join('/')
}

/** What kind of work a run does, by rule: the built-in solver repairs; a model's work is named by what its checks and changes are. */
export function toTaskKind(state: RunState): string {
  if (state.opened?.request.solver === 'repair') return 'repair'
  const paths = state.commits.flatMap((commit) => commit.files.map((file) => file.path))
  const [first] = toChangeKinds(paths)
  if (paths.length > 0 && first !== undefined && first !== 'source') return first
  const failing = [...state.baseline.values()].some((outcome) => outcome.status === 'failed')
  return failing ? 'fix' : 'feature'
}

/** The level that holds for an action on some paths: the lowest of their areas; 1 where nothing is known yet. */
export function levelFor(levels: readonly AutonomyLevel[], { kind, paths, action }: { readonly kind: string; readonly paths: readonly string[]; readonly action: string }): number {
  const areas = new Set(paths.map(toArea))
  const found = [...areas].map((area) => levels.find((each) => each.kind === kind && each.area === area && each.action === action)?.level ?? 1)
  return found.length === 0 ? 1 : Math.min(...found)
}
