import type { Stage } from '../../protocol/evidence.ts'

/** A task's part in what is merged. */
export interface MergedSide {
  /** Paths that it changed since the base that both have. */
  readonly changed: readonly string[]
  /** Ids of the contract's checks by which it was found done. */
  readonly checks: readonly string[]
}

export interface AffectedInput {
  /** All that was integrated since the task began. */
  readonly ours: MergedSide
  /** The task that comes in. */
  readonly theirs: MergedSide
  /** Paths whose merged content neither side has had: merged line by line, settled or written anew. */
  readonly blended: readonly string[]
  /** `theirs` or `ours` where the merged tree is that side's to the byte. */
  readonly sameAs?: 'ours' | 'theirs' | undefined
}

export interface Affected {
  /** Checks to run whole. */
  readonly checks: readonly string[]
  /** What to find the near tests of, the likeliest to break first. */
  readonly near: readonly string[]
  /** What validators look at: files that one side alone changed have been looked at, by that side. */
  readonly validate: readonly string[]
  /** Stages in which a merge can fail although both sides passed. */
  readonly stages: readonly Stage[]
  readonly reason: string
}

/** Tests near more paths than these are no longer near anything. */
const mostNear = 200

/** What has to be run on a merged tree before it may count, beyond what both sides have shown already. */
export function findAffected(input: AffectedInput): Affected {
  const { ours, theirs, blended, sameAs } = input
  if (sameAs !== undefined) {
    return { checks: [], near: [], validate: [], stages: [], reason: sameAs === 'theirs' ? 'nothing was integrated since the task began, so that what it was proven with holds' : 'the task brings nothing that is not there already' }
  }
  const near = toNear(ours.changed, theirs.changed)
  return {
    checks: unite(theirs.checks, ours.checks), near: near.slice(0, mostNear), validate: [...blended].sort(), stages: blended.length === 0 ? ['static', 'tests'] : ['static', 'security', 'shape', 'tests'],
    reason: near.length > mostNear ? `${near.length} paths changed on both sides together; tests near the first ${mostNear} are run` : `${ours.changed.length} ${ours.changed.length === 1 ? 'path' : 'paths'} changed since the task began, ${theirs.changed.length} by it`,
  }
}

/** What both touched, then what lies in a folder where both were at work, then the rest. */
function toNear(ours: readonly string[], theirs: readonly string[]): readonly string[] {
  const [mine, other] = [new Set(ours), new Set(theirs)]
  const [myFolders, otherFolders] = [new Set(ours.map(folderOf)), new Set(theirs.map(folderOf))]
  const rank = (path: string): number => {
    if (mine.has(path) && other.has(path)) return 0
    const folder = folderOf(path)
    return myFolders.has(folder) && otherFolders.has(folder) ? 1 : 2
  }
  return unite(theirs, ours).map((path) => [rank(path), path] as const).sort(([a, one], [b, two]) => a - b || (one < two ? -1 : 1)).map(([, path]) => path)
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0))
}

function unite(one: readonly string[], other: readonly string[]): readonly string[] {
  return [...new Set([...one, ...other])]
}
