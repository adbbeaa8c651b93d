import type { ActKind, CommandReading } from '../../protocol/command.ts'
import type { EffectClass } from '../../protocol/policy.ts'

/** What others would see, and nobody can take back. */
const lasting: ReadonlySet<ActKind> = new Set(['publish', 'deploy', 'upload', 'message', 'git-remote', 'force-push', 'remote-shell', 'registry'])

/** Without a grant nothing leaves the sandbox, and the snapshot undoes the rest. With one, what is not understood may do anything. */
export function toEffect(reading: CommandReading, { network }: { readonly network: readonly string[] }): EffectClass {
  if (network.length === 0) return 'reversible'
  const leaves = reading.acts.some((act) => act.kinds.some((kind) => lasting.has(kind)) || (act.kinds.includes('database-drop') && (act.hosts.length > 0 || act.kinds.includes('network'))))
  return leaves || reading.unknown.length > 0 ? 'irreversible' : 'reversible'
}
