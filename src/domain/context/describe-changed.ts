import type { FileChange } from '../../protocol/events/workspace.ts'
import type { ChangedPaths } from '../../protocol/events/tool.ts'

/** Most changed paths that a result names. */
const mostNamed = 8

/** What a command's result says of the files that it changed. Undefined where there are none. */
export function toChangedPaths(changes: readonly FileChange[]): ChangedPaths | undefined {
  if (changes.length === 0) return undefined
  const named = changes.slice(0, mostNamed).map(({ path, kind }) => ({ path, kind: kind === 'added' || kind === 'deleted' ? kind : ('changed' as const) }))
  return { named, more: changes.length - named.length }
}

/** What nobody names is easily committed unseen. */
export function describeChanged({ named, more }: ChangedPaths): string {
  const paths = named.map(({ path, kind }) => (kind === 'added' ? `${path} (new)` : kind === 'deleted' ? `${path} (deleted)` : path))
  return `changed: ${paths.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
