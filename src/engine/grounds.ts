import type { ToolSpec } from '../protocol/conversation.ts'
import type { Kept } from '../protocol/events/run.ts'
import type { BlobRef } from '../protocol/ids.ts'
import { toCanonicalJson } from '../domain/chain.ts'
import { digestOf } from '../domain/digest.ts'
import { templates } from '../domain/context/template.ts'
import type { EnginePorts } from './ports/engine-ports.ts'
import type { RunContext } from './record.ts'

/** What decisions are made with in this process, as it is kept: prompts, tools as models see them, policy. */
interface Grounds {
  readonly texts: Readonly<Record<keyof Kept, string>>
  readonly kept: Kept
}

const known = new WeakMap<readonly ToolSpec[], Grounds>()

function getGrounds(ports: Pick<EnginePorts, 'toolSpecs' | 'policy' | 'templates'>): Grounds {
  const before = known.get(ports.toolSpecs)
  if (before) return before
  const texts = { template: toCanonicalJson(ports.templates ?? templates), tools: toCanonicalJson(ports.toolSpecs), policy: ports.policy.document }
  const made = { texts, kept: { template: toRef(texts.template), tools: toRef(texts.tools), policy: toRef(texts.policy) } }
  known.set(ports.toolSpecs, made)
  return made
}

function toRef(text: string): BlobRef {
  return { digest: digestOf(text), bytes: new TextEncoder().encode(text).length }
}

/** Names them for the log. Costs no more than hashing; nothing is stored yet. */
export function nameGrounds(ports: Pick<EnginePorts, 'toolSpecs' | 'policy' | 'templates'>): Kept {
  return getGrounds(ports).kept
}

/** Stores them: once without waiting for the disk, so that no model waits for it, and once more at the end, to be sure. */
export async function keepGrounds(run: RunContext, how: { readonly flush: boolean }): Promise<void> {
  if (!run.state.kept) return
  await Promise.all(Object.values(getGrounds(run.ports).texts).map((text) => run.ports.blobs.put(text, { ...how, asIs: true })))
}
