import type { Conflict, ConflictKind } from '../../protocol/integration.ts'

const words: Record<ConflictKind, string> = {
  content: 'both changed the same lines',
  'add/add': 'both made this file, with different contents',
  'modify/delete': 'one changed what the other removed',
  rename: 'names that were changed do not go together',
  mode: 'both changed its permissions, differently',
  type: 'it is a link for one and a file for the other',
  binary: 'both changed it, and it is no text',
  'directory/file': 'it is a folder for one and a file for the other',
  submodule: 'both moved the submodule',
  other: 'git could not merge it',
}

const mostNamed = 20

/** One sentence for each conflict. */
export function describeConflicts(conflicts: readonly Conflict[]): readonly string[] {
  const named = conflicts.slice(0, mostNamed).map(({ path, kind, message }) => `${path}: ${words[kind]}${message === '' ? '' : ` (${message})`}`)
  return conflicts.length > mostNamed ? [...named, `and ${conflicts.length - mostNamed} more conflicts`] : named
}
