import { circumstancesOf, contractOf } from './circumstances.ts'
import type { RunContext } from './record.ts'

/**
 * Does the policy let the solver read this file? Asked where the words of a call do not say which files it comes to: behind a
 * link, or in a folder that a program walks. `ready` of the policy was awaited before.
 */
export function mayRead(run: RunContext, path: string): boolean {
  return run.ports.policy.decide({
    tool: 'read', input: { path }, effect: 'read', paths: [{ path, access: 'read', outside: false }], contract: contractOf(run), circumstances: circumstancesOf(run, { tool: 'read' }),
  }).effect !== 'deny'
}

/** Those of the paths that it denies. Without rules of anybody's own nothing that is no secret is closed, and nothing is asked. */
export async function findClosed(run: RunContext, paths: readonly string[]): Promise<readonly string[]> {
  const { policy } = run.ports
  if (!policy.bundles?.some((bundle) => bundle.layer !== 'built-in')) return []
  await policy.ready?.()
  return paths.filter((path) => !mayRead(run, path))
}
