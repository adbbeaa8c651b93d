import type { Act } from '../../protocol/command.ts'

const reaches = new Set(['network', 'upload', 'remote-shell', 'dns', 'git-remote', 'publish', 'message'])

/**
 * Where one command both reads secrets and reaches out, the one that reaches out is taken to carry them: by a pipe, a variable, a
 * file in between. Which way it would be is not worth a guess.
 */
export function markFlows(acts: readonly Act[]): Act[] {
  const reads = acts.some((act) => act.kinds.includes('secret-read'))
  if (!reads) return [...acts]
  return acts.map((act) => (act.kinds.some((kind) => reaches.has(kind)) ? { ...act, kinds: [...new Set([...act.kinds, 'secret-out' as const])].sort() } : act))
}
